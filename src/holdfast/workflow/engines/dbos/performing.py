"""How a worker performs an attempt: once, whoever else began it before, and never after it was taken for dead."""

from __future__ import annotations

import json
import os
import select
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from holdfast.core.errors import HoldfastError
from holdfast.core.process_identity import is_running
from holdfast.workflow.engines.dbos.claims import Claims
from holdfast.workflow.engines.dbos.queueing import DEFAULT_QUEUE, Envelope, Queueing, workflow_id
from holdfast.workflow.engines.dbos.workers import Intent, Worker, Workers
from holdfast.workflow.engines.interface import Work
from holdfast.workflow.executors.files import attempt_files
from holdfast.workflow.executors.interface import Executor, Lost, Place, Running
from holdfast.workflow.executors.perform import refused
from holdfast.workflow.model import RERUN
from holdfast.workflow.records import CANCELLED, UNKNOWN, Outcome

LOOK_S = 0.25
"""How often a running attempt is looked at when nothing happens: its output is kept in bounds then."""

SLOT_S = 0.5
"""How long an attempt waits for a free place of this worker before it is offered to others."""

TAIL = 4096
"""How many bytes of the log of an attempt on another machine come with its outcome."""


class NotOurs(Exception):
    """The attempt is another worker's now. DBOS, which knows that too, drops whatever we would say."""


