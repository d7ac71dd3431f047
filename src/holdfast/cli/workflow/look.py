"""`holdfast workflow status`, `report`, `checkpoints` and `artifacts`: a run as it stands now."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli.workflow.reading import (
    All,
    Database,
    Form,
    FormOption,
    Project,
    Reading,
    RunArgument,
    color,
    reading,
    show,
    show_json,
)
from holdfast.core.clock import now_ms
from holdfast.core.errors import ExitCode, HoldfastError

status = typer.Typer(add_completion=False)
report = typer.Typer(add_completion=False)
checkpoints = typer.Typer(add_completion=False)
artifacts = typer.Typer(add_completion=False)


class RunFormat(StrEnum):
    """The formats of a run; see holdfast.render.workflow_reports."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    JUNIT = "junit"
    HTML = "html"


RunFormatOption = Annotated[RunFormat, typer.Option("--format", help="How to print it.")]


@status.command()
def show_status(
    run: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="A run, or last. Without: those in flight.")
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", "-w", help="Look again until it ends; exit as the run does.")
    ] = False,
    form: RunFormatOption = RunFormat.TEXT,
    everything: All = False,
    database: Database = None,
    project: Project = None,
) -> ExitCode:
    """Show where a run stands and what it needs, or which runs are in flight.

    A run whose runner is gone is interrupted: that is found out now, and the command that goes on is shown.
    """
    with reading(project, database) as found:
        if run is None:
            if watch:
                raise HoldfastError("--watch needs a run", hint="holdfast workflow status last --watch")
            return _in_flight(found, form)
        run_id = found.run(run)
        if watch:
            from holdfast.cli.workflow.watching import watch as watch_run

            return watch_run(found.engine, run_id, form.value, everything=everything)
        _show(found, run_id, form, everything=everything)
    return ExitCode.OK


def _in_flight(found: Reading, form: RunFormat) -> ExitCode:
    from holdfast.workflow.reports.overview import in_flight

    reports = [seen.report(now_ms()) for seen in in_flight(found.engine)]
    if form is RunFormat.JSON:
        from holdfast.render.workflow_json import summary

        show_json("runs", {"runs": [summary(each) for each in reports]})
    elif form is RunFormat.TEXT:
        from holdfast.render.workflow_lists import flights

        show(flights(reports, color=color()))
    else:
        raise HoldfastError(f"--format {form} is of one run", hint="holdfast workflow status last --format " + form)
    return ExitCode.OK


def _show(found: Reading, run_id: str, form: RunFormat, *, everything: bool) -> None:
    from holdfast.render.terminal import width
    from holdfast.render.workflow_reports import render
    from holdfast.workflow.reports.overview import see

    made = see(found.engine, run_id).report(now_ms())
    columns = width(sys.stdout, os.environ)
    show(render(made, form.value, color=color(), width=columns, everything=everything))


@report.command()
def write_report(
    run: RunArgument,
    form: RunFormatOption = RunFormat.HTML,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it here.")] = None,
    database: Database = None,
    project: Project = None,
) -> None:
    """Write a report of a run: for a browser, a page of GitHub, a CI server, or a program."""
    from holdfast.core.files import write_atomic
    from holdfast.render.workflow_reports import render
    from holdfast.workflow.reports.overview import see

    with reading(project, database) as found:
        text = render(see(found.engine, found.run(run)).report(now_ms()), form.value, everything=True)
    if output is None:
        show(text)
        return
    write_atomic(output, text.encode("utf-8", "backslashreplace"))
    typer.echo(f"holdfast: wrote {output}", err=True)


@checkpoints.command()
def list_checkpoints(
    run: RunArgument,
    form: FormOption = Form.TEXT,
    everything: All = False,
    database: Database = None,
    project: Project = None,
) -> None:
    """List what is on record of a run: the steps and items that ended. `restart --from NAME` begins anew with one."""
    from holdfast.render.workflow_lists import checkpoints as listed
    from holdfast.workflow.reports.checkpoints import recorded

    with reading(project, database) as found:
        run_id = found.run(run)
        there = recorded(found.engine, run_id)
    if form is Form.JSON:
        show_json("checkpoints", {"run": run_id, "checkpoints": [each.as_json() for each in there]})
    else:
        show(listed(run_id, there, color=color(), everything=everything))


@artifacts.command()
def list_artifacts(
    run: RunArgument, form: FormOption = Form.TEXT, database: Database = None, project: Project = None
) -> None:
    """List the files that a run keeps, with their sha256."""
    from holdfast.render.workflow_lists import artifacts as listed
    from holdfast.workflow.reports.overview import see

    with reading(project, database) as found:
        made = see(found.engine, found.run(run)).report(now_ms())
    if form is Form.JSON:
        kept = [{"step": step.instance, **each._asdict()} for step in made.leaves() for each in step.artifacts]
        show_json("artifacts", {"run": made.id, "artifacts": kept})
    else:
        show(listed(made, color=color()))
