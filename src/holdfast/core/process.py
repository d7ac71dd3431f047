"""Running other programs: argv only, an own process group, a deadline that ends the whole group, bounded output."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from holdfast.core.errors import HoldfastError

OUTPUT_LIMIT = 8 * 2**20
GRACE_S = 2.0
STOP_LATENCY_S = 0.05
CHUNK = 2**16


class MissingProgram(HoldfastError):
    """The program is not there, or may not be run."""


class Completed(NamedTuple):
    """How a program ended. `exit_code` is negative where a signal ended it, as in subprocess."""

    argv: tuple[str, ...]
    exit_code: int
    stdout: bytes
    stderr: bytes
    duration_s: float
    timed_out: bool = False
    cancelled: bool = False
    truncated: bool = False


class _Collected:
    """Keeps the first `limit` bytes of a stream, reads on to its end, and passes lines to a listener."""

    def __init__(self, stream: IO[bytes] | None, limit: int, on_line: Callable[[bytes], None] | None) -> None:
        if stream is None:
            raise ValueError("the stream is not a pipe")
        self.truncated = False
        self.failure: OSError | None = None
        self._stream, self._room, self._on_line = stream, limit, on_line
        self._chunks: list[bytes] = []
        self.thread = threading.Thread(target=self._drain, daemon=True)
        self.thread.start()

    @property
    def content(self) -> bytes:
        return b"".join(tuple(self._chunks))  # a copy, as a stray child may still add to them

    def _drain(self) -> None:
        with self._stream:
            try:
                while chunk := self._next():
                    self._keep(chunk)
                    self._tell(chunk)
            finally:  # whatever the listener did, a full pipe must not hold up the program
                while os.read(self._stream.fileno(), CHUNK):
                    pass

    def _keep(self, chunk: bytes) -> None:
        if self._room:
            self._chunks.append(chunk[: self._room])
        self.truncated = self.truncated or len(chunk) > self._room
        self._room = max(0, self._room - len(chunk))

    def _next(self) -> bytes:
        return self._stream.readline(CHUNK) if self._on_line else os.read(self._stream.fileno(), CHUNK)

    def _tell(self, line: bytes) -> None:
        if self._on_line and not self.failure:
            try:
                self._on_line(line)
            except OSError as error:  # the listener's own reader went away; `run` raises it in its caller's thread
                self.failure = error

    def finish(self, deadline: float) -> None:
        """Waits for the end of the stream, but not for a stray child that keeps it open after the program ended."""
        self.thread.join(max(0.0, deadline - time.monotonic()))


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    timeout_s: float | None = None,
    stop: threading.Event | None = None,
    limit: int = OUTPUT_LIMIT,
    on_line: Callable[[bytes], None] | None = None,
) -> Completed:
    """Runs a program to its end with no standard input, and returns what it said.

    When `timeout_s` seconds are over, or `stop` is set, its whole process group is asked to end (SIGTERM) and after a
    short grace is made to (SIGKILL). Of each stream the first `limit` bytes are kept, the rest is read and dropped.
    `on_line` is called with each line of standard output as it comes, in a thread of its own; a line longer than
    CHUNK bytes comes in pieces. A child that the program leaves behind is let live, and what it says later is not
    waited for. Raises MissingProgram where the program cannot be started, and the OSError that `on_line` raised.
    """
    started = time.monotonic()
    process = _spawn(argv, cwd, env)
    try:
        out, err = _Collected(process.stdout, limit, on_line), _Collected(process.stderr, limit, None)
        timed_out, cancelled = _wait(process, started, timeout_s, stop)
    except BaseException:
        end_group(process)
        raise
    deadline = time.monotonic() + GRACE_S
    out.finish(deadline)
    err.finish(deadline)
    if out.failure:
        raise out.failure
    return Completed(
        tuple(argv),
        process.returncode,
        out.content,
        err.content,
        time.monotonic() - started,
        timed_out,
        cancelled,
        out.truncated or err.truncated,
    )


def _spawn(argv: Sequence[str], cwd: Path, env: Mapping[str, str] | None) -> subprocess.Popen[bytes]:
    if not argv:
        raise MissingProgram("there is no command to run")
    try:
        return subprocess.Popen(
            list(argv),
            cwd=cwd,
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (FileNotFoundError, NotADirectoryError) as error:
        if str(error.filename) == str(cwd):
            raise MissingProgram(f"cannot run {argv[0]!r} in {cwd}: no such directory") from error
        raise MissingProgram(
            f"{argv[0]}: not found", hint="is it installed, and is its interpreter still there?"
        ) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise MissingProgram(f"cannot run {argv[0]!r}: {reason}") from error


def _wait(
    process: subprocess.Popen[bytes], started: float, timeout_s: float | None, stop: threading.Event | None
) -> tuple[bool, bool]:
    """Waits for the end; returns whether the deadline passed, and whether `stop` ended it."""
    deadline = None if timeout_s is None else started + timeout_s
    waiter = threading.Thread(target=process.wait, daemon=True)  # wakes at once; wait(timeout) looks every 50 ms
    waiter.start()
    while waiter.is_alive():
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        waiter.join(left if stop is None else STOP_LATENCY_S if left is None else min(STOP_LATENCY_S, left))
        if waiter.is_alive() and deadline is not None and time.monotonic() >= deadline:
            end_group(process)
            return True, False
        if waiter.is_alive() and stop is not None and stop.is_set():
            end_group(process)
            return False, True
    return False, False


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Ends a program that `run` started and all that it started: SIGTERM, a short grace, SIGKILL."""
    _signal_group(process.pid, signal.SIGTERM)
    try:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_S)
    finally:  # a second Ctrl-C does not wait, and leaves nothing behind either
        _signal_group(process.pid, signal.SIGKILL)  # members that outlived their leader, or ignored the first
        process.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # gone, or macOS's answer for a zombie group
        os.killpg(group, number)