class Performer:
    """Performs attempts for one worker, each in a thread of its caller."""

    def __init__(
        self,
        workers: Workers,
        queueing: Queueing,
        worker: Worker,
        place: Place,
        *,
        find_executor: Callable[[str], Executor],
        commit: Callable[[], str | None],
        lease_s: float,
    ) -> None:
        self.workers, self.queueing, self.worker, self.place = workers, queueing, worker, place
        self.find_executor, self.commit, self.lease_s = find_executor, commit, lease_s
        self.running: dict[str, Running] = {}
        self.leaving = False
        """It takes nothing more: what waits for a place is given back."""
        self.dead = False
        """It was taken for dead, or ends what it performs: no result counts any more."""
        self.claims = Claims(queueing, worker.id, lease_s=lease_s)
        self._slots = threading.BoundedSemaphore(worker.jobs)
        self._asking, self._asked_at = threading.Lock(), -SLOT_S
        self._known: Sequence[Worker] = ()
        self._executors: dict[str, Executor] = {}
        self._works: dict[str, Work] = {}
        self._stops: dict[str, str] = {}
        self._lost: set[str] = set()

    def perform(self, text: str) -> str:
        """The outcome of the attempt in an envelope, both as JSON. Raises NotOurs; never returns once it is dead."""
        envelope = Envelope.from_text(text)
        attempt = workflow_id(envelope.work)
        self.claims.enter(attempt)
        try:
            said = self._said(attempt, envelope)
        except NotOurs:
            self.claims.give_up(attempt)
            raise
        self.claims.leave(attempt)
        return said

    def _said(self, attempt: str, envelope: Envelope) -> str:
        self._wait_for_place(attempt, envelope.work.queue)
        try:
            outcome = self._performed(attempt, envelope)
        except HoldfastError as error:
            outcome = refused(error)
        finally:
            if not self.dead:
                self.running.pop(attempt, None)
                self._works.pop(attempt, None)
            self._slots.release()
        if self.dead:
            threading.Event().wait()  # a result now would be an end that we made ourselves; the process leaves
        if attempt in self._lost:
            self._lost.discard(attempt)
            raise NotOurs(attempt)
        return json.dumps(self._told(outcome, envelope).as_json(), separators=(",", ":"))

    def watch(self) -> None:
        """Asks the database which of the running attempts are to be stopped, or were taken over."""
        for attempt, intent in self.workers.intents(list(self.running)).items():
            if intent.worker != self.worker.id:
                self._lost.add(attempt)
            if intent.stop:
                self._stops[attempt] = intent.stop

    def busy(self) -> int:
        """How many attempts it performs."""
        return len(self.running)

    def end_all(self) -> None:
        """Ends every attempt that is still this worker's, with all its processes; none of them has a result."""
        self.dead = True
        time.sleep(2 * LOOK_S)  # the threads that follow them leave them alone now
        known = self.workers.intents(list(self.running))
        ours = [each for each in self.running if each in known and known[each].worker == self.worker.id]
        left = {each: self.running[each] for each in ours if self.running[each].poll() is None}
        for running in left.values():
            running.stop(UNKNOWN)
        ending = list(left.values())
        deadline = time.monotonic() + self.place.grace_s + 2
        while ending and time.monotonic() < deadline:
            ending = [running for running in ending if running.poll() is None]
            time.sleep(0.02)
        for attempt in left:  # what is in it now is the end that we made; empty says that it began
            Path(attempt_files(self._works[attempt], self.place).exit).write_bytes(b"")

    def _wait_for_place(self, attempt: str, queue: str | None) -> None:
        while not self._slots.acquire(timeout=SLOT_S):
            if self.leaving or self._others_are_free(queue):
                self.queueing.resume([attempt], self.queueing.name(queue))
                raise NotOurs(attempt)
        if self.leaving:
            self._slots.release()
            self.queueing.resume([attempt], self.queueing.name(queue))
            raise NotOurs(attempt)

    def _executor(self, uses: str) -> Executor:
        """The executor of that name, one for all attempts: it learns which processes are none of its own."""
        if uses not in self._executors:
            self._executors[uses] = self.find_executor(uses)
        return self._executors[uses]

    def _others_are_free(self, queue: str | None) -> bool:
        others = (each for each in self._alive() if each.id != self.worker.id)
        return any(each.busy < each.jobs and (queue or DEFAULT_QUEUE) in each.queues for each in others)

    def _alive(self) -> Sequence[Worker]:
        """The workers that are alive, asked for once for all attempts that wait."""
        with self._asking:
            if time.monotonic() - self._asked_at > SLOT_S / 2:
                self._known, self._asked_at = self.workers.alive(), time.monotonic()
            return self._known

    def _performed(self, attempt: str, envelope: Envelope) -> Outcome:
        work = envelope.work
        executor = self._executor(work.uses)
        known = self.workers.intent(attempt) if _was_begun_here(work, self.place) else None
        if known is not None:
            return self._taken_over(attempt, work, executor, known)
        asked = time.time()
        running = executor.start(work, self.place)
        ours = False
        try:
            ours = self.workers.intend(self.worker, attempt, work, running.process, str(self.place.project))
        finally:
            if not ours or not self._is_fresh(asked):
                ours = self._discard(running)
        if not ours:
            again = self.workers.intent(attempt)
            if again is None or again.worker == self.worker.id:
                outcome = self._given_up(attempt)
                if not self.dead:  # this worker performs it already: DBOS has to take that for somebody else's
                    self.queueing.resume([attempt], self.queueing.name(work.queue))
                return outcome
            return self._taken_over(attempt, work, executor, again)
        running.go()
        return self._followed(attempt, work, running)

    def _taken_over(self, attempt: str, work: Work, executor: Executor, known: Intent) -> Outcome:
        """The outcome of an attempt that somebody else began, or that was stopped before anybody did."""
        if known.worker is None or known.process is None:
            return Outcome(known.stop or CANCELLED, reason="it was stopped before it began")
        if is_running(known.process)[0] is not None:
            return self._taken_over_here(attempt, work, executor, known)
        if known.stop:
            return Outcome(known.stop, reason=f"it was stopped after its worker on {_host(known)} had died")
        if work.on_crash == RERUN:
            return self._performed_again(attempt, work, executor, known)
        return Outcome(UNKNOWN, reason=f"its worker {known.worker} on {_host(known)} died in the middle")

    def _taken_over_here(self, attempt: str, work: Work, executor: Executor, known: Intent) -> Outcome:
        """The same for one that was begun on this machine, where its process and its files tell more."""
        process = known.process or {}
        found = executor.adopt(work, self._place_of(known), process)
        if isinstance(found, Outcome):
            return found
        rerun = work.on_crash == RERUN or (isinstance(found, Lost) and not found.began)
        if known.stop or rerun or isinstance(found, Lost):
            executor.end_leftovers(work, process)
        if known.stop:
            return Outcome(known.stop, reason="it was stopped after its worker had died")
        if rerun:
            return self._performed_again(attempt, work, executor, known)
        if isinstance(found, Lost):
            return Outcome(UNKNOWN, reason=f"its worker {known.worker} died in the middle: {found.detail}")
        return self._adopted(attempt, work, known, found)

    def _adopted(self, attempt: str, work: Work, known: Intent, running: Running) -> Outcome:
        if not self.workers.take_over(self.worker, attempt, known, running.process, known.project):
            return self._after_others(attempt)
        return self._followed(attempt, work, running)

    def _place_of(self, known: Intent) -> Place:
        """Where the files of an attempt are: another checkout on this machine may have begun it."""
        project = Path(known.project or self.place.project)
        here = self.place
        runs = project / here.runs.relative_to(here.project) if here.runs.is_relative_to(here.project) else here.runs
        return here._replace(project=project, runs=runs)

    def _performed_again(self, attempt: str, work: Work, executor: Executor, known: Intent) -> Outcome:
        asked = time.time()
        running = executor.start(work, self.place)
        if not self.workers.take_over(self.worker, attempt, known, running.process, str(self.place.project)):
            self._discard(running)
            return self._after_others(attempt)
        if not self._is_fresh(asked):
            self._discard(running)
            return self._given_up(attempt)
        running.go()
        outcome = self._followed(attempt, work, running)
        return outcome._replace(notes=(*outcome.notes, f"performed again, as {known.worker} died in the middle"))

    def _after_others(self, attempt: str) -> Outcome:
        known = self.workers.intent(attempt)
        if known is not None and known.stop:
            return Outcome(known.stop, reason="it was stopped after its worker had died")
        return self._given_up(attempt)

    def _given_up(self, attempt: str) -> Outcome:
        """For an attempt that is no longer ours. DBOS knows who has it, unless this worker was just taken for dead:
        then it is told nothing, as it would still believe us.
        """
        self._lost.add(attempt)
        self.dead = self.dead or not self.workers.beat(self.worker, self.busy())
        return Outcome(CANCELLED)

    def _followed(self, attempt: str, work: Work, running: Running) -> Outcome:
        """The outcome of a process, which is ended where that is asked for or where it is no longer ours."""
        self._works[attempt], self.running[attempt] = work, running
        looked = time.time()
        while not self.dead and attempt not in self._lost and self._is_fresh(looked):
            looked = time.time()
            if (outcome := running.poll()) is not None:
                self._stops.pop(attempt, None)
                return outcome
            _wait_on(running)
            if attempt in self._stops:
                running.stop(self._stops[attempt])
        if attempt in self._lost and not self._is_here(attempt):
            self._discard(running)  # on this machine, whoever took it over has ended it or follows it
        return self._given_up(attempt)

    def _is_here(self, attempt: str) -> bool:
        known = self.workers.intent(attempt)
        return known is None or known.process is None or is_running(known.process)[0] is not None

    def _discard(self, running: Running) -> bool:
        running.stop(CANCELLED)
        while running.poll() is None:
            _wait_on(running)
        return False

    def _is_fresh(self, asked: float) -> bool:
        """Whether this process can still be the one: not where it slept for as long as it is trusted."""
        return time.time() - asked < self.lease_s / 2 or self.workers.beat(self.worker, self.busy())

    def _told(self, outcome: Outcome, envelope: Envelope) -> Outcome:
        """The outcome, with what a runner on another machine cannot look up."""
        notes = list(outcome.notes)
        commit = self.commit() if envelope.commit else None
        if envelope.commit and commit != envelope.commit:
            notes.append(f"performed at commit {(commit or 'unknown')[:12]}, the run began at {envelope.commit[:12]}")
        tail, host = outcome.tail, os.uname().nodename
        if (host, str(self.place.project)) != (envelope.host, envelope.project):
            notes.append(f"performed by {self.worker.name} on {host} in {self.place.project}: its log is there")
            tail = tail or _tail(self.place.project, outcome.log)
        return outcome._replace(notes=tuple(notes), tail=tail)


def _was_begun_here(work: Work, place: Place) -> bool:
    """Whether this machine may hold files of it, which starting it again would write over. Else `intend` tells."""
    files = attempt_files(work, place)
    return os.path.lexists(files.log) or os.path.lexists(files.exit)


def _wait_on(running: Running) -> None:
    handle = running.fileno()
    if handle is None:
        time.sleep(0.02)
        return
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.poll(LOOK_S * 1000)


def _host(known: Intent) -> str:
    process: Mapping[str, Any] = known.process or {}
    return str(process.get("host"))


def _tail(project: Path, log: str | None) -> str:
    if log is None:
        return ""
    try:
        with (project / log).open("rb") as handle:
            size = handle.seek(0, os.SEEK_END)
            handle.seek(max(0, size - TAIL))
            return handle.read().decode("utf-8", "replace")
    except OSError:
        return ""
