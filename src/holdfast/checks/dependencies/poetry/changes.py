"""What two versions of a pyproject.toml ask of Poetry, and how they differ in meaning."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from holdfast.checks.dependencies.constraints import Unclear, specifiers
from holdfast.checks.dependencies.model import Need, normal
from holdfast.checks.dependencies.poetry_dependency import poetry_need
from holdfast.checks.dependencies.requirement import NotARequirement, need_of
from holdfast.checks.facts import table
from holdfast.checks.venv_probe.values import cut
from holdfast.core.config.table import KeyPath
from holdfast.core.masking import mask_text

_MEANT = ("version", "markers", "python", "platform", "extras")
"""The keys of a Poetry table that Need covers."""


class Entry(NamedTuple):
    """One thing that counts, such as a requirement."""

    section: str
    """Where it belongs: `group dev`, `extra fancy`; empty for the project's own requirements."""
    name: str
    meaning: str
    """The same for two that mean the same."""
    text: str
    path: KeyPath


class Change(NamedTuple):
    """A difference in meaning: the texts of before and now, one of them empty where it was added or removed."""

    section: str
    name: str
    old: str
    new: str
    path: KeyPath | None
    """Where it stands today."""

    def __str__(self) -> str:
        where = f" ({self.section})" if self.section and self.name else ""
        old, new = (cut(mask_text(text)) for text in (self.old, self.new))
        if not old:
            return f"{new} was added{where}"
        return f"{old} -> {new}{where}" if new else f"{old} was removed{where}"


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """What differs in meaning between two parsed documents; nothing where they differ in looks alone."""
    before, now = _gathered(old), _gathered(new)
    found = [
        change
        for key in dict.fromkeys((*now, *before))
        if (change := _change(key, before.get(key, []), now.get(key, []))) is not None
    ]
    sections = Counter(change.section for change in found)
    # A group that is new has something in it, or is named itself.
    return tuple(change for change in found if change.name or sections[change.section] == 1)


def _gathered(pyproject: Mapping[str, Any]) -> dict[tuple[str, str], list[Entry]]:
    gathered: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries(pyproject):
        gathered.setdefault((entry.section, entry.name), []).append(entry)
    return gathered


def _change(key: tuple[str, str], before: list[Entry], now: list[Entry]) -> Change | None:
    gone = [entry for entry in before if entry.meaning not in {other.meaning for other in now}]
    come = [entry for entry in now if entry.meaning not in {other.meaning for other in before}]
    if not gone and not come:
        return None
    old, new = (", ".join(entry.text for entry in several) for several in (gone, come))
    path = next((entry.path for entry in come or now), None)
    return Change(*key, old, new, path)


def entries(pyproject: Mapping[str, Any]) -> Iterator[Entry]:
    """All that counts."""
    project, poetry = table(pyproject, "project"), table(pyproject, "tool", "poetry")
    if "requires-python" in project:
        yield _python(project["requires-python"], ("project", "requires-python"))
    yield from _listed(project.get("dependencies"), "", ("project", "dependencies"))
    for extra, value in table(project, "optional-dependencies").items():
        yield from _section(value, f"extra {normal(extra)}", ("project", "optional-dependencies", extra))
    for group, value in table(pyproject, "dependency-groups").items():
        yield from _section(value, f"group {normal(group)}", ("dependency-groups", group))
    yield from _poetry(poetry)


def _section(value: object, section: str, path: KeyPath) -> Iterator[Entry]:
    yield Entry(section, "", "", cut(section), path)
    yield from _listed(value, section, path)


def _python(value: object, path: KeyPath) -> Entry:
    text = str(value)
    return Entry("", "requires-python", constraint(text), f"requires-python {text}", path)


def _listed(value: object, section: str, path: KeyPath) -> Iterator[Entry]:
    for index, each in enumerate(value if isinstance(value, list) else ()):
        if isinstance(each, str):
            yield _requirement(each, section, (*path, index))
        else:
            yield _other(each, section, (*path, index))


