"""Workers and what they perform: signs of life, epochs that fence those taken for dead, and the intents of attempts."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from holdfast.core.process_identity import identity, is_running
from holdfast.workflow.engines.dbos.database import Database
from holdfast.workflow.engines.dbos.together import Together
from holdfast.workflow.engines.interface import Work

if TYPE_CHECKING:
    import sqlalchemy as sa

KEPT_MS = 24 * 3_600_000
"""How long it is remembered that there was a worker."""

_INTENT = "INSERT INTO {h}attempts (id, run_id, key, worker, process, project, written_ms) "
_WHERE_ALIVE = "WHERE {h}workers.id = :worker AND epoch = :epoch AND alive = 1 ON CONFLICT (id) DO NOTHING"
_FROM_ONE = "SELECT :id, :run, :key, :worker, :process, :place, {now} FROM {h}workers "
_FROM_ALL = (
    "SELECT row.id, row.run, row.key, :worker, row.process, row.place, {now} FROM {h}workers, "
    "json_to_recordset(CAST(:rows AS json)) AS row (id text, run text, key text, process text, place text) "
)
_INTEND = f"{_INTENT}{_FROM_ONE}{_WHERE_ALIVE}"
_INTEND_ALL = f"{_INTENT}{_FROM_ALL}{_WHERE_ALIVE} RETURNING id"


class Worker(NamedTuple):
    """One worker as it is known to others. `id` is its executor id in DBOS, and never used twice."""

    id: str
    name: str
    process: Mapping[str, Any]
    queues: tuple[str, ...]
    jobs: int
    busy: int = 0
    epoch: int = 1
    alive: bool = True
    silent_ms: int = 0


class Intent(NamedTuple):
    """What is known of an attempt that somebody began to perform, or was told not to."""

    worker: str | None
    process: Mapping[str, Any] | None
    project: str | None
    """The directory of the project there."""
    stop: str | None
    """The status that it is to end with."""
    written_ms: int = 0


class Workers:
    """The workers of one project in one database, and the attempts that they perform."""

    def __init__(self, database: Database, project: str) -> None:
        self.database = database
        self.project = project
        self._intending = Together(self._intend_all)

    def join(self, name: str, queues: Sequence[str], jobs: int, lease_ms: int) -> Worker:
        """Makes this process known as a worker."""
        made = Worker(f"{name}-{uuid4().hex[:12]}", name, identity(os.getpid()), tuple(queues), jobs)
        row = {
            "id": made.id,
            "project": self.project,
            "name": name,
            "process": json.dumps(made.process),
            "queues": json.dumps(made.queues),
            "jobs": jobs,
            "lease_ms": lease_ms,
        }
        text = (
            "INSERT INTO {h}workers (id, project, name, process, queues, jobs, since_ms, beat_ms, lease_ms) "
            "VALUES (:id, :project, :name, :process, :queues, :jobs, {now}, {now}, :lease_ms) ON CONFLICT DO NOTHING"
        )
        self.database.write(lambda c: c.execute(self.database.sql(text), row))
        return made

    def beat(self, worker: Worker, busy: int) -> bool:
        """Says that it is alive; False where it was taken for dead meanwhile: what it performs is no longer its own."""
        text = "UPDATE {h}workers SET beat_ms = {now}, busy = :busy WHERE id = :id AND epoch = :epoch AND alive = 1"
        row = {"id": worker.id, "epoch": worker.epoch, "busy": busy}
        return bool(self.database.write(lambda c: c.execute(self.database.sql(text), row).rowcount, sync=False))

    def part(self, worker_id: str) -> None:
        """Takes a worker for dead: nothing that it still writes counts."""
        text = "UPDATE {h}workers SET alive = 0, busy = 0, epoch = epoch + 1 WHERE id = :id AND alive = 1"
        self.database.write(lambda c: c.execute(self.database.sql(text), {"id": worker_id}))

    def bury(self) -> None:
        """Takes those for dead that gave no sign of life for their lease, or whose process on this machine is gone."""
        lapsed = (
            "UPDATE {h}workers SET alive = 0, busy = 0, epoch = epoch + 1 "
            "WHERE project = :project AND alive = 1 AND beat_ms < {now} - lease_ms"
        )
        forgotten = "DELETE FROM {h}workers WHERE project = :project AND alive = 0 AND beat_ms < {now} - :kept"

        def judge(connection: sa.Connection) -> None:
            connection.execute(self.database.sql(lapsed), {"project": self.project})
            connection.execute(self.database.sql(forgotten), {"project": self.project, "kept": KEPT_MS})

        for worker in self.alive():
            if is_running(worker.process)[0] is False:
                self.part(worker.id)
        self.database.write(judge)

    def alive(self) -> list[Worker]:
        """The workers that nobody has taken for dead."""
        text = (
            "SELECT id, name, process, queues, jobs, busy, epoch, {now} - beat_ms AS silent_ms FROM {h}workers "
            "WHERE project = :project AND alive = 1 ORDER BY since_ms"
        )
        rows = self.database.read(lambda c: c.execute(self.database.sql(text), {"project": self.project}).all())
        return [
            Worker(
                row.id,
                row.name,
                json.loads(row.process),
                tuple(json.loads(row.queues)),
                row.jobs,
                row.busy,
                row.epoch,
                silent_ms=row.silent_ms,
            )
            for row in rows
        ]

    def intend(self, worker: Worker, attempt: str, work: Work, process: Mapping[str, Any], project: str) -> bool:
        """Writes down what is about to perform an attempt; on disk when this returns.

        False where somebody was before us, where it is to be stopped, or where this worker was taken for dead. What
        several threads intend at the same time is written by one statement.
        """
        row = self._row(worker, attempt, process, project) | {"run": work.run_id, "key": work.key}
        return self._intending(row) or self._wrote(worker, attempt, process)

    def _intend_all(self, rows: Sequence[Mapping[str, Any]]) -> list[bool]:
        """For each whether it was written; all are one worker's."""
        sql = self.database.sql
        if self.database.sqlite:
            return self.database.write(lambda c: [bool(c.execute(sql(_INTEND), row).rowcount) for row in rows])
        given = {**rows[0], "rows": json.dumps(rows)}
        written = {row.id for row in self.database.change_all(_INTEND_ALL, given)}
        return [row["id"] in written for row in rows]

    def take_over(
        self, worker: Worker, attempt: str, known: Intent, process: Mapping[str, Any] | None, project: str | None
    ) -> bool:
        """Writes over the intent of somebody who is dead; False where it is no longer the one that was looked at."""
        text = (
            "UPDATE {h}attempts SET worker = :worker, process = :process, project = :place, written_ms = {now} "
            "WHERE id = :id AND worker = :was AND stop IS NULL AND EXISTS "
            "(SELECT 1 FROM {h}workers WHERE id = :worker AND epoch = :epoch AND alive = 1)"
        )
        row = self._row(worker, attempt, process, project) | {"was": known.worker}
        return bool(self.database.change(text, row)) or self._wrote(worker, attempt, process)

    def _wrote(self, worker: Worker, attempt: str, process: Mapping[str, Any] | None) -> bool:
        """Whether it is there all the same: the server may die after its commit, and before it says so."""
        known = self.intent(attempt)
        return known is not None and known.worker == worker.id and known.process == process is not None

    def intent(self, attempt: str) -> Intent | None:
        """What is known of one attempt."""
        return self.intents([attempt]).get(attempt)

    def intents(self, attempts: Sequence[str]) -> dict[str, Intent]:
        """What is known of these attempts."""
        return {row.id: _intent(row) for row in self._attempts("id", attempts)}

    def intents_of(self, run_id: str) -> dict[str, Intent]:
        """What is known of a run's attempts, by the keys of their records."""
        return {row.key: _intent(row) for row in self._attempts("run_id", [run_id])}

    def stop(self, run_id: str, attempts: Mapping[str, str], status: str) -> list[str]:
        """Asks for the end of attempts, ids with their keys. Returns those that nobody has begun: nobody will."""
        sql = self.database.sql
        text = (
            "INSERT INTO {h}attempts AS known (id, run_id, key, stop) VALUES (:id, :run, :key, :stop) "
            "ON CONFLICT (id) DO UPDATE SET stop = coalesce(known.stop, excluded.stop)"
        )
        rows = [{"id": each, "run": run_id, "key": key, "stop": status} for each, key in sorted(attempts.items())]

        def ask(connection: sa.Connection) -> list[str]:
            for row in rows:
                connection.execute(sql(text), row)
            begun = [row.id for row in self._rows(connection, "id", list(attempts)) if row.worker is not None]
            return sorted(set(attempts) - set(begun))

        return self.database.write(ask)

    def forget(self, run_id: str) -> None:
        """Deletes the intents of a run's attempts."""
        self.database.change("DELETE FROM {h}attempts WHERE run_id = :run", {"run": run_id})

    def _attempts(self, column: str, values: Sequence[str]) -> list[Any]:
        return self.database.read(lambda c: self._rows(c, column, values)) if values else []

    def _rows(self, connection: sa.Connection, column: str, values: Iterable[str]) -> list[Any]:
        import sqlalchemy as sa

        text = self.database.sql("SELECT * FROM {h}attempts WHERE " + column + " IN :these")  # noqa: S608
        found = text.bindparams(sa.bindparam("these", expanding=True))
        return list(connection.execute(found, {"these": list(values)}).all())

    def _row(
        self, worker: Worker, attempt: str, process: Mapping[str, Any] | None, project: str | None
    ) -> dict[str, Any]:
        return {
            "id": attempt,
            "worker": worker.id,
            "epoch": worker.epoch,
            "process": json.dumps(process) if process is not None else None,
            "place": project,
        }


def _intent(row: Any) -> Intent:
    process = json.loads(row.process) if row.process is not None else None
    return Intent(row.worker, process, row.project, row.stop, row.written_ms or 0)
