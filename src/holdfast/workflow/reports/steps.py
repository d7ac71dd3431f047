"""The step of a run that a person means."""

from __future__ import annotations

from collections.abc import Iterable

from holdfast.core.errors import HoldfastError
from holdfast.workflow.runner.state import RunState, StepState

_COMPARED = 2000


def find_step(state: RunState, name: str) -> StepState:
    """The step or item of that name: `tests`, `fan[3]`. Raises HoldfastError, which names the nearest."""
    found = state.steps.get(name)
    if found is not None:
        return found
    base, bracket, _ = name.partition("[")
    if bracket and base in state.items:
        count = sum(state.items[base].values())
        raise HoldfastError(f"{name}: {base} has {count:,} items", hint=f"the last is {base}[{count - 1}]")
    if bracket and base in state.steps:
        raise HoldfastError(f"{name}: {base} has no items", hint="its items are known once its turn has come")
    raise HoldfastError(f"{name}: no such step", hint=_hint(name, [step.id for step in state.workflow.steps]))


def _hint(name: str, there: Iterable[str]) -> str:
    from holdfast.core.config.mistakes import nearest

    names = list(there)
    meant = nearest(name, names[:_COMPARED])
    if meant:
        return f"did you mean {meant}?"
    more = ", ..." if len(names) > 12 else ""
    return f"there are {', '.join(names[:12])}{more}"
