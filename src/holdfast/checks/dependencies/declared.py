"""What pyproject.toml asks for: PEP 621, dependency groups (PEP 735), Poetry's own tables, and uv's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from holdfast.checks.dependencies.constraints import both
from holdfast.checks.dependencies.model import Declared, Need, Source, normal
from holdfast.checks.dependencies.reading import Lines, Reading, gathered
from holdfast.checks.dependencies.requirement import kind_of_path
from holdfast.checks.facts import table
from holdfast.checks.venv_probe.values import cut
from holdfast.core.config.table import KeyPath
from holdfast.core.findings import Finding


class Declarations(NamedTuple):
    """All that a project states. The requirements have no lines yet: `located` gives them theirs."""

    requirements: tuple[Declared, ...]
    groups: frozenset[str]
    """Every group, apart from MAIN, normalised."""
    optional_groups: frozenset[str]
    """Those that Poetry does not install unless asked to."""
    extras: frozenset[str]
    problems: tuple[Finding, ...]
    """LOCK016: what cannot be understood."""
    paths: tuple[KeyPath, ...]
    """Where in the document each requirement stands."""
    text: str

    def located(self) -> tuple[Declared, ...]:
        """The requirements with their lines, which takes a scan of the text."""
        lines = Lines(self.text)
        rows = zip(self.requirements, self.paths, strict=True)
        return tuple(each._replace(line=lines.of(path)) for each, path in rows)


def declared(pyproject: Mapping[str, Any], text: str) -> Declarations:
    """What a pyproject.toml, parsed and as it is written, asks for. What cannot be understood is among the problems."""
    reading = Reading()
    tools = table(pyproject, "tool")
    _project(pyproject, reading)
    _groups(pyproject, reading)
    if "poetry" in tools:
        from holdfast.checks.dependencies import declared_poetry

        declared_poetry.read(pyproject, reading)
    if "uv" in tools:
        _uv_dev(pyproject, reading)
    if reading.includes:
        reading.resolve_groups()
    if "uv" in tools:
        _uv_sources(pyproject, reading)
    return Declarations(
        tuple(each for each, _ in reading.rows),
        frozenset(reading.groups),
        frozenset(reading.optional),
        frozenset(reading.extras),
        reading.findings(text),
        tuple(path for _, path in reading.rows),
        text,
    )


def _project(pyproject: Mapping[str, Any], reading: Reading) -> None:
    project = table(pyproject, "project")
    for index, each in enumerate(reading.list_at(project, "dependencies", ("project",))):
        reading.requirement(each, ("project", "dependencies", index))
    path: KeyPath = ("project", "optional-dependencies")
    optional = table(pyproject, "project", "optional-dependencies")
    for name in optional:
        reading.extras.add(normal(name))
        for index, each in enumerate(reading.list_at(optional, name, path)):
            reading.requirement(each, (*path, name, index), extra=normal(name))
    _own_extras(normal(str(project.get("name", ""))), reading)


def _own_extras(project: str, reading: Reading) -> None:
    """Adds to an extra what those have that it takes in by naming the project: `all = ["shop[a,b]"]`."""
    includes: dict[str, list[str]] = {}
    for each, _ in reading.rows:
        if each.extra and each.need.name == project and not each.need.marker:
            includes.setdefault(each.extra, []).extend(each.need.extras)
    if not includes:
        return
    members = gathered((each.extra, (each, path)) for each, path in reading.rows if each.need.name != project)
    for extra, others in reading.closures(includes, ("project", "optional-dependencies")).items():
        for each, path in (row for other in others if other != extra for row in members.get(other, ())):
            reading.add(each._replace(extra=extra), path)


def _groups(pyproject: Mapping[str, Any], reading: Reading) -> None:
    """Reads [dependency-groups]."""
    tables = table(pyproject, "dependency-groups")
    for name in tables:
        path, group = ("dependency-groups", name), normal(name)
        if group in reading.groups:
            reading.wrong(f"dependency-groups: {cut(name)} is there twice, as names are compared", path)
        reading.groups.add(group)
        for index, each in enumerate(reading.list_at(tables, name, ("dependency-groups",))):
            other = each.get("include-group") if isinstance(each, dict) and len(each) == 1 else None
            if isinstance(other, str):
                reading.includes.setdefault((group, normal(other)), (*path, index))
            else:
                reading.requirement(each, (*path, index), group)


def _uv_dev(pyproject: Mapping[str, Any], reading: Reading) -> None:
    path: KeyPath = ("tool", "uv")
    listed = reading.list_at(table(pyproject, "tool", "uv"), "dev-dependencies", path)
    reading.groups.update({"dev"} if listed else ())
    for index, each in enumerate(listed):
        reading.requirement(each, (*path, "dev-dependencies", index), "dev")


def _uv_sources(pyproject: Mapping[str, Any], reading: Reading) -> None:
    sources = {normal(name): value for name, value in table(pyproject, "tool", "uv", "sources").items()}
    if sources:
        reading.rows = [
            (each._replace(need=need), path)
            for each, path in reading.rows
            for need in _sourced(each, sources.get(each.need.name))
        ]


def _sourced(each: Declared, value: object) -> Iterator[Need]:
    """The need with the sources that [tool.uv.sources] gives it, one for each under its marker."""
    tables = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]
    fitting = [
        one
        for one in tables
        if normal(str(one.get("extra", each.extra))) == each.extra
        and normal(str(one.get("group", each.group))) == each.group
    ]
    if each.need.source or not fitting:
        yield each.need
        return
    for one in fitting:
        yield each.need._replace(source=_uv_source(one), marker=both(each.need.marker, str(one.get("marker", ""))))


def _uv_source(value: Mapping[str, Any]) -> Source | None:
    subdirectory = str(value.get("subdirectory", ""))
    for kind in ("git", "url"):
        if isinstance(value.get(kind), str):
            return Source(kind, value[kind], subdirectory=subdirectory)
    if isinstance(value.get("path"), str):
        editable = value.get("editable") is True
        return Source(kind_of_path(value["path"]), value["path"], subdirectory=subdirectory, editable=editable)
    return Source("directory", "", editable=True) if value.get("workspace") is True else None
