"""uv.lock against the directories that it was made from: path dependencies and members of the workspace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from holdfast.checks.dependencies import lockfile
from holdfast.checks.dependencies.lockfile import error, word
from holdfast.checks.dependencies.model import Lock, normal
from holdfast.checks.dependencies.subject import Subject
from holdfast.checks.dependencies.uv.asked import Asked, Places, changes, now
from holdfast.checks.dependencies.uv.document import FIX, HEADER, Document, document, names
from holdfast.checks.dependencies.uv.freshness import judged_in, member_places, named, recorded, shared_sources
from holdfast.checks.dependencies.uv.reader import Package, local_path
from holdfast.checks.dependencies.uv.workspace import from_project, here, pyproject_and_text
from holdfast.checks.dependencies.versions import same_version
from holdfast.checks.facts import table
from holdfast.checks.venv_probe.values import cut
from holdfast.core.findings import Finding


def changed_paths(subject: Subject, lock: Lock) -> Iterator[Finding]:
    """LOCK011: path dependencies and members whose own metadata is not what the lock recorded."""
    found = document(lock.text, lock.file)
    place = here(subject.project, lock.file)
    members = member_places(found)
    shared = shared_sources(subject, lock) or names(table(subject.context.pyproject, "tool", "uv").get("sources"))
    for package in found.packages:
        path = local_path(package)
        if path is None or (path.rstrip("/") or ".") == place or "\0" in path:
            continue
        read = pyproject_and_text(subject.project / from_project(place, path))
        if read is not None and "project" in read[0]:
            member = normal(package["name"]) in members
            places = Places(path, members, shared if member else {})
            for what in _path_changes(package, read, places, found, member=member):
                line = lockfile.block_line(lock.text, HEADER, normal(package["name"]))
                message = f"{cut(package['name'])} in {cut(path)} changed since {lock.file} was made: {what}"
                yield error("LOCK011", message, lock.file, line, FIX)


def _path_changes(
    package: Package, read: tuple[Mapping[str, Any], str], places: Places, found: Document, *, member: bool
) -> Iterator[str]:
    pyproject, text = read
    project = table(pyproject, "project")
    if normal(word(project.get("name"))) != normal(package["name"]):
        yield f"its name is {cut(project.get('name'))}"
    locked, stated = word(package.get("version")), word(project.get("version"))
    if stated and locked and not same_version(stated, locked):
        yield f"version {cut(locked)} -> {cut(stated)}"
    kinds: Iterable[str] = ("", "extra", "group") if member else ("", "extra")
    judged = judged_in(pyproject)
    asked = [each for each in now(pyproject, text, places)[0] if each.scope.partition(" ")[0] in kinds]
    before = recorded(found, package, places.members)
    pythons = word(found.table.get("requires-python"))
    for old, new in changes(filter(judged, before), filter(judged, asked), pythons):
        yield f"{named(old)} -> {named(new)}" if old and new else _one_sided(old, new)


def _one_sided(old: Asked | None, new: Asked | None) -> str:
    return f"{named(new)} was added" if new else f"{named(old)} is no longer asked for"