def _requirement(text: str, section: str, path: KeyPath) -> Entry:
    try:
        need = need_of(text)
    except NotARequirement:
        return Entry(section, text, text, text, path)
    reference = text.partition("@")[2].partition(" ;")[0].strip() if need.source else ""
    return Entry(section, need.name, _meaning(need, reference), text.strip(), path)


def _other(value: object, section: str, path: KeyPath) -> Entry:
    """What is no requirement, such as `{include-group = "test"}`."""
    included = value.get("include-group") if isinstance(value, dict) else None
    if isinstance(included, str):
        return Entry(section, f"include-group {normal(included)}", "", f"include-group {included}", path)
    said = json.dumps(value, sort_keys=True, default=str)
    return Entry(section, said, said, said, path)


def _poetry(poetry: Mapping[str, Any]) -> Iterator[Entry]:
    root = ("tool", "poetry")
    yield from _table(table(poetry, "dependencies"), "", (*root, "dependencies"))
    if "dev-dependencies" in poetry:
        yield Entry("group dev", "", "", "group dev", (*root, "dev-dependencies"))
    yield from _table(table(poetry, "dev-dependencies"), "group dev", (*root, "dev-dependencies"))
    for group, value in table(poetry, "group").items():
        section, path = f"group {normal(group)}", (*root, "group", group)
        yield Entry(section, "", "", cut(section), path)
        options = value if isinstance(value, dict) else {}
        yield from _table(table(options, "dependencies"), section, (*path, "dependencies"))
        for key, option in options.items():
            if key != "dependencies" and option is not False:
                said = json.dumps(option, default=str)
                yield Entry(section, key, said, f"{key} = {said}", (*path, key))
    for extra, value in table(poetry, "extras").items():
        names = [normal(str(each)) for each in value] if isinstance(value, list) else [repr(value)]
        said = ", ".join(names)
        yield Entry(f"extra {normal(extra)}", "its names", str(sorted(names)), f"[{said}]", (*root, "extras", extra))
    if poetry.get("source"):
        said = json.dumps(poetry["source"], sort_keys=True, default=str)
        yield Entry("", "tool.poetry.source", said, _sources(poetry["source"]), (*root, "source"))


def _sources(value: object) -> str:
    """Names alone, as URLs may hold credentials."""
    names = [str(each.get("name")) for each in value if isinstance(each, dict)] if isinstance(value, list) else []
    return f"tool.poetry.source {', '.join(names)}"


def _table(tables: Mapping[str, Any], section: str, path: KeyPath) -> Iterator[Entry]:
    for name, value in tables.items():
        if name.lower() == "python" and isinstance(value, str):
            yield _python(value, (*path, name))
            continue
        for one in value if isinstance(value, list) else [value]:
            yield Entry(section, normal(name), _poetry_meaning(name, one), f"{name} {_written(one)}", (*path, name))


def _poetry_meaning(name: str, value: object) -> str:
    try:
        need = poetry_need(normal(name), value)
    except Unclear:
        return json.dumps(value, sort_keys=True, default=str)
    more = {key: one for key, one in value.items() if key not in _MEANT} if isinstance(value, dict) else {}
    return _meaning(need, json.dumps(more, sort_keys=True, default=str) if more else "")


def _written(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(
            f"{key} = {one}" if isinstance(one, str) else f"{key} = {json.dumps(one, default=str)}"
            for key, one in value.items()
        )
    return str(value)


def _meaning(need: Need, more: str) -> str:
    return f"[{','.join(need.extras)}] {constraint(need.constraint)} ; {_marker(need.marker)} @ {more}"


def _marker(text: str) -> str:
    if not text:
        return ""
    from packaging.markers import InvalidMarker, Marker

    try:
        return str(Marker(text))
    except (InvalidMarker, RecursionError):
        return text


def constraint(text: str) -> str:
    """Specifiers in one order, without the zeros that change nothing."""
    try:
        alternatives = specifiers(text).split("||")
    except Unclear:
        return text
    return "||".join(sorted(",".join(sorted(map(_bound, part.split(",")))) for part in alternatives))


def _bound(text: str) -> str:
    bound = re.sub(r"\s+", "", text)
    return bound if bound.startswith("~=") or bound.endswith("*") else re.sub(r"(?<=\d)(\.0+)+$", "", bound)
