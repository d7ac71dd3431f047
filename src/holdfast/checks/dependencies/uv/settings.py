"""What pyproject.toml configures for uv beside requirements, against what uv.lock recorded of it."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from holdfast.checks.dependencies.declared import Declarations
from holdfast.checks.dependencies.lockfile import is_name, tables, word, words
from holdfast.checks.dependencies.model import normal
from holdfast.checks.dependencies.requirement import NotARequirement, need_of
from holdfast.checks.dependencies.same import same_markers, same_specifiers
from holdfast.checks.dependencies.uv.document import Document, names
from holdfast.checks.dependencies.uv.reader import Package, local_path, members_of
from holdfast.checks.dependencies.uv.workspace import member_directories, read_pyproject
from holdfast.checks.dependencies.versions import same_version
from holdfast.checks.facts import table
from holdfast.checks.venv_probe.values import cut
from holdfast.core.config.table import KeyPath

Table = Mapping[str, Any]
Told = tuple[str, KeyPath]
"""What changed, and where in pyproject.toml."""
GROUPS_SINCE = 5
"""The revision since which a lock records default groups."""
UV = ("tool", "uv")
UV_TOML = "uv.toml"
OPTIONS = (
    ("resolution", "resolution-mode", "highest"),
    ("prerelease", "prerelease-mode", "if-necessary-or-explicit"),
    ("fork-strategy", "fork-strategy", "requires-python"),
)
"""The setting, its name in the lock, and what it is when nothing is said."""
LISTS = (("constraint-dependencies", "constraints"), ("override-dependencies", "overrides"))
MARKERS = (("environments", "supported-markers"), ("required-environments", "required-markers"))


def changes(
    pyproject: Table, found: Document, root: Package | None, stated: Declarations, workspace: Path | None
) -> Iterator[Told]:
    """What changed since the lock was made; `workspace` is the lock's directory where the project is its root.

    With a uv.toml there, what [tool.uv] says of resolving counts for nothing: its own words do, and have its name
    for a path.
    """
    if root is not None:
        yield from _project(pyproject, root, stated)
        yield from _default_groups(pyproject, found, root)
    if workspace is not None:
        uv = table(pyproject, *UV)
        members = words(table(found.table, "manifest").get("members"))
        if root is not None and len(members) < 2:  # each member of a workspace may bring its own
            yield from _conflicts(uv, found, normal(root["name"]))
        else:
            yield from _members(pyproject, found, workspace)
        yield from _environments(uv, found)
        if (workspace / UV_TOML).is_file():
            instead = read_pyproject(workspace, UV_TOML)
            yield from ((what, (UV_TOML,)) for what, _ in _options(instead, found)) if instead is not None else ()
        else:
            yield from _options(uv, found)
            yield from _lists(uv, table(found.table, "manifest"))


def _project(pyproject: Table, root: Package, stated: Declarations) -> Iterator[Told]:
    project = table(pyproject, "project")
    name, version = word(project.get("name")), word(project.get("version"))
    if name and normal(name) != normal(root["name"]):
        yield f"name {cut(root['name'])} -> {cut(name)}", ("project", "name")
    locked = word(root.get("version"))
    if version and locked and not same_version(version, locked):
        yield f"version {cut(locked)} -> {cut(version)}", ("project", "version")
    if "virtual" in root["source"] and is_package(pyproject):
        yield "the project is a package now", ("build-system",)
    elif "editable" in root["source"] and not is_package(pyproject):
        yield "the project is no package any more", ("project",)
    metadata = table(root, "metadata")
    if "provides-extras" in metadata and "optional-dependencies" not in words(project.get("dynamic")):
        locked_extras = frozenset(map(normal, words(metadata["provides-extras"])))
        told = {each.extra for each in stated.requirements} | _extras_with_members(metadata, locked_extras)
        yield from _names("extra", locked_extras, stated.extras, told, ("project", "optional-dependencies"))
    dev = names(metadata.get("requires-dev"))
    told = {each.group for each in stated.requirements} | {name for name, asked in dev.items() if asked}
    yield from _names("group", frozenset(dev), stated.groups, told, ("dependency-groups",))


def _names(
    kind: str, locked: frozenset[str], stated: frozenset[str], told: Collection[str], path: KeyPath
) -> Iterator[Told]:
    """Those that came or went with nothing in them; of the others, what they ask for tells."""
    for name in sorted(stated - locked):
        if name not in told:
            yield f"{kind} {cut(name)} was added", (*path, name)
    for name in sorted(locked - stated):
        if name not in told:
            yield f"{kind} {cut(name)} is gone", path


def _extras_with_members(metadata: Table, extras: frozenset[str]) -> frozenset[str]:
    markers = [word(each.get("marker")) for each in tables(metadata.get("requires-dist"))]
    return frozenset(name for name in extras if any(f"extra == '{name}'" in marker for marker in markers))


def is_package(pyproject: Table) -> bool:
    """Whether uv installs the project itself."""
    said = table(pyproject, *UV).get("package")
    return said if isinstance(said, bool) else "build-system" in pyproject


def _default_groups(pyproject: Table, found: Document, root: Package) -> Iterator[Told]:
    if found.revision < GROUPS_SINCE and "default-groups" not in root:
        return
    said, locked = table(pyproject, *UV).get("default-groups", ["dev"]), root.get("default-groups", ["dev"])
    if _chosen(said) != _chosen(locked):
        yield f"default-groups {cut(_shown(locked))} -> {cut(_shown(said))}", (*UV, "default-groups")


def _chosen(value: object) -> object:
    return frozenset(map(normal, words(value))) if isinstance(value, list) else value


def _shown(value: object) -> str:
    return ", ".join(words(value)) or "none"


def _options(uv: Table, found: Document) -> Iterator[Told]:
    recorded = table(found.table, "options")
    for key, name, default in OPTIONS:
        said, locked = word(uv.get(key)) or default, word(recorded.get(name)) or default
        if said != locked:
            yield f"{key} {cut(locked)} -> {cut(said)}", (*UV, key)
    yield from _newest(uv, recorded)


def _newest(uv: Table, recorded: Table) -> Iterator[Told]:
    """A day is written out in the lock, in the time zone of whoever locked: it says no more than that there is one."""
    said, locked = str(uv.get("exclude-newer", "")), word(recorded.get("exclude-newer"))
    moments = said.endswith("Z") and locked.endswith("Z") and "exclude-newer-span" not in recorded
    if bool(said) != bool(locked) or (moments and said != locked):
        yield f"exclude-newer {cut(locked) or 'none'} -> {cut(said) or 'none'}", (*UV, "exclude-newer")


def _lists(uv: Table, manifest: Table) -> Iterator[Told]:
    for key, name in LISTS:
        said, locked = _stated(uv.get(key)), _locked(manifest.get(name))
        unknown = [each for each in said if not any(_same(each, other) for other in locked)]
        gone = [each for each in locked if not any(_same(each, other) for other in said)]
        for each in unknown:
            yield f"{key}: {cut(''.join(each[:2]))} was added", (*UV, key)
        for each in gone:
            yield f"{key}: {cut(''.join(each[:2]))} is gone", (*UV, key)


Limit = tuple[str, str, str]
"""Name, specifiers and marker."""


def _stated(value: object) -> list[Limit]:
    found = []
    for text in words(value):
        try:
            need = need_of(text)
        except NotARequirement:  # uv itself refuses it
            continue
        found.append((need.name, need.constraint, need.marker))
    return found


def _locked(value: object) -> list[Limit]:
    return [
        (normal(each["name"]), word(each.get("specifier")), word(each.get("marker")))
        for each in tables(value)
        if is_name(each.get("name"))
    ]


def _same(one: Limit, other: Limit) -> bool:
    return one[0] == other[0] and same_specifiers(one[1], other[1]) and same_markers(one[2], other[2])


def _environments(uv: Table, found: Document) -> Iterator[Told]:
    for key, name in MARKERS:
        said, locked = words(uv.get(key)), words(found.table.get(name))
        both = [" or ".join(f"({each})" for each in markers) for markers in (locked, said)]
        if bool(said) != bool(locked) or not same_markers(both[0], both[1], word(found.table.get("requires-python"))):
            yield f"{key} {cut(', '.join(locked)) or 'any'} -> {cut(', '.join(said)) or 'any'}", (*UV, key)


def _members(pyproject: Table, found: Document, workspace: Path) -> Iterator[Told]:
    stated = member_directories(workspace, pyproject)
    locked = frozenset(posixpath.normpath(local_path(each) or ".") for each in members_of(found)) - {"."}
    for each in sorted((stated or locked) - locked):
        yield f"{cut(each)} became a member of the workspace", (*UV, "workspace", "members")
    for each in sorted(locked - (stated or locked)):
        yield f"{cut(each)} is no member of the workspace any more", (*UV, "workspace", "members")


def _conflicts(uv: Table, found: Document, project: str) -> Iterator[Told]:
    said, locked = (_exclusive(value, project) for value in (uv.get("conflicts"), found.table.get("conflicts")))
    if said != locked:
        yield "conflicts, the extras and groups that exclude each other", (*UV, "conflicts")


def _exclusive(value: object, project: str) -> frozenset[frozenset[tuple[str, str, str]]]:
    sets = value if isinstance(value, list) else []
    return frozenset(
        frozenset(
            (normal(word(each.get("package")) or project), kind, normal(word(each.get(kind))))
            for each in tables(one)
            for kind in ("extra", "group")
            if kind in each
        )
        for one in sets
    )
