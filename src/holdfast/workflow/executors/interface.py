"""What performs an attempt. tests/conformance holds every executor to it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from holdfast.workflow.engines.interface import Work
from holdfast.workflow.records import Outcome


class Place(NamedTuple):
    """Where attempts are performed, and what is known there."""

    project: Path
    runs: Path
    """The directory of the runs' files: logs, exit codes, outputs, artifacts. `.holdfast/workflow/runs`."""
    env: Mapping[str, str]
    """The environment in which secrets are looked up."""
    output_limit: int = 16 * 2**20
    """How many bytes of an attempt's output are kept: the first half and the last."""
    grace_s: float = 5.0
    """Between SIGTERM and SIGKILL."""


class Lost(NamedTuple):
    """An attempt that was started once and of which nothing is left that could tell how it ended."""

    began: bool
    """False: it was never released to begin, and surely did no work."""
    detail: str


class Running(Protocol):
    """An attempt that is being performed."""

    process: Mapping[str, Any]
    """As core.process_identity, and `group`: what a `process` record holds."""

    def go(self) -> None:
        """Lets it begin: until then it is a process that waits, and ends by itself when its starter dies."""
        ...

    def poll(self) -> Outcome | None:
        """How it ended, or None. Never waits. Moves a stop on from SIGTERM to SIGKILL; keeps output within bounds."""
        ...

    def stop(self, status: str) -> None:
        """Asks its whole process group to end; its outcome will have that status. Before `go`, it never begins."""
        ...

    def fileno(self) -> int | None:
        """A descriptor that becomes readable when `poll` has something to do; None where only looking tells."""
        ...


class Executor(Protocol):
    """Starts attempts, and finds those that an earlier process started."""

    def start(self, work: Work, place: Place) -> Running:
        """Starts it, waiting for `go`. Raises HoldfastError where it cannot be started."""
        ...

    def prepare(self, work: Work) -> None:
        """Makes in advance what can be made for the next attempt, which may be one like this. Never fails."""
        ...

    def close(self) -> None:
        """Gives back what was made in advance; attempts that run go on."""
        ...

    def adopt(self, work: Work, place: Place, process: Mapping[str, Any]) -> Running | Outcome | Lost:
        """One that was started before: still running, ended with what it left behind, or lost."""
        ...

    def end_leftovers(self, work: Work, process: Mapping[str, Any]) -> int:
        """Ends what is left of it, group and strays; returns how many processes that were. Waits for their end."""
        ...
