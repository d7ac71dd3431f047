"""Taking over what dead workers performed: one process at a time, by DBOS's public calls."""

from __future__ import annotations

import time

from holdfast.workflow.engines.dbos.database import Database
from holdfast.workflow.engines.dbos.queueing import Queueing
from holdfast.workflow.engines.dbos.workers import Workers


class Reaper:
    """Finds the dead workers of one project, and puts what they performed onto its queue again."""

    def __init__(self, database: Database, workers: Workers, queueing: Queueing, *, lease_s: float) -> None:
        self.database, self.workers, self.queueing, self.lease_s = database, workers, queueing, lease_s

    def reap(self) -> int:
        """How many attempts were put back. None while another process reaps, or the database was away just now:
        nobody could give a sign of life then.
        """
        troubled = self.database.troubled_at
        if troubled and time.monotonic() - troubled < self.lease_s:
            return 0
        with self.database.alone(f"reaper {self.queueing.application}") as mine:
            return self._reaped() if mine else 0

    def give_back(self, worker_id: str) -> int:
        """Takes one worker for dead, and puts what it performed back. Returns how many attempts that were."""
        self.workers.part(worker_id)
        return self._put_back([each for each in self.queueing.performed() if each[1] == worker_id])

    def _reaped(self) -> int:
        performed = self.queueing.performed()  # before the list of the living: who joins meanwhile is in that
        self.workers.bury()
        living = {worker.id for worker in self.workers.alive()}
        return self._put_back([each for each in performed if each[1] not in living])

    def _put_back(self, orphans: list[tuple[str, str | None, str | None]]) -> int:
        for queue in {each[2] for each in orphans}:
            self.queueing.resume([attempt for attempt, _, of in orphans if of == queue], queue)
        return len(orphans)
