"""The journal for those who look: opened for reading alone until something is to be written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from holdfast.workflow.engines import journal_owners, journal_runs
from holdfast.workflow.engines.interface import NoSuchRun, Run
from holdfast.workflow.engines.journal_store import FOLDER, Store, open_read_only, open_store
from holdfast.workflow.engines.reading import RUNNER, Session
from holdfast.workflow.records import Record

FREE_SHARE = 4
"""The file is written anew where more than one part in so many is free: that takes as long as copying it."""
BEGIN = "holdfast workflow run FILE begins one"


class JournalReader:
    """A Reader. A project without a journal has no runs, and gets none by being looked at."""

    def __init__(self, project: Path) -> None:
        self._folder = project / FOLDER
        self._store = _opened(self._folder)
        self._writable = False

    def load(self, run_id: str) -> tuple[Run, Sequence[Record]]:
        if self._store is None:
            raise _no_such_run(run_id)
        run, records, _ = journal_runs.load(self._store, run_id)
        return run, records

    def runs(self, *, limit: int = 100, before: str | None = None, workflow: str | None = None) -> Sequence[Run]:
        return [] if self._store is None else journal_runs.newest(self._store, limit, before, workflow)

    def sessions(self) -> Sequence[Session]:
        return [] if self._store is None else [_session(each) for each in journal_owners.sessions(self._store)]

    def signal(self, run_id: str, record: Record) -> bool:
        store = self._to_write(run_id)
        with store.transaction(sync=True):
            if not store.row("SELECT 1 FROM runs WHERE id = ?", (run_id,)):
                raise _no_such_run(run_id)
            sql = (
                "INSERT OR IGNORE INTO records (run_id, key, data, at_ms, foreign_to_runner) VALUES (?, ?, ?, ?, TRUE)"
            )
            return bool(store.execute(sql, (run_id, record.key, json.dumps(record.data), record.at_ms)))

    def delete(self, run_ids: Sequence[str]) -> Sequence[str]:
        if not run_ids or self._store is None:
            return []
        store = self._to_write(run_ids[0])
        journal_runs.delete(store, run_ids)
        gone = [run_id for run_id in run_ids if not store.row("SELECT 1 FROM runs WHERE id = ?", (run_id,))]
        if gone and not any(session.alive for session in self.sessions()):
            _give_room_back(store)
        return gone

    def release_stale(self) -> Sequence[Session]:
        if not any(not session.alive for session in self.sessions()):
            return []
        return [_session(each) for each in journal_owners.release_stale(self._to_write(""))]

    def close(self) -> None:
        if self._store is not None:
            self._store.close()

    def _to_write(self, run_id: str) -> Store:
        if self._store is None:
            raise _no_such_run(run_id)
        if not self._writable:
            self._store.close()
            self._store, self._writable = open_store(self._folder), True
        return self._store


def _opened(folder: Path) -> Store | None:
    """The store; None where there is none, or where its maker was killed before it had tables."""
    store = open_read_only(folder)
    if store is None or store.row("PRAGMA user_version")[0]:
        return store
    store.close()
    return None


def _give_room_back(store: Store) -> None:
    """Makes the file smaller where much of it is free: SQLite keeps what was deleted for what comes."""
    free, pages = (store.row(f"PRAGMA {name}")[0] for name in ("freelist_count", "page_count"))
    if free * FREE_SHARE > pages:
        store.execute("VACUUM")


def _session(each: journal_owners.Session) -> Session:
    return Session(
        RUNNER,
        each.run_id,
        each.who,
        each.process,
        each.since_ms,
        each.heartbeat_ms,
        each.alive,
        each.why,
        each.workflow,
    )


def _no_such_run(run_id: str) -> NoSuchRun:
    return NoSuchRun(
        f"there is no run {run_id}: no workflow has run here", hint="holdfast workflow run FILE begins one"
    )
