"""`holdfast workflow history` and `prune`: the runs of the past."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Annotated

import typer

from holdfast.cli.workflow.reading import Database, Form, FormOption, Project, Reading, color, reading, show, show_json
from holdfast.core.clock import now_ms
from holdfast.core.errors import HoldfastError
from holdfast.workflow.reports.pruning import Old

history = typer.Typer(add_completion=False)
prune = typer.Typer(add_completion=False)

STATUSES = ("running", "waiting", "interrupted", "succeeded", "failed", "cancelled", "timed_out")
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=10**9, metavar="N", help="At most so many.")]


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


@prune.command()
def prune_runs(
    runs: Annotated[list[str] | None, typer.Argument(metavar="[RUN]...", help="These, though they are open.")] = None,
    keep: Annotated[int | None, typer.Option("--keep", min=0, metavar="N", help="Keep the N newest.")] = None,
    older_than: Annotated[str | None, typer.Option("--older-than", metavar="TIME", help="30d, 12h, ...")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be deleted.")] = False,
    form: FormOption = Form.TEXT,
    database: Database = None,
    project: Project = None,
) -> None:
    """Delete ended runs with their logs and artifacts. One that has not ended stays, unless it is named."""
    if not runs and keep is None and older_than is None:
        raise HoldfastError("prune needs to be told what is old", hint="--keep 100, or --older-than 30d, or both")
    if runs and (keep is not None or older_than is not None):
        raise HoldfastError("runs are named, or chosen by --keep and --older-than, not both")
    from holdfast.workflow.reports.pruning import forget

    with reading(project, database) as found:
        old = _chosen(found, runs or [], keep, older_than)
        gone = old if dry_run else forget(found.engine, found.runs, old)
    if form is Form.JSON:
        listed = [{"id": each.run.id, "workflow": each.run.workflow, "bytes": each.size} for each in gone]
        show_json("pruned", {"dry_run": dry_run, "bytes": sum(each.size for each in gone), "runs": listed})
    else:
        from holdfast.render.workflow_lists import pruned

        show(pruned(gone, dry_run=dry_run, kept=len(old) - len(gone)))


def _chosen(found: Reading, names: list[str], keep: int | None, older_than: str | None) -> list[Old]:
    from holdfast.workflow.reports.pruning import ended_runs, named_runs

    if names:
        return named_runs(found.engine, found.runs, [found.run(name) for name in names])
    return ended_runs(found.engine, found.runs, keep=keep, before_ms=_moment(older_than))
