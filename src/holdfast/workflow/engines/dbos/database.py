"""One database for DBOS and for our own tables: connections, transactions that outlive its restart, and what is wrong.

The tables are in the schema `holdfast` of PostgreSQL, beside DBOS's schema `dbos`; in SQLite their names begin with it.
"""

from __future__ import annotations

import importlib
import logging
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from holdfast.core.errors import HoldfastError
from holdfast.workflow.engines.dbos.address import SQLITE, Address

if TYPE_CHECKING:
    import sqlalchemy as sa

Answer = TypeVar("Answer")

PATIENCE_S = 120.0
"""How long a call waits for a database that is gone: a restart takes seconds, a failover a minute."""

_BUSY_MS = 30_000
_PASSING = frozenset({"40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53300", None})
"""SQLSTATEs of what passes by itself: serialization, deadlock, shutdown, recovery; None: the connection was lost."""

_NOW = {
    True: "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
    False: "CAST(extract(epoch from clock_timestamp()) * 1000 AS bigint)",
}


class Database:
    """Our connections to one database. May be used by several threads."""

    def __init__(self, address: Address, *, patience_s: float = PATIENCE_S) -> None:
        self.address = address
        self.sqlite = address.kind == SQLITE
        self.patience_s = patience_s
        self.troubled_at = 0.0
        """When the database could not be reached last, as time.monotonic."""
        self.engine = make_engine(address)
        self.shared = make_engine(address, begin=None) if self.sqlite else self.engine
        """The connections that DBOS uses: its own transactions begin as it wants."""
        self._dispose = weakref.finalize(self, _dispose, self.engine, self.shared)
        self._single = self.engine.execution_options(isolation_level="AUTOCOMMIT") if not self.sqlite else self.engine

    def write(self, work: Callable[[sa.Connection], Answer], *, sync: bool = True) -> Answer:
        """What `work` returns, in one transaction; again from its start where the database went away meanwhile.

        `work` has to bear being done twice. Without `sync` PostgreSQL may lose it when its server dies.
        """
        return self.patiently(lambda: self._written(work, sync=sync))

    def read(self, work: Callable[[sa.Connection], Answer]) -> Answer:
        """What `work` returns, in a transaction that writes nothing."""
        return self.patiently(lambda: self._read(work))

    def patiently(self, once: Callable[[], Answer]) -> Answer:
        """What `once` returns; tried for `patience_s` while the database is gone. Raises HoldfastError after it."""
        import sqlalchemy as sa

        deadline, pause = time.monotonic() + self.patience_s, 0.05
        while True:
            try:
                return once()
            except (sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
                self.troubled_at = time.monotonic()
                if not passes(error) or self.troubled_at > deadline:
                    raise problem(self.address, error) from error
            time.sleep(pause)
            pause = min(2 * pause, 1.0)

    def change(self, text: str, row: Mapping[str, Any]) -> int:
        """How many rows one statement changes, by itself: one trip to the server in place of a transaction's three."""

        def once() -> int:
            with self._single.connect() as connection:
                return connection.execute(self.sql(text), row).rowcount

        return self.write(lambda c: c.execute(self.sql(text), row).rowcount) if self.sqlite else self.patiently(once)

    def change_all(self, text: str, row: Mapping[str, Any]) -> Sequence[Any]:
        """The rows that one statement of PostgreSQL returns, by itself, as `change` does it."""

        def once() -> Sequence[Any]:
            with self._single.connect() as connection:
                return connection.execute(self.sql(text), row).all()

        return self.patiently(once)

    def sql(self, text: str) -> sa.TextClause:
        """A statement: `{h}` is the prefix of our tables, `{now}` the database's clock in ms, `{lock}` locks rows."""
        return _statement(text, self.sqlite)

    def check(self) -> None:
        """Connects once. Raises HoldfastError, which says what is wrong with the URL, the server or the rights."""
        import sqlalchemy as sa

        try:
            with self.engine.connect() as connection:
                connection.execute(sa.text("SELECT 1"))
        except sa.exc.DBAPIError as error:
            raise problem(self.address, error) from None

    def close(self) -> None:
        """Closes every connection."""
        self._dispose()

    @contextmanager
    def alone(self, name: str) -> Iterator[bool]:
        """Whether this process alone holds the advisory lock of that name until the block is left. Never waits.

        Raises HoldfastError where the database went away meanwhile: then somebody else may hold it too.
        """
        import sqlalchemy as sa

        if self.sqlite:
            with _file_lock(Path(f"{self.address.file}.{name}.lock")) as mine:
                yield mine
            return
        try:
            with self.engine.connect() as connection:
                yield from self._advisory(connection, {"key": f"holdfast {name}"})
        except sa.exc.DBAPIError as error:
            self.troubled_at = time.monotonic()
            raise problem(self.address, error) from error

    def _advisory(self, connection: sa.Connection, key: Mapping[str, str]) -> Iterator[bool]:
        mine = bool(connection.execute(self.sql("SELECT pg_try_advisory_lock(hashtext(:key))"), key).scalar())
        connection.commit()
        try:
            yield mine
        finally:
            if mine:
                connection.execute(self.sql("SELECT pg_advisory_unlock(hashtext(:key))"), key)
                connection.commit()

    def _written(self, work: Callable[[sa.Connection], Answer], *, sync: bool) -> Answer:
        with self.engine.connect() as connection, connection.begin():
            if not sync and not self.sqlite:
                connection.execute(self.sql("SET LOCAL synchronous_commit TO off"))
            return work(connection)

    def _read(self, work: Callable[[sa.Connection], Answer]) -> Answer:
        with self.engine.connect().execution_options(holdfast_reads=True) as connection, connection.begin():
            return work(connection)


def make_engine(address: Address, *, begin: str | None = "BEGIN IMMEDIATE") -> sa.Engine:
    """The connections to a database; those to SQLite write ahead, synced, and begin their transactions with `begin`.

    Raises HoldfastError where the extra is not installed.
    """
    imported("sqlalchemy")
    imported("psycopg")
    import sqlalchemy as sa

    url = sa.make_url(address.url)
    if address.kind != SQLITE:
        url = url.set(drivername="postgresql+psycopg")
        options = {"connect_timeout": 10, "application_name": "holdfast"}
        return sa.create_engine(url, pool_size=8, max_overflow=12, connect_args=options)
    made = sa.create_engine(url, connect_args={"timeout": _BUSY_MS / 1000}, pool_size=4, max_overflow=16)

    def set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None if begin else "IMMEDIATE"
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_MS}"):
            connection.execute(f"PRAGMA {pragma}")

    def begin_now(connection: sa.Connection) -> None:
        reads = connection.get_execution_options().get("holdfast_reads")
        connection.exec_driver_sql("BEGIN" if reads else str(begin))

    sa.event.listen(made, "connect", set_up)
    if begin:
        sa.event.listen(made, "begin", begin_now)
    return made


