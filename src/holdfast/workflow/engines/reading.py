"""Looking at runs without taking part in them, and the little that may be written from outside.

An engine performs; whoever only looks starts nothing, takes nothing and needs no executor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from holdfast.workflow.engines.interface import Run
from holdfast.workflow.records import Record

RUNNER, WORKER = "runner", "worker"


class Session(NamedTuple):
    """Somebody at work: a runner that holds a run, or a worker that waits for attempts or performs them."""

    kind: str
    id: str
    """The run that a runner holds; the name of a worker."""
    who: str
    process: Mapping[str, Any]
    """As core.process_identity describes it."""
    since_ms: int | None
    seen_ms: int
    """The last sign of life."""
    alive: bool
    why: str = ""
    """Why it is taken for dead."""
    about: str = ""
    """The workflow's name; of a worker its queues."""

    def as_json(self) -> dict[str, Any]:
        """The session as values of JSON."""
        from holdfast.core.clock import iso

        return {
            "kind": self.kind,
            "id": self.id,
            "who": self.who,
            "host": self.process.get("host"),
            "pid": self.process.get("pid"),
            "since": None if self.since_ms is None else iso(self.since_ms),
            "seen": iso(self.seen_ms),
            "alive": self.alive,
            "why": self.why or None,
            "about": self.about,
        }


class Runs(Protocol):
    """What can be asked of every engine too."""

    def load(self, run_id: str) -> tuple[Run, Sequence[Record]]:
        """The run and its records. Raises NoSuchRun."""
        ...

    def runs(self, *, limit: int = 100, before: str | None = None, workflow: str | None = None) -> Sequence[Run]:
        """The newest runs first, without their documents, those of ids smaller than `before`."""
        ...


class Reader(Runs, Protocol):
    """What holds the runs of a project, opened by somebody who performs nothing. Raises HoldfastError."""

    def sessions(self) -> Sequence[Session]:
        """Who is at work, and who seems to be and is not."""
        ...

    def signal(self, run_id: str, record: Record) -> bool:
        """Writes a record from outside. False where the key is taken. Raises NoSuchRun."""
        ...

    def delete(self, run_ids: Sequence[str]) -> Sequence[str]:
        """Forgets runs for good, apart from those that somebody holds; which those were that it forgot."""
        ...

    def release_stale(self) -> Sequence[Session]:
        """Frees what dead ones hold, and returns them."""
        ...

    def close(self) -> None:
        """Gives everything back."""
        ...


def open_reader(project: Path, database: str) -> Reader:
    """The runs of a project: in the database of that URL, or in the journal where it is empty. Raises HoldfastError."""
    if database:
        from importlib import import_module

        reader: Reader = import_module("holdfast.workflow.engines.dbos.reader").open_reader(project, database)
        return reader
    from holdfast.workflow.engines.journal_reader import JournalReader

    return JournalReader(project)
