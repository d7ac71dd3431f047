"""Measures everything and writes the table in benchmarks/README.md: `python -m benchmarks`."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path

from benchmarks import commands, dependencies, hooks, registry
from benchmarks.measure import ROOT, Row

README = ROOT / "benchmarks" / "README.md"
MARKS = ("<!-- results: begin -->", "<!-- results: end -->")
HEAD = "| what | ours | beside | ratio | target | met |\n|---|---|---|---|---|---|"


def machine() -> str:
    """What this was measured on."""
    model = next(
        (line.split(":", 1)[1].strip() for line in _cpuinfo().splitlines() if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return f"{cores} cores of {model}, {system}, Python {platform.python_version()}"


def _cpuinfo() -> str:
    try:
        return Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return ""


def write(rows: list[Row]) -> None:
    """Puts the table between its marks."""
    text = README.read_text("utf-8")
    before, rest = text.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    table = "\n".join([HEAD, *map(str, rows)])
    measured = f"Measured on {time.strftime('%Y-%m-%d')}, on {machine()}."
    README.write_text(f"{before}{MARKS[0]}\n{measured}\n\n{table}\n{MARKS[1]}{after}", "utf-8")


def main() -> None:
    """All rows, shown as they come."""
    rows = []
    for source in (registry.rows, commands.rows, hooks.rows, dependencies.rows):
        for row in source():
            print(row, flush=True)
            rows.append(row)
    write(rows)


if __name__ == "__main__":
    main()
