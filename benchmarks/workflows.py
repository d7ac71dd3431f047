"""Workflows: a chain and a fan of `true` beside make and the other runners, the lists of many runs, and memory."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.measure import BIN, ROOT, Command, Row, at_most, beside, medians, peak, publish
from benchmarks.rivals import STEPS, chains

RUN = BIN / "holdfast", "workflow", "run"
QUIET = "--no-live"
SLOW_RUNS = 1
MANY = 10_000
MOST_MB = 120


def rows() -> Iterator[Row]:
    """Everything about workflows on one machine."""
    with tempfile.TemporaryDirectory(dir=ROOT / ".holdfast") as name:
        project = _project(Path(name) / "project")
        yield from _chain(project, Path(name))
        yield from _wide(project)
        yield _cold(project)
        yield from _past(project)
        yield _memory(project)


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


def _cold(project: Path) -> Row:
    """The chain with its definition read anew each time, beside the one that is in the cache."""
    ours: Command = (*RUN, "chain", QUIET)
    (cached,) = medians([ours], cwd=project)
    (cold,) = medians([ours], cwd=project, before=("rm", "-rf", project / ".holdfast" / "cache" / "workflows"))
    return beside("`workflow run` of a file that was not read before", cold, cached, "from the cache")


def _past(project: Path) -> Iterator[Row]:
    """The lists, where there are many runs of the past beside few."""
    lists: list[Command] = [
        (BIN / "holdfast", "workflow", "history", "--limit", str(MANY)),
        (BIN / "holdfast", "workflow", "status"),
    ]
    _forget(project)
    _fill(project, 10)
    few = medians(lists, cwd=project)
    _fill(project, MANY - 10)
    for command, many_s, few_s in zip(lists, medians(lists, cwd=project), few, strict=True):
        what = f"`{' '.join(map(str, command[1:]))}`, {MANY:,} past runs"
        yield replace(beside(what, many_s, few_s, "with 10"), target="<= 1 s", met=many_s <= 1)
    _forget(project)


def _forget(project: Path) -> None:
    shutil.rmtree(project / ".holdfast" / "workflow", ignore_errors=True)


def _fill(project: Path, count: int) -> None:
    """Writes runs of one step that have ended, as a runner does."""
    from holdfast.core.clock import now_ms
    from holdfast.core.ids import new_id
    from holdfast.core.process_identity import identity
    from holdfast.workflow.engines.interface import Owner, Run
    from holdfast.workflow.engines.opening import open_to_run
    from holdfast.workflow.records import Record

    engine = open_to_run(project, "", {}, jobs=1)
    owner = Owner("benchmark", identity(os.getpid()))
    for _ in range(count):
        now = now_ms()
        run_id = new_id(now)
        engine.begin(Run(run_id, "one", {"name": "one", "steps": [{"id": "s0"}]}, {}, now, "benchmark", total=1))
        lease = engine.claim(run_id, owner)
        end = Record("run/ended/1", {"status": "succeeded", "done": 1, "total": 1}, now)
        step = [Record("step/s0/1/started", {}, now), Record("step/s0/1/ended", {"status": "succeeded"}, now)]
        engine.record(lease, [*step, end])
        engine.release(lease)
    engine.close()


def _memory(project: Path) -> Row:
    """The most memory of a run with many items, four at once; once, as it takes half a minute."""
    flow = "name: fan\ninputs: {items: {type: list}}\nsteps: [{id: fan, run: [/bin/true], for_each: inputs.items}]\n"
    (project / "workflows" / "fan.yaml").write_text(flow, "utf-8")
    found = []
    for count in (10, MANY):
        given = project / f"{count}.json"
        given.write_text(json.dumps({"items": list(range(count))}), "utf-8")
        found.append(peak((*RUN, "fan", QUIET, "--jobs", "4", "--inputs", given), project, runs=1))
    few, many = found
    what = f"`workflow run --jobs 4`, {MANY:,} items, peak memory"
    return Row(what, f"{many:.1f} MB", f"{few:.1f} MB with 10 items", many / few, f"<= {MOST_MB} MB", many <= MOST_MB)


if __name__ == "__main__":
    publish(("<!-- workflows: begin -->", "<!-- workflows: end -->"), rows())
