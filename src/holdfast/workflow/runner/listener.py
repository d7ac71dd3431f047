"""Who wants to know what a run does, while it does it."""

from __future__ import annotations

from typing import Protocol

from holdfast.workflow.runner.state import RunState, StepState


class Listener(Protocol):
    """Told of what happens after it is on record. Nothing that it raises is caught: it has to be careful itself."""

    def started(self, state: RunState, step: StepState) -> None:
        """An attempt began; its number is `step.attempt`."""
        ...

    def ended(self, state: RunState, step: StepState) -> None:
        """A step or an item has ended, or a whole fan-out; `step.outcome` is that of its last attempt."""
        ...

    def retrying(self, state: RunState, step: StepState) -> None:
        """An attempt failed and is followed by another, at `step.due_ms`."""
        ...

    def skipped(self, state: RunState, step: StepState) -> None:
        """A step is not to run, for `step.reason`."""
        ...

    def asked(self, state: RunState, step: StepState) -> None:
        """Somebody has to answer `step.asked`, or (status unknown) to decide what to do after a crash."""
        ...

    def note(self, line: str) -> None:
        """Something else that a person should know, one line."""
        ...


class Silent:
    """A listener that nothing reaches."""

    def started(self, _state: RunState, _step: StepState) -> None:
        """Says nothing."""

    def ended(self, _state: RunState, _step: StepState) -> None:
        """Says nothing."""

    def retrying(self, _state: RunState, _step: StepState) -> None:
        """Says nothing."""

    def skipped(self, _state: RunState, _step: StepState) -> None:
        """Says nothing."""

    def asked(self, _state: RunState, _step: StepState) -> None:
        """Says nothing."""

    def note(self, _line: str) -> None:
        """Says nothing."""
