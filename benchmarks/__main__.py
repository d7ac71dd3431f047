"""Measures everything and writes the table in benchmarks/README.md: `python -m benchmarks`."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path

from benchmarks import commands, dependencies, hooks, registry, workflows
from benchmarks.measure import write_table

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


def main() -> None:
    """All rows, shown as they come."""
    rows = []
    for source in (registry.rows, commands.rows, hooks.rows, dependencies.rows, workflows.rows):
        for row in source():
            print(row, flush=True)
            rows.append(row)
    write_table(MARKS, f"Measured on {time.strftime('%Y-%m-%d')}, on {machine()}.", HEAD, rows)


if __name__ == "__main__":
    main()
