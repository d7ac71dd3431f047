"""Errors that a user can mend, and the exit codes that every command shares."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import TypeVar

Answer = TypeVar("Answer")


class ExitCode(IntEnum):
    """What a holdfast process says to its caller. `task-log run` alone passes the wrapped command's own code."""

    OK = 0
    """All passed."""
    FINDINGS = 1
    """Something was found, or a run failed."""
    UNUSABLE = 2
    """It could not be done: bad input, a missing tool, bad configuration."""
    BUG = 3
    """Our own mistake."""
    INTERRUPTED = 130
    """Ctrl-C, as shells report SIGINT."""


class HoldfastError(Exception):
    """Something that the user can mend: one line that says what happened and where, and what to do next."""

    exit_code = ExitCode.UNUSABLE

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def asked(what: str, question: Callable[[], Answer], *, apart_from: tuple[type[Exception], ...] = ()) -> Answer:
    """The answer of code that a plugin's author wrote. Where it crashes, raises HoldfastError that begins with `what`.

    sys.exit is a crash too: it would end the thread, and leave no result at all.
    """
    try:
        return question()
    except (Exception, SystemExit) as error:
        if isinstance(error, (HoldfastError, *apart_from)):
            raise
        raise HoldfastError(f"{what}: {type(error).__name__}: {error}") from error
