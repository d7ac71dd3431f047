"""`holdfast workflow state tick|advance|log|add-item`."""

from __future__ import annotations

from typing import Annotated

import typer

from holdfast.cli.task_log_options import Form, FormOption, ProjectOption, say, show_json
from holdfast.cli.workflow.state.desk import answer, open_desk
from holdfast.cli.workflow.state.options import DryRun, Now, StateOption
from holdfast.core.errors import ExitCode

tick = typer.Typer(add_completion=False)
advance = typer.Typer(add_completion=False)
log = typer.Typer(add_completion=False)
add_item = typer.Typer(add_completion=False)


@tick.command()
def one_tick(
    task: Annotated[
        str, typer.Option("--task", metavar="TITLE", help="What to work on: a title, or the id of a row.")
    ] = "",
    project: ProjectOption = None,
    state: StateOption = None,
    dry_run: DryRun = False,
    now: Now = None,
    form: FormOption = Form.TEXT,
) -> ExitCode:
    """Do what follows from where the work stands: begin an item, or close a finished one and begin the next."""
    from holdfast.workflow.rules.desk import ticked

    desk = open_desk(project, state, now, dry_run=dry_run)
    done = ticked(desk, task)
    code = answer(desk, done, form, "state-tick")
    if form is Form.TEXT and not done.lines:
        say("nothing follows from where the work stands; see: holdfast workflow state next")
    return ExitCode.UNUSABLE if code else code


@advance.command()
def make_move(
    to: Annotated[
        str, typer.Option("--to", metavar="PLACE", help="PHASE/STATUS, a phase or a status. Default: the way forward.")
    ] = "",
    evidence: Annotated[
        list[str] | None,
        typer.Option("--evidence", metavar="ID", help="A run's id, or sha256:... of a file that a run recorded."),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept in the Log.")] = "",
    project: ProjectOption = None,
    state: StateOption = None,
    dry_run: DryRun = False,
    now: Now = None,
    form: FormOption = Form.TEXT,
) -> ExitCode:
    """Go on to the next place, once the commands that this takes have passed and all other evidence is there."""
    from holdfast.workflow.rules.advance import Asked, advance
    from holdfast.workflow.rules.moves import Refused

    desk = open_desk(project, state, now, dry_run=dry_run, runs=True)
    try:
        done = advance(desk, Asked(to, tuple(evidence or ()), reason))
    except Refused as error:
        if form is not Form.JSON:
            raise
        lacks = [lack._asdict() for lack in error.missing]
        refused = {"ok": False, "message": error.message, "allowed": list(error.allowed), "missing": lacks}
        show_json("state-advance", {"file": str(desk.file.path), "dry_run": dry_run, **refused})
        return ExitCode.UNUSABLE
    return answer(desk, done, form, "state-advance")


@log.command()
def add_line(
    text: Annotated[str, typer.Argument(help="What to remember. Secrets in it are masked.")],
    project: ProjectOption = None,
    state: StateOption = None,
    dry_run: DryRun = False,
    now: Now = None,
    form: FormOption = Form.TEXT,
) -> ExitCode:
    """Add a line to the Log: when, who, what."""
    from holdfast.workflow.rules.writing import add_log

    desk = open_desk(project, state, now, dry_run=dry_run)
    return answer(desk, add_log(desk, text), form, "state-log")


@add_item.command()
def add_row(
    title: Annotated[str, typer.Argument(help="What is to be done.")],
    priority: Annotated[str, typer.Option("--priority", metavar="TEXT", help="For the column Priority.")] = "",
    project: ProjectOption = None,
    state: StateOption = None,
    dry_run: DryRun = False,
    now: Now = None,
    form: FormOption = Form.TEXT,
) -> ExitCode:
    """Add a row to the Items. Rows are worked on from the top; the priority is for readers."""
    from holdfast.workflow.rules.writing import add_item

    desk = open_desk(project, state, now, dry_run=dry_run)
    return answer(desk, add_item(desk, title, priority), form, "state-item")
