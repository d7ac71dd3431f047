"""Runs beyond one machine: the queueing and the durability of attempts are DBOS's (https://docs.dbos.dev/python).

Only this package imports dbos, sqlalchemy and psycopg, when an engine is opened or a worker begins.
docs/adr/0013-records-beside-dbos.md says what is kept where, and why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.workflow.executors.interface import Place

if TYPE_CHECKING:
    from holdfast.workflow.engines.dbos.engine import DbosEngine


def open_dbos(url: str, place: Place, *, jobs: int) -> DbosEngine:
    """The engine over the database of that URL; `jobs` attempts at once here, 0: none. Raises HoldfastError."""
    from holdfast.workflow.engines.dbos.wiring import connect

    return connect(url, project=place.project, jobs=jobs, env=place.env)
