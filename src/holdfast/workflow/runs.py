"""Which run a person means."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.core.errors import HoldfastError
from holdfast.core.ids import LENGTH
from holdfast.workflow.engines.interface import NoSuchRun, Run
from holdfast.workflow.engines.reading import Runs

LAST = "last"
SHORTEST_SUFFIX = 4
_FIRST, _LAST = "0", "Z"
"""Of the characters of an id: a database may sort others anywhere."""
_PAGE = 1000
_NAMED = 5


def resolve(engine: Runs, text: str) -> str:
    """The id of the run that is meant: an id, the beginning or the end of one, or `last`, the one begun last.

    A beginning may be of any length, an end has at least SHORTEST_SUFFIX characters; case does not matter. Raises
    NoSuchRun, and HoldfastError where several runs fit.
    """
    wanted = text.strip()
    if wanted.lower() == LAST:
        return _last(engine)
    if not wanted.isascii():  # no id is; and half of a surrogate pair can be asked of no database
        raise _unknown(wanted)
    found = _exact(engine, wanted) or _beginning(engine, wanted.upper())
    if not found and len(wanted) >= SHORTEST_SUFFIX:
        found = [run.id for run in every_run(engine) if run.id.upper().endswith(wanted.upper())]
    if not found:
        raise _unknown(wanted)
    if len(found) > 1:
        more = ", ..." if len(found) > _NAMED else ""
        named = ", ".join(found[:_NAMED]) + more
        raise HoldfastError(f"{wanted}: several runs are called that", hint=f"one of {named}")
    return found[0]


def every_run(engine: Runs, workflow: str | None = None) -> Iterator[Run]:
    """All runs, the newest first, read as they are asked for."""
    before = None
    while page := engine.runs(limit=_PAGE, before=before, workflow=workflow):
        yield from page
        before = page[-1].id


def _last(engine: Runs) -> str:
    for run in every_run(engine):
        if not is_child(run):
            return run.id
    raise NoSuchRun("there is no run yet", hint="holdfast workflow run FILE begins one")


def is_child(run: Run) -> bool:
    """Whether a step of another run began it: its origin is `RUN/STEP`."""
    return "/" in (run.origin or "")


def _exact(engine: Runs, wanted: str) -> list[str]:
    return [run.id for run in engine.runs(limit=1, before=wanted.upper() + _FIRST) if run.id == wanted.upper()]


def _beginning(engine: Runs, wanted: str) -> list[str]:
    """Those of which `wanted` is the beginning are the newest of all that are not greater than the last of them."""
    if not wanted:
        return []
    found = engine.runs(limit=_NAMED + 1, before=wanted.ljust(LENGTH + 1, _LAST))
    return [run.id for run in found if run.id.upper().startswith(wanted)]


def _unknown(wanted: str) -> NoSuchRun:
    if 0 < len(wanted) < SHORTEST_SUFFIX:
        return NoSuchRun(
            f"{wanted}: no run's id begins so",
            hint=f"of the end of an id at least {SHORTEST_SUFFIX} characters are needed",
        )
    return NoSuchRun(f"{wanted or 'an empty text'}: no such run", hint="holdfast workflow history lists them")
