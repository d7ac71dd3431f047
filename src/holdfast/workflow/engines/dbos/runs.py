"""Runs, who holds them, and what was said of them: rows written under the lock of their run, with its fence checked."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from holdfast.core.clock import now_ms
from holdfast.core.process_identity import is_running
from holdfast.workflow.engines.dbos.database import Database
from holdfast.workflow.engines.interface import Lease, LeaseLost, NoSuchRun, Owner, Run, RunTaken
from holdfast.workflow.records import Record

if TYPE_CHECKING:
    import sqlalchemy as sa

_HEAD = ("inputs", "who", "facts", "options", "origin")
_SUMMARY = "id, workflow, created_ms, head, status, ended_ms, done, total"
_INSERT = (
    "INSERT INTO {h}records (run_id, key, number, data, at_ms, written_ms, fence) "
    "VALUES (:run, :key, :number, :data, :at_ms, {now}, :fence) ON CONFLICT (run_id, key) DO NOTHING"
)


class Runs:
    """The runs of one project in one database."""

    def __init__(self, database: Database, project: str) -> None:
        self.database = database
        self.project = project

    def begin(self, run: Run) -> None:
        """Keeps a new run. Doing it again with the same id changes nothing."""
        row = {
            "id": run.id,
            "project": self.project,
            "workflow": run.workflow,
            "created_ms": run.created_ms,
            "head": _json({name: getattr(run, name) for name in _HEAD}),
            "document": _json(run.document),
            "status": run.status,
            "total": run.total,
        }
        text = (
            "INSERT INTO {h}runs (id, project, workflow, created_ms, head, document, status, total) VALUES "
            "(:id, :project, :workflow, :created_ms, :head, :document, :status, :total) ON CONFLICT (id) DO NOTHING"
        )
        self.database.write(lambda c: c.execute(self.database.sql(text), row))

    def claim(self, run_id: str, owner: Owner, lease_ms: int) -> Lease:
        """The lease on a run. Raises RunTaken, NoSuchRun."""
        sql = self.database.sql

        def take(connection: sa.Connection) -> Lease:
            row = self._locked(connection, run_id)
            if row.owner is not None and _is_alive(row):
                held = json.loads(row.owner)
                raise RunTaken(
                    f"{run_id}: held by {held['who']}, {_where(held['process'])}",
                    hint=f"wait for it, or end it with: holdfast workflow cancel {run_id}",
                )
            connection.execute(
                sql(
                    "UPDATE {h}runs SET fence = fence + 1, owner = :owner, lease_ms = :lease_ms, beat_ms = {now} "
                    "WHERE id = :run"
                ),
                {"owner": _json(owner._asdict()), "lease_ms": lease_ms, "run": run_id},
            )
            lease = Lease(run_id, row.fence + 1)
            taken = Record(f"run/owner/{lease.fence}", owner._asdict(), now_ms())
            self._insert(connection, row, [taken], lease.fence)
            return lease

        return self.database.write(take)

    def beat(self, lease: Lease) -> bool:
        """Says that its runner is alive; False where somebody else has taken the run."""
        text = "UPDATE {h}runs SET beat_ms = {now} WHERE id = :run AND fence = :fence AND owner IS NOT NULL"
        row = {"run": lease.run_id, "fence": lease.fence}
        return bool(self.database.write(lambda c: c.execute(self.database.sql(text), row).rowcount, sync=False))

    def release(self, lease: Lease) -> None:
        """Gives a run back."""
        text = "UPDATE {h}runs SET owner = NULL WHERE id = :run AND fence = :fence"
        row = {"run": lease.run_id, "fence": lease.fence}
        self.database.write(lambda c: c.execute(self.database.sql(text), row))

    def load(self, run_id: str) -> tuple[Run, int, list[tuple[int, Record]]]:
        """A run, how much was written of it, and its records with the time of their writing."""
        sql = self.database.sql

        def look(connection: sa.Connection) -> tuple[Run, int, list[tuple[int, Record]]]:
            text = sql("SELECT * FROM {h}runs WHERE id = :run AND project = :project")
            row = connection.execute(text, {"run": run_id, "project": self.project}).first()
            if row is None:
                raise _no_such(run_id)
            text = sql(
                "SELECT key, data, at_ms, written_ms FROM {h}records WHERE run_id = :run AND number <= :written "
                "ORDER BY number"
            )
            rows = connection.execute(text, {"run": run_id, "written": row.written})
            records = [(each.written_ms, Record(each.key, json.loads(each.data), each.at_ms)) for each in rows]
            return _run(row, json.loads(row.document)), row.written, records

        return self.database.read(look)

    def since(self, lease: Lease, number: int) -> tuple[int, list[Record]]:
        """How much was written, and what others wrote after that number. Raises LeaseLost."""
        sql = self.database.sql

        def look(connection: sa.Connection) -> tuple[int, list[Record]]:
            text = sql("SELECT fence, written FROM {h}runs WHERE id = :run")
            row = connection.execute(text, {"run": lease.run_id}).first()
            if row is None or row.fence != lease.fence:
                raise _lost(lease)
            if row.written == number:
                return number, []
            text = sql(
                "SELECT key, data, at_ms FROM {h}records WHERE run_id = :run AND number > :number "
                "AND number <= :written AND fence <> :fence ORDER BY number"
            )
            given = {"run": lease.run_id, "number": number, "written": row.written, "fence": lease.fence}
            found = [Record(each.key, json.loads(each.data), each.at_ms) for each in connection.execute(text, given)]
            return row.written, found

        return self.database.read(look)

    def append(self, connection: sa.Connection, lease: Lease, records: Sequence[Record]) -> None:
        """Writes records in the caller's transaction, those of keys that are new. Raises LeaseLost."""
        row = self._locked(connection, lease.run_id)
        if row.fence != lease.fence or row.owner is None:
            raise _lost(lease)
        self._insert(connection, row, records, lease.fence)
        for record in records:
            if record.key.startswith(("run/ended", "run/status")):
                self._summarise(connection, lease.run_id, record)

    def signal(self, run_id: str, record: Record) -> bool:
        """Writes a record without a lease. False where the key is taken."""
        sql, token = self.database.sql, -1 - secrets.randbits(
            62
        )  # in place of a fence: a write that is retried knows it

        def write(connection: sa.Connection) -> bool:
            self._insert(connection, self._locked(connection, run_id), [record], token)
            text = sql("SELECT fence FROM {h}records WHERE run_id = :run AND key = :key")
            return bool(connection.execute(text, {"run": run_id, "key": record.key}).scalar() == token)

        return self.database.write(write)

    def enter(self, lease: Lease, group: str) -> str | None:
        """Takes a concurrency group; the run that is in it where somebody alive is. Raises LeaseLost."""
        sql, place = self.database.sql, {"project": self.project, "name": group}

        def take(connection: sa.Connection) -> str | None:
            if self._locked(connection, lease.run_id).fence != lease.fence:
                raise _lost(lease)
            text = "INSERT INTO {h}groups (project, name, run_id) VALUES (:project, :name, :run) ON CONFLICT DO NOTHING"
            connection.execute(sql(text), {**place, "run": lease.run_id})
            row = connection.execute(
                sql(
                    "SELECT run_id, owner, lease_ms, {now} - beat_ms AS silent_ms FROM {h}groups "
                    "JOIN {h}runs ON {h}runs.id = run_id WHERE {h}groups.project = :project AND name = :name"
                ),
                place,
            ).one()
            if row.run_id == lease.run_id:
                return None
            if row.owner is not None and _is_alive(row):
                return str(row.run_id)
            taken = connection.execute(
                sql("UPDATE {h}groups SET run_id = :run WHERE project = :project AND name = :name AND run_id = :was"),
                {**place, "run": lease.run_id, "was": row.run_id},
            )
            return None if taken.rowcount else str(row.run_id)

        return self.database.write(take)

    def leave(self, lease: Lease, group: str) -> None:
        """Gives a concurrency group back."""
        text = "DELETE FROM {h}groups WHERE project = :project AND name = :name AND run_id = :run"
        row = {"project": self.project, "name": group, "run": lease.run_id}
        self.database.write(lambda c: c.execute(self.database.sql(text), row))

    def newest(self, limit: int, before: str | None, workflow: str | None) -> list[Run]:
        """The newest runs first, without their documents."""
        text = f"SELECT {_SUMMARY} FROM {{h}}runs WHERE project = :project"  # noqa: S608 - a constant
        text += " AND id < :before" * (before is not None) + " AND workflow = :workflow" * (workflow is not None)
        given: dict[str, Any] = {"project": self.project, "limit": limit}
        given |= {k: v for k, v in (("before", before), ("workflow", workflow)) if v is not None}
        rows = self.database.read(
            lambda c: c.execute(self.database.sql(f"{text} ORDER BY id DESC LIMIT :limit"), given).all()
        )
        return [_run(row, {}) for row in rows]

    def other_projects(self) -> list[str]:
        """The projects whose runs are in this database, unless this one's are too."""
        rows = self.database.read(
            lambda c: c.execute(self.database.sql("SELECT DISTINCT project FROM {h}runs")).scalars().all()
        )
        return [] if self.project in rows else sorted(rows)

    def _locked(self, connection: sa.Connection, run_id: str) -> Any:
        text = (
            "SELECT id, fence, written, owner, lease_ms, {now} - beat_ms AS silent_ms FROM {h}runs "
            "WHERE id = :run AND project = :project {lock}"
        )
        row = connection.execute(self.database.sql(text), {"run": run_id, "project": self.project}).first()
        if row is None:
            raise _no_such(run_id)
        return row

    def _insert(self, connection: sa.Connection, run: Any, records: Sequence[Record], fence: int) -> None:
        if not records:
            return
        rows = [
            {
                "run": run.id,
                "key": record.key,
                "number": number,
                "data": _json(record.data),
                "at_ms": record.at_ms,
                "fence": fence,
            }
            for number, record in enumerate(records, run.written + 1)
        ]
        connection.execute(self.database.sql(_INSERT), rows)
        connection.execute(
            self.database.sql("UPDATE {h}runs SET written = :written WHERE id = :run"),
            {"written": run.written + len(rows), "run": run.id},
        )

    def _summarise(self, connection: sa.Connection, run_id: str, record: Record) -> None:
        ended = record.at_ms if record.key.startswith("run/ended") else None
        row = {"run": run_id, "ended": ended, **{k: record.data.get(k) for k in ("status", "done", "total")}}
        connection.execute(
            self.database.sql(
                "UPDATE {h}runs SET status = coalesce(:status, status), ended_ms = :ended, "
                "done = coalesce(:done, done), total = coalesce(:total, total) WHERE id = :run"
            ),
            row,
        )
        if ended is not None:
            connection.execute(self.database.sql("DELETE FROM {h}groups WHERE run_id = :run"), {"run": run_id})


def _run(row: Any, document: dict[str, Any]) -> Run:
    head = json.loads(row.head)
    names = ("id", "workflow", "created_ms", "status", "ended_ms", "done", "total")
    return Run(**{name: getattr(row, name) for name in names}, **{k: head[k] for k in _HEAD}, document=document)


def _is_alive(row: Any) -> bool:
    """Whether who holds a run is there: on this machine its process tells, elsewhere its last sign of life."""
    running, _ = is_running(json.loads(row.owner)["process"])
    return running if running is not None else bool(row.silent_ms < row.lease_ms)


def _where(process: dict[str, Any]) -> str:
    return f"process {process.get('pid')} on {process.get('host')}"


def _no_such(run_id: str) -> NoSuchRun:
    return NoSuchRun(f"{run_id}: no such run in this database", hint="list them with: holdfast workflow status")


def _lost(lease: Lease) -> LeaseLost:
    return LeaseLost(
        f"{lease.run_id}: another process took the run over", hint="look at it with: holdfast workflow status"
    )


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
