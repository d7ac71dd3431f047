"""`holdfast workflow run` and `resume`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.options import NoLog, Project, names
from holdfast.cli.workflow import run_options as option
from holdfast.cli.workflow.walking import How, Place, loaded, offer, opened, walk, workflow_in
from holdfast.core.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from holdfast.workflow.engines.interface import Engine, Lease
    from holdfast.workflow.model import Workflow
    from holdfast.workflow.runner.starting import Asked

run = typer.Typer(add_completion=False)
resume = typer.Typer(add_completion=False)

Name = Annotated[str, typer.Argument(metavar="NAME|FILE", help="A workflow of the project, or a file.")]
Inputs = Annotated[list[str] | None, typer.Option("--input", "-i", metavar="NAME=VALUE", help="An input's value.")]
InputFiles = Annotated[
    list[Path] | None, typer.Option("--inputs", metavar="FILE", help="Inputs from a table in YAML or JSON.")
]
Plan = Annotated[bool, typer.Option("--plan", help="Show what would run, with which commands; write nothing.")]
From = Annotated[list[str] | None, typer.Option("--from", metavar="STEP", help="Only this step and what comes after.")]
Only = Annotated[list[str] | None, typer.Option("--only", metavar="STEP,...", help="Only these steps.")]
RunId = Annotated[str | None, typer.Option("--run-id", metavar="ID", help="The run's id; one that is there goes on.")]
Parent = Annotated[str | None, typer.Option("--parent", metavar="RUN/STEP", help="The step whose child it is.")]


@run.command()
def run_workflow(
    name: Name,
    inputs: Inputs = None,
    input_files: InputFiles = None,
    jobs: option.Jobs = None,
    plan: Plan = False,
    start: From = None,
    only: Only = None,
    form: option.Form = option.RunForm.TEXT,
    output: option.Output = None,
    wait: option.Wait = False,
    no_live: option.NoLive = False,
    run_id: RunId = None,
    parent: Parent = None,
    database: option.Database = None,
    state: option.State = None,
    no_log: NoLog = False,
    auto_recover: option.Recover = False,
    project: Project = None,
) -> ExitCode:
    """Run a workflow to its end, or to where somebody has to answer.

    What has finished is on disk before anything that needs it begins: after a crash, a kill or Ctrl-C, `resume` goes
    on where it stood. Exit codes: 0 it succeeded; 1 it failed, or waits for an answer; 130 it was interrupted.
    """
    from holdfast.workflow.runner.starting import Asked

    # A child stays where it needs an answer: ending there would fail its parent's step.
    how = How(jobs, form.value, output, wait or parent is not None, not no_live, not no_log, state, database)
    asked = Asked(only=names(only), start=names(start), run_id=run_id, parent=parent)
    if plan:
        return _plan(name, project, inputs, input_files, asked, how)
    with opened(project, how) as place:
        if parent is None:
            offer(place, apart_from=run_id, recover=auto_recover)
        begun_id = begun(place, name, inputs, input_files, asked)
        return walk(place, begun_id, reopened(begun_id, failed=True) if parent is not None else None)


def begun(place: Place, name: str, inputs: list[str] | None, input_files: list[Path] | None, asked: Asked) -> str:
    """Begins the run, if there is none of that id yet."""
    from holdfast.core.who import who
    from holdfast.workflow.runner.graph import Graph
    from holdfast.workflow.runner.starting import ask_facts, check_ids, new_run

    check_ids(asked)
    if asked.run_id is not None and _is_there(place, asked.run_id):
        return asked.run_id
    facts = ask_facts(place.project)
    try:
        workflow = workflow_in(place.project, place.config.workflow.folder, name, keep=True)
        Graph(workflow).selected(asked.only, asked.start)
        asked = asked._replace(inputs=_inputs(workflow, inputs, input_files))
    finally:
        known = facts()
    made = new_run(workflow, asked, who(os.environ), known)
    place.engine.begin(made)
    return made.id


def _is_there(place: Place, run_id: str) -> bool:
    from holdfast.workflow.engines.interface import NoSuchRun

    try:
        place.engine.load(run_id)
    except NoSuchRun:
        return False
    return True


def _inputs(workflow: Workflow, given: list[str] | None, files: list[Path] | None) -> dict[str, object]:
    if not (given or files or workflow.inputs):
        return {}
    from holdfast.workflow.definition.inputs import parse_inputs

    return parse_inputs(workflow, given or (), files or ())


def _plan(
    name: str, directory: Path | None, inputs: list[str] | None, files: list[Path] | None, asked: Asked, how: How
) -> ExitCode:
    import sys

    from holdfast.core.config import load_config
    from holdfast.core.project import find_project
    from holdfast.plugins import step_kinds
    from holdfast.render.workflow_plan import render
    from holdfast.workflow.runner.plan import make_plan
    from holdfast.workflow.runner.starting import ask_facts, new_run
    from holdfast.workflow.runner.work import workshop

    project = find_project(directory, os.environ)
    workflow = workflow_in(project, load_config(project, os.environ).workflow.folder, name, keep=False)
    asked = asked._replace(inputs=_inputs(workflow, inputs, files))
    run_ = new_run(workflow, asked, "", ask_facts(project)())
    shop = workshop(project, os.environ, step_kinds().__getitem__, sys.executable)
    sys.stdout.write(render(make_plan(shop, workflow, run_), how.form))
    return ExitCode.OK


@resume.command()
def resume_run(
    run_name: Annotated[str, typer.Argument(metavar="[RUN]", help="An id, a part of one, or last.")] = "last",
    jobs: option.Jobs = None,
    form: option.Form = option.RunForm.TEXT,
    output: option.Output = None,
    wait: option.Wait = False,
    no_live: option.NoLive = False,
    database: option.Database = None,
    state: option.State = None,
    no_log: NoLog = False,
    auto_recover: option.Recover = False,
    project: Project = None,
) -> ExitCode:
    """Go on with a run that was interrupted or cancelled, or that waited for an answer.

    What finished is not run again. A step that was killed in the middle is treated as its `on_crash` says. Where
    another process has the run, this one ends with 2 and names it.
    """
    from holdfast.workflow.runs import resolve

    how = How(jobs, form.value, output, wait, not no_live, not no_log, state, database)
    with opened(project, how) as place:
        run_id = resolve(place.engine, run_name)
        offer(place, apart_from=run_id, recover=auto_recover)
        return walk(place, run_id, reopened(run_id))


def reopened(run_id: str, *, failed: bool = False) -> Callable[[Engine, Lease], None]:
    """What has a run that was cancelled, or took too long, go on with what was left; else it writes nothing.

    With `failed` also one that failed, as a step's next attempt does with its child run.
    """
    ends = ("cancelled", "timed_out", "failed") if failed else ("cancelled", "timed_out")

    def prepare(engine: Engine, lease: Lease) -> None:
        state = loaded(engine, run_id)
        if state.ended is not None and state.status in ends:
            from holdfast.core.who import who
            from holdfast.workflow.runner.again import again

            engine.record(lease, again(state, None, who(os.environ)))

    return prepare
