"""`holdfast workflow drill`: what crashes would do to a workflow, found out in a scratch copy."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.options import Project, names
from holdfast.core.errors import ExitCode, HoldfastError

if TYPE_CHECKING:
    from holdfast.workflow.drill.trial import Victim
    from holdfast.workflow.records import Record
    from holdfast.workflow.runner.state import RunState

drill = typer.Typer(add_completion=False)

RUN_ID = "0DR1110000000000000000DR11"
"""The run of every copy: each has a journal of its own."""


@drill.command()
def drill_workflow(
    name: Annotated[str, typer.Argument(metavar="NAME|FILE", help="A workflow of the project, or a file in it.")],
    inputs: Annotated[
        list[str] | None, typer.Option("--input", "-i", metavar="NAME=VALUE", help="An input's value.")
    ] = None,
    trials: Annotated[int, typer.Option("--trials", min=1, help="How many kills, spread over all checkpoints.")] = 40,
    every: Annotated[bool, typer.Option("--all", help="Kill at every checkpoint in both ways.")] = False,
    stub: Annotated[
        list[str] | None, typer.Option("--stub", metavar="STEP,...", help="Do nothing in place of these steps.")
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", min=1, metavar="SECONDS", help="What one run may take.")] = 600,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the copies for a look.")] = False,
    form: Annotated[str, typer.Option("--format", metavar="text|json", help="How to print the result.")] = "text",
    victim: Annotated[Path | None, typer.Option(hidden=True)] = None,
    go_on: Annotated[bool, typer.Option(hidden=True)] = False,
    project: Project = None,
) -> ExitCode:
    """Kill a workflow with SIGKILL at every checkpoint, resume it, and say what was lost or ran twice.

    It runs in copies of what git tracks, again and again, with its real commands; steps that use secrets, and guides,
    do nothing. A kill ends the runner alone, or all that it had started too, as when a machine dies. Questions are
    answered with their first option. Exit code 1: something was lost, or ran again after it had finished.
    """
    if victim is not None:
        return _be_victim(name, inputs or [], victim, go_on=go_on)
    if form not in ("text", "json"):
        raise HoldfastError(f"--format {form}: text or json")
    from holdfast.cli.workflow.walking import say, workflow_in
    from holdfast.core.config import load_config
    from holdfast.core.project import find_project
    from holdfast.render.workflow_drill import render
    from holdfast.workflow.drill.drilling import Asked, drilled

    root = find_project(project, os.environ)
    workflow = workflow_in(root, load_config(root, os.environ).workflow.folder, name, keep=False)
    asked = Asked(root, workflow, names(stub), None if every else trials, timeout, keep)
    result = drilled(asked, _victim(name, inputs or [], root), say)
    sys.stdout.write(render(result, form))
    return ExitCode.FINDINGS if result.failed else ExitCode.OK


def _victim(name: str, inputs: list[str], root: Path) -> Victim:
    """How a copy is run: by this command itself, in a process that can be killed."""
    from holdfast.workflow.drill.trial import Victim
    from holdfast.workflow.engines.interface import NoSuchRun

    file = Path(name).resolve()
    within = str(file.relative_to(root.resolve())) if file.is_file() and file.is_relative_to(root.resolve()) else name

    def argv(_copy: Path, plan: Path, resume: bool) -> list[str]:
        given = [word for value in inputs for word in ("--input", value)]
        go_on = ["--go-on"] if resume else []
        words = ["workflow", "drill", within, *given, "--victim", str(plan), *go_on]
        return [sys.executable, "-m", "holdfast", *words]

    def state(copy: Path) -> RunState | None:
        from holdfast.cli.workflow.walking import loaded
        from holdfast.workflow.engines.opening import JOURNAL, open_to_read

        if not (copy / JOURNAL).exists():
            return None
        engine = open_to_read(copy, "")
        try:
            return loaded(engine, RUN_ID)
        except NoSuchRun:
            return None
        finally:
            engine.close()

    def signal(copy: Path, run_id: str, record: Record) -> bool:
        from holdfast.workflow.engines.opening import open_to_read

        engine = open_to_read(copy, "")
        try:
            return engine.signal(run_id, record)
        finally:
            engine.close()

    return Victim(argv, state, signal)


def _be_victim(name: str, inputs: list[str], plan: Path, *, go_on: bool) -> ExitCode:
    """Runs the workflow of the copy that we stand in, with an engine that dies where the plan says."""
    from holdfast.cli.workflow.run import begun
    from holdfast.cli.workflow.walking import How, opened, walk
    from holdfast.workflow.drill.trial import read_plan
    from holdfast.workflow.drill.witness import WitnessedEngine
    from holdfast.workflow.runner.starting import Asked

    how = How(live=False, database="", log=not go_on)
    with opened(Path.cwd(), how) as place:
        watched = place._replace(engine=WitnessedEngine(place.engine, read_plan(plan)))
        run_id = begun(watched, name, inputs, None, Asked(run_id=RUN_ID))
        return walk(watched, run_id)
