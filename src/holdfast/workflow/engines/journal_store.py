"""The journal's database: opening it, its tables, and transactions that are as durable as they have to be.

Settings: WAL, so that readers and a writer do not wait for each other; synchronous FULL for a commit that must
survive a power cut and NORMAL for one that must only survive the death of every process (sqlite.org/pragma.html).
A FULL commit makes all commits before it durable too: they are in the same log.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from holdfast.core.errors import HoldfastError
from holdfast.core.files import file_errors
from holdfast.workflow.engines.file_systems import network_type

VERSION = 1
"""Of the tables. A newer version may add columns and tables without changing it; a greater number is refused."""
BUSY_S = 30.0
FOLDER = Path(".holdfast", "workflow")
NAME = "journal.db"

TABLES = """
CREATE TABLE runs (
    id TEXT PRIMARY KEY, workflow TEXT NOT NULL, created_ms INTEGER NOT NULL, who TEXT NOT NULL, origin TEXT,
    status TEXT NOT NULL, ended_ms INTEGER, done INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0,
    fence INTEGER NOT NULL DEFAULT 0, owner TEXT, owner_who TEXT, since_ms INTEGER, heartbeat_ms INTEGER
) WITHOUT ROWID;
CREATE INDEX runs_of_workflow ON runs (workflow, id);
CREATE INDEX runs_owned ON runs (id) WHERE owner IS NOT NULL;
CREATE TABLE documents (run_id TEXT PRIMARY KEY, content TEXT NOT NULL);
CREATE TABLE records (
    seq INTEGER PRIMARY KEY, run_id TEXT NOT NULL, key TEXT NOT NULL, data TEXT NOT NULL, at_ms INTEGER NOT NULL,
    foreign_to_runner INTEGER NOT NULL DEFAULT 0, UNIQUE (run_id, key)
);
CREATE INDEX records_by_others ON records (run_id, seq) WHERE foreign_to_runner = 1;
CREATE TABLE starts (
    queue TEXT NOT NULL, at_ms INTEGER NOT NULL, run_id TEXT NOT NULL, key TEXT NOT NULL,
    running INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (run_id, key)
) WITHOUT ROWID;
CREATE INDEX starts_of_queue ON starts (queue, at_ms);
CREATE TABLE groups (name TEXT PRIMARY KEY, run_id TEXT NOT NULL) WITHOUT ROWID;
"""


class Store:
    """A connection to the journal. `path` is for messages. Used by one thread at a time."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path, self._connection = path, connection
        self._file = _identity(path)
        self._full: bool | None = None
        self.unsynced = False
        """Whether something was committed that a power cut may take."""

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows of a query."""
        with self._errors():
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The first row of a query, or None."""
        with self._errors():
            return self._connection.execute(sql, values).fetchone()

    def execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Runs one statement; how many rows it changed."""
        with self._errors():
            return self._connection.execute(sql, values).rowcount

    @contextmanager
    def transaction(self, *, sync: bool) -> Iterator[None]:
        """All that the block writes, or nothing. With `sync` it is on disk afterwards, with all that came before."""
        with self._errors():
            if self._full is not sync:
                self._connection.execute(f"PRAGMA synchronous={'FULL' if sync else 'NORMAL'}")
                self._full = sync
            self._connection.execute("BEGIN IMMEDIATE")
        before = self._connection.total_changes
        try:
            yield
            if sync and _identity(self.path) != self._file:
                raise _moved(self.path)
            with self._errors():
                self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        if self._connection.total_changes != before:  # a commit of nothing syncs nothing
            self.unsynced = not sync

    def sync(self) -> None:
        """Brings what was committed to disk, by a checkpoint: that syncs the log first."""
        with self._errors():
            self._connection.execute("PRAGMA synchronous=FULL")
            self._full = True
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        self.unsynced = False

    def data_version(self) -> int:
        """A number that changes when another connection writes."""
        with self._errors():
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def _errors(self) -> Errors:
        return Errors(self.path)


class Errors:
    """Turns sqlite3's errors into messages that say what to do. A class: contextlib takes three times as long."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, sqlite3.Error):
            raise _explained(self._path, error) from error
        if isinstance(error, UnicodeEncodeError):
            reason = "holds half of a surrogate pair, which is no character"
            raise HoldfastError(f"{error.object[:100]!a} {reason}") from error


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from another of its name; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - half the time, and each synced write asks
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _moved(path: Path) -> HoldfastError:
    """SQLite writes on into a file that has no name any more, and nobody would find it there."""
    return HoldfastError(
        f"{path}: was removed or replaced while it was in use; what was done since is on record nowhere",
        hint="does a step delete .holdfast, as `git clean -x` does?",
    )


def _explained(path: Path, error: sqlite3.Error) -> HoldfastError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    said = str(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return HoldfastError(f"{path}: another process has it locked", hint="is a holdfast stopped while it writes?")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return HoldfastError(
            f"{path}: the journal is damaged: {said}",
            hint=f"nothing was changed; to begin a new one: mv {path} {path}.damaged (runs in it cannot be resumed)",
        )
    if code == sqlite3.SQLITE_FULL:
        return HoldfastError(f"{path}: the disk is full", hint="make room, and resume the run")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return HoldfastError(f"{path}: cannot be written: {said}", hint=f"is {path.parent} yours to write in?")
    return HoldfastError(
        f"{path}: {said}", hint="is the disk full, or failing?" if code == sqlite3.SQLITE_IOERR else None
    )


def open_store(folder: Path, *, busy_s: float = BUSY_S) -> Store:
    """Opens the journal in a directory, and makes it where there is none. Raises HoldfastError."""
    with file_errors(folder, "make"):
        folder.mkdir(parents=True, exist_ok=True)
    if kind := network_type(folder):
        raise HoldfastError(
            f"{folder}: is on a network file system ({kind}), where a journal cannot be kept safely",
            hint="work on a local copy, or give a database: --database postgresql://...",
        )
    path = folder / NAME
    with Errors(path):
        connection = sqlite3.connect(path, timeout=busy_s, isolation_level=None, check_same_thread=False)
        try:
            _set_up(connection, path)
        except BaseException:
            connection.close()
            raise
    return Store(path, connection)


def open_read_only(folder: Path) -> Store | None:
    """Opens the journal for reading alone; None where there is none. Makes no file and changes none that has content.

    Without a log beside it nobody has it open, and it is read as a file that does not change.
    """
    path = folder / NAME
    if not path.is_file():
        return None
    log = path.with_name(f"{NAME}-wal")
    how = "mode=ro" if log.is_file() and log.stat().st_size else "mode=ro&immutable=1"
    with Errors(path):
        connection = sqlite3.connect(
            f"file:{quote(str(path))}?{how}", uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False
        )
        try:
            _check_version(connection, path)
        except BaseException:
            connection.close()
            raise
    return Store(path, connection)


def _set_up(connection: sqlite3.Connection, path: Path) -> None:
    if _check_version(connection, path) == VERSION:
        return
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _check_version(connection, path) != VERSION:  # else another process was faster
            if connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                raise HoldfastError(
                    f"{path}: a database of another application; nothing was changed",
                    hint="move it away: Holdfast keeps its journal there",
                )
            for statement in TABLES.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _check_version(connection: sqlite3.Connection, path: Path) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise HoldfastError(
            f"{path}: written by a newer Holdfast (journal version {version}, this one knows {VERSION})",
            hint="use that version of Holdfast here",
        )
    return version
