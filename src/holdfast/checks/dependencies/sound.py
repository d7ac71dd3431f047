"""What is wrong with a lock by itself, whatever tool wrote it."""

from __future__ import annotations

import os
from collections.abc import Iterator

from holdfast.checks.dependencies.lockfile import error, malformed
from holdfast.checks.dependencies.model import Lock, Locked
from holdfast.checks.dependencies.subject import Subject
from holdfast.checks.venv_probe.values import cut
from holdfast.core.findings import Finding, Location, Severity


def several_locks(subject: Subject, lock: Lock) -> Iterator[Finding]:
    """LOCK015: Poetry's and uv's lock stand beside each other. Says which one counts."""
    both = ("poetry.lock", "uv.lock")
    if lock.file not in both or not all(os.path.isfile(subject.project / name) for name in both):
        return
    other = next(name for name in both if name != lock.file)
    message = f"{lock.file} and {other} stand beside each other; {lock.file} counts, and {other} is not looked at"
    yield Finding("LOCK015", Severity.INFO, message, Location(other))


def hashes(subject: Subject, lock: Lock) -> Iterator[Finding]:
    """LOCK012: packages with hashes that are none."""
    for package in lock.packages:
        if wrong := malformed(package.hashes):
            message = f"{label(package)}: {wrong}"
            yield error("LOCK012", message, lock.file, subject.line_of(package), subject.lock_command)


def without_hashes(subject: Subject, lock: Lock) -> Iterator[Finding]:
    """LOCK014: packages from an index without hashes."""
    for package in lock.packages:
        if package.source is None and not package.hashes:
            message = f"{label(package)} has no hashes, so any file of that name and version would do"
            place = Location(lock.file, subject.line_of(package))
            yield Finding("LOCK014", Severity.WARNING, message, place, subject.lock_command)


def twice(subject: Subject, lock: Lock) -> Iterator[Finding]:
    """LOCK013: the same block twice, or two versions of a package that are both for this environment."""
    seen: set[tuple[object, ...]] = set()
    doubled: set[str] = set()
    for package in lock.packages:
        key = (package.name, package.version, package.source, package.marker, package.when)
        if key in seen:
            doubled.add(package.name)
            message = f"{label(package)} is locked twice"
            yield error("LOCK013", message, lock.file, subject.line_of(package), subject.lock_command)
        seen.add(key)
    yield from _both_here(subject, lock, doubled)


def _both_here(subject: Subject, lock: Lock, doubled: set[str]) -> Iterator[Finding]:
    chosen: dict[str, Locked] = {}
    for package in subject.selection.required if subject.selection else ():
        first = chosen.setdefault(package.name, package)
        if first is package or package.name in doubled:
            continue
        both = " and ".join(each.version or "a path" for each in (first, package))
        message = f"{cut(package.name)} is locked as {both}, and both are for this environment"
        yield error("LOCK013", message, lock.file, subject.line_of(package), subject.lock_command)


def gone(subject: Subject, lock: Lock) -> Iterator[Finding]:
    """LOCK010: directories and files that the lock names and that are not there."""
    for package in lock.packages:
        source = package.source
        if source is None or source.kind not in ("directory", "virtual", "file"):
            continue
        if not os.path.exists(os.path.join(subject.project, source.url.replace("\0", ""))):
            kind = "file" if source.kind == "file" else "directory"
            message = f"{cut(package.name)} is locked from the {kind} {cut(source.url)}, which is not there"
            yield error("LOCK010", message, lock.file, subject.line_of(package))


def label(package: Locked) -> str:
    """`shop 1.0`, or the name alone."""
    return cut(f"{package.name} {package.version}".rstrip())
