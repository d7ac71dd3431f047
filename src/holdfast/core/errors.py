"""Errors that a user can mend, and the exit codes that every command shares."""

from __future__ import annotations

from enum import IntEnum


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
