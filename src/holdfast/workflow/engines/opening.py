"""Opening the engine that a project's runs are in: its own journal, or a database."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from holdfast.core.errors import HoldfastError
from holdfast.workflow.engines.interface import Engine
from holdfast.workflow.executors.interface import Place

RUNS = Path(".holdfast", "workflow", "runs")
JOURNAL = Path(".holdfast", "workflow", "journal.db")


OPEN_FILES = 32
"""Of this process apart from its attempts: its streams, the journal, the registry, the state file."""
OPEN_FILES_EACH = 3
"""Of an attempt: its log, its process, the pipe to its shell."""


def most_at_once() -> int:
    """How many attempts this process can perform at once with the files that it may have open."""
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if soft == resource.RLIM_INFINITY else max(1, (soft - OPEN_FILES) // OPEN_FILES_EACH)


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
