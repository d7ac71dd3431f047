"""What the command line calls: an engine over a database, and a worker, each for one project."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from holdfast.core.git import git
from holdfast.workflow.engines.dbos.engine import DbosEngine, Setting, open_engine
from holdfast.workflow.engines.dbos.worker import LEASE_S, Asked, Seams, leave_now, work
from holdfast.workflow.executors import find_executor
from holdfast.workflow.executors.interface import Place

RUNS = Path(".holdfast", "workflow", "runs")
_COMMIT_KEPT_S = 10.0


def connect(url: str, *, project: Path, jobs: int, env: Mapping[str, str], lease_s: float = LEASE_S) -> DbosEngine:
    """The engine over a database. Steps run here, `jobs` at once, while a run is held; 0: only on other workers.

    Raises HoldfastError where the URL, the server, its tables or this installation will not do.
    """
    return open_engine(url, Setting(project, project_name(project), jobs, find_executor, env, lease_s))


def perform(
    url: str,
    *,
    project: Path,
    queues: tuple[str, ...],
    jobs: int,
    name: str,
    lease_s: float,
    grace_s: float | None,
    until: IO[bytes] | None,
    say: Callable[[str], None],
) -> int:
    """Works until told to leave; see worker.work. Does not return where threads are left that nobody waits for."""
    place = Place(project, project / RUNS, os.environ)
    asked = Asked(url, project_name(project), place, queues, jobs, name, lease_s, grace_s)
    code = work(asked, Seams(find_executor, Commit(project), say, until))
    leave_now(code)
    return code


def project_name(project: Path) -> str:
    """What a project is called in every checkout of it: its name in pyproject.toml, else its directory's."""
    import tomllib

    try:
        tables = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    except (OSError, ValueError):
        return project.name
    for table in (tables.get("project"), tables.get("tool", {}).get("poetry")):
        if isinstance(table, dict) and isinstance(table.get("name"), str) and table["name"].strip():
            return str(table["name"]).strip()
    return project.name


class Commit:
    """The commit that is checked out in a project, looked up again after some seconds."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self._found: str | None = None
        self._until = 0.0

    def __call__(self) -> str | None:
        if time.monotonic() >= self._until:
            said = git(self.project, "rev-parse", "HEAD")
            self._found = said.decode().strip() if said else None
            self._until = time.monotonic() + _COMMIT_KEPT_S
        return self._found
