"""Opening the engine that a project's runs are in: its own journal, or a database."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from holdfast.core.errors import HoldfastError
from holdfast.workflow.engines.interface import Engine
from holdfast.workflow.executors.interface import Place

RUNS = Path(".holdfast", "workflow", "runs")
JOURNAL = Path(".holdfast", "workflow", "journal.db")


def open_to_run(project: Path, database: str, env: Mapping[str, str], *, jobs: int) -> Engine:
    """The engine, which performs at most `jobs` attempts at once in this process. Raises HoldfastError."""
    place = Place(project, project / RUNS, env)
    if database:
        made: Engine = import_module("holdfast.workflow.engines.dbos").open_dbos(database, place, jobs=jobs)
        return made
    from holdfast.workflow.engines.journal import open_journal

    return open_journal(project, place, jobs=jobs)


def open_to_read(project: Path, database: str) -> Engine:
    """The engine, to look at runs, or to leave a message for a runner. It is not made where it is not there.

    Raises HoldfastError.
    """
    if not database and not (project / JOURNAL).exists():
        raise HoldfastError(f"no run yet in {project}", hint="holdfast workflow run FILE begins one")
    return open_to_run(project, database, {}, jobs=0)
