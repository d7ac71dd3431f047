"""How long commands take from the shell's point of view."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import BIN, ROOT, Row, at_most, medians
from holdfast.checks.validate import cores

HELLO: tuple[str | Path, ...] = (BIN / "python", ROOT / "benchmarks" / "hello.py")
HOLDFAST: str | Path = BIN / "holdfast"
SKIPPED = ("--skip", "pytest")
"""The tests take minutes, so that with them they alone would be the floor, and everything else lost in it."""


def rows() -> Iterator[Row]:
    """Starting, venv-check, and the main job: cold against its longest check, warm against starting."""
    for _ in range(2):  # all is remembered now
        subprocess.run([HOLDFAST, "validate-env", *SKIPPED], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    commands: list[tuple[str | Path, ...]] = [
        HELLO,
        (HOLDFAST, "--version"),
        (HOLDFAST, "venv-check"),
        (HOLDFAST, "validate-env", *SKIPPED),
    ]
    hello, version, venv, warm = medians(commands)
    yield at_most("`holdfast --version`", (version, ""), (hello, "bare Typer hello"), 1.15)
    yield at_most("`holdfast venv-check`, logged", (venv, ""), (hello, "bare Typer hello"), 1.5)
    yield at_most("`validate-env`, nothing changed, logged", (warm, ""), (version, "`holdfast --version`"), 2.0)
    yield cold()


def cold() -> Row:
    """The main job with nothing remembered, against the larger of its longest check and its CPU time over the cores."""
    wall, used, names = _run_cold(*SKIPPED)
    longest = max(_run_cold("--only", name)[2][name] for name in names)
    what = f"`validate-env`, cold, {len(names)} checks, without the tests"
    return at_most(what, (wall, ""), (max(longest, used / cores()), "max(longest, CPU time / cores)"), 1.15)


def _run_cold(*options: str) -> tuple[float, float, dict[str, float]]:
    """How long it takes, the CPU time of it and all that it starts, and how long each check takes, all in seconds."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command: list[str | Path] = [HOLDFAST, "validate-env", "--no-cache", "--format", "json", *options]
    done = subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, env={**os.environ, "HOLDFAST_NO_LOG": "1"}
    )
    wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, used, {result["check"]: result["duration_s"] for result in json.loads(done.stdout)["results"]}
