"""A real PostgreSQL for tests: its own directory, a free port, a password; gone when the tests are over."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

PLACES = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin", "usr/local/pgsql/bin")
"""Where Debian, Red Hat, Homebrew and PostgreSQL's own installation put the programs of a server."""


def find_binaries(root: Path, path: str | None) -> Path | None:
    """The directory of the newest version's programs, else of those on PATH; None where there are none."""
    found = [each.parent for place in PLACES for each in root.glob(f"{place}/initdb")]
    on_path = shutil.which("initdb", path=path)
    newest = max(found, key=lambda each: [int(number) for number in re.findall(r"\d+", str(each))], default=None)
    return newest or (Path(on_path).resolve().parent if on_path else None)


BINARIES = find_binaries(Path("/"), os.environ.get("PATH")) or Path("/usr/lib/postgresql")
PASSWORD = "s3cret-of-the-tests"  # noqa: S105 - of a server that lives as long as the tests
SETTINGS = ("listen_addresses=127.0.0.1", "max_connections=200")


class Server:
    """A PostgreSQL server that may be killed and started again."""

    def __init__(self, directory: Path) -> None:
        self.data = directory / "data"
        self.sockets = directory
        self.port = _free_port()
        self.user = "postgres" if os.geteuid() == 0 else None
        password = directory / "password"
        password.write_text(PASSWORD, "utf-8")
        if self.user:
            owner = pwd.getpwnam(self.user)
            for path in (directory, password):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        self._run(
            "initdb", "-D", self.data, "-A", "scram-sha-256", f"--pwfile={password}", "-U", "postgres", "--no-sync"
        )

    def start(self) -> None:
        """Starts it; it accepts connections when this returns."""
        settings = (*SETTINGS, f"port={self.port}", f"unix_socket_directories={self.sockets}")
        options = " ".join(f"-c {setting}" for setting in settings)
        self._run("pg_ctl", "-D", self.data, "-w", "-l", self.sockets / "log", "-o", options, "start")

    def kill(self) -> None:
        """Kills it with SIGKILL, all its processes: what was not on disk is lost."""
        pid = int((self.data / "postmaster.pid").read_text("utf-8").splitlines()[0])
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True)
        for each in (pid, *map(int, children.stdout.split())):
            try:
                os.kill(each, signal.SIGKILL)
            except ProcessLookupError:
                continue
        while any(Path(f"/proc/{each}").exists() for each in (pid, *map(int, children.stdout.split()))):
            pass
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def stop(self) -> None:
        """Stops it at once."""
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "stop", check=False)

    def url(self, database: str = "postgres", *, password: str = PASSWORD) -> str:
        """The URL of one of its databases."""
        return f"postgresql://postgres:{password}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The URL of a database that is empty. Its encoding is the server's own: that of the locale, or SQL_ASCII."""
        import psycopg

        name = f"t{uuid4().hex[:12]}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def _run(self, program: str, *arguments: str | Path, check: bool = True) -> None:
        command: Sequence[str | Path] = (BINARIES / program, *arguments)
        if self.user:
            command = ("runuser", "-u", self.user, "--", *command)
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/")
        assert not check or done.returncode == 0, done.stderr


@contextmanager
def serving() -> Iterator[Server]:
    """A server, in a directory beside tmp_path: PostgreSQL's own user has to reach it."""
    if not (BINARIES / "postgres").exists():
        reason = "there is no PostgreSQL server here, neither on PATH nor where it is usual: apt-get install postgresql"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    directory = Path(tempfile.mkdtemp(prefix="holdfast-postgresql-"))
    try:
        server = Server(directory)
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """The server that the tests of a session share."""
    with serving() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_url(postgresql: Server) -> str:
    """A database with our tables, which tests share: each has a project of its own in it."""
    from holdfast.workflow.engines.dbos import schema
    from holdfast.workflow.engines.dbos.address import parse_address
    from holdfast.workflow.engines.dbos.database import Database

    url = postgresql.new_database()
    database = Database(parse_address(url))
    schema.prepare(database)
    database.close()
    return url
