"""uv.lock against pyproject.toml."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from holdfast.checks.dependencies.lockfile import error, word, words
from holdfast.checks.dependencies.model import Lock, normal
from holdfast.checks.dependencies.reading import Lines
from holdfast.checks.dependencies.same import same_pythons
from holdfast.checks.dependencies.subject import Subject
from holdfast.checks.dependencies.uv import settings
from holdfast.checks.dependencies.uv.asked import Asked, Change, Places, changes, now, then
from holdfast.checks.dependencies.uv.document import FIX, Document, document, names
from holdfast.checks.dependencies.uv.reader import Package, local_path, members_of, root_of
from holdfast.checks.dependencies.uv.workspace import here, pyproject_and_text, up
from holdfast.checks.dependencies.versions import allows
from holdfast.checks.facts import table
from holdfast.checks.venv_probe.values import cut
from holdfast.core.errors import HoldfastError
from holdfast.core.files import read_text
from holdfast.core.findings import Finding

PYPROJECT = "pyproject.toml"


def against_pyproject(subject: Subject, lock: Lock) -> Iterator[Finding]:
    """LOCK005, LOCK016 and LOCK017 for the project itself."""
    found = document(lock.text, lock.file)
    pyproject, text = subject.context.pyproject, _text(subject)
    place = here(subject.project, lock.file)
    root = root_of(found, place)
    if root is None and "project" in pyproject:
        name = cut(table(pyproject, "project").get("name"))
        yield error("LOCK005", f"{lock.file} was made without this project, {name}", PYPROJECT, None, FIX)
        return
    places = Places(place, member_places(found), shared_sources(subject, lock))
    asked, stated = now(pyproject, text, places)
    yield from stated.problems
    before = recorded(found, root, places.members)
    pythons, lines = word(found.table.get("requires-python")), _LazyLines(text)
    judged = judged_in(pyproject)
    for change in changes(filter(judged, before), filter(judged, asked), pythons):
        yield _changed(change, lock, lines)
    workspace = subject.project if place == "." else None
    for what, path in settings.changes(pyproject, found, root, stated, workspace):
        if path == (settings.UV_TOML,):
            yield error("LOCK005", _since(lock.file, what, path[0]), path[0], None, FIX)
        else:
            yield error("LOCK005", _since(lock.file, what), PYPROJECT, lines.of(path), FIX)
    yield from _pythons(pyproject, found, lock, lines)


def _text(subject: Subject) -> str:
    try:
        return read_text(subject.project / PYPROJECT)
    except HoldfastError:  # then nothing is known of it, and it has no lines
        return ""


class _LazyLines:
    """Lines of pyproject.toml, which is scanned for them when the first is asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: Lines | None = None

    def of(self, path: tuple[str | int, ...]) -> int | None:
        self._lines = self._lines or Lines(self._text)
        return self._lines.of(path)


def _since(file: str, what: str, where: str = PYPROJECT) -> str:
    return f"{where} changed since {file} was made: {what}"


def member_places(found: Document) -> dict[str, str]:
    """The directories of a workspace's members by name, relative to the lock's."""
    return {normal(each["name"]): local_path(each) or "." for each in members_of(found)}


def shared_sources(subject: Subject, lock: Lock) -> Mapping[str, Any]:
    """The sources that the workspace's root has for its members."""
    if up(lock.file) == ".":
        return {}
    root = pyproject_and_text(subject.project / up(lock.file))
    return names(table(root[0], "tool", "uv").get("sources")) if root else {}


def recorded(found: Document, root: Package | None, members: Mapping[str, str]) -> Iterator[Asked]:
    """What the lock says that a local package, or the root of a workspace that is none, asked for."""
    metadata = table(root, "metadata") if root else {}
    groups = metadata.get("requires-dev") if root else table(found.table, "manifest").get("dependency-groups")
    yield from then(metadata.get("requires-dist"), members)
    for group, items in names(groups).items():
        yield from then(items, members, f"group {group}")


def judged_in(pyproject: Mapping[str, Any]) -> Callable[[Asked], bool]:
    """Whether a requirement is stated in the file: what a build backend makes up cannot be compared."""
    dynamic = words(table(pyproject, "project").get("dynamic"))
    unknown = tuple(
        prefix
        for key, prefix in (("dependencies", ""), ("optional-dependencies", "extra"))
        if key in dynamic or "project" not in pyproject
    )
    return lambda asked: asked.scope.partition(" ")[0] not in unknown


def _changed(change: Change, lock: Lock, lines: _LazyLines) -> Finding:
    before, after = change
    if after is None:
        what, line = f"{named(before)} is no longer asked for", None
    else:
        what = f"{cut(before)} -> {cut(after)}{_scope(after)}" if before else f"{named(after)} was added"
        what, line = what + _locked(after, lock), lines.of(after.path)
    return error("LOCK005", _since(lock.file, what), PYPROJECT, line, FIX)


def named(asked: Asked | None) -> str:
    """A requirement with the extra or group that it belongs to."""
    return f"{cut(asked)}{_scope(asked)}" if asked else ""


def _scope(asked: Asked) -> str:
    return f" ({cut(asked.scope)})" if asked.scope else ""


def _locked(asked: Asked, lock: Lock) -> str:
    """What is locked instead, where nothing that is locked would do."""
    versions = [each.version for each in lock.packages if each.name == asked.name and each.version]
    if not versions or any(allows(asked.specifier, version) for version in versions):
        return ""
    return f"; {cut(' and '.join(versions))} is locked"


def _pythons(pyproject: Mapping[str, Any], found: Document, lock: Lock, lines: _LazyLines) -> Iterator[Finding]:
    """LOCK017. A workspace's range is that of all its members together: there the lock may be for fewer."""
    asked = word(table(pyproject, "project").get("requires-python"))
    locked = word(found.table.get("requires-python"))
    if not asked or same_pythons(asked, locked) or len(members_of(found)) > 1:
        return
    message = f"{lock.file} is for Python {cut(locked) or 'of any version'}, the project asks for {cut(asked)}"
    yield error("LOCK017", message, PYPROJECT, lines.of(("project", "requires-python")), FIX)
