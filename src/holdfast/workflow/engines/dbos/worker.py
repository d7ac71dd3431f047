"""A worker: a process that performs attempts of a project's queues until it is told to leave."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from types import FrameType
from typing import IO, Any, NamedTuple

from holdfast.core.errors import ExitCode, HoldfastError
from holdfast.workflow.engines.dbos import schema
from holdfast.workflow.engines.dbos.address import parse_address
from holdfast.workflow.engines.dbos.database import Database, imported
from holdfast.workflow.engines.dbos.performing import Performer
from holdfast.workflow.engines.dbos.queueing import PERFORM, Queueing
from holdfast.workflow.engines.dbos.reaper import Reaper
from holdfast.workflow.engines.dbos.runs import Runs
from holdfast.workflow.engines.dbos.workers import Worker, Workers
from holdfast.workflow.executors.interface import Executor, Place

LEASE_S = 12.0
PATIENCE_S = 3600.0
"""How long a worker waits for its database: it has nothing better to do."""

SWITCH_S = 0.0005
"""How long one thread of a worker computes while others want to: with Python's 5 ms eight of them wait in a row."""

_SPARING = {
    "use_listen_notify": False,  # its threads look 100 times a second for events that nobody here waits for
    "notification_listener_polling_interval_sec": 0.25,
    "db_engine_kwargs": {"pool_pre_ping": False},  # DBOS tries again where a connection was lost
}
"""Settings of DBOS that leave more of a core to the steps."""

_WATCH_S = 0.5


class Asked(NamedTuple):
    """What a worker is to be."""

    url: str
    project: str
    """The project's name: its queues are its own."""
    place: Place
    queues: tuple[str, ...]
    jobs: int
    name: str
    lease_s: float = LEASE_S
    grace_s: float | None = None
    """How long what runs may take to finish once it is told to leave; None: as long as it wants."""


class Seams(NamedTuple):
    """What a worker is given by who wires it."""

    find_executor: Callable[[str], Executor]
    commit: Callable[[], str | None]
    say: Callable[[str], None]
    until: IO[bytes] | None = None
    """It leaves at the end of this stream: when the runner that started it is gone."""


def work(asked: Asked, seams: Seams) -> int:
    """Works until SIGTERM, SIGINT or the end of `seams.until`. Returns the exit code: 1 where it was taken for dead.

    The first signal lets what runs finish, for `grace_s`; the second ends it. Whatever has no end by then goes back
    to its queue. Raises HoldfastError where the database cannot be used.
    """
    database = Database(parse_address(asked.url), patience_s=PATIENCE_S)
    database.check()
    schema.prepare(database)
    if others := Runs(database, asked.project).other_projects():
        seams.say(
            f"{database.address.shown}: no run of {asked.project} in it yet, but of {', '.join(others)}; "
            "it waits for one of this project, which is told by its name in pyproject.toml"
        )
    return _Working(asked, seams, database).until_told()


