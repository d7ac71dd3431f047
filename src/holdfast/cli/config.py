"""`holdfast config`: what is configured, where it comes from, and what is wrong with it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import typer

from holdfast.cli import options as shared
from holdfast.core.config import Config, load_config
from holdfast.core.errors import ExitCode, HoldfastError
from holdfast.core.findings import Finding, Report, Result, Severity, Status
from holdfast.core.project import find_project

SCHEMA = "holdfast/config/1"
WIDEST = 60
"""Longer lines push their origin to the right, not everybody's."""

app = typer.Typer(
    help="Show, check and describe the project's configuration.",
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
)


@app.command()
def show(
    project: shared.Project = None,
    origin: bool = typer.Option(False, "--origin", help="Say where each value comes from."),
    form: shared.Form = typer.Option("text", "--format", help="JSON always says where values come from."),
) -> None:
    """Print every setting with its effective value."""
    root = find_project(project, os.environ)
    config = load_config(root, os.environ)
    typer.echo(_as_json(config, root) if form == "json" else _as_text(config, origin=origin))


def _as_json(config: Config, root: Path) -> str:
    settings = [{"key": key, "value": value, "origin": config.origin(key)} for key, _, value in config.effective()]
    return json.dumps({"schema": SCHEMA, "project": str(root), "settings": settings}, indent=2)


def _as_text(config: Config, *, origin: bool) -> str:
    from holdfast.core.config.kinds import written

    lines = {key: f"{key} = {written(setting.kind, value)}" for key, setting, value in config.effective()}
    width = min(WIDEST, max(len(line) for line in lines.values()))
    shown = (f"{line.ljust(width)}  # {config.origin(key)}" if origin else line for key, line in lines.items())
    return "\n".join(shown)


@app.command()
def check(
    form: shared.ReportFormat = shared.Format.TEXT,
    output: shared.Output = None,
    project: shared.Project = None,
) -> ExitCode:
    """Report every mistake, also in HOLDFAST_* variables.

    Exit 1 where there is one; the other commands exit 2 then, for they cannot do their work.
    """
    from holdfast.core.clock import iso, now_ms
    from holdfast.core.config.checking import check_config
    from holdfast.core.ids import new_id

    root, started = find_project(project, os.environ), now_ms()
    result = _with_checks_judged(check_config(root, os.environ), root)
    report = Report("config check", root.name, new_id(started), iso(started), result.duration_s, (result,))
    return shared.publish(report, form, output)


def _with_checks_judged(result: Result, root: Path) -> Result:
    """The result with what `validate-env` would refuse: names of checks that there are not, or that are taken."""

    from holdfast.cli import validation
    from holdfast.core.config.mistakes import UNKNOWN_KEY

    if result.status is not Status.PASSED:
        return result
    try:
        validation.prepare(root, os.environ, {}).selected()
    except HoldfastError as error:
        finding = Finding(UNKNOWN_KEY, Severity.ERROR, error.message)
        return result._replace(status=Status.FAILED, findings=(finding,), hint=error.hint)
    return result


@app.command()
def schema() -> None:
    """Print the JSON Schema of the configuration, for editors and other tools."""
    from holdfast.core.config.schema import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))
