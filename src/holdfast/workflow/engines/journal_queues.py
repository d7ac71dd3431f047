"""Queues, which limit how fast and how many attempts run over all runs, and groups, which let one run in at a time.

For calls within a transaction: two processes that ask at once are told apart by it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from holdfast.core.clock import now_ms
from holdfast.workflow.engines.interface import Work
from holdfast.workflow.engines.journal_owners import alive
from holdfast.workflow.engines.journal_store import Store


class Limit(NamedTuple):
    """What a queue allows; 0 is without limit."""

    starts: int
    period_ms: int
    at_once: int


Limits = Mapping[str, Limit]


def limits(store: Store, run_id: str) -> Limits:
    """The queues of a run's workflow."""
    row = store.row("SELECT content FROM documents WHERE run_id = ?", (run_id,))
    queues = json.loads(row[0])["document"].get("queues", ()) if row else ()
    return {
        queue["name"]: Limit(queue.get("limit", 0), int(queue.get("period_s", 1.0) * 1000), queue.get("concurrency", 0))
        for queue in queues
    }


def admit(store: Store, known: Limits, work: Work) -> bool:
    """Whether an attempt may start now, which is then written down."""
    queue = work.queue or ""
    limit = known.get(queue, Limit(0, 1000, 0))
    now = now_ms()
    store.execute("DELETE FROM starts WHERE queue = ? AND running = 0 AND at_ms < ?", (queue, now - limit.period_ms))
    if limit.starts:
        # A start of the future is one from before the clock was set back.
        within = "SELECT count(*) FROM starts WHERE queue = ? AND at_ms > ? AND at_ms <= ?"
        if store.row(within, (queue, now - limit.period_ms, now + limit.period_ms))[0] >= limit.starts:
            return False
    if limit.at_once and _running(store, queue) >= limit.at_once:
        return False
    store.execute(
        "INSERT OR REPLACE INTO starts (queue, at_ms, run_id, key, running) VALUES (?, ?, ?, ?, 1)",
        (queue, now, work.run_id, work.key),
    )
    return True


def _running(store: Store, queue: str) -> int:
    """How many attempts of a queue run, those of dead owners not counted."""
    rows = store.rows(
        "SELECT count(*), runs.owner, runs.heartbeat_ms FROM starts JOIN runs ON runs.id = starts.run_id"
        " WHERE starts.queue = ? AND starts.running = 1 AND runs.owner IS NOT NULL GROUP BY starts.run_id",
        (queue,),
    )
    return sum(count for count, owner, heartbeat_ms in rows if alive(json.loads(owner), heartbeat_ms)[0])


def enter(store: Store, run_id: str, group: str) -> str | None:
    """Takes a group; None where that worked, else the run that is in it."""
    row = store.row(
        "SELECT groups.run_id, runs.owner, runs.heartbeat_ms, runs.ended_ms FROM groups"
        " JOIN runs ON runs.id = groups.run_id WHERE groups.name = ?",
        (group,),
    )
    if row is not None and row[0] != run_id and _holds(*row[1:]):
        return str(row[0])
    store.execute("INSERT OR REPLACE INTO groups (name, run_id) VALUES (?, ?)", (group, run_id))
    return None


def _holds(owner: str | None, heartbeat_ms: int, ended_ms: int | None) -> bool:
    """Whether a run still holds its groups: also one that was given back in order, and waits for an answer."""
    return ended_ms is None and (owner is None or alive(json.loads(owner), heartbeat_ms)[0])


def leave(store: Store, run_id: str, group: str) -> None:
    """Gives a group back, if it is this run's."""
    store.execute("DELETE FROM groups WHERE name = ? AND run_id = ?", (group, run_id))