class _Working:
    """A worker that has joined: its threads, and how it leaves."""

    def __init__(self, asked: Asked, seams: Seams, database: Database) -> None:
        self.asked, self.seams, self.database = asked, seams, database
        self.workers = Workers(database, asked.project)
        self.queueing = Queueing(database, asked.project)
        self.reaper = Reaper(database, self.workers, self.queueing, lease_s=asked.lease_s)
        self.told: SimpleQueue[None] = SimpleQueue()  # a signal's function may put into it at any moment
        self.tells = 0
        self.superseded = False
        self.closed = threading.Event()

    def until_told(self) -> int:
        sys.setswitchinterval(SWITCH_S)
        me = self.workers.join(self.asked.name, self.asked.queues, self.asked.jobs, int(self.asked.lease_s * 1000))
        jobs = max(self.asked.jobs, *(each.jobs for each in self.workers.alive()))
        self.queueing.widen(self.asked.queues, jobs)
        performer = Performer(
            self.workers,
            self.queueing,
            me,
            self.asked.place,
            find_executor=self.seams.find_executor,
            commit=self.seams.commit,
            lease_s=self.asked.lease_s,
        )
        for name, target in (("beat", self._beat), ("watch", self._watch)):
            threading.Thread(target=target, args=(me, performer), name=f"holdfast-{name}", daemon=True).start()
        dbos = self._launched(me, performer)
        self._listen_to_signals()
        self.seams.say(f"{me.name}: {me.jobs} at once, of {', '.join(me.queues)}, {self.database.address.shown}")
        self.told.get()
        return self._leave(me, performer, dbos)

    def _launched(self, me: Worker, performer: Performer) -> Any:
        dbos = imported("dbos")
        config = {
            "name": self.queueing.application,
            "executor_id": me.id,
            "application_version": self.queueing.version,
            "log_level": "ERROR",
            "run_migrations": False,
            **_SPARING,
        }
        key = "system_database_engine" if self.database.sqlite else "system_database_url"
        dbos.DBOS(config={**config, key: self.database.shared if self.database.sqlite else self.database.address.url})

        def perform(envelope: str) -> str:
            return performer.perform(envelope)

        portable = dbos.WorkflowSerializationFormat.PORTABLE
        dbos.DBOS.workflow(name=PERFORM, max_recovery_attempts=None, serialization_type=portable)(perform)
        dbos.DBOS.listen_queues([self.queueing.name(queue) for queue in me.queues])
        dbos.DBOS.launch()
        return dbos

    def _listen_to_signals(self) -> None:
        def tell(_number: int, _frame: FrameType | None) -> None:
            self.tell()

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, tell)
        if self.seams.until is not None:
            threading.Thread(target=self._leave_with, args=(self.seams.until,), daemon=True).start()

    def _leave_with(self, stream: IO[bytes]) -> None:
        stream.read()
        self.tell()

    def tell(self) -> None:
        """Tells it to leave; a second time: now."""
        self.tells += 1
        self.told.put(None)

    def _beat(self, me: Worker, performer: Performer) -> None:
        while not self.closed.wait(self.asked.lease_s / 4):
            try:
                if not self.workers.beat(me, performer.busy()):
                    self.superseded = True
                    self.tell()
                    return
                performer.claims.put_back()
                self.reaper.reap()
            except HoldfastError as error:
                self.seams.say(error.message)

    def _watch(self, _me: Worker, performer: Performer) -> None:
        while not self.closed.wait(min(_WATCH_S, self.asked.lease_s / 8)):
            if performer.running:
                try:
                    performer.watch()
                except HoldfastError as error:
                    self.seams.say(error.message)

    def _leave(self, me: Worker, performer: Performer, dbos: Any) -> int:
        performer.leaving = True
        if self.superseded:
            self.seams.say(f"{me.name}: gave no sign of life for {self.asked.lease_s:g} s and was taken for dead")
        elif performer.busy():
            self.seams.say(f"{me.name}: {performer.busy()} still running; a second signal ends them")
        drain = threading.Thread(target=_drain, args=(dbos,), daemon=True)
        drain.start()
        finished = self._finished(drain, performer)
        if not finished:
            performer.end_all()
        self.closed.set()
        self.database.patience_s = min(self.database.patience_s, self.asked.lease_s)
        try:
            self.reaper.give_back(me.id)
        except HoldfastError as error:  # others find out by its silence
            self.seams.say(error.message)
        self.seams.say(f"{me.name}: left" + ("" if finished else "; what it still ran was ended"))
        return ExitCode.OK if finished and not self.superseded else ExitCode.FINDINGS

    def _finished(self, drain: threading.Thread, performer: Performer) -> bool:
        """Waits for what runs; False once that took too long, it is told again, or the database takes no results."""
        deadline = None if self.asked.grace_s is None else time.monotonic() + self.asked.grace_s
        busy_at = time.monotonic()
        while drain.is_alive():
            busy_at = time.monotonic() if performer.busy() else busy_at
            if time.monotonic() - busy_at > 2 * self.asked.lease_s:
                return False
            if self.superseded or self.tells > 1 or (deadline is not None and time.monotonic() > deadline):
                return False
            with suppress(Empty):
                self.told.get(timeout=0.05)
        return True


def _drain(dbos: Any) -> None:
    """Claims nothing more, and returns when the last attempt has its result in the database."""
    dbos.DBOS.destroy(workflow_completion_timeout_sec=10**9)


def leave_now(code: int) -> None:
    """Ends this process without waiting for threads whose results nobody wants."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def command(project: Path, queues: Sequence[str], jobs: int, lease_s: float) -> list[str]:
    """The command of a worker that leaves with its runner. Its database is in the environment: no list shows that."""
    options = ["--queues", ",".join(queues), "--jobs", str(jobs), "--lease", str(lease_s), "--attached"]
    return [sys.executable, "-m", "holdfast", "workflow", "worker", "--project", str(project), *options]
