"""Attempts whose worker is gone: what is known of them, and ending what is left of them."""

from __future__ import annotations

import time
from collections.abc import Callable

from holdfast.core.process_identity import is_running
from holdfast.workflow.engines.dbos.queueing import Queueing
from holdfast.workflow.engines.dbos.workers import Intent, Workers
from holdfast.workflow.engines.interface import Recovery, Work
from holdfast.workflow.executors.interface import Executor
from holdfast.workflow.records import UNKNOWN, Outcome

LOOK_S = 0.1


class Orphans:
    """What a runner does about them by itself, while no worker does."""

    def __init__(
        self, workers: Workers, queueing: Queueing, find_executor: Callable[[str], Executor], *, lease_s: float
    ) -> None:
        self._workers, self._queueing, self._find_executor = workers, queueing, find_executor
        self._lease_s = lease_s

    def ended(self, attempt: str) -> Recovery | None:
        """The end of an attempt, where DBOS has it."""
        for _, record in self._queueing.ends([attempt]):
            outcome = Outcome.from_json(record.data)
            if outcome.status == UNKNOWN:
                return Recovery("gone", detail=outcome.reason or "", at_ms=record.at_ms)
            return Recovery("ended", outcome, at_ms=record.at_ms)
        return None

    def ended_first(self, attempt: str, work: Work) -> Recovery:
        """Has an attempt ended, by whoever performs it, else by this process, and tells what became of it."""
        if self._workers.stop(work.run_id, {attempt: work.key}, UNKNOWN):
            self._queueing.cancel([attempt])
            return Recovery("gone", detail="it had not begun", began=False)
        while not (found := self.ended(attempt)):
            intent = self._workers.intent(attempt)
            if intent is None or intent.worker not in self._living():
                return self._buried(attempt, work, intent)
            time.sleep(LOOK_S)
        return found

    def stopped(self, attempt: str, work: Work, *, since_s: float) -> Recovery | None:
        """What became of an attempt that is to be stopped for as long; None while a worker may still do that.

        One that lives takes it over within its lease, if it listens to that queue and has a place free; where it has
        not after two, nobody waits for it.
        """
        intent, living = self._workers.intent(attempt), self._living()
        if intent is not None and intent.worker in living:
            return None
        return None if living and since_s < 2 * self._lease_s else self._buried(attempt, work, intent)

    def _living(self) -> set[str]:
        """Those workers that are alive: those of this machine by their process, the others by their last sign."""
        lease_ms = self._lease_s * 1000
        found = ((each, is_running(each.process)[0]) for each in self._workers.alive())
        return {each.id for each, runs in found if runs or (runs is None and each.silent_ms < lease_ms)}

    def _buried(self, attempt: str, work: Work, intent: Intent | None) -> Recovery:
        self._queueing.cancel([attempt])  # before anybody takes it over
        if found := self.ended(attempt):
            return found
        if intent is None or intent.process is None:
            return Recovery("gone", began=False)
        host = intent.process.get("host")
        detail = f"its worker {intent.worker} on {host} died in the middle"
        if is_running(intent.process)[0] is None:
            return Recovery("gone", detail=f"{detail}; whether it still runs there is to be looked up there")
        ended = self._find_executor(work.uses).end_leftovers(work, intent.process)
        return Recovery("gone", detail=f"{detail}; {ended} processes were ended" if ended else detail)
