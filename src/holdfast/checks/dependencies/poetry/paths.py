"""Path dependencies: are they there, and what they were when the lock was made?"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from holdfast.checks.dependencies.declared import declared
from holdfast.checks.dependencies.model import MAIN, Lock, Locked, Need, Source
from holdfast.checks.dependencies.poetry.changes import constraint
from holdfast.checks.dependencies.poetry.reader import line_of, own_name
from holdfast.checks.dependencies.subject import Subject
from holdfast.checks.facts import table
from holdfast.checks.venv_probe.values import cut
from holdfast.core.config import ConfigError, read_pyproject
from holdfast.core.findings import Finding, Location, Severity

LARGEST = 256 * 2**20
"""Bytes of a file that is hashed."""


def path_findings(subject: Subject, lock: Lock, fix: str) -> Iterator[Finding]:
    """LOCK010 and LOCK011 for the packages that come from a path."""
    for package in lock.packages:
        if package.source is None or package.source.kind not in ("directory", "file"):
            continue
        message, about = _wrong(subject, package, (subject.project / lock.file).parent / package.source.url)
        if message:
            place = Location(lock.file, line_of(lock, package.name, package.version, package.origin))
            yield Finding(about, Severity.ERROR, message, place, fix if about == "LOCK011" else None)


def _wrong(subject: Subject, package: Locked, path: Path) -> tuple[str, str]:
    source = package.source or Source("", "")
    if not _is(path, source.kind):
        return f"{package.name}: there is no {source.kind} {cut(source.url)}", "LOCK010"
    try:
        changed = _file(path, package) if source.kind == "file" else list(_directory(subject, path, package))
    except (ConfigError, OSError, ValueError) as error:
        changed = [f"it cannot be read: {cut(error)}"]
    return (f"{package.name} from {cut(source.url)} changed: {'; '.join(changed)}" if changed else ""), "LOCK011"


def _is(path: Path, kind: str) -> bool:
    if "\0" in str(path):
        return False
    return os.path.isdir(path) if kind == "directory" else os.path.isfile(path)


def _file(path: Path, package: Locked) -> list[str]:
    """A file is what was locked where its hash is among the locked ones."""
    from hashlib import sha256

    wanted = {each for each in package.hashes if each.startswith("sha256:")}
    if not wanted or path.stat().st_size > LARGEST:
        return []
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(2**20):
            digest.update(chunk)
    return [] if f"sha256:{digest.hexdigest()}" in wanted else ["its hash is not one of those that are locked"]


def _directory(subject: Subject, path: Path, package: Locked) -> Iterator[str]:
    """How a directory's own pyproject.toml differs from its block; one without, or of setup.py, is not judged."""
    pyproject = read_pyproject(path)
    name = own_name(pyproject)
    if not name:
        return
    if name != package.name:
        yield f"its name is {cut(name)}"
    version = _version(pyproject)
    if version and not _same_version(version, package.version):
        yield f"its version is {cut(version)}, locked is {cut(package.version)}"
    if "dependencies" not in _dynamic(pyproject):
        yield from _needs(subject, pyproject, package)


def _dynamic(pyproject: Mapping[str, Any]) -> list[Any]:
    found = table(pyproject, "project").get("dynamic")
    return found if isinstance(found, list) else []


def _version(pyproject: Mapping[str, Any]) -> str:
    """The version that is written down; empty where a tool finds it out."""
    tools = table(pyproject, "tool")
    if "poetry-dynamic-versioning" in tools or ("version" in _dynamic(pyproject) and "poetry" not in tools):
        return ""
    version = table(pyproject, "project").get("version") or table(pyproject, "tool", "poetry").get("version")
    return version if isinstance(version, str) else ""


def _same_version(one: str, other: str) -> bool:
    from packaging.version import Version

    try:
        return Version(one) == Version(other)
    except ValueError:  # not PEP 440, or a number of more digits than Python reads
        return one == other


def _needs(subject: Subject, pyproject: Mapping[str, Any], package: Locked) -> Iterator[str]:
    rows = [each for each in declared(pyproject, "").requirements if each.group == MAIN]
    optional = {each.need.name for each in rows if each.extra}
    stated, locked = _by_name(each.need for each in rows), _by_name(package.needs)
    for name in sorted(stated.keys() - locked.keys() - optional - {package.name}):
        # What no Python of the project needs is left out of the lock.
        if any(subject.target.holds(need.marker) for need in stated[name]):
            yield f"it asks for {name}{_constraints(stated[name])}"
    for name in sorted(locked.keys() - stated.keys()):
        yield f"it does not ask for {name} any more"
    for name in sorted(stated.keys() & locked.keys()):
        if _meant(locked[name]) - _meant(stated[name]):
            yield f"it asks for {name}{_constraints(stated[name])}, locked is{_constraints(locked[name])}"


def _by_name(needs: Iterable[Need]) -> dict[str, list[Need]]:
    found: dict[str, list[Need]] = {}
    for need in needs:
        found.setdefault(need.name, []).append(need)
    return found


def _meant(needs: list[Need]) -> set[tuple[object, ...]]:
    return {(constraint(need.constraint), need.source and need.source.kind) for need in needs}


def _constraints(needs: list[Need]) -> str:
    return " " + " or ".join(dict.fromkeys(cut(need.constraint) or "*" for need in needs))
