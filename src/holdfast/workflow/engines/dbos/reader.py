"""The database for those who look at runs, and perform nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from holdfast.core.clock import now_ms
from holdfast.core.process_identity import is_running
from holdfast.workflow.engines.dbos.engine import DbosEngine
from holdfast.workflow.engines.dbos.wiring import connect
from holdfast.workflow.engines.interface import Run
from holdfast.workflow.engines.reading import RUNNER, WORKER, Session
from holdfast.workflow.records import Record

RUNNERS = (
    "SELECT id, workflow, owner, fence, lease_ms, {now} - beat_ms AS silent_ms FROM {h}runs "
    "WHERE project = :project AND owner IS NOT NULL ORDER BY id DESC"
)
WORKERS = (
    "SELECT id, name, process, queues, epoch, lease_ms, {now} - since_ms AS age_ms, {now} - beat_ms AS silent_ms "
    "FROM {h}workers WHERE project = :project AND alive = 1 ORDER BY since_ms"
)
FREE_RUN = "UPDATE {h}runs SET owner = NULL WHERE id = :id AND project = :project AND fence = :fence"
PART_WORKER = (
    "UPDATE {h}workers SET alive = 0, busy = 0, epoch = epoch + 1 "
    "WHERE id = :id AND project = :project AND alive = 1 AND epoch = :fence"
)


class DbosReader:
    """A Reader of one project's runs. Nothing is made in a database that has no tables of ours."""

    def __init__(self, engine: DbosEngine) -> None:
        self._engine, self._database, self._project = engine, engine.database, engine.setting.name

    def load(self, run_id: str) -> tuple[Run, Sequence[Record]]:
        return self._engine.load(run_id)

    def runs(self, *, limit: int = 100, before: str | None = None, workflow: str | None = None) -> Sequence[Run]:
        return self._engine.runs(limit=limit, before=before, workflow=workflow)

    def signal(self, run_id: str, record: Record) -> bool:
        return self._engine.signal(run_id, record)

    def sessions(self) -> Sequence[Session]:
        return [session for session, _ in self._sessions()]

    def _sessions(self) -> list[tuple[Session, int]]:
        """Each with its fence or epoch, which another owner would have raised."""
        if not self._engine.ready:
            return []
        now = now_ms()
        found = [(_runner(row, now), row.fence) for row in self._rows(RUNNERS)]
        return found + [(_worker(row, now), row.epoch) for row in self._rows(WORKERS)]

    def delete(self, run_ids: Sequence[str]) -> Sequence[str]:
        """What DBOS keeps of their attempts stays: it is known by their ids, which are never used again."""
        if not self._engine.ready:
            return []
        text = "DELETE FROM {h}runs WHERE id = :run AND project = :project AND owner IS NULL"
        return [run_id for run_id in run_ids if self._change(text, {"run": run_id, "project": self._project})]

    def release_stale(self) -> Sequence[Session]:
        stale = [(each, fence) for each, fence in self._sessions() if not each.alive]
        given = {"project": self._project}
        return [
            each
            for each, fence in stale
            if self._change(FREE_RUN if each.kind == RUNNER else PART_WORKER, {**given, "id": each.id, "fence": fence})
        ]

    def close(self) -> None:
        self._engine.close()

    def _rows(self, text: str) -> Sequence[Any]:
        given = {"project": self._project}
        return self._database.read(lambda c: c.execute(self._database.sql(text), given).all())

    def _change(self, text: str, given: Mapping[str, Any]) -> bool:
        return bool(self._database.write(lambda c: c.execute(self._database.sql(text), dict(given)).rowcount))


def open_reader(project: Path, url: str) -> DbosReader:
    """The runs of a project in the database of that URL. Raises HoldfastError."""
    return DbosReader(connect(url, project=project, jobs=0, env={}))


def _runner(row: Any, now: int) -> Session:
    owner = json.loads(row.owner)
    alive, why = _lives(owner["process"], row)
    return Session(
        RUNNER, row.id, owner["who"], owner["process"], None, now - row.silent_ms, alive, why, about=row.workflow
    )


def _worker(row: Any, now: int) -> Session:
    process = json.loads(row.process)
    alive, why = _lives(process, row)
    about = f"queues {', '.join(json.loads(row.queues))}"
    return Session(WORKER, row.id, row.name, process, now - row.age_ms, now - row.silent_ms, alive, why, about)


def _lives(process: Mapping[str, Any], row: Any) -> tuple[bool, str]:
    """On this machine its process tells, elsewhere its last sign of life."""
    running, why = is_running(process)
    if running is None:
        alive = bool(row.silent_ms < row.lease_ms)
        return alive, "" if alive else f"{why}, and gave no sign of life for {row.silent_ms // 1000} s"
    return running, why
