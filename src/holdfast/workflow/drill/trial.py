"""One trial: a fresh copy, a run that is killed at a point, and resumes until it has ended."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from holdfast.core.clock import now_ms
from holdfast.core.errors import HoldfastError
from holdfast.workflow.drill.verdict import Trial, read_witness
from holdfast.workflow.drill.witness import Plan
from holdfast.workflow.records import UNKNOWN, Record
from holdfast.workflow.runner.state import ASKING, RunState, StepState

ROUNDS = 200
"""How often a run is resumed before it counts as one that does not come to its end."""
BY = "drill"


class Victim(NamedTuple):
    """How the run of a copy is begun, gone on with, looked at and answered."""

    argv: Callable[[Path, Path, bool], Sequence[str]]
    """The command for a copy, a plan's file, and whether it is to go on with what is there."""
    state: Callable[[Path], RunState | None]
    """Where the run of a copy stands; None where none was begun."""
    signal: Callable[[Path, str, Record], bool]
    """Answers, from outside."""


class Stage(NamedTuple):
    """Where trials take place, and with whom."""

    base: Path
    """The copy that each trial begins with."""
    place: Path
    """Where the trials' own copies are made."""
    victim: Victim
    stubbed: frozenset[str]


class Undisturbed(NamedTuple):
    """A run that nobody killed: the points there are, each with the milliseconds at which it was passed."""

    points: tuple[str, ...]
    statuses: dict[str, str]
    duration_s: float
    status: str


def undisturbed(stage: Stage, timeout_s: float) -> Undisturbed:
    """Runs a copy to its end. Raises HoldfastError where it has none."""
    victim = stage.victim
    copy, plan = _prepare(stage, None)
    started = time.monotonic()
    _go(copy, victim, plan, timeout_s, resume=False)
    state, _ = _to_the_end(copy, victim, plan, timeout_s)
    if state is None or state.ended is None:
        raise HoldfastError(
            "undisturbed, the workflow does not come to its end", hint=f"look at it with --keep: {copy}"
        )
    points = tuple(line.partition(" ")[2] for line in plan.points.read_text("utf-8").splitlines())
    statuses = {name: step.status for name, step in state.steps.items()}
    return Undisturbed(points, statuses, time.monotonic() - started, state.status)


def trial(stage: Stage, number: int, *, at: str, machine: bool, timeout_s: float) -> Trial:
    """Kills a run at the point of that number, has it resumed until it ends, and says what became of each step."""
    victim = stage.victim
    copy, plan = _prepare(stage, number, machine=machine)
    code = _go(copy, victim, plan, timeout_s, resume=False)
    asked: dict[str, int] = {}
    while code != -signal.SIGKILL:  # the point lies behind a question
        state = victim.state(copy)
        if state is None or state.ended is not None or not _answer(copy, victim, state, asked):
            return Trial(number, at, machine, None, {}, {}, {}, None, "the point was not reached this time")
        code = _go(copy, victim, plan, timeout_s, resume=True)
    killed_ms, hit = now_ms(), _in_hand(plan.witness)
    state, asked = _to_the_end(copy, victim, plan._replace(kill_at=None), timeout_s)
    ran = read_witness(_lines(plan.witness))
    problem = None if state is not None and state.ended is not None else "the run did not come to its end"
    statuses = {name: step.status for name, step in state.steps.items()} if state is not None else {}
    return Trial(number, at, machine, hit, statuses, ran, asked, _resumed_s(plan.points, killed_ms), problem)


def _prepare(stage: Stage, kill_at: int | None, *, machine: bool = False) -> tuple[Path, Plan]:
    name = "undisturbed" if kill_at is None else f"trial-{kill_at}{'-machine' if machine else ''}"
    copy = stage.place / name / stage.base.name
    shutil.copytree(stage.base, copy, symlinks=True)
    return copy, Plan(copy.parent / "witness", copy.parent / "points", kill_at, machine, stage.stubbed)


def _go(copy: Path, victim: Victim, plan: Plan, timeout_s: float, *, resume: bool) -> int:
    """Runs the victim in a copy; its exit code as subprocess gives it. Raises HoldfastError where it takes too long."""
    told = copy.parent / "plan.json"
    fields = {**plan._asdict(), "witness": str(plan.witness), "points": str(plan.points)}
    told.write_text(json.dumps({**fields, "stubbed": sorted(plan.stubbed)}), "utf-8")
    with (copy.parent / "said").open("ab") as said:
        process = subprocess.Popen(
            list(victim.argv(copy, told, resume)), cwd=copy, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        try:
            code = process.wait(timeout_s)
        except subprocess.TimeoutExpired as error:
            raise HoldfastError(
                f"a run of the copy took longer than {timeout_s:g} s", hint="give it more with --timeout"
            ) from error
        finally:
            process.terminate()
            process.wait()
    if code == 2:
        last = (copy.parent / "said").read_text("utf-8", errors="replace").strip().splitlines()[-2:]
        raise HoldfastError("the run of the copy could not be begun: " + "; ".join(last))
    return code


def read_plan(path: Path) -> Plan:
    """The plan that a victim was told."""
    told = json.loads(path.read_text("utf-8"))
    return Plan(
        Path(told["witness"]), Path(told["points"]), told["kill_at"], told["machine"], frozenset(told["stubbed"])
    )


def _to_the_end(copy: Path, victim: Victim, plan: Plan, timeout_s: float) -> tuple[RunState | None, dict[str, int]]:
    """Resumes and answers until the run has ended; where it stands then, and for which steps somebody had to decide."""
    asked: dict[str, int] = {}
    state = victim.state(copy)
    for _ in range(ROUNDS):
        if state is not None and state.ended is not None:
            break
        if state is not None:
            _answer(copy, victim, state, asked)
        _go(copy, victim, plan, timeout_s, resume=state is not None)
        state = victim.state(copy)
    return state, asked


def _answer(copy: Path, victim: Victim, state: RunState, asked: dict[str, int]) -> bool:
    """Answers what is asked, by the first option; whether there was anything."""
    answered = False
    for step in list(state.steps.values()):
        record = _answer_to(step)
        if record is not None:
            answered = victim.signal(copy, state.run.id, record) or answered
            if step.status == UNKNOWN:
                asked[step.instance] = asked.get(step.instance, 0) + 1
    return answered


def _answer_to(step: StepState) -> Record | None:
    if step.status == UNKNOWN:
        data = {"by": BY, "why": "a drill goes on"}
        return Record(f"step/{step.instance}/again/{step.agains + 1}", data, now_ms())
    if step.status != ASKING:
        return None
    options = (step.asked or {}).get("options") or ["done"]
    data = {"answer": options[0], "by": BY}
    return Record(f"step/{step.instance}/answer/{step.answers + 1}", data, now_ms())


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []


def _in_hand(witness: Path) -> str | None:
    """The attempt that had begun last and not ended, if there was one."""
    begun: dict[str, None] = {}
    for words in (line.split() for line in _lines(witness)):
        if words[0] == "start":
            begun[words[1]] = None
        else:
            begun.pop(words[1], None)
    return next((key.removeprefix("step/").rpartition("/")[0] for key in reversed(begun)), None)


def _resumed_s(points: Path, killed_ms: int) -> float | None:
    """How long after the kill the run went on: the first point that the next runner passed."""
    for line in _lines(points):
        at_ms = int(line.partition(" ")[0])
        if at_ms >= killed_ms:
            return (at_ms - killed_ms) / 1000
    return None
