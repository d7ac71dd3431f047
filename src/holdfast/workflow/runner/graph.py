"""Which steps wait for which, and what that says about one whose turn may have come."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.workflow.model import ALWAYS, NEVER_OF_ITSELF, ON_FAILURE, Step, Workflow
from holdfast.workflow.records import CANCELLED, SUCCEEDED
from holdfast.workflow.runner.state import BAD, FINISHED, NOT_SELECTED, SKIPPED, RunState

CANCELLED_RUN = "the run was cancelled"
TIMED_OUT_RUN = "the run's time was over"


class Graph:
    """The steps of a workflow and what hangs on them."""

    def __init__(self, workflow: Workflow) -> None:
        self.steps: Mapping[str, Step] = {step.id: step for step in workflow.steps}
        self.dependents: dict[str, list[str]] = {}
        self.rescues: dict[str, list[str]] = {}
        """For each step, those whose `on_failure` it is."""
        for step in workflow.steps:
            for need in step.needs:
                self.dependents.setdefault(need, []).append(step.id)
            if step.on_failure:
                self.rescues.setdefault(step.on_failure, []).append(step.id)

    def downstream(self, step_ids: Iterable[str]) -> set[str]:
        """These steps and all that come after them, by `needs` or `on_failure`."""
        found: set[str] = set()
        todo = list(step_ids)
        while todo:
            step_id = todo.pop()
            if step_id not in found:
                found.add(step_id)
                rescue = self.steps[step_id].on_failure
                todo += [*self.dependents.get(step_id, ()), *([rescue] if rescue else ())]
        return found

    def upstream(self, step_id: str) -> set[str]:
        """All that comes before a step."""
        found: set[str] = set()
        todo = list(self.steps[step_id].needs)
        while todo:
            need = todo.pop()
            if need not in found:
                found.add(need)
                todo += self.steps[need].needs
        return found

    def selected(self, only: Collection[str], start: Collection[str]) -> frozenset[str] | None:
        """The steps that --only or --from leave; None for all. Raises HoldfastError for one that there is not."""
        for name in (*only, *start):
            if name not in self.steps:
                from holdfast.core.config.mistakes import nearest

                near = nearest(name, list(self.steps))
                hint = f"did you mean {near}?" if near else f"its steps: {', '.join(list(self.steps)[:20])}"
                raise HoldfastError(f"{name}: no such step", hint=hint)
        if only:
            return frozenset(only)
        if start:
            return frozenset(self.downstream(start) | {step.id for step in self.steps.values() if is_finally(step)})
        return None


class Verdict(NamedTuple):
    """What becomes of a step whose turn has come: it runs, or is skipped for a reason."""

    runs: bool
    reason: str = ""
    status: str = SKIPPED


RUNS = Verdict(runs=True)


def is_finally(step: Step) -> bool:
    """Whether a step runs even where others have failed, at the end where it names no needs."""
    return step.when in (ALWAYS, ON_FAILURE)


def is_rescue(graph: Graph, state: RunState, step: Step) -> bool:
    """Whether a step whose `on_failure` this one is has failed for good."""
    return any(state.steps[each].status in BAD for each in graph.rescues.get(step.id, ()))


def survives_cancel(graph: Graph, state: RunState, step: Step) -> bool:
    """Whether a step runs in a run that was cancelled."""
    return is_finally(step) or is_rescue(graph, state, step)


def verdict(graph: Graph, state: RunState, step: Step, *, main_over: bool) -> Verdict | None:
    """What becomes of a pending step now; None: its turn has not come. `main_over`: only finally-steps are left."""
    if state.cancel is not None and not survives_cancel(graph, state, step):
        return Verdict(runs=False, reason=cancel_reason(state), status=CANCELLED)
    if step.when == NEVER_OF_ITSELF and not is_rescue(graph, state, step):
        return None
    if any(state.steps[need].status not in FINISHED for need in step.needs):
        return None
    if is_finally(step):
        return _finally(graph, state, step) if step.needs or main_over else None
    if step.when == NEVER_OF_ITSELF:
        return RUNS
    stops = next((need for need in step.needs if not _lets_through(graph, state, need)), None)
    if stops is None:
        return RUNS
    return Verdict(runs=False, reason=f"{stops} {_ended_how(state.steps[stops].status)}")


def cancel_reason(state: RunState) -> str:
    """Why what had not begun is not to begin."""
    return TIMED_OUT_RUN if state.cancel and state.cancel.get("timed_out") else CANCELLED_RUN


def _finally(graph: Graph, state: RunState, step: Step) -> Verdict:
    if step.when == ALWAYS:
        return RUNS
    before = graph.upstream(step.id) if step.needs else graph.steps.keys()
    if any(fails(state, graph.steps[each]) for each in before):
        return RUNS
    return Verdict(runs=False, reason="nothing failed")


def fails(state: RunState, step: Step) -> bool:
    """Whether a step has failed for good, and is not allowed to."""
    return state.steps[step.id].status in BAD and not step.allow_failure


def _lets_through(graph: Graph, state: RunState, need: str) -> bool:
    known = state.steps[need]
    if known.status == SKIPPED:
        return known.reason == NOT_SELECTED
    return known.status == SUCCEEDED or (known.status in BAD and graph.steps[need].allow_failure)


def _ended_how(status: str) -> str:
    said = {"timed_out": "took too long", "skipped": "was skipped", "cancelled": "was cancelled"}
    return said.get(status, "was given up" if status == "dropped" else "failed")
