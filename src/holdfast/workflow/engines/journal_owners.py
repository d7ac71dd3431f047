"""Who holds a run: fences, heartbeats, and telling whether an owner is still alive. For calls within a transaction."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from holdfast.core.clock import now_ms
from holdfast.core.process_identity import is_running
from holdfast.workflow.engines.interface import Lease, LeaseLost, NoSuchRun, Owner, RunTaken
from holdfast.workflow.engines.journal_store import Store

LEASE_MS = 10_000
"""An owner that cannot be looked at from here, in another container, is dead after so long without a heartbeat."""


class Session(NamedTuple):
    """Somebody who holds a run."""

    run_id: str
    workflow: str
    who: str
    process: dict[str, Any]
    since_ms: int
    heartbeat_ms: int
    alive: bool
    why: str
    """Why it is taken for dead."""


def take(store: Store, run_id: str, owner: Owner) -> int:
    """Makes somebody the owner of a run, and returns the new fence. Raises RunTaken, NoSuchRun."""
    row = store.row("SELECT owner, owner_who, heartbeat_ms, fence FROM runs WHERE id = ?", (run_id,))
    if row is None:
        raise no_such_run(run_id)
    known, who, heartbeat_ms, fence = row
    if known is not None and alive(json.loads(known), heartbeat_ms)[0]:
        pid = json.loads(known).get("pid")
        raise RunTaken(f"run {run_id} is held by {who} (process {pid})", hint="holdfast workflow sessions")
    now = now_ms()
    store.execute(
        "UPDATE runs SET fence = ?, owner = ?, owner_who = ?, since_ms = ?, heartbeat_ms = ? WHERE id = ?",
        (fence + 1, json.dumps(owner.process), owner.who, now, now, run_id),
    )
    return int(fence) + 1


def no_such_run(run_id: str) -> NoSuchRun:
    """What to raise where there is no run of that id."""
    return NoSuchRun(f"there is no run {run_id}", hint="holdfast workflow status")


def check(store: Store, lease: Lease) -> None:
    """Raises LeaseLost where somebody else has taken the run."""
    row = store.row("SELECT fence FROM runs WHERE id = ? AND owner IS NOT NULL", (lease.run_id,))
    if row is None or row[0] != lease.fence:
        raise LeaseLost(f"run {lease.run_id} was taken over by somebody else", hint="holdfast workflow sessions")


def beat(store: Store, lease: Lease) -> None:
    """A sign of life, which always writes something: a commit of nothing would sync nothing. Raises LeaseLost."""
    changed = store.execute(
        "UPDATE runs SET heartbeat_ms = max(?, heartbeat_ms + 1) WHERE id = ? AND fence = ? AND owner IS NOT NULL",
        (now_ms(), lease.run_id, lease.fence),
    )
    if not changed:
        check(store, lease)


def give_back(store: Store, lease: Lease) -> None:
    """Frees a run, if it is still this lease's."""
    store.execute("UPDATE runs SET owner = NULL WHERE id = ? AND fence = ?", (lease.run_id, lease.fence))


def alive(process: dict[str, Any], heartbeat_ms: int) -> tuple[bool, str]:
    """Whether an owner lives, and why not. One that cannot be looked at lives as long as its heart beats."""
    running, why = is_running(process)
    if running is None:
        age_ms = now_ms() - heartbeat_ms
        return age_ms < LEASE_MS, f"{why}, and gave no sign of life for {age_ms // 1000} s"
    return running, why


def sessions(store: Store) -> list[Session]:
    """Who holds which run, the newest run first. Writes nothing."""
    found = []
    for run_id, workflow, who, owner, since_ms, heartbeat_ms in store.rows(
        "SELECT id, workflow, owner_who, owner, since_ms, heartbeat_ms FROM runs WHERE owner IS NOT NULL"
        " ORDER BY id DESC"
    ):
        process = json.loads(owner)
        lives, why = alive(process, heartbeat_ms)
        found.append(Session(run_id, workflow, who, process, since_ms, heartbeat_ms, lives, "" if lives else why))
    return found


def release_stale(store: Store) -> list[Session]:
    """Frees the runs whose owners are dead, and returns those owners."""
    stale = []
    with store.transaction(sync=True):
        for session in sessions(store):
            if not session.alive:
                stale.append(session)
                store.execute("UPDATE runs SET owner = NULL WHERE id = ?", (session.run_id,))
    return stale
