"""What the commands of `holdfast workflow state` share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.core.errors import HoldfastError

if TYPE_CHECKING:
    from collections.abc import Callable

    from holdfast.workflow.state_file.store import StateFile

StateOption = Annotated[
    Path | None,
    typer.Option("--state", metavar="FILE", help="Default: workflow_state.md, or what workflow.state configures."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Write nothing; show what would be written.")]
Looks = Annotated[bool, typer.Option("--dry-run", help="Nothing is written anyway.")]
Now = Annotated[
    str | None, typer.Option("--now", metavar="TIME", help="Take this ISO 8601 moment for the present one.")
]


def state_file(project: Path | None, named: Path | None, now: str | None = None) -> StateFile:
    """The state file that a command means, relative to the current directory where it lies below.

    Raises HoldfastError.
    """
    from holdfast.core.config import load_config
    from holdfast.core.project import find_project
    from holdfast.workflow.state_file.store import in_project

    root = find_project(project, os.environ)
    path = named or root / load_config(root, os.environ).workflow.state
    here = Path.cwd()
    return in_project(root, path.relative_to(here) if path.is_relative_to(here) else path, clock=clock(now))


def clock(now: str | None) -> Callable[[], int]:
    """Milliseconds since 1970: of the moment that `--now` names, else the present ones. Raises HoldfastError."""
    from holdfast.core.clock import now_ms, parse_iso

    if now is None:
        return now_ms
    try:
        moment = parse_iso(now)
    except ValueError as error:
        raise HoldfastError(f"--now {now}: {error}", hint="write it as 2026-11-20T05:00:00Z") from error
    milliseconds = int(moment.timestamp() * 1000)
    return lambda: milliseconds


def show_diff(before: bytes, after: bytes, names: tuple[str, str]) -> list[str]:
    """The lines of a unified diff, without line ends. Secrets are masked."""
    from difflib import unified_diff

    from holdfast.core.masking import mask_text
    from holdfast.workflow.state_file.document import parse

    old, new = (
        [line.replace("\r", "\\r").rstrip("\n") for line in parse(content).lines] for content in (before, after)
    )
    return [mask_text(line).encode("utf-8", "replace").decode() for line in unified_diff(old, new, *names, lineterm="")]
