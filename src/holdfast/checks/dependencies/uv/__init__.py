"""Locks of kind uv: uv.lock, of a project or of the workspace that it is a member of."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.checks.dependencies import lockfile
from holdfast.checks.dependencies.model import MAIN, Choice, Lock
from holdfast.checks.dependencies.selection import groups_of
from holdfast.checks.dependencies.subject import Subject
from holdfast.checks.dependencies.uv import reader, workspace
from holdfast.checks.dependencies.uv.document import FIX, HEADER
from holdfast.core.findings import Finding


def read(subject: Subject, file: str) -> Lock:
    """The lock. Raises Unreadable."""
    text = lockfile.text_of(subject.project, file, FIX)
    return reader.read(workspace.here(subject.project, file), file, text, subject.context.pyproject)


def check(subject: Subject, lock: Lock) -> Iterator[Finding]:
    """What is wrong with the lock, by itself and against pyproject.toml."""
    from holdfast.checks.dependencies import sound
    from holdfast.checks.dependencies.uv.freshness import against_pyproject
    from holdfast.checks.dependencies.uv.inside import inside, without_hashes
    from holdfast.checks.dependencies.uv.paths import changed_paths

    yield from sound.several_locks(subject, lock)
    yield from against_pyproject(subject, lock)
    yield from inside(subject, lock)
    yield from sound.gone(subject, lock)
    yield from changed_paths(subject, lock)
    yield from sound.hashes(subject, lock)
    yield from without_hashes(subject, lock)
    yield from sound.twice(subject, lock)


def lock_command(_subject: Subject) -> str:
    """The command that makes the lock anew."""
    return FIX


def install_command(subject: Subject, lock: Lock) -> str:
    """`uv sync --frozen`, which takes the lock as it is, for the groups and extras that were chosen."""
    import shlex

    choice = subject.choice
    words = [*_groups(choice, lock), *(word for extra in choice.extras for word in ("--extra", extra))]
    return shlex.join(["uv", "sync", "--frozen", *words])


def _groups(choice: Choice, lock: Lock) -> Iterator[str]:
    for group in choice.groups:
        if group != MAIN and group not in lock.default_groups:
            yield from ("--group", group)
    for group in choice.without:
        if group != MAIN:
            yield from ("--no-group", group)
    if MAIN in choice.without:
        yield "--no-default-groups"
        for group in sorted(groups_of(lock, choice)):
            yield from ("--only-group", group)


def line_of(lock: Lock, name: str, version: str = "", origin: str = "") -> int | None:
    """The line of a package's block."""
    return lockfile.line_of(lock.text, HEADER, name, version, origin)
