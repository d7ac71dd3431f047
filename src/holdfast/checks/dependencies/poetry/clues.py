"""What a lock tells of how pyproject.toml changed since, where nothing proves it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

from holdfast.checks.dependencies.model import Declared, Lock, Locked, normal
from holdfast.checks.dependencies.poetry.freshness import differing_pythons
from holdfast.checks.dependencies.poetry.graph import UNLOCKED, Unmet, reached
from holdfast.checks.dependencies.poetry.reader import section
from holdfast.checks.dependencies.poetry.rules import asked
from holdfast.checks.dependencies.subject import Subject
from holdfast.checks.venv_probe.values import cut
from holdfast.core.findings import Finding, Location, Severity

FILE = "pyproject.toml"
MOST = 20
"""Clues that are given."""


class _Clue(NamedTuple):
    text: str
    requirement: Declared | None = None


def clues(subject: Subject, lock: Lock, unmet: tuple[Unmet, ...], fix: str) -> Iterator[Finding]:
    """LOCK005 for each thing in which pyproject.toml and the lock differ, or one that says that none is known."""
    found = [*_unmet(lock, unmet), *_elsewhere(lock), *_names(subject, lock)]
    if not subject.declarations.problems:  # else what asks for a package may be what could not be understood
        found += _unasked(lock)
    if not found:
        what = "what of it can be understood" if subject.declarations.problems else "every requirement that is in it"
        message = f"pyproject.toml changed since {lock.file} was made, and nothing tells how: {lock.file} meets {what}"
        yield Finding("LOCK005", Severity.ERROR, message, Location(FILE), fix)
        return
    lines = {each._replace(line=None): each.line for each in subject.declarations.located()}
    placed = [(lines.get(clue.requirement) if clue.requirement else None, clue.text) for clue in found]
    for line, text in sorted(placed[:MOST], key=lambda one: one[0] or sys.maxsize):
        message = f"pyproject.toml changed since {lock.file} was made: {text}"
        yield Finding("LOCK005", Severity.ERROR, message, Location(FILE, line), fix)


def _unmet(lock: Lock, unmet: tuple[Unmet, ...]) -> Iterator[_Clue]:
    for need, by, instead in unmet:
        if isinstance(by, Declared):
            has = f"has {need.name} {cut(instead.version)}" if instead else "lacks it"
            yield _Clue(f"it asks for {asked(by)}, and {lock.file} {has}", by)


def _elsewhere(lock: Lock) -> Iterator[_Clue]:
    """Requirements that are locked, but not for their group, or from another kind of source."""
    blocks: dict[str, list[Locked]] = {}
    for package in lock.packages:
        blocks.setdefault(package.name, []).append(package)
    for root in lock.roots:
        found = blocks.get(root.need.name, [])
        if not found or root.need.marker:
            continue
        groups = {when.group for block in found for when in block.when or ()}
        if groups and root.group not in groups:
            yield _Clue(f"it asks for {asked(root)}, and {lock.file} has it for {cut(', '.join(sorted(groups)))}", root)
        kinds = {block.source.kind if block.source else "an index" for block in found}
        wanted = root.need.source.kind if root.need.source else "an index"
        if wanted not in kinds:
            yield _Clue(f"it asks for {asked(root)}, and {lock.file} has it from {min(kinds)}", root)


def _names(subject: Subject, lock: Lock) -> Iterator[_Clue]:
    pythons = differing_pythons(subject, lock)
    if pythons is not None:
        yield _Clue(f"it is for Python {cut(pythons[1])}, and {lock.file} for {cut(pythons[0])}")
    locked = frozenset(map(normal, section(lock.text, "extras")))
    for extra in sorted(subject.declarations.extras - locked):
        yield _Clue(f"it has the extra {cut(extra)}, and {lock.file} does not")
    for extra in sorted(locked - subject.declarations.extras):
        yield _Clue(f"it has no extra {cut(extra)}, and {lock.file} has it")


def _unasked(lock: Lock) -> Iterator[_Clue]:
    """Packages that nothing asks for: those of them that no other one of them asks for."""
    known = reached(lock) | UNLOCKED
    unasked = {package.name: package for package in lock.packages if package.name not in known}
    by_these = {need.name for name, package in unasked.items() for need in package.needs if need.name != name}
    for name, package in unasked.items():
        if name not in by_these:
            yield _Clue(f"nothing asks for {name} any more, and {lock.file} has {name} {cut(package.version)}")
