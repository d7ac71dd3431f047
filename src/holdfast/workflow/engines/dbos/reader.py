"""Looking at the runs in a database, without DBOS running in this process."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from holdfast.core.process_identity import is_running
from holdfast.workflow.engines.dbos.engine import DbosEngine
from holdfast.workflow.engines.interface import Run
from holdfast.workflow.engines.reading import RUNNER, WORKER, Session
from holdfast.workflow.records import Record

_RUNNERS = (
    "SELECT id, workflow, owner, fence, beat_ms, lease_ms, {now} - beat_ms AS silent_ms FROM {h}runs "
    "WHERE project = :project AND owner IS NOT NULL ORDER BY id DESC"
)
_WORKERS = (
    "SELECT id, name, process, queues, since_ms, beat_ms, lease_ms, {now} - beat_ms AS silent_ms FROM {h}workers "
    "WHERE project = :project AND alive = 1 ORDER BY since_ms"
)


def open_reader(project: Path, url: str) -> DbosReader:
    """The runs of a project in the database of that URL. Raises HoldfastError."""
    from holdfast.workflow.engines.dbos.wiring import connect

    return DbosReader(connect(url, project=project, jobs=0, env={}))


class DbosReader:
    """A Reader over an engine that performs nothing."""

    def __init__(self, engine: DbosEngine) -> None:
        self._engine = engine
        self._database = engine.database
        self._project = {"project": engine.setting.name}

    def load(self, run_id: str) -> tuple[Run, Sequence[Record]]:
        return self._engine.load(run_id)

    def runs(self, *, limit: int = 100, before: str | None = None, workflow: str | None = None) -> Sequence[Run]:
        return self._engine.runs(limit=limit, before=before, workflow=workflow)

    def signal(self, run_id: str, record: Record) -> bool:
        return self._engine.signal(run_id, record)

    def sessions(self) -> Sequence[Session]:
        if not self._engine.ready:
            return []
        return [_runner(row) for row in self._rows(_RUNNERS)] + [_worker(row) for row in self._rows(_WORKERS)]

    def delete(self, run_ids: Sequence[str]) -> Sequence[str]:
        forgotten = []
        held = {session.id for session in self.sessions() if session.kind == RUNNER and session.alive}
        for run_id in run_ids:
            if self._engine.ready and run_id not in held:
                row = {**self._project, "run": run_id}
                if self._database.change("DELETE FROM {h}runs WHERE id = :run AND project = :project", row):
                    self._engine.forget_attempts(run_id)
                    forgotten.append(run_id)
        return forgotten

    def release_stale(self) -> Sequence[Session]:
        stale = [session for session in self.sessions() if not session.alive]
        free = "UPDATE {h}runs SET owner = NULL WHERE id = :run AND fence = :fence"
        names = {session.id for session in stale if session.kind == RUNNER}
        for row in self._rows(_RUNNERS) if names else ():
            if row.id in names and not _runner(row).alive:
                self._database.change(free, {"run": row.id, "fence": row.fence})
        if len(stale) > len(names):
            self._engine.reap()
        return stale

    def close(self) -> None:
        self._engine.close()

    def _rows(self, text: str) -> list[Any]:
        return list(self._database.read(lambda c: c.execute(self._database.sql(text), self._project).all()))


def _runner(row: Any) -> Session:
    owner = json.loads(row.owner)
    alive, why = _alive(owner["process"], row)
    return Session(RUNNER, row.id, owner["who"], owner["process"], None, row.beat_ms, alive, why, row.workflow)


def _worker(row: Any) -> Session:
    process = json.loads(row.process)
    alive, why = _alive(process, row)
    about = ", ".join(json.loads(row.queues))
    return Session(WORKER, row.id, row.name, process, row.since_ms, row.beat_ms, alive, why, about)


def _alive(process: dict[str, Any], row: Any) -> tuple[bool, str]:
    running, why = is_running(process)
    if running is not None:
        return running, why
    alive = row.silent_ms < row.lease_ms
    return alive, "" if alive else f"no sign of life for {row.silent_ms // 1000} s"
