"""`holdfast task-log`: the commands that write the registry. Those that read it are in task_log_read.py."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli import task_log_read
from holdfast.cli.registry_path import registry_path
from holdfast.cli.task_log_options import ProjectOption, RegistryOption, say
from holdfast.core.errors import HoldfastError
from holdfast.core.project import find_project
from holdfast.core.registry import Registry
from holdfast.core.tasklog import STATUSES, begin, is_off
from holdfast.core.who import who

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Log tasks and see how they ended.",
)

AgentOption = Annotated[
    str | None, typer.Option("--agent", metavar="WHO", help="Who runs it. Default: HOLDFAST_AGENT, or what is found.")
]
_PASS_ALL = {"allow_interspersed_args": False, "ignore_unknown_options": True}


@app.command(context_settings=_PASS_ALL)
def run(
    command: Annotated[list[str], typer.Argument(metavar="-- COMMAND...", help="The command and its arguments.")],
    task: Annotated[str | None, typer.Option("--task", metavar="NAME", help="Default: the command's name.")] = None,
    agent: AgentOption = None,
    no_log: Annotated[bool, typer.Option("--no-log", help="Run it without logging.")] = False,
    project: ProjectOption = None,
    registry: RegistryOption = None,
) -> int:
    """Run a command as if it were not wrapped, log its start and end, and exit with its own code."""
    from holdfast.core.tasklog import ending
    from holdfast.tasks.wrap import run_command

    env = os.environ
    if no_log or is_off(env):
        ended = run_command(command, env)
    else:
        root = find_project(project, env)
        with Registry(registry_path(root, registry, env), project=root.name) as writer:
            name = task or Path(command[0]).name
            entry = begin(writer, task=name, project=root, argv=command, agent=agent or who(env), say=say)
            with ending(entry):
                ended = run_command(command, env)
                more = {"signal": ended.signal, "reason": ended.reason}
                entry.finish(ended.status, ended.exit_code, **{key: value for key, value in more.items() if value})
    if ended.reason:
        say(ended.reason)
    return ended.exit_code


@app.command()
def start(
    task: Annotated[str, typer.Argument(help="The task's name.")],
    pid: Annotated[int | None, typer.Option("--pid", min=1, help="The process that works on it.")] = None,
    agent: AgentOption = None,
    project: ProjectOption = None,
    registry: RegistryOption = None,
) -> None:
    """Log the start of a task that cannot be wrapped, and print its id.

    Without --pid nobody can tell later whether it still runs, and its state is unknown until it is finished.
    """
    from holdfast.core.process_identity import started

    if pid is not None and started(pid) is None:
        raise HoldfastError(f"there is no process {pid}", hint="give --pid the process that works on the task")
    env = os.environ
    if is_off(env):
        from holdfast.core.clock import now_ms
        from holdfast.core.ids import new_id

        typer.echo(new_id(now_ms()))
        return
    root = find_project(project, env)
    with Registry(registry_path(root, registry, env), project=root.name) as writer:
        entry = begin(writer, task=task, project=root, argv=(), agent=agent or who(env), say=say, pid=pid or 0)
    typer.echo(entry.id)


@app.command()
def finish(
    task_id: Annotated[str, typer.Argument(metavar="ID", help="The id that `start` printed; a prefix is enough.")],
    exit_code: Annotated[int | None, typer.Option("--exit-code", metavar="N", min=0, max=255)] = None,
    status: Annotated[str | None, typer.Option("--status", metavar="STATUS", help=", ".join(STATUSES))] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why it ended so.")] = None,
    project: ProjectOption = None,
    registry: RegistryOption = None,
) -> None:
    """Log the end of a task by hand. Lists mark it as reported: it was typed in, nothing saw it."""
    from holdfast.tasks.report import report_end

    env = os.environ
    if is_off(env):
        return
    root = find_project(project, env)
    path = registry_path(root, registry, env)
    for line in report_end(path, root, task_id, status=status, exit_code=exit_code, reason=reason, agent=who(env)):
        say(line)


@app.command()
def note(
    text: Annotated[str, typer.Argument(help="What to remember. Secrets in it are masked.")],
    task_id: Annotated[str | None, typer.Option("--id", metavar="ID", help="The task that it is about.")] = None,
    agent: AgentOption = None,
    project: ProjectOption = None,
    registry: RegistryOption = None,
) -> None:
    """Add a note to the registry, about a task or about the project."""
    from holdfast.tasks.report import add_note

    env = os.environ
    if is_off(env):
        return
    root = find_project(project, env)
    for line in add_note(registry_path(root, registry, env), root.name, text, task_id=task_id, agent=agent or who(env)):
        say(line)


@app.command()
def repair(project: ProjectOption = None, registry: RegistryOption = None) -> None:
    """Bring a damaged registry back. A copy of it is made first; what is cut stays in a file beside it."""
    from holdfast.cli.registry_path import registry_to_read
    from holdfast.tasks.repair import repair as mend

    path = registry_to_read(project, registry, os.environ)
    done = mend(path)
    if done.copy is None:
        typer.echo(f"{path}: nothing to repair, {done.events} events")
        return
    typer.echo(f"{path}: repaired, {done.events} events")
    typer.echo(f"the file as it was: {done.copy.name}")
    if done.cut is not None:
        typer.echo(f"{done.cut_bytes} bytes that are no event: {done.cut.name}")


@app.command()
def archive(
    before: Annotated[str, typer.Option("--before", metavar="DATE", help="2026-11-20 or 2026-11.")],
    project: ProjectOption = None,
    registry: RegistryOption = None,
) -> None:
    """Move the tasks that ended before a date into one file a month beside the registry."""
    from holdfast.cli.registry_path import registry_to_read
    from holdfast.tasks.archive import archive as move
    from holdfast.tasks.archive import parse_before

    path = registry_to_read(project, registry, os.environ)
    done, notices = move(path, parse_before(before))
    for line in notices:
        say(line)
    names = ", ".join(file.name for file in done.files)
    count = "1 task" if done.tasks == 1 else f"{done.tasks} tasks"
    typer.echo(f"{count} moved to {names}" if done.tasks else f"no task ended before {before}")


task_log_read.add_to(app)
