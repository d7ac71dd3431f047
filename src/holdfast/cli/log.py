"""How a subcommand that does work logs itself in the project's task registry."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from holdfast.core import tasklog
from holdfast.core.config import Config
from holdfast.core.errors import ExitCode

STATUS = {ExitCode.OK: "succeeded", ExitCode.INTERRUPTED: "cancelled"}


@contextmanager
def logged(project: Path, config: Config, task: str, *, enabled: bool) -> Iterator[tasklog.Entry]:
    """Logs the block as a run of the subcommand, where the project keeps a registry and the user wants it."""
    with tasklog.logged(
        project / config.registry,
        task=task,
        project=project,
        argv=["holdfast", *sys.argv[1:]],
        env=os.environ,
        say=lambda line: typer.echo(f"holdfast: {line}", err=True),
        enabled=enabled and config.log,
        changes_tree=False,
    ) as entry:
        yield entry


def ended(code: ExitCode) -> tuple[str, int]:
    """How the registry speaks of a subcommand's end: status and exit code."""
    return STATUS.get(code, "failed"), int(code)
