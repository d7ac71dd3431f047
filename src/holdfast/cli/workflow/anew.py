"""`holdfast workflow retry`, `restart` and `move`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.options import NoLog, Project
from holdfast.cli.workflow import run_options as option
from holdfast.cli.workflow.walking import How, loaded, opened, say, walk, workflow_in
from holdfast.core.errors import ExitCode

if TYPE_CHECKING:
    from holdfast.workflow.engines.interface import Engine, Lease

retry = typer.Typer(add_completion=False)
restart = typer.Typer(add_completion=False)
move = typer.Typer(add_completion=False)


@retry.command()
def retry_steps(
    run_name: option.RunName,
    step: Annotated[str | None, typer.Argument(metavar="[STEP]", help="A step or an item; all that failed.")] = None,
    jobs: option.Jobs = None,
    form: option.Form = option.RunForm.TEXT,
    output: option.Output = None,
    wait: option.Wait = False,
    no_live: option.NoLive = False,
    database: option.Database = None,
    state: option.State = None,
    no_log: NoLog = False,
    project: Project = None,
) -> ExitCode:
    """Try what failed again, in the same run, and what depended on it.

    A runner that has the run takes it up; else it is walked here.
    """
    from holdfast.core.who import who
    from holdfast.workflow.engines.interface import RunTaken
    from holdfast.workflow.runner.again import again
    from holdfast.workflow.runs import resolve

    how = How(jobs, form.value, output, wait, not no_live, not no_log, state, database)
    with opened(project, how) as place:
        run_id = resolve(place.engine, run_name)
        records = again(loaded(place.engine, run_id), step, who(os.environ))

        def prepare(engine: Engine, lease: Lease) -> None:
            engine.record(lease, records)

        try:
            return walk(place, run_id, prepare)
        except RunTaken as taken:
            for record in records:
                place.engine.signal(run_id, record)
            say(f"{taken.message}, and takes it up")
            return ExitCode.OK


@restart.command()
def restart_run(
    run_name: option.RunName,
    start: Annotated[
        str | None, typer.Option("--from", metavar="STEP", help="What to do anew, with all after it.")
    ] = None,
    jobs: option.Jobs = None,
    form: option.Form = option.RunForm.TEXT,
    output: option.Output = None,
    wait: option.Wait = False,
    no_live: option.NoLive = False,
    database: option.Database = None,
    state: option.State = None,
    no_log: NoLog = False,
    project: Project = None,
) -> ExitCode:
    """Begin a new run that takes over what another did before a step: without --from, all that succeeded.

    The new run names its origin, and follows the file as it was when the first one began.
    """
    from holdfast.core.who import who
    from holdfast.workflow.runner.again import restarted
    from holdfast.workflow.runs import resolve

    how = How(jobs, form.value, output, wait, not no_live, not no_log, state, database)
    with opened(project, how) as place:
        made = restarted(loaded(place.engine, resolve(place.engine, run_name)), start, who(os.environ))
        place.engine.begin(made)
        return walk(place, made.id)


@move.command()
def move_run(
    run_name: option.RunName,
    file: Annotated[str, typer.Argument(metavar="NAME|FILE", help="The workflow as it is to be from now on.")],
    database: option.Database = None,
    project: Project = None,
) -> ExitCode:
    """Have a run in flight go on under a changed file. Steps that have begun must be the same in both."""
    from holdfast.core.process_identity import identity
    from holdfast.core.who import who
    from holdfast.workflow.engines.interface import Owner
    from holdfast.workflow.runner.again import moved
    from holdfast.workflow.runs import resolve

    with opened(project, How(database=database)) as place:
        run_id = resolve(place.engine, run_name)
        workflow = workflow_in(place.project, place.config.workflow.folder, file, keep=True)
        by = who(os.environ)
        lease = place.engine.claim(run_id, Owner(by, identity(os.getpid())))
        try:
            place.engine.record(lease, [moved(loaded(place.engine, run_id), workflow, by)])
        finally:
            place.engine.release(lease)
        say(f"run {run_id} follows {workflow.file} now; to go on: holdfast workflow resume {run_id}")
    return ExitCode.OK
