"""`holdfast workflow history` and `prune`: the runs of the past."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Annotated

import typer

from holdfast.cli.workflow.reading import Database, Form, FormOption, Project, color, reading, show, show_json
from holdfast.core.clock import now_ms
from holdfast.core.errors import HoldfastError

history = typer.Typer(add_completion=False)
prune = typer.Typer(add_completion=False)

STATUSES = ("running", "waiting", "interrupted", "succeeded", "failed", "cancelled", "timed_out")
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, metavar="N", help="At most so many.")]


@history.command()
def list_history(
    workflow: Annotated[str | None, typer.Option("--workflow", metavar="NAME", help="Runs of this one alone.")] = None,
    status: Annotated[str | None, typer.Option("--status", metavar="S", help="failed, interrupted, ...")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="WHEN", help="2h, 3d, or an ISO date.")] = None,
    limit: Limit = 20,
    form: FormOption = Form.TEXT,
    database: Database = None,
    project: Project = None,
) -> None:
    """List runs, the newest first."""
    from holdfast.workflow.reports.overview import Wanted, past

    if status is not None and status not in STATUSES:
        raise HoldfastError(f"{status!r} is no status of a run", hint=f"one of {', '.join(STATUSES)}")
    wanted = Wanted(workflow, status, _moment(since))
    with reading(project, database) as found:
        rows = list(itertools.islice(past(found.engine, wanted), limit))
    if form is Form.JSON:
        from holdfast.render.workflow_json import past_run

        show_json("runs", {"runs": [past_run(each) for each in rows]})
    else:
        from holdfast.render.workflow_lists import history as listed

        show(listed(rows, now_ms(), color=color()))


def _moment(since: str | None) -> int | None:
    from holdfast.tasks.query import parse_since

    return None if since is None else round(parse_since(since, datetime.now(UTC)).timestamp() * 1000)
