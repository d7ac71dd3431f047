"""What became of each step in a trial: by what the attempts themselves wrote down, held against the undisturbed run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from holdfast.workflow.runner.state import SKIPPED


class Ran(NamedTuple):
    """How often an instance ran in one trial, by the witness."""

    starts: int
    finishes: int
    """How often it came to its own end with 0."""
    after_finish: int
    """How often it was started again after that."""


class StepVerdict(NamedTuple):
    """One step over all trials. Times are in seconds."""

    step: str
    trials: int
    lost: int
    twice: int
    """Started again after it had finished."""
    again: int
    """Started again after it was killed in the middle."""
    asked: int
    """How often somebody had to decide what to do."""
    resumed_s: float | None
    """The median time from the start of `resume` to the next start of an attempt, where it was hit while it worked."""


class Trial(NamedTuple):
    """One kill and what followed. `at` says where, `hit` which instance was being worked on."""

    number: int
    at: str
    machine: bool
    hit: str | None
    statuses: Mapping[str, str]
    """Each instance's status in the end, by the journal."""
    ran: Mapping[str, Ran]
    asked: Mapping[str, int]
    resumed_s: float | None
    problem: str | None = None
    """What kept the run from its end."""


def read_witness(lines: Iterable[str]) -> dict[str, Ran]:
    """How often each instance ran. A line is `start step/INSTANCE/N` or `end step/INSTANCE/N CODE`."""
    counts: dict[str, list[int]] = {}
    for line in lines:
        words = line.split()
        if len(words) < 2:
            continue
        instance = words[1].removeprefix("step/").rpartition("/")[0]
        ran = counts.setdefault(instance, [0, 0, 0])
        if words[0] == "start":
            ran[2] += ran[1] > 0
            ran[0] += 1
        elif words[2:] == ["0"]:
            ran[1] += 1
    return {instance: Ran(*ran) for instance, ran in counts.items()}


def verdicts(steps: Sequence[str], expected: Mapping[str, str], trials: Sequence[Trial]) -> list[StepVerdict]:
    """A verdict for each step of the workflow; the items of a fan-out count with their step."""
    missing = [lost_in(trial, expected) for trial in trials]
    return [_verdict(step, expected, trials, missing) for step in steps]


def lost_in(trial: Trial, expected: Mapping[str, str]) -> set[str]:
    """The instances that did not end as undisturbed; not those that were only skipped for want of another."""
    others = {name for name, status in expected.items() if trial.statuses.get(name) != status}
    return {name for name in others if trial.statuses.get(name) != SKIPPED} or others


def _verdict(
    step: str, expected: Mapping[str, str], trials: Sequence[Trial], missing: Sequence[set[str]]
) -> StepVerdict:
    names = [name for name in expected if name == step or name.startswith(f"{step}[")]
    resumed = sorted(
        t.resumed_s for t in trials if t.resumed_s is not None and t.hit is not None and t.hit.partition("[")[0] == step
    )
    ran = [(name, trial.ran.get(name, Ran(0, 0, 0))) for trial in trials for name in names]
    return StepVerdict(
        step,
        len(trials),
        sum(name in lost for lost in missing for name in names),
        sum(each.after_finish for _, each in ran),
        sum(max(0, each.starts - each.after_finish - 1) for _, each in ran),
        sum(count for trial in trials for name, count in trial.asked.items() if name in names),
        resumed[len(resumed) // 2] if resumed else None,
    )
