"""Concurrency groups: one run, or one step, is let in at a time."""

from __future__ import annotations

from collections.abc import Callable

from holdfast.core.clock import now_ms
from holdfast.core.errors import HoldfastError
from holdfast.workflow.engines.interface import Engine, Lease
from holdfast.workflow.model import Concurrency
from holdfast.workflow.records import Record
from holdfast.workflow.runner.planner import Planner
from holdfast.workflow.runner.state import RUNNING, RunState, StepState
from holdfast.workflow.runner.work import Workshop, variables

HELD = "\0group"
"""What the planner holds steps under that wait for a group; no step is called so."""


class Groups:
    """What this run is in, and which of its steps."""

    def __init__(self, engine: Engine, lease: Lease, planner: Planner) -> None:
        self._engine, self._lease, self._planner = engine, lease, planner
        self._steps: dict[str, str] = {}
        """For each group, the instance that is in it."""
        self._run_is_in = False

    def run_enters(self, state: RunState, at_ms: int, refuse: Callable[[str, int], None]) -> bool:
        """Whether the run may go on: it is in its group, or has none. Where it is not to wait, `refuse` is called."""
        wanted = state.workflow.concurrency
        if wanted is None or self._run_is_in or state.ended is not None:
            return True
        group = _filled(wanted.group, state, None, None)
        holder = self._engine.enter(self._lease, group)
        self._run_is_in = holder is None
        if holder is not None and wanted.on_conflict == "fail" and state.ended is None:
            refuse(f"run {holder} is in the group {group}", at_ms)
        elif holder is not None and wanted.on_conflict == "cancel":
            self._cancel(holder, state.run.id)
        return self._run_is_in

    def step_enters(self, state: RunState, shop: Workshop, step: StepState) -> bool:
        """Whether the step may begin; else it is held until `ask_again`. Raises HoldfastError."""
        wanted = state.model(step).concurrency
        if wanted is None:
            return True
        group = _filled(wanted.group, state, step, shop)
        holder = self._steps.get(group, step.instance)
        if holder == step.instance:
            other = self._engine.enter(self._lease, group)
            if other is None:
                self._steps[group] = step.instance
                return True
            holder = f"run {other}"
            if wanted.on_conflict == "cancel":
                self._cancel(other, state.run.id)
        self._conflict(wanted, group, holder)
        self._planner.hold(HELD, step.instance)
        return False

    @staticmethod
    def _conflict(wanted: Concurrency, group: str, holder: str) -> None:
        if wanted.on_conflict == "fail":
            raise HoldfastError(f"{holder} is in the group {group}")

    def ask_again(self) -> None:
        """Lets the steps try again that wait for a group."""
        self._planner.let_on(HELD)

    def left(self, step: StepState) -> None:
        """Leaves the groups of a step that does not run any more."""
        if step.status == RUNNING:
            return
        for group in [group for group, instance in self._steps.items() if instance == step.instance]:
            del self._steps[group]
            self._engine.leave(self._lease, group)

    def _cancel(self, run_id: str, by: str) -> None:
        reason = f"run {by} took its place"
        self._engine.signal(run_id, Record("run/cancel", {"by": f"run {by}", "reason": reason}, now_ms()))


def _filled(group: str, state: RunState, step: StepState | None, shop: Workshop | None) -> str:
    if "${" not in group:
        return group
    from holdfast.workflow.expressions import filled

    run = state.run
    known = {"inputs": run.inputs, "run": {"id": run.id, "workflow": run.workflow}, **run.facts}
    if step is not None and shop is not None:
        known = variables(state, step, shop.env)
    return str(filled(group, known))
