"""What a reader of reports is. docs/specs/007-gates.md has the metrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol


class NoData(Exception):
    """There is nothing to hold against a bound, so the gate fails: the reason."""


class Reading(NamedTuple):
    """A number out of a report. `detail` says what it was made from: `120 of 137 lines`."""

    value: float
    detail: str


class Gate(NamedTuple):
    """What is asked."""

    metric: str
    """`coverage.line`: the reader's name and what it reads."""
    options: Mapping[str, Any]
    """What else the file says: `from`, `package`, `path`, `rule`, `name`, `url`, `query`, ..."""
    since_ms: int = 0
    """A report that is older is none of this run's; 0: any will do."""


class Reader(Protocol):
    """Reads one metric."""

    def __call__(self, gate: Gate) -> Reading:
        """The number. Raises NoData."""
        ...
