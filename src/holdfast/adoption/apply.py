"""Writing what was planned: each file in one step, all of them or, where one cannot be written, none.

A process that is killed leaves each file whole, and what it did not get to for the next run. Directories come and go
with their first and last file in one step too: made aside and renamed, so that none is left empty.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from holdfast.adoption.plan import Change
from holdfast.core.errors import HoldfastError
from holdfast.core.files import file_errors, fsync_directory, write_atomic
from holdfast.core.locks import lock

LOCK_WAIT_S = 10.0
LEFTOVER_S = 60
"""A file that was made aside and is older than this was left by a process that was killed."""


def apply(project: Path, changes: Iterable[Change]) -> list[Change]:
    """Writes the changes and returns those that changed a file; takes all back where one cannot be written.

    Raises HoldfastError, also where a file is no longer what the plan was made from.
    """
    done: list[Change] = []
    with _alone(project):
        _sweep(project)
        try:
            for change in changes:
                if change.changes:
                    _require_same(project, change)
                    _put(project / change.file, change.after, change.dirs)
                    done.append(change)
        except BaseException:
            for change in reversed(done):
                _put(project / change.file, change.before, change.dirs)
            raise
    return done


@contextmanager
def _alone(project: Path) -> Iterator[None]:
    """Holds the project's directory against another `init`; no file is made for it."""
    handle = os.open(project, os.O_RDONLY | os.O_DIRECTORY)
    try:
        lock(handle, project, exclusive=True, wait_s=LOCK_WAIT_S)
        yield
    finally:
        os.close(handle)


def _require_same(project: Path, change: Change) -> None:
    path = project / change.file
    with file_errors(path, "read"):
        now = path.read_bytes() if path.exists() else None
    if now != change.before:
        raise HoldfastError(f"{change.file} has changed meanwhile", hint="run holdfast init again")


def _put(path: Path, content: bytes | None, dirs: int) -> None:
    if content is None:
        _delete(path, dirs)
    elif path.parent.is_dir():
        write_atomic(path, content)
    else:
        _write_with_directories(path, content)


def _aside(directory: Path) -> Path:
    return directory / f".holdfast-{os.urandom(8).hex()}.tmp"


def _write_with_directories(path: Path, content: bytes) -> None:
    """Makes the file and the directories that it lacks, which appear with it in them."""
    top = path.parent
    while not top.parent.is_dir():
        top = top.parent
    aside = _aside(top.parent)
    try:
        with file_errors(path, "write"):
            inside = aside / path.relative_to(top)
            inside.parent.mkdir(parents=True)
            write_atomic(inside, content)
            aside.rename(top)
            fsync_directory(top.parent)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _delete(path: Path, dirs: int) -> None:
    """Removes the file, and so many of the directories around it, innermost first, as hold nothing else."""
    top = path
    for _ in range(dirs):
        if [each.name for each in top.parent.iterdir()] != [top.name]:
            break
        top = top.parent
    with file_errors(path, "remove"):
        if top == path:
            path.unlink()
        else:
            aside = _aside(top.parent)
            top.rename(aside)
            shutil.rmtree(aside)
        fsync_directory(top.parent)


def _sweep(project: Path) -> None:
    """Removes what a killed run left beside the files that it was writing."""
    for directory in (project, project / ".github", project / ".github" / "workflows"):
        with suppress(OSError):
            for path in directory.glob(".holdfast-*.tmp"):
                if time.time() - path.lstat().st_mtime > LEFTOVER_S:
                    _remove_whole(path)


def _remove_whole(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def remove_scratch(project: Path) -> None:
    """Removes `.holdfast/`, which holds caches and logs of runs; a link to elsewhere stays."""
    scratch = project / ".holdfast"
    if scratch.is_dir() and not scratch.is_symlink():
        with file_errors(scratch, "remove"):
            shutil.rmtree(scratch)
