"""A run as it is reported: plain values, masked, from which every format is rendered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from holdfast.core.errors import ExitCode
from holdfast.workflow.records import (
    CANCELLED as CANCELLED,
)
from holdfast.workflow.records import (
    FAILED as FAILED,
)
from holdfast.workflow.records import (
    SUCCEEDED as SUCCEEDED,
)
from holdfast.workflow.records import (
    TIMED_OUT as TIMED_OUT,
)
from holdfast.workflow.records import (
    UNKNOWN as UNKNOWN,
)
from holdfast.workflow.records import (
    Artifact as Artifact,
)
from holdfast.workflow.runner.state import (
    ASKING as ASKING,
)
from holdfast.workflow.runner.state import (
    DROPPED as DROPPED,
)
from holdfast.workflow.runner.state import (
    PENDING as PENDING,
)
from holdfast.workflow.runner.state import (
    RETRYING as RETRYING,
)
from holdfast.workflow.runner.state import (
    RUNNING as RUNNING,
)
from holdfast.workflow.runner.state import (
    SKIPPED as SKIPPED,
)
from holdfast.workflow.runner.state import (
    WAITING as WAITING,
)

INTERRUPTED = "interrupted"
"""What a run is that has not ended and whose runner is gone, and its steps that ran: worked out, never stored."""

WORDS = {
    PENDING: "not begun",
    RETRYING: "to be retried",
    ASKING: "needs an answer",
    TIMED_OUT: "timed out",
    UNKNOWN: "not known",
    DROPPED: "given up",
}
"""What people read for a status, where it is not the status itself."""

BAD = (FAILED, TIMED_OUT, UNKNOWN)
"""What became of a step that is not well."""
OPEN = (RUNNING, WAITING, INTERRUPTED)
"""What a run is that has not ended."""
GRAVEST_FIRST = (
    FAILED, TIMED_OUT, UNKNOWN, INTERRUPTED, CANCELLED, ASKING, RETRYING, RUNNING, PENDING, DROPPED, SUCCEEDED, SKIPPED,
)  # fmt: skip


class Next(NamedTuple):
    """A command that leads on, and what it does."""

    command: str
    why: str


class StepReport(NamedTuple):
    """One step, or one item of a fan-out; a fan-out has its items in it."""

    instance: str
    kind: str
    status: str
    description: str = ""
    attempts: int = 0
    started_ms: int | None = None
    ended_ms: int | None = None
    duration_s: float | None = None
    """How long its last attempt took, or all items from the first's start to the last's end."""
    exit_code: int | None = None
    signal: str | None = None
    reason: str | None = None
    """Why it stands as it does, in words."""
    outputs: Mapping[str, str] = {}
    artifacts: tuple[Artifact, ...] = ()
    log: str | None = None
    log_bytes: int = 0
    tail: str = ""
    notes: tuple[str, ...] = ()
    question: str | None = None
    options: tuple[str, ...] = ()
    expires_ms: int | None = None
    instructions: str | None = None
    """What is to be done, of a guide; `criteria` and `commands` say when it is."""
    criteria: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    answer: str | None = None
    answered_by: str | None = None
    retry_at_ms: int | None = None
    allow_failure: bool = False
    items: tuple[StepReport, ...] = ()

    @property
    def counts(self) -> Mapping[str, int]:
        """How many items have which status, the gravest first."""
        found = Counter(item.status for item in self.items)
        return {status: found[status] for status in GRAVEST_FIRST if found[status]}


class RunReport(NamedTuple):
    """A run at one moment."""

    id: str
    workflow: str
    file: str
    digest: str
    status: str
    """running, waiting, interrupted, succeeded, failed, cancelled or timed_out."""
    reason: str | None
    who: str
    created_ms: int
    ended_ms: int | None
    now_ms: int
    origin: str | None
    inputs: Mapping[str, Any]
    facts: Mapping[str, Any]
    owner: str | None
    """Who runs it, or ran it last."""
    done: int
    total: int
    steps: tuple[StepReport, ...]
    next: tuple[Next, ...] = ()

    @property
    def duration_s(self) -> float:
        """From its beginning to its end, or until now."""
        return max(0, (self.ended_ms or self.now_ms) - self.created_ms) / 1000

    @property
    def exit_code(self) -> ExitCode:
        """What `holdfast workflow run` ends with."""
        return ExitCode.OK if self.status == SUCCEEDED else ExitCode.FINDINGS

    def leaves(self) -> Iterator[StepReport]:
        """Every step, and in place of a fan-out its items."""
        for step in self.steps:
            if step.items:
                yield from step.items
            else:
                yield step

    def counts(self) -> Mapping[str, int]:
        """How many steps have which status, the gravest first."""
        found = Counter(step.status for step in self.steps)
        return {status: found[status] for status in GRAVEST_FIRST if found[status]}


def word(status: str) -> str:
    """What people read for a status."""
    return WORDS.get(status, status)
