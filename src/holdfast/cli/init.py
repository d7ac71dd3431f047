"""`holdfast init`: a repository takes Holdfast in, looks whether it still has it whole, and gets rid of it."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from holdfast.cli import options as shared
from holdfast.core.errors import ExitCode, HoldfastError

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def init(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written; write nothing.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Say what drifted, with exit code 1; write nothing.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take out what was put in, and nothing else.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Also throw away edits between the marks.")] = False,
    skip: Annotated[
        list[str] | None, typer.Option("--skip", metavar="NAMES", help="Leave these parts out: hooks, workflow ...")
    ] = None,
    form: Annotated[
        shared.Form, typer.Option("--format", help="Text for people, JSON for programs.")
    ] = shared.Form.TEXT,
    project: shared.Project = None,
) -> ExitCode:
    """Put Holdfast into a repository: settings, make targets, hooks, a workflow, and what agents read.

    Shows the diff and asks. What is there stays; what is put in stands between marks and can be taken out again. Exit
    code 0: as wanted; 1: something drifted, or was left as somebody edited it; 2: nothing was written.
    """
    from holdfast.cli import adoption

    if check + remove + dry_run > 1 and not (remove and dry_run):
        raise HoldfastError("--check, --remove and --dry-run do not go together", hint="--remove --dry-run does")
    asked = adoption.Asked(yes=yes, dry_run=dry_run, force=force, json=form is shared.Form.JSON)
    if remove:
        return adoption.take_out(project, os.environ, asked)
    skipped = shared.names(skip) or None
    if check:
        return adoption.look(project, os.environ, asked, skipped)
    return adoption.adopt(project, os.environ, asked, skipped)
