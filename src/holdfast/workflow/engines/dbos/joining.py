"""One order of all that is known of a run: our records, what performs its attempts, and their ends as DBOS has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from holdfast.workflow.engines.dbos.queueing import DEFAULT_QUEUE
from holdfast.workflow.engines.dbos.workers import Intent
from holdfast.workflow.model import Queue
from holdfast.workflow.records import Record

Timed = tuple[int, Record]
"""A record, and when it was written by the database's clock, in ms."""


def in_order(begun: Sequence[Timed], ends: Sequence[Timed]) -> list[Timed]:
    """All records by their time. Each end comes after all that its attempt began with: SQLite's clock tells seconds."""
    known = {record.key: record.at_ms for _, record in begun}
    since: dict[str, int] = {}
    for at_ms, record in begun:
        attempt = record.key.rpartition("/")[0]
        since[attempt] = max(at_ms, since.get(attempt, 0))
    new = [(at_ms, not_before_start(end, known)) for at_ms, end in ends if end.key not in known]
    timed = [(max(at_ms, since.get(end.key.rpartition("/")[0], 0)), end) for at_ms, end in new]
    return sorted([*begun, *timed], key=lambda each: each[0])


def not_before_start(end: Record, begun: Mapping[str, int]) -> Record:
    """The end of an attempt, no earlier than its start, of which the time is known by the key of its record."""
    start_ms = begun.get(end.key.removesuffix("ended") + "started", 0)
    return end._replace(at_ms=max(end.at_ms, start_ms))


def queues_of(document: Mapping[str, Any]) -> list[Queue]:
    """The queues of a workflow, and the one of all steps that name none."""
    named = [Queue(**{k: v for k, v in each.items() if k in Queue._fields}) for each in document.get("queues", ())]
    known = {queue.name for queue in named}
    used = {str(step["queue"]) for step in document.get("steps", ()) if step.get("queue")}
    return [*named, *(Queue(name) for name in sorted({DEFAULT_QUEUE, *used} - known))]


def processes(intents: Mapping[str, Intent]) -> list[Timed]:
    """The `process` records of attempts."""
    begun = ((key, known) for key, known in intents.items() if known.process is not None)
    return [(known.written_ms, Record(f"{key}/process", known.process or {}, known.written_ms)) for key, known in begun]
