"""Locks of Poetry."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator

from holdfast.checks.dependencies.model import Declared, Lock, Unreadable
from holdfast.checks.dependencies.poetry import freshness, rules
from holdfast.checks.dependencies.poetry.commands import mend_command, poetry_command, sync_command
from holdfast.checks.dependencies.poetry.graph import Unmet, unmet
from holdfast.checks.dependencies.poetry.reader import KNOWN, line_at, line_of, newer, own_name, read_lock, section
from holdfast.checks.dependencies.sound import several_locks
from holdfast.checks.dependencies.subject import Subject
from holdfast.checks.venv_probe.values import cut
from holdfast.core.findings import Finding, Location, Severity

__all__ = ["check", "install_command", "line_of", "lock_command", "read"]


def read(subject: Subject, file: str) -> Lock:
    """The lock. Raises Unreadable."""
    try:
        return read_lock(subject, file)
    except Unreadable as error:
        raise Unreadable(error.finding._replace(fix=mend_command(subject, error.finding))) from error


def check(subject: Subject, lock: Lock) -> Iterator[Finding]:
    """What is wrong with the lock, by itself and against pyproject.toml."""
    fix = lock_command(subject)
    yield from several_locks(subject, lock)
    yield from _marks(subject, lock)
    yield from subject.declarations.problems
    version = str(section(lock.text, "metadata").get("lock-version", ""))
    if newer(version):
        known = ".".join(map(str, KNOWN))
        message = f"{lock.file} has format {cut(version)}; the newest that this Holdfast knows is {known}"
        yield Finding("LOCK004", Severity.ERROR, message, Location(lock.file, line_at(lock.text, "lock-version")))
    missing = unmet(lock, subject.target, own_name(subject.context.pyproject))
    stale, unexplained = _stale(subject, lock, missing, fix)
    yield from stale
    yield from rules.graph_findings(subject, lock, unexplained, fix)
    yield from rules.twice(subject, lock, fix)
    yield from rules.hash_findings(lock, fix)
    if any(package.source is not None for package in lock.packages):
        from holdfast.checks.dependencies.poetry.paths import path_findings

        yield from path_findings(subject, lock, fix)


def _marks(subject: Subject, lock: Lock) -> Iterator[Finding]:
    """A byte order mark, which Poetry reads as a key without a name."""
    for file, about in (("pyproject.toml", "LOCK016"), (lock.file, "LOCK002")):
        try:
            with (subject.project / file).open("rb") as opened:
                start = opened.read(len(BOM_UTF8))
        except OSError:
            continue
        if start == BOM_UTF8:
            message = f"{file} begins with a byte order mark, which Poetry cannot read"
            fix = f"sed -i '1s/^\\xef\\xbb\\xbf//' {file}"
            yield Finding(about, Severity.ERROR, message, Location(file, 1), fix)


def _stale(
    subject: Subject, lock: Lock, missing: tuple[Unmet, ...], fix: str
) -> tuple[tuple[Finding, ...], tuple[Unmet, ...]]:
    """What tells that the lock was made from another pyproject.toml, and what of the missing that does not explain."""
    said = freshness.hash_of(lock)
    if not said:
        return (freshness.without_hash(lock, fix),), missing
    if freshness.is_fresh(subject.context.pyproject, lock, said):
        other = freshness.other_pythons(subject, lock, fix)
        return ((other,) if other else ()), missing
    from holdfast.checks.dependencies.poetry.proof import proved

    told = proved(subject, lock, said, fix)
    if told is not None:
        return told.findings, tuple(each for each in missing if not _direct(each) or each.need.name not in told.names)
    from holdfast.checks.dependencies.poetry.clues import clues

    return tuple(clues(subject, lock, missing, fix)), tuple(each for each in missing if not _direct(each))


def _direct(each: Unmet) -> bool:
    return isinstance(each.by, Declared)


def lock_command(subject: Subject) -> str:
    """The command that makes the lock anew; what is locked and still fits stays."""
    return poetry_command(subject, "lock")


def install_command(subject: Subject, lock: Lock) -> str:  # noqa: ARG001 - every kind of lock is asked with both
    """The command that makes the environment what the lock says."""
    return sync_command(subject)
