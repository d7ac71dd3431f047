"""`holdfast venv-check`: is the interpreter that will run this project the right one, and is its environment whole?"""

import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from holdfast.checks import venv
from holdfast.checks.masked import masked
from holdfast.checks.venv_probe import Command, command_line
from holdfast.cli import options as shared
from holdfast.cli.log import ended, logged
from holdfast.core.clock import iso, now_ms
from holdfast.core.config import Config, load_config
from holdfast.core.errors import ExitCode, HoldfastError
from holdfast.core.findings import Report
from holdfast.core.project import find_project

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def venv_check(
    python: Annotated[
        Path | None, typer.Option("--python", metavar="PATH", help="The environment or interpreter to judge.")
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Print the commands that mend what was found.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --fix: run them, then check again.")] = False,
    form: shared.ReportFormat = shared.Format.TEXT,
    output: shared.Output = None,
    strict: shared.Strict = False,
    no_log: shared.NoLog = False,
    project: shared.Project = None,
) -> ExitCode:
    """Say whether the project's environment is there, whole, its own, and of a Python that the project allows.

    Nothing of the project is changed unless --fix --yes is given. Exit code 0: nothing wrong; 1: findings.
    """
    if yes and not fix:
        raise HoldfastError("--yes runs what --fix prints", hint="give both, or --fix alone to see the commands")
    root = find_project(project, os.environ)
    config = load_config(root, os.environ, {"strict": strict or None})
    with logged(root, config, "venv-check", enabled=not no_log) as entry:
        report, mended = _look(root, config, python, entry.id, fix=fix, run=yes)
        code = shared.publish(report, form, output)
        if not mended:
            code = max(code, ExitCode.FINDINGS)
        entry.finish(*ended(code))
    return code


def _look(root: Path, config: Config, python: Path | None, run_id: str, *, fix: bool, run: bool) -> tuple[Report, bool]:
    started_ms, started = now_ms(), time.monotonic()
    answer = venv.inspect_venv(root, os.environ, python=python, config=config.venv)
    mended = True
    if fix:
        mended = _fix(venv.fixes(answer), root, run=run)
        answer = venv.inspect_venv(root, os.environ, python=python, config=config.venv) if run else answer
    took = time.monotonic() - started
    result = masked(venv.result_of(answer, strict=config.strict)._replace(duration_s=took))
    return Report("venv-check", root.name, run_id, iso(started_ms), took, (result,)), mended


def _require_survival(commands: tuple[Command, ...]) -> None:
    """Raises HoldfastError where a command would empty the environment that this process still has to import from."""
    own = os.path.realpath(sys.prefix)
    if any("--clear" in command and os.path.realpath(command[-1]) == own for command in commands):
        raise HoldfastError(
            f"nothing was run: {own} would be emptied, and holdfast itself runs in it",
            hint="copy what --fix prints into your shell, then install holdfast again",
        )


def _fix(commands: tuple[Command, ...], root: Path, *, run: bool) -> bool:
    if not commands:
        typer.echo("nothing to mend with a command", err=True)
    elif run:
        _require_survival(commands)
        return venv.mend(commands, root, os.environ, lambda line: typer.echo(line, err=True))
    for command in () if run else commands:
        typer.echo(command_line((command,)), err=True)
    return True
