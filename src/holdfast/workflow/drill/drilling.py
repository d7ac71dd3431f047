"""The drill as a whole: an undisturbed run, then a trial for each checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.workflow.drill.scratch import copy_project, scratch_place
from holdfast.workflow.drill.trial import Stage, Undisturbed, Victim, trial, undisturbed
from holdfast.workflow.drill.verdict import StepVerdict, Trial, verdicts
from holdfast.workflow.model import Workflow

SLOWER = 20.0
"""How many times longer than undisturbed a killed run may take, before it counts as one that hangs."""
LEAST_S = 30.0


class Asked(NamedTuple):
    """What is to be drilled, and how."""

    project: Path
    workflow: Workflow
    stubbed: Sequence[str]
    trials: int | None
    """How many kills at most; None: two at each checkpoint."""
    timeout_s: float
    keep: bool


class Drilled(NamedTuple):
    """What came of it."""

    workflow: str
    status: str
    """How the undisturbed run ended."""
    points: int
    duration_s: float
    trials: tuple[Trial, ...]
    steps: tuple[StepVerdict, ...]
    stubbed: tuple[str, ...]
    kept: Path | None

    @property
    def failed(self) -> bool:
        """Whether anything was lost, ran again after it had finished, or did not come to its end."""
        return any(step.lost or step.twice for step in self.steps) or any(trial.problem for trial in self.trials)


def drilled(asked: Asked, victim: Victim, say: Callable[[str], None]) -> Drilled:
    """Drills a workflow; `say` is told how far it is. Raises HoldfastError where the workflow cannot be run at all."""
    stubbed = _stubbed(asked)
    with scratch_place(keep=asked.keep) as place:
        base = place / "base" / asked.project.name
        copy_project(asked.project, base)
        say("running it undisturbed")
        stage = Stage(base, place, victim, stubbed)
        plain = undisturbed(stage, asked.timeout_s)
        chosen = kills(len(plain.points), asked.trials)
        say(f"{len(plain.points)} checkpoints, {len(chosen)} kills")
        limit_s = min(asked.timeout_s, max(LEAST_S, SLOWER * plain.duration_s))
        trials = tuple(_trials(stage, plain, chosen, limit_s, say))
        reached = [each for each in trials if each.problem is None]
        steps = verdicts([step.id for step in asked.workflow.steps], plain.statuses, reached)
        return Drilled(
            asked.workflow.name,
            plain.status,
            len(plain.points),
            plain.duration_s,
            trials,
            tuple(steps),
            tuple(sorted(stubbed)),
            place if asked.keep else None,
        )


def kills(points: int, most: int | None) -> list[tuple[int, bool]]:
    """Where to kill, and whether all that runs: every point in both ways, or `most`, spread and in turns."""
    if most is None:
        return [(number, machine) for number in range(points) for machine in (False, True)]
    count = min(most, points)
    chosen = sorted({round(number * (points - 1) / max(1, count - 1)) for number in range(count)})
    return [(number, turn % 2 == 1) for turn, number in enumerate(chosen)]


def _stubbed(asked: Asked) -> frozenset[str]:
    steps = {step.id: step for step in asked.workflow.steps}
    unknown = [name for name in asked.stubbed if name not in steps]
    if unknown:
        raise HoldfastError(f"--stub {unknown[0]}: no such step", hint=f"there are {', '.join(steps)}")
    secret = {step.id for step in steps.values() if step.secrets or step.kind == "guide"}
    return frozenset({*asked.stubbed, *secret})


def _trials(
    stage: Stage, plain: Undisturbed, chosen: Sequence[tuple[int, bool]], limit_s: float, say: Callable[[str], None]
) -> Sequence[Trial]:
    done: list[Trial] = []
    for number, machine in chosen:
        done.append(trial(stage, number, at=plain.points[number], machine=machine, timeout_s=limit_s))
        if len(done) % 10 == 0 and len(done) < len(chosen):
            say(f"{len(done)} of {len(chosen)} kills")
    return done