def imported(name: str) -> Any:
    """A module of the extra. Raises HoldfastError with the command that installs it."""
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        raise HoldfastError(
            f"running beyond one machine needs {error.name or name}, which is not installed",
            hint="install it with: pip install 'holdfast[distributed]'",
        ) from error
    if name == "dbos":
        logging.getLogger("dbos").setLevel(logging.ERROR)
    return module


def passes(error: Exception) -> bool:
    """Whether what went wrong with a database may be over when it is tried again."""
    cause = getattr(error, "orig", None)
    if cause is None:
        return type(error).__name__ == "TimeoutError"  # no connection was free
    if type(cause).__module__ == "sqlite3":
        return "locked" in str(cause) or "busy" in str(cause)
    return type(error).__name__ in ("OperationalError", "InterfaceError", "InternalError", "DBAPIError") and (
        getattr(cause, "sqlstate", None) in _PASSING
    )


def problem(address: Address, error: Exception) -> HoldfastError:
    """What to tell people about an error of the database: where, what, and what to do; never the password."""
    said = address.masked(str(getattr(error, "orig", None) or error)).strip()
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    reason = lines[-1] if lines and "FATAL" in lines[-1] else (lines or [type(error).__name__])[0]
    reason = reason.split("FATAL:")[-1].removeprefix("connection failed:").strip()
    return HoldfastError(f"{address.shown}: {reason}", hint=_advice(said, address))


def _advice(said: str, address: Address) -> str:
    for sign, advice in (
        ("password authentication failed", "look at the user and the password in the URL"),
        ("no password supplied", "put the password into the URL, or name a file with PGPASSFILE"),
        ("does not exist", "create it with: createdb NAME"),
        ("Connection refused", "is the server running there, and is it the right port?"),
        ("timeout", "is the server reachable from this machine?"),
        ("resolve", "look at the host in the URL"),
        ("permission denied", "the user needs the right to create schemas in this database"),
        ("unable to open", f"is {address.url} in a directory that exists and may be written?"),
        ("not a database", "name another file: this one is no SQLite database"),
    ):
        if sign in said:
            return advice
    return "look at the server's log"


def _dispose(*engines: sa.Engine) -> None:
    for engine in engines:
        engine.dispose()


@lru_cache(maxsize=256)
def _statement(text: str, sqlite: bool) -> sa.TextClause:
    import sqlalchemy as sa

    said = text.replace("{h}", "holdfast_" if sqlite else "holdfast.").replace("{now}", _NOW[sqlite])
    return sa.text(said.replace("{lock}", "" if sqlite else "FOR NO KEY UPDATE"))


@contextmanager
def _file_lock(path: Path) -> Iterator[bool]:
    import os

    from holdfast.core.locks import LockTimeout, lock

    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            lock(handle, path, exclusive=True, wait_s=0)
        except LockTimeout:
            yield False
        else:
            yield True
    finally:
        os.close(handle)
