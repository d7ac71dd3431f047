"""What [tool.poetry] asks for, by itself as in Poetry 1, and beside [project] and [dependency-groups].

Source: poetry/core/factory.py and poetry/core/packages/dependency_group.py of poetry-core 2.5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from holdfast.checks.dependencies.constraints import Unclear, both
from holdfast.checks.dependencies.model import MAIN, UNLISTED, Declared, Need, normal
from holdfast.checks.dependencies.poetry_dependency import poetry_need
from holdfast.checks.dependencies.reading import Reading
from holdfast.checks.dependencies.requirement import NotARequirement, need_of
from holdfast.checks.facts import table
from holdfast.checks.venv_probe.values import cut
from holdfast.core.config.table import KeyPath

POETRY = ("tool", "poetry")


class _Row(NamedTuple):
    """One constraint of [tool.poetry]."""

    declared: Declared
    path: KeyPath
    optional: bool


def read(pyproject: Mapping[str, Any], reading: Reading) -> None:
    """Adds what [tool.poetry] asks for: requirements of its own, or where [project]'s come from."""
    poetry = table(pyproject, *POETRY)
    _main(pyproject, poetry, reading)
    for name, value in table(poetry, "group").items():
        if isinstance(value, dict):
            _group(name, value, reading)
    if "dev-dependencies" in poetry:
        reading.groups.add("dev")
    for row in _rows(table(poetry, "dev-dependencies"), (*POETRY, "dev-dependencies"), "dev", reading):
        reading.add(row.declared, row.path)


def _group(name: str, value: Mapping[str, Any], reading: Reading) -> None:
    group, path = normal(name), (*POETRY, "group", name)
    reading.groups.add(group)
    if value.get("optional") is True:
        reading.optional.add(group)
    _merge(list(_rows(table(value, "dependencies"), (*path, "dependencies"), group, reading)), group, reading)
    for index, other in enumerate(reading.list_at(value, "include-groups", path)):
        reading.includes.setdefault((group, normal(str(other))), (*path, "include-groups", index))


def _main(pyproject: Mapping[str, Any], poetry: Mapping[str, Any], reading: Reading) -> None:
    rows = list(_rows(table(poetry, "dependencies"), (*POETRY, "dependencies"), MAIN, reading))
    project = table(pyproject, "project")
    if project.get("dependencies") or project.get("optional-dependencies"):
        dynamic = project.get("dynamic")
        mixed = isinstance(dynamic, list) and bool({"dependencies", "optional-dependencies"} & {*map(str, dynamic)})
        _merge(rows, MAIN, reading, mixed=mixed)
        return
    reading.extras.update(map(normal, table(poetry, "extras")))
    listed = _extras(poetry, reading)
    for row in rows:
        for extra in (listed.get(row.declared.need.name) or [UNLISTED]) if row.optional else [""]:
            reading.add(row.declared._replace(extra=extra), row.path)


def _extras(poetry: Mapping[str, Any], reading: Reading) -> dict[str, list[str]]:
    """The extras that list each name. Poetry 1 wrote plain names there; a whole requirement is understood too."""
    listed: dict[str, list[str]] = {}
    extras = table(poetry, "extras")
    for extra in extras:
        for each in reading.list_at(extras, extra, (*POETRY, "extras")):
            try:
                listed.setdefault(need_of(str(each)).name, []).append(normal(extra))
            except NotARequirement:
                reading.wrong(f"tool.poetry.extras: {cut(each)!r} is not a name", (*POETRY, "extras", extra))
    return listed


def _rows(tables: Mapping[str, Any], path: KeyPath, group: str, reading: Reading) -> Iterator[_Row]:
    for key, value in tables.items():
        if key.lower() == "python":
            continue
        several = isinstance(value, list)
        for index, one in enumerate(value if isinstance(value, list) else [value]):
            place: KeyPath = (*path, key, index) if several else (*path, key)
            try:
                need = poetry_need(normal(key), one)
                _require_marker(need.marker)
            except Unclear as error:
                reading.wrong(f"{'.'.join(map(str, path))}: {cut(key)}: {cut(error)}", place)
                continue
            optional = isinstance(one, dict) and one.get("optional") is True
            yield _Row(Declared(need, f"{key} = {_written(one)}", group), place, optional)


def _require_marker(marker: str) -> None:
    if not marker:
        return
    from packaging.markers import InvalidMarker, Marker

    try:
        Marker(marker)
    except InvalidMarker as error:
        raise Unclear(str(error).partition("\n")[0]) from error
    except RecursionError as error:
        raise Unclear("a marker is nested too deep") from error


def _written(value: object) -> str:
    """A value on one line, as TOML writes it."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key} = {_written(one)}' for key, one in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _merge(rows: list[_Row], group: str, reading: Reading, *, mixed: bool = False) -> None:
    """Adds Poetry's rows of a group to those that are there.

    Where there are none, they are the group's requirements. Else they say more of a name that is there, such as where
    it comes from, each under its marker; what else they name does not count, unless the project says `dynamic`.
    """
    mine = [(each, path) for each, path in reading.rows if each.group == group]
    if not mine:
        for row in rows:
            reading.add(row.declared, row.path)
        return
    if not rows:
        return
    more: dict[str, list[_Row]] = {}
    for row in rows:
        more.setdefault(row.declared.need.name, []).append(row)
    others = [(each, path) for each, path in reading.rows if each.group != group]
    enriched = [
        (each._replace(need=need), path)
        for each, path in mine
        for need in _enriched(each.need, more.get(each.need.name, []))
    ]
    reading.rows = others + enriched
    if mixed:
        _add_dynamic(rows, {bool(each.extra) for each, _ in mine}, reading)


def _enriched(need: Need, rows: list[_Row]) -> Iterator[Need]:
    for row in rows:
        more = row.declared.need
        constraint = "||".join(
            ",".join(filter(None, (mine, other)))
            for mine in need.constraint.split("||")
            for other in more.constraint.split("||")
        )
        yield need._replace(
            constraint=constraint, marker=both(need.marker, more.marker), source=need.source or more.source
        )
    if not rows:
        yield need


def _add_dynamic(rows: list[_Row], kinds: set[bool], reading: Reading) -> None:
    """Where [project] states only the optional requirements, or only the others, Poetry's tables state the rest."""
    if len(kinds) == 1:
        for row in rows:
            if row.optional is not next(iter(kinds)):
                reading.add(row.declared._replace(extra=UNLISTED if row.optional else ""), row.path)
