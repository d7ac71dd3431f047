"""Dead letters: what failed for good, waiting for somebody to try it again or to give it up."""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.core.errors import HoldfastError
from holdfast.workflow.engines.reading import Reader
from holdfast.workflow.records import Record
from holdfast.workflow.reports.overview import Seen
from holdfast.workflow.reports.steps import find_step
from holdfast.workflow.runner.again import again
from holdfast.workflow.runner.state import StepState, dead_letters


def letters_of(seen: Seen) -> list[StepState]:
    """The dead letters of a run."""
    return dead_letters(seen.state)


def chosen(seen: Seen, names: Sequence[str]) -> list[StepState]:
    """The dead letters of these names; a fan-out's name stands for all of its own. Raises HoldfastError."""
    letters = {each.instance: each for each in letters_of(seen)}
    found: dict[str, StepState] = {}
    for name in names:
        step = find_step(seen.state, name)
        own = [each for each in letters.values() if each.instance == name or each.step == name]
        if not own:
            raise HoldfastError(
                f"{name} is no dead letter: it is {step.status}",
                hint=f"holdfast workflow dead list {seen.state.run.id}",
            )
        found |= {each.instance: each for each in own}
    return list(found.values())


def try_again(engine: Reader, seen: Seen, letters: Sequence[StepState], *, by: str, why: str, now_ms: int) -> int:
    """Has each tried again when the run goes on, and what came after it; how many letters were told now."""
    records: dict[str, Record] = {}
    for each in {letter.step: letter for letter in letters}.values():
        records |= {record.key: record for record in again(seen.state, each.instance, by)}
    own = {f"step/{each.instance}/again/{each.agains + 1}" for each in letters}
    records |= {key: Record(key, {"by": by, "why": why}, now_ms) for key in sorted(own)}
    written = [key for key, record in records.items() if engine.signal(seen.state.run.id, record)]
    return len(own.intersection(written))


def drop(engine: Reader, seen: Seen, letters: Sequence[StepState], *, by: str, why: str, now_ms: int) -> int:
    """Gives each up for good; how many that were given up now."""
    told = 0
    for each in letters:
        told += engine.signal(
            seen.state.run.id, Record(f"step/{each.instance}/dropped", {"by": by, "why": why}, now_ms)
        )
    return told
