"""Running any command as if it were not wrapped, and seeing how it ended."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType

NOT_EXECUTABLE, NOT_FOUND = 126, 127
TYPED = (signal.SIGINT, signal.SIGQUIT)
"""A terminal sends these to its whole foreground group: the command has them already."""
STOPPING = (signal.SIGTERM, signal.SIGHUP)
PASSED_ON = (*STOPPING, signal.SIGUSR1, signal.SIGUSR2)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended; `exit_code` is what a shell would report: 128 + n where signal n ended it."""

    exit_code: int
    status: str
    signal: str | None = None
    reason: str | None = None


@dataclass(slots=True)
class _Passing:
    """Passes signals on to the command, and remembers those that ask it to stop."""

    at_terminal: bool
    process: subprocess.Popen[bytes] | None = None
    waiting: list[int] = field(default_factory=list)
    asked: signal.Signals | None = None

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        if number in TYPED or number in STOPPING:
            self.asked = signal.Signals(number)
        if number in TYPED and self.at_terminal:
            return
        if self.process is None:
            self.waiting.append(number)
        else:
            self.process.send_signal(number)

    def to(self, process: subprocess.Popen[bytes]) -> None:
        """Names the command, and sends it what came while it was being started."""
        self.process = process
        for number in self.waiting:
            process.send_signal(number)


def run_command(argv: Sequence[str], env: Mapping[str, str]) -> Ended:
    """Runs a command in our own process group with our own streams and open files, and waits for its end."""
    with _passing_signals() as passing:
        try:
            process = subprocess.Popen(list(argv), env=dict(env), close_fds=False)  # make's job server lives in them
        except (FileNotFoundError, NotADirectoryError):
            return Ended(NOT_FOUND, "failed", reason=f"{argv[0]}: not found, or its interpreter is not")
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            return Ended(NOT_EXECUTABLE, "failed", reason=f"{argv[0]}: {why}")
        passing.to(process)
        code = process.wait()
    return ended(code, passing.asked)


def ended(code: int, asked: signal.Signals | None) -> Ended:
    """How a command ended that left `code`, as subprocess gives it, after it was `asked` to stop.

    Asked to stop by Ctrl-C and ended with 0 it succeeded: programs that read lines take that signal for something
    else. What else ends after such a signal was cancelled.
    """
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    exit_code = 128 - code if code < 0 else code
    if code < 0:
        stopped = asked is not None or -code in (*TYPED, *STOPPING)
        return Ended(exit_code, "cancelled" if stopped else "failed", signal=name)
    if asked is not None and (code or asked is not signal.SIGINT):
        return Ended(exit_code, "cancelled", signal=asked.name)
    return Ended(exit_code, "failed" if code else "succeeded")


@contextmanager
def _passing_signals() -> Iterator[_Passing]:
    passing = _Passing(_in_foreground())
    before = {}
    try:
        for number in (*TYPED, *PASSED_ON):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup's, and a shell's for what runs beside it
                before[number] = signal.signal(number, passing)
        yield passing
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _in_foreground() -> bool:
    """Whether a terminal's Ctrl-C reaches our process group."""
    with suppress(OSError):
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY)
        try:
            return os.tcgetpgrp(terminal) == os.getpgrp()
        finally:
            os.close(terminal)
    return False
