"""What a kind of step is. Plugins bring their own by the entry point group `holdfast.steps`.

Whatever a machine does is a program with a process group of its own: one way to end it, to bound it and to find it
again after a crash, whether it is a test run, a gate or a child run.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol


class Setting(NamedTuple):
    """What a kind may know when it makes its command."""

    project: Path
    python: str
    """The interpreter that runs Holdfast."""
    run_id: str
    instance: str
    attempt: int
    folder: str
    """Where the run keeps its files, relative to the project."""
    started_ms: int = 0
    """When the run began, or the one that it was restarted from: a gate takes no report that is older. 0: not known."""
    agains: int = 0
    """How often somebody told the step to be done again."""


class Command(NamedTuple):
    """What is performed. A text in place of argv runs in `/bin/sh -c`, and `shell` says so."""

    argv: tuple[str, ...]
    shell: bool = False


class Kind(Protocol):
    """One kind of step."""

    name: str
    on_crash: str
    """What to do where a step of this kind was killed in the middle, unless the file says otherwise."""
    waits: bool
    """Whether somebody has to answer first."""

    def problems(self, body: Any) -> list[tuple[tuple[str | int, ...], str]]:
        """What is wrong with what the file says: the way to it, and the message. Expressions are not worked out yet."""
        ...

    def command(self, body: Any, setting: Setting) -> Command:
        """The program for a step whose expressions are worked out. Raises HoldfastError."""
        ...

    def question(self, body: Any) -> Mapping[str, Any]:
        """What is asked, for a kind that waits: `question`, `options`, `expires_s`, `instructions`, `criteria`."""
        ...
