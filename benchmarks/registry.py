"""Times the registry against itself when it is large, and against SQLite on the same disk.

    python benchmarks/registry.py [--directory DIR] [--quick] [--json FILE]

Every pair is measured in alternating rounds of one run, and the ratio is that of the medians. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from holdfast.core.ids import new_id
from holdfast.core.registry import Registry

ROUNDS = 9
ENCODER = json.JSONEncoder(separators=(",", ":"))


def event(number: int) -> dict[str, object]:
    """A finished event as `task-log run` writes it, about 300 bytes long with its start's fields."""
    return {
        "event": "finished",
        "id": new_id(1_763_600_000_000 + number),
        "status": "succeeded",
        "exit_code": 0,
        "duration_s": 0.113,
        "at": "2026-11-20T05:00:00.000Z",
        "commit": "3f1c9a7be20d4c5f8a6b7c8d9e0f1a2b3c4d5e6f",
        "dirty": False,
        "output": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    }


def task_events(number: int) -> tuple[dict[str, object], dict[str, object]]:
    """The start and the end of a task."""
    end = event(number)
    begin = {"event": "started", "id": end["id"], "task": f"task-{number % 7}", "agent": "ana@laptop", "at": end["at"]}
    return begin | {"argv": ["make", "lint"], "cwd": ".", "host": "laptop", "pid": 411}, end


def filled(path: Path, events: int) -> Path:
    """A registry with so many events, of half as many tasks."""
    with Registry(path, project="bench") as registry:
        for first in range(0, events // 2, 1000):
            tasks = range(first, min(first + 1000, events // 2))
            registry.append(*(one for number in tasks for one in task_events(number)), sync=False)
    return path


def rate_of(append: Callable[[dict[str, object]], object], events: list[dict[str, object]]) -> float:
    """Appends a second."""
    began = time.perf_counter()
    for one in events:
        append(one)
    return len(events) / (time.perf_counter() - began)


def sqlite_append(path: Path, synchronous: str) -> Callable[[dict[str, object]], object]:
    """The leanest table that holds the same: one row an event, one transaction a row, the event as JSON text."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA synchronous={synchronous}")
    connection.execute("CREATE TABLE event (number INTEGER PRIMARY KEY, body TEXT NOT NULL)")
    return lambda one: connection.execute("INSERT INTO event (body) VALUES (?)", (ENCODER.encode(one),))


Pair = dict[str, Any]


def pair(name: str, target: str, ours: Callable[[], float], other: Callable[[], float]) -> Pair:
    """Measures two things in turn; the ratio is ours to the other's."""
    samples = [(ours(), other()) for _ in range(ROUNDS)]
    first, second = (statistics.median(column) for column in zip(*samples, strict=True))
    return {"name": name, "ours": first, "other": second, "ratio": first / second, "target": target}


def append_pairs(directory: Path, large: Path, small: Path, count: int) -> list[Pair]:
    """What one append costs: in a large file and a small one, and beside SQLite with and without sync."""
    with Registry(large) as big, Registry(small) as little, Registry(directory / "fresh.json") as fresh:
        events = [event(number) for number in range(count)]
        few = events[: max(100, count // 20)]
        normal = sqlite_append(directory / "normal.db", "NORMAL")
        full = sqlite_append(directory / "full.db", "FULL")
        for warm in (big, little, fresh):
            warm.append(event(0))

        def unsynced(registry: Registry) -> Callable[[], float]:
            return lambda: rate_of(lambda one: registry.append(one, sync=False), events)

        def cost(registry: Registry) -> Callable[[], float]:
            return lambda: 1e6 / unsynced(registry)()

        return [
            pair("append, 1,000,000th / 1,000th event, us", "<= 1.2", cost(big), cost(little)),
            pair("append with sync / SQLite WAL FULL, 1/s", ">= 0.65",
                 lambda: rate_of(fresh.append, few), lambda: rate_of(full, few)),
            pair("append without sync / SQLite WAL NORMAL, 1/s", ">= 2",
                 unsynced(fresh), lambda: rate_of(normal, events)),
        ]  # fmt: skip


def list_pair(large: Path, hundred: Path) -> Pair:
    """`task-log list --last 20`, the whole process."""

    def run(path: Path) -> Callable[[], float]:
        command = [sys.executable, "-m", "holdfast", "task-log", "list", "--last", "20", "--registry", str(path)]

        def once() -> float:
            began = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            return (time.perf_counter() - began) * 1000

        return lambda: min(once() for _ in range(3))

    return pair("list --last 20, 1,000,000 / 100 events, ms", "<= 1.5", run(large), run(hundred))


def main() -> None:
    """Measures, and prints a table and, if asked, a JSON file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--directory", type=Path, help="where to put the files; on the disk that is to be measured")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--quick", action="store_true", help="a hundredth of the events, to see that it works")
    options = parser.parse_args()
    scale = 100 if options.quick else 1
    with tempfile.TemporaryDirectory(dir=options.directory) as name:
        directory = Path(name)
        large = filled(directory / "large.json", 1_000_000 // scale)
        small, hundred = filled(directory / "small.json", 1000), filled(directory / "hundred.json", 100)
        pairs = [list_pair(large, hundred), *append_pairs(directory, large, small, 20_000 // scale)]
    print("| Pair | Ours | Other | Ratio | Target |\n|---|---|---|---|---|")
    for one in pairs:
        print(f"| {one['name']} | {one['ours']:,.1f} | {one['other']:,.1f} | {one['ratio']:.2f} | {one['target']} |")
    if options.json:
        options.json.write_text(
            json.dumps({"schema": "holdfast/benchmark/1", "pairs": pairs}, indent=2) + "\n", "utf-8"
        )


if __name__ == "__main__":
    main()
