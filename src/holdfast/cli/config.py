"""`holdfast config`: what is configured, where it comes from, and what is wrong with it."""

from __future__ import annotations

import json
import os
import sys
from enum import StrEnum
from pathlib import Path

import typer

from holdfast.core.config import Config, load_config
from holdfast.core.errors import ExitCode
from holdfast.core.project import find_project
from holdfast.render import FORMATS

SCHEMA = "holdfast/config/1"
WIDEST = 60
"""Longer lines push their origin to the right, not everybody's."""

app = typer.Typer(
    help="Show, check and describe the project's configuration.",
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
)

PROJECT = typer.Option(None, "--project", help="The project's root; default: the nearest one upwards.", metavar="DIR")
ShowFormat = StrEnum("ShowFormat", {"TEXT": "text", "JSON": "json"})
ReportFormat = StrEnum("ReportFormat", {name.upper(): name for name in FORMATS})  # type: ignore[misc]  # known late


@app.command()
def show(
    project: Path | None = PROJECT,
    origin: bool = typer.Option(False, "--origin", help="Say where each value comes from."),
    form: ShowFormat = typer.Option("text", "--format", help="JSON always says where values come from."),
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
    project: Path | None = PROJECT,
    form: ReportFormat = typer.Option("text", "--format", help="How to print the report."),
) -> ExitCode:
    """Report every mistake, also in HOLDFAST_* variables.

    Exit 1 where there is one; the other commands exit 2 then, for they cannot do their work.
    """
    from holdfast.core.clock import iso, now_ms
    from holdfast.core.config.checking import check_config
    from holdfast.core.findings import Report
    from holdfast.core.ids import new_id
    from holdfast.render import render

    root, started = find_project(project, os.environ), now_ms()
    result = check_config(root, os.environ)
    report = Report("config check", root.name, new_id(started), iso(started), result.duration_s, (result,))
    color = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    typer.echo(render(report, form.value, color=color), nl=False)
    return report.exit_code


@app.command()
def schema() -> None:
    """Print the JSON Schema of the configuration, for editors and other tools."""
    from holdfast.core.config.schema import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))
