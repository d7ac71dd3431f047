"""A copy of the project that a drill may do anything to."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from holdfast.core.errors import HoldfastError
from holdfast.core.files import file_errors
from holdfast.core.git import project_files
from holdfast.core.process import run

_GIT = ("-c", "user.name=drill", "-c", "user.email=drill@example.invalid", "-c", "commit.gpgsign=false")


@contextmanager
def scratch_place(*, keep: bool) -> Iterator[Path]:
    """A directory for the copies, removed at the end unless they are to be kept. Raises HoldfastError."""
    place = Path(mkdtemp(prefix="holdfast-drill-"))
    try:
        yield place
    finally:
        if not keep:
            shutil.rmtree(place, ignore_errors=True)


def copy_project(project: Path, target: Path) -> None:
    """Copies what git tracks or would track, as a repository of one commit, with a task registry of its own.

    What git ignores stays behind, the project's environment with it. Raises HoldfastError where that cannot be done.
    """
    names = _names(project)
    with file_errors(target, "copy the project to"):
        target.mkdir(parents=True)
        for name in names:
            _copy(project / name, target / name)
    for words in (("init", "-q"), ("add", "-A", "-f"), ("commit", "-q", "--no-verify", "-m", "scratch")):
        done = run(("git", *_GIT, *words), cwd=target)
        if done.exit_code:
            raise HoldfastError(f"cannot make {target} a repository: {done.stderr.decode(errors='replace').strip()}")


def _names(project: Path) -> list[str]:
    names = project_files(project)
    if names is None:
        raise HoldfastError(f"{project}: not a git repository", hint="a drill copies what git tracks: git init")
    return names


def _copy(source: Path, target: Path) -> None:
    if source.is_dir() and not source.is_symlink():  # a submodule
        return
    if not os.path.lexists(source):  # deleted, and git does not know yet
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target, follow_symlinks=False)
