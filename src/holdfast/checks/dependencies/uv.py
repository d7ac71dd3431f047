"""Locks of kind uv: uv.lock, of a project or of the workspace that it is a member of."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.checks.dependencies import lockfile, uv_read, uv_workspace
from holdfast.checks.dependencies.model import Choice, Lock
from holdfast.checks.dependencies.subject import Subject
from holdfast.checks.dependencies.uv_document import FIX
from holdfast.core.findings import Finding


def read(subject: Subject, file: str) -> Lock:
    """The lock. Raises Unreadable."""
    text = lockfile.text_of(subject.project, file, FIX)
    return uv_read.read(uv_workspace.here(subject.project, file), file, text, subject.context.pyproject)


def check(subject: Subject, lock: Lock) -> Iterator[Finding]:
    """What is wrong with the lock, by itself and against pyproject.toml."""
    from holdfast.checks.dependencies import sound, uv_check, uv_inside, uv_paths

    yield from sound.several_locks(subject, lock)
    yield from uv_check.against_pyproject(subject, lock)
    yield from uv_inside.inside(subject, lock)
    yield from sound.gone(subject, lock)
    yield from uv_paths.changed_paths(subject, lock)
    yield from sound.hashes(subject, lock)
    yield from uv_inside.without_hashes(subject, lock)
    yield from sound.twice(subject, lock)


def lock_command(subject: Subject) -> str:  # noqa: ARG001 - what a format is asked for
    return FIX


def install_command(subject: Subject, lock: Lock) -> str:
    """`uv sync --frozen`, which takes the lock as it is, for the groups and extras that were chosen."""
    import shlex

    choice = subject.choice
    words = [*_groups(choice, lock), *(word for extra in choice.extras for word in ("--extra", extra))]
    return shlex.join(["uv", "sync", "--frozen", *words])


def _groups(choice: Choice, lock: Lock) -> Iterator[str]:
    for group in choice.groups:
        if group != "main" and group not in lock.default_groups:
            yield from ("--group", group)
    for group in choice.without:
        if group != "main":
            yield from ("--no-group", group)
    if "main" in choice.without:
        yield from ("--no-default-groups", *(word for each in sorted(_left(choice, lock)) for word in _only(each)))


def _left(choice: Choice, lock: Lock) -> frozenset[str]:
    return (lock.default_groups | frozenset(choice.groups)) - frozenset(choice.without) - {"main"}


def _only(group: str) -> tuple[str, str]:
    return ("--only-group", group)


def line_of(lock: Lock, name: str, version: str = "", origin: str = "") -> int | None:
    """The line of a package's block; `origin` is its number among the blocks where its name and version are not one."""
    if origin.isdigit():
        return lockfile.numbered_line(lock.text, "[[package]]", int(origin))
    return lockfile.block_line(lock.text, "[[package]]", name, version)
