"""Times the registry against itself when it is large, and against SQLite on the same disk."""

from __future__ import annotations

import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.measure import BIN, ROOT, Row, at_most, medians
from holdfast.core.ids import new_id
from holdfast.core.registry import Registry

COUNT = 20_000
LIST: tuple[str | Path, ...] = (BIN / "holdfast", "task-log", "list", "--last", "20")
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


def medians_of(ours: Callable[[], float], theirs: Callable[[], float]) -> tuple[float, float]:
    """Measures two things in turns."""
    samples = [(ours(), theirs()) for _ in range(ROUNDS)]
    first, second = (statistics.median(column) for column in zip(*samples, strict=True))
    return first, second


def rows() -> Iterator[Row]:
    """What one append costs: in a large file and a small one, and beside SQLite with and without sync; and reading."""
    with tempfile.TemporaryDirectory(dir=ROOT / ".holdfast") as name:  # on the disk that the project is on
        directory = Path(name)
        large, small = filled(directory / "large.json", 1_000_000), filled(directory / "small.json", 1000)
        hundred = filled(directory / "hundred.json", 100)
        million, few = medians([(*LIST, "--registry", path) for path in (large, hundred)])
        what = "`task-log list --last 20`, a million events"
        yield at_most(what, (million, ""), (few, "with a hundred"), 1.5)
        with Registry(large) as big, Registry(small) as little, Registry(directory / "fresh.json") as fresh:
            for warm in (big, little, fresh):
                warm.append(event(0))
            yield from append_rows(directory, big, little, fresh)


def append_rows(directory: Path, big: Registry, little: Registry, fresh: Registry) -> Iterator[Row]:
    """The rows of appending, all in this process."""
    events = [event(number) for number in range(COUNT)]
    few = events[: COUNT // 20]
    normal = sqlite_append(directory / "normal.db", "NORMAL")
    full = sqlite_append(directory / "full.db", "FULL")

    def unsynced(registry: Registry) -> float:
        return rate_of(lambda one: registry.append(one, sync=False), events)

    small, large = medians_of(lambda: unsynced(little), lambda: unsynced(big))
    yield Row(
        "registry append, the 1,000,000th event",
        f"{1e6 / large:.1f} us",
        f"{1e6 / small:.1f} us the 1,000th",
        small / large,
        "<= 1.2",
        small / large <= 1.2,
    )
    synced = medians_of(lambda: rate_of(fresh.append, few), lambda: rate_of(full, few))
    yield at_least("registry append, with sync", *synced, "SQLite WAL FULL", 0.65)
    loose = medians_of(lambda: unsynced(fresh), lambda: rate_of(normal, events))
    yield at_least("registry append, without sync", *loose, "SQLite WAL NORMAL", 2)


def at_least(what: str, ours: float, theirs: float, name: str, limit: float) -> Row:
    """A row for rates a second, of which ours has to be `limit` times theirs."""
    ratio = ours / theirs
    return Row(what, f"{ours:,.0f} a second", f"{theirs:,.0f} a second, {name}", ratio, f">= {limit}", ratio >= limit)
