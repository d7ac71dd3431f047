"""Our own tables: what a run is, who holds it, what was said of it, and who performs what."""

from __future__ import annotations

import time
from importlib.metadata import version
from typing import TYPE_CHECKING

from holdfast.core.errors import HoldfastError
from holdfast.workflow.engines.dbos.database import Database, imported

if TYPE_CHECKING:
    import sqlalchemy as sa

VERSION = 1
"""Of our tables. A database of a newer one is refused."""

_TABLES = (
    "CREATE TABLE IF NOT EXISTS {h}meta (only_row integer PRIMARY KEY, version integer NOT NULL, dbos text NOT NULL)",
    """CREATE TABLE IF NOT EXISTS {h}runs (
        id text PRIMARY KEY, project text NOT NULL, workflow text NOT NULL, created_ms bigint NOT NULL,
        head text NOT NULL, document text NOT NULL, status text NOT NULL, ended_ms bigint,
        done integer NOT NULL DEFAULT 0, total integer NOT NULL DEFAULT 0, written bigint NOT NULL DEFAULT 0,
        fence bigint NOT NULL DEFAULT 0, owner text,
        beat_ms bigint NOT NULL DEFAULT 0, lease_ms bigint NOT NULL DEFAULT 0)
    """,
    """CREATE TABLE IF NOT EXISTS {h}records (
        run_id text NOT NULL REFERENCES {h}runs(id) ON DELETE CASCADE, key text NOT NULL, number bigint NOT NULL,
        data text NOT NULL, at_ms bigint NOT NULL, written_ms bigint NOT NULL, fence bigint NOT NULL,
        PRIMARY KEY (run_id, key))
    """,
    "CREATE UNIQUE INDEX IF NOT EXISTS holdfast_records_number ON {h}records (run_id, number)",
    "CREATE INDEX IF NOT EXISTS holdfast_runs_newest ON {h}runs (project, id)",
    """CREATE TABLE IF NOT EXISTS {h}groups (
        project text NOT NULL, name text NOT NULL, run_id text NOT NULL REFERENCES {h}runs(id) ON DELETE CASCADE,
        PRIMARY KEY (project, name))
    """,
    """CREATE TABLE IF NOT EXISTS {h}workers (
        id text PRIMARY KEY, project text NOT NULL, name text NOT NULL, process text NOT NULL, queues text NOT NULL,
        jobs integer NOT NULL, busy integer NOT NULL DEFAULT 0, epoch bigint NOT NULL DEFAULT 1,
        alive integer NOT NULL DEFAULT 1, since_ms bigint NOT NULL, beat_ms bigint NOT NULL, lease_ms bigint NOT NULL)
    """,
    """CREATE TABLE IF NOT EXISTS {h}attempts (
        id text PRIMARY KEY, run_id text NOT NULL, key text NOT NULL, worker text, process text, project text,
        written_ms bigint, stop text)
    """,  # no REFERENCES: each of them would lock the row of the run
    "CREATE INDEX IF NOT EXISTS holdfast_attempts_run ON {h}attempts (run_id)",
)


def prepare(database: Database) -> None:
    """Makes or brings up to date DBOS's tables and ours, where they are not. Raises HoldfastError for newer ones."""
    while not is_ready(database):
        with database.alone("schema") as mine:
            if mine:
                _make(database)
                return
        time.sleep(0.1)  # another process makes them


def is_ready(database: Database) -> bool:
    """Whether the tables are there, as this version wants them. Raises HoldfastError where they are newer."""
    import sqlalchemy as sa

    inspector = database.read(lambda connection: sa.inspect(connection).has_table(*_name_of_meta(database)))
    if not inspector:
        return False
    found = database.read(lambda c: c.execute(database.sql("SELECT version, dbos FROM {h}meta")).first())
    if found is None:
        return False
    if found.version > VERSION:
        raise HoldfastError(
            f"{database.address.shown}: its tables have version {found.version}, and this holdfast knows {VERSION}",
            hint="use the holdfast that the other machines use: pip install --upgrade 'holdfast[distributed]'",
        )
    return bool(found.version == VERSION and found.dbos == version("dbos"))


def _name_of_meta(database: Database) -> tuple[str, str | None]:
    return ("holdfast_meta", None) if database.sqlite else ("meta", "holdfast")


def _make(database: Database) -> None:
    dbos = imported("dbos")
    try:
        dbos.DBOS.migrate(database.address.url)
    except dbos.error.DBOSException as error:
        said = database.address.masked(str(error))
        raise HoldfastError(f"{database.address.shown}: {said}", hint="look at the server's log") from None

    def make(connection: sa.Connection) -> None:
        if not database.sqlite:
            connection.execute(database.sql("CREATE SCHEMA IF NOT EXISTS holdfast"))
        for table in _TABLES:
            connection.execute(database.sql(table))
        connection.execute(
            database.sql(
                "INSERT INTO {h}meta (only_row, version, dbos) VALUES (1, :version, :dbos) "
                "ON CONFLICT (only_row) DO UPDATE SET version = excluded.version, dbos = excluded.dbos"
            ),
            {"version": VERSION, "dbos": version("dbos")},
        )

    database.write(make)
