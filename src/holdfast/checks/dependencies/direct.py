"""What a project asks for against a lock that holds a flat list: pylock.toml, or requirements with hashes."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.checks.dependencies.declared import Declarations
from holdfast.checks.dependencies.lockfile import error
from holdfast.checks.dependencies.model import MAIN, Declared, Lock, Locked
from holdfast.checks.dependencies.reading import Lines
from holdfast.checks.dependencies.subject import Subject
from holdfast.checks.dependencies.versions import allows
from holdfast.checks.venv_probe.values import cut
from holdfast.core.findings import Finding

PYPROJECT = "pyproject.toml"


def against_pyproject(
    subject: Subject, lock: Lock, groups: frozenset[str], extras: frozenset[str]
) -> Iterator[Finding]:
    """LOCK008 and LOCK009 for what the project itself needs and for those of its groups and extras that the lock holds.

    Such a lock says nothing of what it was made from: only what is not met can be told. LOCK016 comes with it.
    """
    stated = subject.declarations
    yield from stated.problems
    blocks: dict[str, list[Locked]] = {}
    for package in lock.packages:
        blocks.setdefault(package.name, []).append(package)
    for number, each in enumerate(stated.requirements):
        if each.need.name == subject.own_name or not _held(each, groups, extras):
            continue
        if subject.target.holds(each.need.marker):
            yield from _met(subject, lock, stated, number, blocks.get(each.need.name, []))


def _held(each: Declared, groups: frozenset[str], extras: frozenset[str]) -> bool:
    return each.extra in extras if each.extra else each.group in groups


def _met(subject: Subject, lock: Lock, stated: Declarations, number: int, blocks: list[Locked]) -> Iterator[Finding]:
    each = stated.requirements[number]
    scope = f" (extra {cut(each.extra)})" if each.extra else "" if each.group == MAIN else f" (group {cut(each.group)})"
    who = f"pyproject.toml asks for {cut(each.text)}{scope}"
    here = [block for block in blocks if _is_for(subject, lock, block)]
    if not here:
        lacks = "has it for other environments alone" if blocks else "lacks it"
        message = f"{who}; {lock.file} {lacks}"
        yield error("LOCK009", message, PYPROJECT, _line(stated, number), subject.lock_command)
    elif all(allows(each.need.constraint, block.version) is False for block in here):
        versions = " and ".join(dict.fromkeys(block.version for block in here if block.version))
        if versions:
            message = f"{who}; {lock.file} has {cut(versions)}"
            yield error("LOCK008", message, PYPROJECT, _line(stated, number), subject.lock_command)


def _is_for(subject: Subject, lock: Lock, block: Locked) -> bool:
    """Whether a block is for this environment, whatever groups and extras are chosen."""
    markers = [when.marker for when in block.when or ()]
    if lock.kind == "pylock":
        return any(subject.target.holds_in(marker, extras=lock.extras, groups=lock.groups) for marker in markers)
    return any(subject.target.holds(marker) for marker in markers)


def _line(stated: Declarations, number: int) -> int | None:
    return Lines(stated.text).of(stated.paths[number]) if stated.text else None
