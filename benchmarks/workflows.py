"""Workflows: a chain and a fan of `true` beside make and the other runners, the lists of many runs, and memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import BIN, ROOT, Command, Row, at_most, medians
from benchmarks.rivals import STEPS, chains

RUN = BIN / "holdfast", "workflow", "run"
QUIET = "--no-live"
SLOW_RUNS = 1


def rows() -> Iterator[Row]:
    """Everything about workflows on one machine."""
    with tempfile.TemporaryDirectory(dir=ROOT / ".holdfast") as name:
        project = _project(Path(name) / "project")
        yield from _chain(project, Path(name))
        yield from _wide(project)


def _project(place: Path) -> Path:
    """A project of its own with the workflows, the Makefile and the bare loop that do the same."""
    (place / "workflows").mkdir(parents=True)
    (place / "pyproject.toml").write_text('[project]\nname = "bench"\nversion = "1"\n', "utf-8")
    chained = "".join(
        f"  - {{id: s{n}, run: [/bin/true]{f', needs: [s{n - 1}]' if n else ''}}}\n" for n in range(STEPS)
    )
    (place / "workflows" / "chain.yaml").write_text(f"name: chain\nsteps:\n{chained}", "utf-8")
    wide = "".join(f"  - {{id: s{n}, run: [/bin/true]}}\n" for n in range(STEPS))
    (place / "workflows" / "wide.yaml").write_text(f"name: wide\nsteps:\n{wide}", "utf-8")
    rules = "".join(f"s{n}:{f' s{n - 1}' if n else ''}\n\t@/bin/true;\n" for n in range(STEPS))
    free = "".join(f"w{n}:\n\t@/bin/true;\n" for n in range(STEPS))
    names = " ".join(f"w{n}" for n in range(STEPS))
    (place / "Makefile").write_text(f".PHONY: chain wide\n{rules}chain: s{STEPS - 1}\n{free}wide: {names}\n", "utf-8")
    loop = f"import subprocess\nfor _ in range({STEPS}):\n    subprocess.run(['/bin/true'], check=True)\n"
    (place / "loop.py").write_text(loop, "utf-8")
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=b", "-c", "user.email=b@b", "commit", "-qm", "b"]):
        subprocess.run(["git", *words], cwd=place, check=True)
    subprocess.run([BIN / "holdfast", "task-log", "note", "begin"], cwd=place, check=True)
    return place


def _chain(project: Path, folder: Path) -> Iterator[Row]:
    """The chain, every result synced, beside make through a shell, a bare loop, and the other runners."""
    ours: Command = (*RUN, "chain", QUIET)
    make: Command = ("make", "-s", "chain")
    loop: Command = (sys.executable, "loop.py")
    what = f"`workflow run`, {STEPS} steps of `true` in a chain, every result synced"
    mine, made, looped = medians([ours, make, loop], cwd=project)
    yield at_most(what, (mine, ""), (made, "make, each through a shell"), 2.5)
    yield at_most(what, (mine, ""), (looped, "bare subprocess loop, nothing kept"), 4)
    for rival in chains(folder):
        mine, other = medians([ours, rival.command], cwd=project, runs=SLOW_RUNS if rival.slow else 5)
        yield at_most(what, (mine, ""), (other, rival.name), 4 if rival.name == "go-task" else 1)


def _wide(project: Path) -> Iterator[Row]:
    """Independent steps, two at once."""
    mine, made = medians([(*RUN, "wide", QUIET, "--jobs", "2"), ("make", "-s", "-j2", "wide")], cwd=project)
    yield at_most(f"`workflow run --jobs 2`, {STEPS} independent steps", (mine, ""), (made, "make -j2"), 4)
