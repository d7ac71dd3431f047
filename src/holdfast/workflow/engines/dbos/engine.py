"""The engine of runs beyond one machine: what the runner calls, over DBOS and our own tables."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from holdfast.core.clock import now_ms
from holdfast.core.errors import HoldfastError
from holdfast.workflow.engines.dbos import schema
from holdfast.workflow.engines.dbos.address import parse_address
from holdfast.workflow.engines.dbos.database import Database
from holdfast.workflow.engines.dbos.joining import in_order, not_before_start, processes, queues_of
from holdfast.workflow.engines.dbos.orphans import Orphans
from holdfast.workflow.engines.dbos.queueing import CROWDED, DEFAULT_QUEUE, Envelope, Queueing, id_of, workflow_id
from holdfast.workflow.engines.dbos.reaper import Reaper
from holdfast.workflow.engines.dbos.runs import Runs
from holdfast.workflow.engines.dbos.worker import LEASE_S, command
from holdfast.workflow.engines.dbos.workers import Workers
from holdfast.workflow.engines.interface import Lease, LeaseLost, NoSuchRun, Owner, Recovery, Run, Work
from holdfast.workflow.executors.interface import Executor
from holdfast.workflow.model import Queue
from holdfast.workflow.records import Outcome, Record

if TYPE_CHECKING:
    import sqlalchemy as sa

BATCH = 500
"""How many attempts are enqueued in one transaction: others wait for the run's lock as long."""

_FEW = 100  # so many attempts are asked for by their ids
_QUIET_S = 3.0  # after as long without an end all are asked for: one may be committed long after it was stamped
_PAUSES_S = (0.005, 0.1)
"""How soon, and at the latest, the database is asked again for what is new; every answer costs a millisecond."""
_MANY_PAUSE_S = 0.25
_ORPHANS_S = 1.0

_MOST_STARTS = 5


class Setting(NamedTuple):
    """Where and for what an engine works."""

    project: Path
    name: str
    """The project's name."""
    jobs: int
    """How many attempts a worker of this machine performs at once while a run is held; 0: none, others do it."""
    find_executor: Callable[[str], Executor]
    env: Mapping[str, str]
    """For the worker: where secrets are looked up."""
    lease_s: float = LEASE_S


class _Held:
    """A run that this process holds."""

    def __init__(self, lease: Lease, written: int) -> None:
        self.lease, self.written = lease, written
        self.lost = False
        self.outstanding: dict[str, str] = {}
        """Attempts whose ends are awaited: ids with the keys of their records."""
        self.told: set[str] = set()
        """Keys of ends that the runner knows."""
        self.begun: dict[str, int] = {}
        """When each attempt was started, by the keys of the records of that."""
        self.stopping: dict[str, tuple[str, str, float]] = {}
        """Attempts that somebody else is to end: ids with the keys of their records, the status, and since when."""
        self.orphans_at = 0.0
        self.own: list[Record] = []
        """Ends that this engine made itself."""
        self.since_ms = 0
        self.all_at = 0.0
        self.looked_at = 0.0
        self.commit: str | None = None


def open_engine(url: str, setting: Setting) -> DbosEngine:
    """The engine over the database of that URL.

    Raises HoldfastError: a URL that is none, a server that refuses, tables of a newer version, a missing extra.
    """
    database = Database(parse_address(url))
    database.check()
    return DbosEngine(database, setting, ready=schema.is_ready(database))


