"""Was poetry.lock made from this pyproject.toml?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from holdfast.checks.dependencies.model import Lock
from holdfast.checks.dependencies.poetry.content import content_hash, without_groups
from holdfast.checks.dependencies.poetry.reader import line_at, section
from holdfast.checks.dependencies.subject import Subject
from holdfast.checks.facts import table
from holdfast.checks.venv_probe.values import cut
from holdfast.core.findings import Finding, Location, Severity


def hash_of(lock: Lock) -> str:
    """What the lock says that it was made from; empty where it says nothing that can be."""
    said = section(lock.text, "metadata").get("content-hash")
    return said if isinstance(said, str) and re.fullmatch("[0-9a-f]{64}", said) else ""


def is_fresh(pyproject: Mapping[str, Any], lock: Lock, said: str) -> bool:
    """Whether a pyproject.toml is what the lock was made from, by its hash."""
    if content_hash(pyproject) == said:
        return True
    return without_groups(lock.text) and content_hash(pyproject, groups=False) == said


def without_hash(lock: Lock, fix: str) -> Finding:
    """LOCK007."""
    line = line_at(lock.text, "content-hash")
    wrong = "holds no SHA-256 as its content-hash" if line else "holds no content-hash"
    message = f"{lock.file} {wrong}: it does not say which pyproject.toml it was made from"
    return Finding("LOCK007", Severity.ERROR, message, Location(lock.file, line), fix)


def other_pythons(subject: Subject, lock: Lock, fix: str) -> Finding | None:
    """LOCK017, where the lock's Pythons are not the project's."""
    pair = differing_pythons(subject, lock)
    if pair is None:
        return None
    message = f"{lock.file} is for Python {cut(pair[0])}, the project for {cut(pair[1])}"
    line = lock.text.count("\n", 0, lock.text.rfind("python-versions")) + 1
    return Finding("LOCK017", Severity.ERROR, message, Location(lock.file, line), fix)


def differing_pythons(subject: Subject, lock: Lock) -> tuple[str, str] | None:
    """The Pythons that the lock is for and those that the project is for, where they are not the same."""
    locked = section(lock.text, "metadata").get("python-versions")
    pyproject = subject.context.pyproject
    stated = table(pyproject, "tool", "poetry", "dependencies").get("python")
    if not isinstance(stated, str):
        stated = table(pyproject, "project").get("requires-python")
    if not isinstance(locked, str) or not isinstance(stated, str) or locked == stated:
        return None
    from holdfast.checks.dependencies.poetry.changes import constraint

    return None if constraint(locked) == constraint(stated) else (locked, stated)
