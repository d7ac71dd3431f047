"""The commands of `holdfast task-log` that read the registry."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from holdfast.cli.registry_path import registry_to_read
from holdfast.cli.task_log_options import (
    Form,
    FormOption,
    ProjectOption,
    RegistryOption,
    in_color,
    say,
    show,
    show_json,
)
from holdfast.core.errors import ExitCode, HoldfastError
from holdfast.core.registry_reader import Snapshot

DEFAULT_LAST = 20
POLL_S = 0.2


def add_to(app: typer.Typer) -> None:
    """Registers the commands of this file."""
    for command in (list_, show_, stats, tail, verify):
        app.command(command.__name__.rstrip("_"))(command)


def list_(
    status: Annotated[str | None, typer.Option("--status", metavar="STATE", help="running, failed, ...")] = None,
    task: Annotated[str | None, typer.Option("--task", metavar="NAME", help="A name, or a pattern: lint*")] = None,
    agent: Annotated[str | None, typer.Option("--agent", metavar="WHO", help="A name or a pattern.")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="WHEN", help="2h, 3d, or an ISO date.")] = None,
    last: Annotated[int | None, typer.Option("--last", min=1, metavar="N", help="Default: 20, or all --since.")] = None,
    form: FormOption = Form.TEXT,
    project: ProjectOption = None,
    registry: RegistryOption = None,
) -> None:
    """List tasks, the newest at the end."""
    from holdfast.core.registry_reader import opened
    from holdfast.render.tasks import task_list
    from holdfast.tasks.fold import STATES, as_json
    from holdfast.tasks.query import Wanted, last_tasks

    if status is not None and status not in STATES:
        raise HoldfastError(f"{status!r} is no state", hint=f"one of {', '.join(STATES)}")
    wanted = Wanted(status, task, agent, _moment(since))
    with opened(registry_to_read(project, registry, os.environ)) as snapshot:
        _say_torn(snapshot)
        limit = last or (None if since else DEFAULT_LAST)
        tasks = [as_json(found) for found in last_tasks(snapshot, wanted, limit)]
    if form is Form.JSON:
        show_json("task-list", {"tasks": tasks})
    else:
        show(task_list(tasks, color=in_color()))


def show_(
    task_id: Annotated[str, typer.Argument(metavar="ID", help="An id, or enough of its beginning.")],
    form: FormOption = Form.TEXT,
    project: ProjectOption = None,
    registry: RegistryOption = None,
) -> None:
    """Show all that is known of one task."""
    from holdfast.core.registry_reader import opened
    from holdfast.render.tasks import task_details
    from holdfast.tasks.fold import as_json
    from holdfast.tasks.query import find_task

    with opened(registry_to_read(project, registry, os.environ)) as snapshot:
        _say_torn(snapshot)
        task = as_json(find_task(snapshot, task_id))
    if form is Form.JSON:
        show_json("task", {"task": task})
    else:
        show(task_details(task, color=in_color()))


def stats(form: FormOption = Form.TEXT, project: ProjectOption = None, registry: RegistryOption = None) -> None:
    """Say for each task how often it ran, how often well, and how long it takes."""
    from holdfast.core.registry_reader import opened
    from holdfast.render.tasks import ASCII_BARS, BARS, encodable, task_stats
    from holdfast.tasks.stats import sparkline
    from holdfast.tasks.stats import stats as compute

    with opened(registry_to_read(project, registry, os.environ)) as snapshot:
        _say_torn(snapshot)
        found = compute(snapshot.events())
    documents = [one.as_json() for one in found]
    if form is Form.JSON:
        show_json("task-stats", {"tasks": documents})
        return
    marks = BARS if encodable(BARS, sys.stdout.encoding) == BARS else ASCII_BARS
    show(task_stats(documents, [sparkline(one.durations, marks) for one in found], color=in_color()))


def tail(
    last: Annotated[int, typer.Option("--last", "-n", min=0, metavar="N", help="How many events to begin with.")] = 10,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for more, until Ctrl-C.")] = False,
    project: ProjectOption = None,
    registry: RegistryOption = None,
) -> None:
    """Show the last events as they were written, one a line."""
    from holdfast.render.tasks import event_line
    from holdfast.tasks.tail import follow as events
    from holdfast.tasks.tail import last_events

    path = registry_to_read(project, registry, os.environ)
    color = in_color()
    for event in events(path, last) if follow else last_events(path, last):
        if event is None:
            time.sleep(POLL_S)
        else:
            show(event_line(event, color=color) + "\n")


def verify(form: FormOption = Form.TEXT, project: ProjectOption = None, registry: RegistryOption = None) -> ExitCode:
    """Read every line and say the first that is wrong, with exit code 1. JSON has them all."""
    from holdfast.core.registry_format import REPAIR
    from holdfast.tasks.verify import verify as problems_in

    path = registry_to_read(project, registry, os.environ)
    problems, events = problems_in(path)
    if form is Form.JSON:
        listed = [{"line": problem.line, "reason": problem.reason} for problem in problems]
        show_json("task-verify", {"events": events, "problems": listed})
    elif problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        show(f"{path}:{problems[0].line}: {problems[0].reason}{more}\n")
        typer.echo(f"hint: {REPAIR}", err=True)
    else:
        show(f"{path}: valid, {events} events\n")
    return ExitCode.FINDINGS if problems else ExitCode.OK


def _moment(since: str | None) -> datetime | None:
    from holdfast.tasks.query import parse_since

    return None if since is None else parse_since(since, datetime.now(UTC))


def _say_torn(snapshot: Snapshot) -> None:
    if snapshot.torn:
        say(f"{snapshot.path}: the last {snapshot.torn} bytes are a torn write; the next event mends it")
