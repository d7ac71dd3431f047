"""The embedded engine: records in SQLite under `.holdfast/workflow`, attempts performed by this process.

Nothing has to be started and nothing is imported beyond the standard library. holdfast.workflow.engines.interface has
the contract; docs/adr/0012 the reasons.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

from holdfast.core.clock import now_ms
from holdfast.core.errors import HoldfastError
from holdfast.core.process_identity import boot
from holdfast.workflow.engines import journal_owners, journal_queues, journal_runs
from holdfast.workflow.engines.interface import Lease, Owner, Recovery, Run, Work
from holdfast.workflow.engines.journal_attempts import Attempts
from holdfast.workflow.engines.journal_store import BUSY_S, FOLDER, Store, open_store
from holdfast.workflow.executors.interface import Lost, Place, Running
from holdfast.workflow.executors.perform import watch
from holdfast.workflow.records import UNKNOWN, Outcome, Record

HEARTBEAT_S = 3.0
LOOK_S = 0.05
"""How often other processes' writes, deadlines and too much output are looked for."""


def open_journal(project: Path, place: Place, *, jobs: int = 0, busy_s: float = BUSY_S) -> Journal:
    """The engine of a project; at most `jobs` attempts run at once, 0: any number. Raises HoldfastError."""
    return Journal(open_store(project / FOLDER, busy_s=busy_s), place, jobs=jobs)


