"""The checkpoints of a run: what is on record as over, and survives whatever comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from holdfast.core.clock import iso
from holdfast.workflow.engines.reading import Runs
from holdfast.workflow.records import Record


class Checkpoint(NamedTuple):
    """One attempt that ended, or a step that was answered or skipped (attempt 0)."""

    step: str
    """The step's id: what `restart --from` takes."""
    instance: str
    attempt: int
    status: str
    at_ms: int

    def as_json(self) -> dict[str, Any]:
        """The checkpoint as values of JSON."""
        values = self._asdict()
        del values["at_ms"]
        return {**values, "at": iso(self.at_ms)}


def recorded(engine: Runs, run_id: str) -> Sequence[Checkpoint]:
    """The checkpoints in the order in which they were written. Raises NoSuchRun."""
    _, records = engine.load(run_id)
    return [found for record in records if (found := _checkpoint(record)) is not None]


def _checkpoint(record: Record) -> Checkpoint | None:
    first, *rest = record.key.split("/")
    if first != "step" or len(rest) < 2 or rest[0].endswith(".probe"):
        return None
    instance, what = rest[0], rest[-1] if rest[1].isdecimal() else rest[1]
    status = {"skipped": "skipped", "answer": "answered", "ended": str(record.data.get("status", ""))}.get(what)
    if status is None:
        return None
    attempt = int(rest[1]) if rest[1].isdecimal() else 0
    return Checkpoint(instance.partition("[")[0], instance, attempt, status, record.at_ms)
