"""Forgetting old runs: which, and how much room that makes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.core.files import file_errors
from holdfast.workflow.engines.interface import Run
from holdfast.workflow.engines.reading import Reader
from holdfast.workflow.reports.model import OPEN
from holdfast.workflow.reports.overview import see
from holdfast.workflow.runs import every_run


class Old(NamedTuple):
    """A run that is to be forgotten, and how many bytes its files take."""

    run: Run
    size: int


def ended_runs(engine: Reader, runs: Path, *, keep: int | None, before_ms: int | None) -> list[Old]:
    """The ended runs beyond the newest `keep`, and of these those that ended before a moment; None is no limit.

    A run that is running, waiting or interrupted is never among them.
    """
    ended = [run for run in every_run(engine) if run.status not in OPEN and run.ended_ms is not None]
    old = ended[keep:] if keep is not None else ended
    return [
        Old(run, size_of(runs / run.id))
        for run in old
        if before_ms is None or (run.ended_ms is not None and run.ended_ms < before_ms)
    ]


def named_runs(engine: Reader, runs: Path, ids: Sequence[str]) -> list[Old]:
    """The runs of these ids, in whatever state, unless somebody runs one. Raises HoldfastError."""
    for run_id in ids:
        seen = see(engine, run_id)
        if seen.owner.alive:
            raise HoldfastError(f"{run_id} is {seen.owner.words}", hint=f"holdfast workflow cancel {run_id}")
    wanted = set(ids)
    return [Old(run, size_of(runs / run.id)) for run in every_run(engine) if run.id in wanted]


def forget(engine: Reader, runs: Path, old: Sequence[Old]) -> list[Old]:
    """Deletes runs that nobody holds; those that are gone. Raises HoldfastError.

    The files go first: where that is interrupted, the run is still in the list, and the next time takes it.
    """
    wanted = {each.run.id for each in old}
    held = {session.id: session for session in engine.sessions() if session.id in wanted}
    if any(not session.alive for session in held.values()):
        engine.release_stale()
    free = [each for each in old if each.run.id not in held or not held[each.run.id].alive]
    for each in free:
        folder = runs / each.run.id
        with file_errors(folder, "delete"):
            if folder.is_dir() and not folder.is_symlink():
                shutil.rmtree(folder)
    gone = set(engine.delete([each.run.id for each in free]))
    return [each for each in free if each.run.id in gone]


def size_of(folder: Path) -> int:
    """How many bytes the files of a directory take; what cannot be read counts nothing."""
    return sum(_sizes(str(folder)))


def _sizes(folder: str) -> Iterator[int]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _sizes(entry.path)
            else:
                yield entry.stat(follow_symlinks=False).st_size
        except OSError:  # somebody else was faster
            continue
