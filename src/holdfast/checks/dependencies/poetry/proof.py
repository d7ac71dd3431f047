"""What changed in pyproject.toml since poetry.lock was made, by what git knows or the hash itself proves."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from holdfast.checks.dependencies.model import Lock, normal
from holdfast.checks.dependencies.poetry.changes import Change, changes, entries
from holdfast.checks.dependencies.poetry.content import relevant, without_groups
from holdfast.checks.dependencies.poetry.freshness import is_fresh
from holdfast.checks.dependencies.reading import FILE, Lines
from holdfast.checks.dependencies.subject import Subject
from holdfast.core.config.table import KeyPath
from holdfast.core.findings import Finding, Location, Severity

COMMITS = 50
"""Versions of pyproject.toml that are looked at."""
SHOWN = 20
"""Changes that are named one by one."""


class Told(NamedTuple):
    """What changed, and the names of the packages that it is about."""

    findings: tuple[Finding, ...]
    names: frozenset[str]


def proved(subject: Subject, lock: Lock, said: str, fix: str) -> Told | None:
    """What changed, where git's history or the hash itself proves it; None where neither does."""
    old = _in_history(subject, lock, said)
    found = _by_hash(subject, lock, said) if old is None else changes(old, subject.context.pyproject)
    if found is None:
        return None
    return Told(tuple(_told(subject, found, lock, fix)), frozenset(change.name for change in found))


def _in_history(subject: Subject, lock: Lock, said: str) -> Mapping[str, Any] | None:
    """The newest pyproject.toml among the last ones that git knows from which the lock was made."""
    import tomllib

    from holdfast.core.git import git

    listed = git(subject.project, "log", f"-{COMMITS}", "--format=%H", "--", FILE) or b""
    for revision in ("", *listed.decode("ascii", "replace").split()):
        text = git(subject.project, "show", f"{revision}:./{FILE}")
        try:
            old = tomllib.loads(text.decode("utf-8-sig")) if text else {}
        except (ValueError, RecursionError):
            continue
        if old and is_fresh(old, lock, said):
            return old
    return None


def _by_hash(subject: Subject, lock: Lock, said: str) -> tuple[Change, ...] | None:
    from holdfast.checks.dependencies.poetry.respelled import before_edit

    pyproject = subject.context.pyproject
    names = _true_names(subject)
    for groups in (True, False) if without_groups(lock.text) else (True,):
        found = before_edit(relevant(pyproject, groups=groups), said, names)
        if found is not None:
            return tuple(_added(pyproject, path) for path in found.added)
    return None


def _added(pyproject: Mapping[str, Any], path: KeyPath) -> Change:
    """The addition of what stands at a path of the relevant content."""
    if path[0] not in ("project", "dependency-groups", "tool"):
        path = ("tool", "poetry", *path)  # as Poetry 1 hashed it
    entry = next((entry for entry in entries(pyproject) if entry.path == path), None)
    if entry is None:
        return Change("", "", "", ".".join(map(str, path)), path)
    return Change(entry.section, entry.name, "", entry.text, path)


def _true_names(subject: Subject) -> dict[str, str]:
    """Names as the installed distributions write them."""
    names: dict[str, str] = {}
    for directory in subject.context.environment.site_packages if subject.context.environment else ():
        try:
            listed = sorted(os.listdir(directory))
        except OSError:
            continue
        for name in listed[:5000]:
            if name.endswith(".dist-info"):
                true = _name_in(os.path.join(directory, name, "METADATA")) or name.partition("-")[0]
                names.setdefault(normal(true), true)
    return names


def _name_in(path: str) -> str:
    try:
        with open(path, "rb") as file:
            head = file.read(2000)
    except OSError:
        return ""
    match = re.search(rb"(?m)^Name: *([A-Za-z0-9._-]+)", head)
    return match[1].decode() if match else ""


def _told(subject: Subject, found: tuple[Change, ...], lock: Lock, fix: str) -> Iterator[Finding]:
    """LOCK005 for each change; LOCK006 where there is none."""
    if not found:
        message = (
            f"pyproject.toml says the same as when {lock.file} was made, in other words: spelling or order changed, "
            "and poetry check --lock fails on it"
        )
        yield Finding("LOCK006", Severity.WARNING, message, Location(FILE), fix)
        return
    lines = Lines(subject.declarations.text)
    for change in found[:SHOWN]:
        place = Location(FILE, lines.of(change.path) if change.path else None)
        yield Finding("LOCK005", Severity.ERROR, f"since {lock.file} was made: {change}", place, fix)
    if len(found) > SHOWN:
        message = f"since {lock.file} was made: {len(found) - SHOWN} more changes"
        yield Finding("LOCK005", Severity.ERROR, message, Location(FILE), fix)
