"""Running other programs: argv only, an own process group, a deadline that ends the whole group, bounded output."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from holdfast.core.errors import HoldfastError

OUTPUT_LIMIT = 8 * 2**20
GRACE_S = 2.0


class MissingProgram(HoldfastError):
    """The program is not there, or may not be run."""


@dataclass(frozen=True, slots=True)
class Completed:
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
    """Keeps the first `limit` bytes of a stream, counts on, and passes whole lines to a listener."""

    def __init__(self, stream: IO[bytes] | None, limit: int, on_line: Callable[[bytes], None] | None) -> None:
        if stream is None:
            raise ValueError("the stream is not a pipe")
        self.content = bytearray()
        self.truncated = False
        self._stream, self._limit, self._on_line = stream, limit, on_line
        self.thread = threading.Thread(target=self._drain, daemon=True)
        self.thread.start()

    def _drain(self) -> None:
        while chunk := (self._stream.readline(2**16) if self._on_line else os.read(self._stream.fileno(), 2**16)):
            room = self._limit - len(self.content)
            self.content += chunk[:room]
            self.truncated = self.truncated or len(chunk) > room
            if self._on_line:
                self._on_line(chunk)

    def finish(self) -> None:
        """Waits for the end of the stream, but not for a stray child that keeps it open after the program ended."""
        self.thread.join(GRACE_S)
        if not self.thread.is_alive():
            self._stream.close()


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
    `on_line` is called with each line of standard output as it comes, in a thread of its own.
    Raises MissingProgram where it cannot be started.
    """
    started = time.monotonic()
    process = _spawn(argv, cwd, env)
    out, err = _Collected(process.stdout, limit, on_line), _Collected(process.stderr, limit, None)
    try:
        timed_out, cancelled = _wait(process, started, timeout_s, stop)
    except BaseException:
        end_group(process)
        raise
    finally:
        out.finish()
        err.finish()
    return Completed(
        tuple(argv),
        process.returncode,
        bytes(out.content),
        bytes(err.content),
        time.monotonic() - started,
        timed_out,
        cancelled,
        out.truncated or err.truncated,
    )


def _spawn(argv: Sequence[str], cwd: Path, env: Mapping[str, str] | None) -> subprocess.Popen[bytes]:
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
    while True:
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        try:
            process.wait(left if stop is None else min(0.1, 0.1 if left is None else left))
        except subprocess.TimeoutExpired:
            if deadline is not None and time.monotonic() >= deadline:
                end_group(process)
                return True, False
            if stop is not None and stop.is_set():
                end_group(process)
                return False, True
        else:
            return False, stop is not None and stop.is_set() and process.returncode < 0


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Ends a program that `run` started and all that it started: SIGTERM, a short grace, SIGKILL."""
    _signal_group(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(GRACE_S)
    _signal_group(process.pid, signal.SIGKILL)  # members that outlived their leader, or ignored the first
    process.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # gone, or macOS's answer for a zombie group
        os.killpg(group, number)
