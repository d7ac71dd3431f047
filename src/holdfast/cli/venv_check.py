"""`holdfast venv-check`: is the interpreter that will run this project the right one, and is its environment whole?"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import typer

from holdfast.checks import venv
from holdfast.checks.venv_probe import Command, command_line
from holdfast.core.clock import iso, now_ms
from holdfast.core.errors import ExitCode, HoldfastError
from holdfast.core.findings import Report
from holdfast.core.ids import new_id
from holdfast.core.project import find_project
from holdfast.render import FORMATS, render

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def venv_check(
    project: Path | None = typer.Option(None, "--project", metavar="DIR", help="The project; default: the nearest."),
    python: Path | None = typer.Option(
        None, "--python", metavar="PATH", help="The environment or interpreter to judge."
    ),
    strict: bool = typer.Option(False, "--strict", help="Warnings fail too."),
    form: str = typer.Option("text", "--format", metavar="|".join(FORMATS), help="The form of the report."),
    fix: bool = typer.Option(False, "--fix", help="Print the commands that mend what was found."),
    yes: bool = typer.Option(False, "--yes", help="With --fix: run them, then check again."),
) -> ExitCode:
    """Say whether the project's environment is there, whole, its own, and of a Python that the project allows.

    Nothing is written unless --fix --yes is given.
    """
    if form not in FORMATS:
        raise HoldfastError(f"--format {form}: no such format", hint=f"one of {', '.join(FORMATS)}")
    if yes and not fix:
        raise HoldfastError("--yes runs what --fix prints", hint="give both, or --fix alone to see the commands")
    root = find_project(project, os.environ)
    started_ms, started = now_ms(), time.monotonic()
    answer = venv.inspect_venv(root, os.environ, python=python)
    mended = True
    if fix:
        mended = _fix(venv.fixes(answer), root, run=yes)
        answer = venv.inspect_venv(root, os.environ, python=python) if yes else answer
    took = time.monotonic() - started
    result = replace(venv.result_of(answer, strict=strict), duration_s=took)
    report = Report("venv-check", str(root), new_id(started_ms), iso(started_ms), took, (result,))
    color = form == "text" and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    # The run's entry in the registry goes here: everything that it needs is in `report`.
    typer.echo(render(report, form, color=color), nl=False)
    return report.exit_code if mended else max(report.exit_code, ExitCode.FINDINGS)


def _fix(commands: tuple[Command, ...], root: Path, *, run: bool) -> bool:
    if not commands:
        typer.echo("nothing to mend with a command", err=True)
    elif run:
        return venv.mend(commands, root, os.environ, lambda line: typer.echo(line, err=True))
    for command in () if run else commands:
        typer.echo(command_line((command,)), err=True)
    return True
