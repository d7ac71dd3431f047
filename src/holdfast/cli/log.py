"""How a subcommand that does work logs itself in the project's task registry."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from holdfast.core.clock import now_ms
from holdfast.core.config import Config
from holdfast.core.errors import ExitCode
from holdfast.core.ids import new_id

if TYPE_CHECKING:
    from holdfast.core.tasklog import Entry

STATUS = {ExitCode.OK: "succeeded", ExitCode.INTERRUPTED: "cancelled"}


class Unlogged:
    """A run that leaves no trace: it has an id, as those that do."""

    def __init__(self) -> None:
        self.id = new_id(now_ms())

    def finish(self, _status: str, _exit_code: int | None = None) -> None:
        """Logs nothing."""


@contextmanager
def logged(project: Path, config: Config, task: str, *, enabled: bool) -> Iterator[Entry | Unlogged]:
    """Logs the block as a run of the subcommand, where the project keeps a registry and the user wants it."""
    if not (enabled and config.log and (project / config.registry).exists()):
        yield Unlogged()
        return
    from holdfast.core import tasklog

    with tasklog.logged(
        project / config.registry,
        task=task,
        project=project,
        argv=["holdfast", *sys.argv[1:]],
        env=os.environ,
        say=lambda line: typer.echo(f"holdfast: {line}", err=True),
        changes_tree=False,
    ) as entry:
        yield entry


def ended(code: ExitCode) -> tuple[str, int]:
    """How the registry speaks of a subcommand's end: status and exit code."""
    return STATUS.get(code, "failed"), int(code)