class DbosEngine:
    """An Engine. Its runs are written by one thread of its caller."""

    width = 100_000
    """How many attempts a runner may hand out at once: they wait in a queue for whoever is free."""

    def __init__(self, database: Database, setting: Setting, *, ready: bool) -> None:
        self.database, self.setting, self.ready = database, setting, ready
        self._runs = Runs(database, setting.name)
        self._workers = Workers(database, setting.name)
        self._queueing = Queueing(database, setting.name)
        self._reaper = Reaper(database, self._workers, self._queueing, lease_s=setting.lease_s)
        self._orphans = Orphans(self._workers, self._queueing, setting.find_executor, lease_s=setting.lease_s)
        self._held: dict[str, _Held] = {}
        self._loaded: dict[str, int] = {}
        self._queues: list[Queue] = []
        self._crowded = False
        self._closed = threading.Event()
        self._beating: threading.Thread | None = None
        self._worker: subprocess.Popen[bytes] | None = None
        self._starts = 0

    def begin(self, run: Run) -> None:
        if not self.ready:
            schema.prepare(self.database)
            self.ready = True
        self._runs.begin(run)

    def claim(self, run_id: str, owner: Owner) -> Lease:
        self._must_be_ready(run_id)
        lease = self._runs.claim(run_id, owner, int(self.setting.lease_s * 1000))
        run, _, _ = self._runs.load(run_id)
        held = _Held(lease, self._loaded.get(run_id, 0))
        held.commit = run.facts.get("commit")
        self._held[run_id] = held
        self._register(queues_of(run.document))
        self._keep_beating()
        return lease

    def load(self, run_id: str) -> tuple[Run, Sequence[Record]]:
        self._must_be_ready(run_id)
        ends = self._queueing.ends_since(run_id, 0)
        intents = self._workers.intents_of(run_id)
        run, written, records = self._runs.load(run_id)
        found = in_order([*records, *processes(intents)], ends.records)
        self._loaded[run_id] = written
        if run_id in self._held:
            held = self._held[run_id]
            held.written, held.since_ms = written, ends.until_ms
            held.told |= {record.key for _, record in found}
            held.begun |= {record.key: record.at_ms for _, record in found if record.key.endswith("/started")}
        return run, [record for _, record in found]

    def record(self, lease: Lease, records: Sequence[Record], *, sync: bool = True) -> None:
        held = self._held_by(lease)
        self.database.write(lambda c: self._runs.append(c, lease, records), sync=sync)
        held.told |= {record.key for record in records if record.key.endswith("/ended")}

    def dispatch(self, lease: Lease, work: Sequence[Work], records: Sequence[Record] = ()) -> None:
        held = self._held_by(lease)
        known = {queue.name for queue in self._queues}
        self._register([Queue(name) for name in {each.queue for each in work} - known if name])
        self._start_worker()
        batches = [work[at : at + BATCH] for at in range(0, len(work), BATCH)] or [()]
        for number, batch in enumerate(batches):
            self._enqueue(held, batch, records if number == 0 else ())
            new = {workflow_id(each): each.key for each in batch if f"{each.key}/ended" not in held.told}
            held.outstanding |= new
            held.all_at = time.monotonic()
            self._pace()

    def wait(self, lease: Lease, timeout_s: float | None) -> Sequence[Record]:
        held = self._held_by(lease)
        if held.outstanding:
            self._start_worker()
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        pause, longest = (_MANY_PAUSE_S, _MANY_PAUSE_S) if len(held.outstanding) > _FEW else _PAUSES_S
        if len(held.outstanding) > _FEW and held.looked_at:
            time.sleep(
                max(0.0, min(held.looked_at + pause - time.monotonic(), pause if timeout_s is None else timeout_s))
            )
        while not (found := self._news(held)):
            left = longest if deadline is None else deadline - time.monotonic()
            if left <= 0:
                return []
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, longest)
        self._pace()
        return found

    def stop(self, lease: Lease, keys: Sequence[str], status: str) -> None:
        held = self._held_by(lease)
        attempts = {id_of(lease.run_id, key): key for key in keys}
        never = self._workers.stop(lease.run_id, attempts, status)
        now = time.monotonic()
        held.stopping |= {each: (key, status, now) for each, key in attempts.items() if each not in never}
        if never:
            self._queueing.cancel(never)
            self._end(held, [(attempts[each], status, "it was stopped before it began") for each in never])

    def recover(self, lease: Lease, work: Work, *, adopt: bool) -> Recovery:
        held, attempt = self._held_by(lease), workflow_id(work)
        if found := self._orphans.ended(attempt):
            return found
        status, worker = self._queueing.status([attempt]).get(attempt, ("CANCELLED", None))
        if status == "CANCELLED":
            known = self._workers.intent(attempt)
            return Recovery("gone", began=known is not None and known.worker is not None)
        if adopt:
            held.outstanding[attempt] = work.key
            self._start_worker()
            if status == "PENDING" and worker not in {each.id for each in self._workers.alive()}:
                self._reaper.reap()
            return Recovery("running", detail=f"performed by {worker}" if status == "PENDING" else "in its queue")
        return self._orphans.ended_first(attempt, work)

    def signal(self, run_id: str, record: Record) -> bool:
        self._must_be_ready(run_id)
        return self._runs.signal(run_id, record)

    def enter(self, lease: Lease, group: str) -> str | None:
        return self._runs.enter(lease, group)

    def leave(self, lease: Lease, group: str) -> None:
        self._runs.leave(lease, group)

    def runs(self, *, limit: int = 100, before: str | None = None, workflow: str | None = None) -> Sequence[Run]:
        return self._runs.newest(limit, before, workflow) if self.ready else []

    def release(self, lease: Lease) -> None:
        if lease.run_id in self._held and self._held[lease.run_id].lease == lease:
            del self._held[lease.run_id]
        self._runs.release(lease)

    def reap(self) -> int:
        """Has what dead workers performed taken over; how many attempts that were."""
        self._must_be_ready("")
        return self._reaper.reap()

    def forget_attempts(self, run_id: str) -> None:
        """Deletes what is known of a run's attempts."""
        self._workers.forget(run_id)
        self._queueing.forget(run_id)

    def close(self) -> None:
        for held in list(self._held.values()):
            self.release(held.lease)
        self._closed.set()
        if self._beating is not None:
            self._beating.join()
        if self._worker is not None and self._worker.stdin is not None:
            self._worker.stdin.close()  # it finishes what it performs, and leaves
            threading.Thread(target=self._worker.wait, name="holdfast-worker", daemon=True).start()
        self._queueing.close()
        self.database.close()

    def _held_by(self, lease: Lease) -> _Held:
        held = self._held.get(lease.run_id)
        if held is None or held.lease != lease or held.lost:
            raise LeaseLost(
                f"{lease.run_id}: this process does not hold the run any more",
                hint="look at it with: holdfast workflow status",
            )
        return held

    def _end(self, held: _Held, ends: Sequence[tuple[str, str, str]]) -> None:
        """Writes ends of attempts that nobody performs: keys, statuses and reasons."""
        made = [
            Record(f"{key}/ended", Outcome(status, reason=reason).as_json(), now_ms()) for key, status, reason in ends
        ]
        self.record(held.lease, made)
        held.told -= {record.key for record in made}  # the runner is to hear of them
        held.own += made

    def _end_orphans(self, held: _Held) -> None:
        """Ends what was to be stopped where no worker is left that could."""
        if not held.stopping or time.monotonic() < held.orphans_at:
            return
        for attempt, (key, status, since) in list(held.stopping.items()):
            instance, _, number = key.removeprefix("step/").rpartition("/")
            work = Work(held.lease.run_id, instance, int(number), (), {})
            found = self._orphans.stopped(attempt, work, since_s=time.monotonic() - since)
            if found is not None:
                del held.stopping[attempt]
            if found is not None and found.outcome is None:
                reason = (
                    f"it was stopped: {found.detail or 'it had not begun'}, and no worker is left that could end it"
                )
                self._end(held, [(key, status, reason)])
        held.orphans_at = time.monotonic() + _ORPHANS_S

    def _must_be_ready(self, run_id: str) -> None:
        self.ready = self.ready or schema.is_ready(self.database)
        if not self.ready:
            raise NoSuchRun(
                f"{run_id}: no run was ever begun in {self.database.address.shown}", hint="is it another database?"
            )

    def _enqueue(self, held: _Held, work: Sequence[Work], records: Sequence[Record]) -> None:
        at_ms, host, project = now_ms(), os.uname().nodename, str(self.setting.project)
        started = [
            Record(f"{each.key}/started", {"idempotency_key": each.idempotency_key, "on_crash": each.on_crash}, at_ms)
            for each in work
        ]
        envelopes = [Envelope(each, host, project, held.commit) for each in work]

        def enqueue(connection: sa.Connection) -> None:
            self._runs.append(connection, held.lease, [*records, *started])
            self._queueing.enqueue(connection, envelopes)

        self.database.write(enqueue)
        held.begun |= {record.key: record.at_ms for record in started}

    def _news(self, held: _Held) -> list[Record]:
        if held.lost:
            self._held_by(held.lease)
        held.looked_at = time.monotonic()
        self._end_orphans(held)
        held.written, found = self._runs.since(held.lease, held.written)
        found += held.own
        held.own = []
        if held.outstanding:
            ends = sorted(self._new_ends(held), key=lambda each: each[0])
            found += [not_before_start(record, held.begun) for _, record in ends]
        fresh = [record for record in found if record.key not in held.told]
        for record in fresh:
            if record.key.endswith("/ended"):
                held.told.add(record.key)
                attempt = id_of(held.lease.run_id, record.key.removesuffix("/ended"))
                held.outstanding.pop(attempt, None)
                held.stopping.pop(attempt, None)
        return fresh

    def _new_ends(self, held: _Held) -> list[tuple[int, Record]]:
        if len(held.outstanding) <= _FEW:
            return self._queueing.ends(list(held.outstanding))
        quiet = time.monotonic() - held.all_at > _QUIET_S
        found = self._queueing.ends_since(held.lease.run_id, 0 if quiet else held.since_ms)
        if quiet or any(record.key not in held.told for _, record in found.records):
            held.all_at = time.monotonic()
        held.since_ms = found.until_ms
        return found.records

    def _register(self, queues: Iterable[Queue]) -> None:
        new = [queue for queue in queues if queue not in self._queues]
        self._queues += new
        self._set_up(new)

    def _set_up(self, queues: Sequence[Queue]) -> None:
        if queues:
            jobs = max(self.setting.jobs, 1, *(each.jobs for each in self._workers.alive()))
            self._queueing.register(queues, jobs, crowded=self._crowded)

    def _pace(self) -> None:
        """Sees to it that workers look as often as suits what is outstanding."""
        most = max((len(held.outstanding) for held in self._held.values()), default=0)
        crowded = most > (CROWDED / 2 if self._crowded else CROWDED)
        if crowded != self._crowded:
            self._crowded = crowded
            self._set_up(self._queues)

    def _keep_beating(self) -> None:
        if self._beating is None:
            self._beating = threading.Thread(target=self._beat, name="holdfast-lease", daemon=True)
            self._beating.start()

    def _beat(self) -> None:
        while not self._closed.wait(self.setting.lease_s / 4):
            try:
                for held in list(self._held.values()):
                    held.lost = not self._runs.beat(held.lease)
                self._reaper.reap()
            except HoldfastError:  # the database is gone for longer than calls wait: the runner's own call says so
                continue

    def _start_worker(self) -> None:
        """Starts the worker that belongs to this runner, or another where that one has died."""
        if not self.setting.jobs or (self._worker is not None and self._worker.poll() is None):
            return
        names = sorted({DEFAULT_QUEUE, *(queue.name for queue in self._queues)})
        log = self.setting.project / ".holdfast" / "workflow" / "worker.log"
        self._starts += 1
        if self._starts > _MOST_STARTS:
            raise HoldfastError(f"the worker of this run ended {_MOST_STARTS} times", hint=f"look at {log}")
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as said:
            self._worker = subprocess.Popen(
                command(self.setting.project, names, self.setting.jobs, self.setting.lease_s),
                cwd=self.setting.project,
                env={**self.setting.env, "HOLDFAST_WORKFLOW_DATABASE": self.database.address.url},
                stdin=subprocess.PIPE,
                stdout=said,
                stderr=said,
                start_new_session=True,  # Ctrl-C is for the runner, which then says what happens to the steps
            )
