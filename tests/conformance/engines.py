"""The engines that the conformance suite runs against, each opened by its name, also from other processes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from holdfast.workflow.engines.interface import Engine
from holdfast.workflow.engines.journal import open_journal
from holdfast.workflow.executors.interface import Place


def place_of(project: Path) -> Place:
    """Where the suite's attempts are performed."""
    return Place(project, project / ".holdfast" / "workflow" / "runs", os.environ, grace_s=1.0)


def journal(project: Path, jobs: int) -> Engine:
    return open_journal(project, place_of(project), jobs=jobs)


def dbos_on_sqlite(project: Path, jobs: int) -> Engine:
    return _dbos(f"sqlite:///{project}/dbos.db", project, jobs)


def dbos_on_postgresql(project: Path, jobs: int) -> Engine:
    return _dbos((project / URL).read_text("utf-8"), project, jobs)


def _dbos(url: str, project: Path, jobs: int) -> Engine:
    from holdfast.workflow.engines.dbos.wiring import connect

    return connect(url, project=project, jobs=jobs, env=os.environ, lease_s=LEASE_S)


URL = "database-url"
LEASE_S = 3.0
POSTGRESQL = "dbos-postgresql"
ENGINES: dict[str, Callable[[Path, int], Engine]] = {
    "journal": journal,
    "dbos-sqlite": dbos_on_sqlite,
    POSTGRESQL: dbos_on_postgresql,
}
"""An engine opens its store for a project; where it needs more than the directory, it reads that from a file in it."""
EMBEDDED = ("journal",)
"""Those that perform attempts in the runner's own process alone."""
