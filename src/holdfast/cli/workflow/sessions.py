"""`holdfast workflow sessions`: who is at work."""

from __future__ import annotations

import typer

from holdfast.cli.workflow.reading import Database, Form, FormOption, Project, color, reading, show, show_json
from holdfast.core.clock import now_ms

sessions = typer.Typer(add_completion=False, help="Who runs what, since when, and whether they are still there.")


@sessions.callback(invoke_without_command=True)
def by_default(ctx: typer.Context, project: Project = None, database: Database = None) -> None:
    """Who runs what, since when, and whether they are still there."""
    if ctx.invoked_subcommand is None:
        _list(Form.TEXT, database, project)


@sessions.command("list")
def list_sessions(form: FormOption = Form.TEXT, database: Database = None, project: Project = None) -> None:
    """List runners and workers with their host, process, and last sign of life."""
    _list(form, database, project)


@sessions.command("release")
def release_sessions(form: FormOption = Form.TEXT, database: Database = None, project: Project = None) -> None:
    """Free the runs whose runners are dead, so that nothing takes them for being worked on."""
    with reading(project, database) as found:
        freed = found.engine.release_stale()
    if form is Form.JSON:
        show_json("sessions", {"released": [each.as_json() for each in freed]})
        return
    for each in freed:
        show(f"released {each.kind} {each.id}: {each.why or 'gone'}; holdfast workflow resume {each.id} goes on\n")
    if not freed:
        show("no session is stale\n")


def _list(form: Form, database: str | None, directory: Project) -> None:
    with reading(directory, database) as found:
        there = found.engine.sessions()
    if form is Form.JSON:
        show_json("sessions", {"sessions": [each.as_json() for each in there]})
    else:
        from holdfast.render.workflow_lists import sessions as listed

        show(listed(there, now_ms(), color=color()))