class Journal:
    """An Engine over one database. Its methods are called by one thread at a time."""

    def __init__(self, store: Store, place: Place, *, jobs: int) -> None:
        self.store = store
        self._place = place
        self._attempts = Attempts(place, jobs)
        self._seen: dict[str, int] = {}
        self._versions: dict[str, int] = {}
        self._beaten = 0.0
        self._limits: dict[str, journal_queues.Limits] = {}

    def begin(self, run: Run) -> None:
        with self.store.transaction(sync=True):
            journal_runs.insert(self.store, run)

    def claim(self, run_id: str, owner: Owner) -> Lease:
        with self.store.transaction(sync=False):
            fence = journal_owners.take(self.store, run_id, owner)
            data = {"who": owner.who, "process": owner.process}
            self._insert(run_id, [Record(f"run/owner/{fence}", data, now_ms())])
        self._beaten = time.monotonic()
        return Lease(run_id, fence)

    def load(self, run_id: str) -> tuple[Run, Sequence[Record]]:
        run, records, last = journal_runs.load(self.store, run_id)
        self._seen[run_id] = last
        return run, records

    def record(self, lease: Lease, records: Sequence[Record], *, sync: bool = True) -> None:
        with self.store.transaction(sync=sync):
            journal_owners.check(self.store, lease)
            self._insert(lease.run_id, records)

    def dispatch(self, lease: Lease, work: Sequence[Work], records: Sequence[Record] = ()) -> None:
        """Shims are started before the commit, which holds their processes too, and released after it."""
        spawned = self._attempts.spawn([each for each in work if each.queue is None])
        waiting = {each.key: each for each in work if each.key not in spawned}
        now = now_ms()
        known = set()
        try:
            with self.store.transaction(sync=True):
                journal_owners.check(self.store, lease)
                self._insert(lease.run_id, records)
                for each in work:
                    if not self._insert(lease.run_id, [journal_runs.started_record(each, now)]):
                        known.add(each.key)
                    elif process := self._attempts.process(each):
                        self._insert(lease.run_id, [Record(f"{each.key}/process", process, now)])
        except BaseException:
            self._attempts.abandon(lease.run_id, spawned)
            raise
        self._attempts.abandon(lease.run_id, known & spawned)
        for each in work:
            if each.key not in known:
                self._attempts.add(lease, each, begun=each.key not in waiting)

    def wait(self, lease: Lease, timeout_s: float | None) -> Sequence[Record]:
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        if self.store.unsynced:
            self._beat(lease, sync=True)
        while True:
            self._attempts.admit(self._begin)
            ended = self._attempts.ended(lease.run_id)
            found = [*(self._write_ends(lease, ended) if ended else ()), *self._news(lease)]
            left_s = LOOK_S if deadline is None else deadline - time.monotonic()
            if found or left_s <= 0:
                return found
            if time.monotonic() - self._beaten > HEARTBEAT_S:
                self._beat(lease, sync=False)
            self._attempts.pause(min(LOOK_S, left_s))

    def stop(self, lease: Lease, keys: Sequence[str], status: str) -> None:
        journal_owners.check(self.store, lease)
        for key in keys:
            self._attempts.stop(lease.run_id, key, status)

    def recover(self, lease: Lease, work: Work, *, adopt: bool) -> Recovery:
        journal_owners.check(self.store, lease)
        if self._attempts.performs(work.run_id, work.key):
            return Recovery("running")
        work = journal_runs.as_dispatched(self.store, work)
        found = self._found(work)
        if isinstance(found, Outcome):
            (record,) = self._write_ends(lease, [(work, found)])
            return Recovery("ended", found, at_ms=record.at_ms)
        if isinstance(found, Lost):
            self._leave_queue(lease, work)
            return Recovery("gone", detail=found.detail, began=found.began)
        if adopt:
            self._attempts.adopted(lease, work, found)
            return Recovery("running")
        watch(found, lambda: UNKNOWN)
        self._leave_queue(lease, work)
        return Recovery("gone", detail="it was still running, and was ended")

    def _found(self, work: Work) -> Running | Outcome | Lost:
        """What is left of an attempt. Its process is recorded before it may begin, so that without one it never did.

        Unless the machine was restarted since: a record that was not synced may be lost with it.
        """
        process = journal_runs.data_of(self.store, work.run_id, f"{work.key}/process")
        if process is None:
            restarted = journal_runs.boot_of_start(self.store, work) != boot()
            return Lost(restarted, "the machine was restarted" if restarted else "it was never released")
        return self._attempts.executor(work.uses).adopt(work, self._place, process)

    def signal(self, run_id: str, record: Record) -> bool:
        with self.store.transaction(sync=True):
            if not self.store.row("SELECT 1 FROM runs WHERE id = ?", (run_id,)):
                raise journal_owners.no_such_run(run_id)
            self._versions.pop(run_id, None)  # what this connection writes does not change its data_version
            return bool(self._insert(run_id, [record], foreign=True))

    def enter(self, lease: Lease, group: str) -> str | None:
        with self.store.transaction(sync=False):
            journal_owners.check(self.store, lease)
            return journal_queues.enter(self.store, lease.run_id, group)

    def leave(self, lease: Lease, group: str) -> None:
        with self.store.transaction(sync=False):
            journal_owners.check(self.store, lease)
            journal_queues.leave(self.store, lease.run_id, group)

    def runs(self, *, limit: int = 100, before: str | None = None, workflow: str | None = None) -> Sequence[Run]:
        return journal_runs.newest(self.store, limit, before, workflow)

    def release(self, lease: Lease) -> None:
        with self.store.transaction(sync=self.store.unsynced):
            journal_owners.give_back(self.store, lease)
        self._attempts.forget(lease.run_id)

    def close(self) -> None:
        if self.store.unsynced:
            self.store.sync()
        self._attempts.close()
        self.store.close()

    def _insert(self, run_id: str, records: Sequence[Record], *, foreign: bool = False) -> int:
        """Writes those whose key is new; how many that were."""
        written = 0
        for record in records:
            written += self.store.execute(
                "INSERT OR IGNORE INTO records (run_id, key, data, at_ms, foreign_to_runner) VALUES (?, ?, ?, ?, ?)",
                (run_id, record.key, json.dumps(record.data), record.at_ms, foreign),
            )
            if record.key.startswith(("run/ended/", "run/status")):
                journal_runs.summarise(self.store, run_id, record)
        return written

    def _write_ends(self, lease: Lease, ended: Sequence[tuple[Work, Outcome]]) -> list[Record]:
        now = now_ms()
        found = [Record(f"{work.key}/ended", outcome.as_json(), now) for work, outcome in ended]
        with self.store.transaction(sync=False):
            journal_owners.check(self.store, lease)
            self._insert(lease.run_id, found)
            for work, _ in ended:
                self._leave_queue(lease, work)
        return found

    def _leave_queue(self, lease: Lease, work: Work) -> None:
        if work.queue is not None:
            self.store.execute("UPDATE starts SET running = 0 WHERE run_id = ? AND key = ?", (lease.run_id, work.key))

    def _news(self, lease: Lease) -> list[Record]:
        """What others have written since, if anybody wrote at all."""
        version = self.store.data_version()
        if version == self._versions.get(lease.run_id):
            return []
        journal_owners.check(self.store, lease)
        self._versions[lease.run_id] = version
        rows = self.store.rows(
            "SELECT seq, key, data, at_ms FROM records WHERE run_id = ? AND seq > ? AND foreign_to_runner = 1"
            " ORDER BY seq",
            (lease.run_id, self._seen.get(lease.run_id, 0)),
        )
        self._seen[lease.run_id] = rows[-1][0] if rows else self._seen.get(lease.run_id, 0)
        return [Record(key, json.loads(data), at_ms) for _, key, data, at_ms in rows]

    def _beat(self, lease: Lease, *, sync: bool) -> None:
        self._beaten = time.monotonic()
        with self.store.transaction(sync=sync):
            journal_owners.beat(self.store, lease)

    def _begin(self, lease: Lease, work: Work) -> bool:
        """Begins an attempt that waited for room or for its queue; False where its queue lets none in."""
        if work.queue is not None and not self._queue_admits(lease, work):
            return False
        self._attempts.spawn([work])
        if process := self._attempts.process(work):
            with self.store.transaction(sync=False):
                journal_owners.check(self.store, lease)
                self._insert(work.run_id, [Record(f"{work.key}/process", process, now_ms())])
        self._attempts.add(lease, work, begun=True)
        return True

    def _queue_admits(self, lease: Lease, work: Work) -> bool:
        if lease.run_id not in self._limits:
            self._limits[lease.run_id] = journal_queues.limits(self.store, lease.run_id)
        with self.store.transaction(sync=False):
            journal_owners.check(self.store, lease)
            return journal_queues.admit(self.store, self._limits[lease.run_id], work)


__all__ = ["HoldfastError", "Journal", "open_journal"]
