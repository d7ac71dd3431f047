"""Every file's content that any reference of a git repository ever reached, each once, one at a time."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.core.git import git_env

LIMIT = 8 * 2**20
AT_ONCE = 200
"""For how many contents git is asked before the first is read: their names have to fit into a pipe."""


class Blob(NamedTuple):
    """A content that git keeps, with one of the paths that it had. `content` is None where it is larger than LIMIT."""

    name: str
    path: str
    content: bytes | None


class History:
    """A repository, read by git with nothing of its configuration run and nothing fetched."""

    def __init__(self, project: Path, env: Mapping[str, str]) -> None:
        self._project = project
        self._env = git_env(env) | {"GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}
        self.missing = 0
        """How many objects are not here, as in a partial clone."""

    def blobs(self, since: str | None) -> Iterator[Blob]:
        """The contents that any reference reaches; with `since`, those that this commit does not reach.

        Raises HoldfastError where git cannot list them.
        """
        form = "%(objecttype) %(objectname) %(objectsize) %(rest)"
        with ExitStack() as stack:
            listed = stack.enter_context(self._start("rev-list", "--objects", "--all", *self._less(since)))
            sized = stack.enter_context(self._start("cat-file", f"--batch-check={form}", stdin=listed.stdout))
            read = stack.enter_context(self._start("cat-file", "--batch", stdin=subprocess.PIPE))
            stack.callback(_end, (listed, sized, read))
            yield from self._of(_stream(sized.stdout), _stream(read.stdin), _stream(read.stdout))
            if sized.wait() or listed.wait():
                raise HoldfastError("git cannot list the history", hint="see what `git fsck` says")

    def _of(self, sized: IO[bytes], asks: IO[bytes], answers: IO[bytes]) -> Iterator[Blob]:
        waiting: list[tuple[bytes, str, int]] = []
        for line in sized:
            kind, name, *rest = line.rstrip(b"\n").split(b" ", 3)
            if kind != b"blob":
                self.missing += name == b"missing"
                continue
            path = os.fsdecode(rest[1]) if len(rest) > 1 else ""
            if int(rest[0]) > LIMIT:
                yield Blob(name.decode(), path, None)
                continue
            waiting.append((name, path, int(rest[0])))
            if len(waiting) == AT_ONCE:
                yield from self._read(waiting, asks, answers)
                waiting = []
        yield from self._read(waiting, asks, answers)

    def _read(self, wanted: list[tuple[bytes, str, int]], asks: IO[bytes], answers: IO[bytes]) -> Iterator[Blob]:
        asks.write(b"".join(name + b"\n" for name, *_ in wanted))
        asks.flush()
        for name, path, size in wanted:
            if not answers.readline().startswith(name + b" blob "):
                self.missing += 1
                continue
            content = answers.read(size)
            answers.read(1)
            yield Blob(name.decode(), path, content)

    def _less(self, since: str | None) -> list[str]:
        """The arguments that leave out what a commit reaches. Raises HoldfastError for one that there is not."""
        if since is None:
            return []
        commit = self._said("rev-parse", "--verify", "--quiet", "--end-of-options", f"{since}^{{commit}}").strip()
        if not commit:
            raise HoldfastError(f"--since {since}: no such commit", hint="git log shows which there are")
        return ["--not", commit.decode()]

    @property
    def is_one(self) -> bool:
        """Whether the project lies in a git repository."""
        return bool(self._said("rev-parse", "--git-dir"))

    @property
    def is_shallow(self) -> bool:
        """Whether only the newest commits are here."""
        return self._said("rev-parse", "--is-shallow-repository").strip() == b"true"

    def introduced(self, names: Iterable[str]) -> dict[str, tuple[str, str]]:
        """By the name of each content, the first commit that had it and the path there, the oldest first.

        One pass over the history, to where the last is found. A content that only a tag reaches is left out.
        """
        sought = {name.encode() for name in names}
        found: dict[str, tuple[str, str]] = {}
        arguments = ("--all", "--topo-order", "--reverse", "--raw", "-z", "-c", "--root", "--no-renames", "--no-abbrev")
        if not sought:
            return found
        with self._start("log", *arguments, "--format=%x01%H") as log:
            for commit, name, path in _changes(_stream(log.stdout)):
                if name in sought:
                    sought.discard(name)
                    found[name.decode()] = (commit, os.fsdecode(path))
                if not sought:
                    break
            _end((log,))
        return found

    def _said(self, *arguments: str) -> bytes:
        with self._start(*arguments) as process:
            return _stream(process.stdout).read()

    def _start(self, *arguments: str, stdin: int | IO[bytes] | None = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        command = [
            "git",
            "--no-replace-objects",
            "-c",
            "core.fsmonitor=false",
            "-c",
            "log.showSignature=false",
            *arguments,
        ]
        try:
            return subprocess.Popen(
                command,
                cwd=self._project,
                env=self._env,
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise HoldfastError(f"cannot run git: {error.strerror or error}") from error


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("not a pipe")
    return stream


def _end(processes: Iterable[subprocess.Popen[bytes]]) -> None:
    """Ends what may still run, where somebody stopped reading."""
    for process in processes:
        if process.poll() is None:
            process.kill()


def _changes(log: IO[bytes]) -> Iterator[tuple[str, bytes, bytes]]:
    """Commit, new content and path of each change that `git log --raw -z` tells, of merges too."""
    commit, content = "", b""
    for field in _fields(log):
        if content:
            yield commit, content, field
            content = b""
        elif field.startswith(b"\x01"):
            commit = field[1:].decode("ascii", "replace")
        elif field.lstrip(b"\n").startswith(b":"):
            content = field.split(b" ")[-2]


def _fields(stream: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while chunk := stream.read(2**16):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole
