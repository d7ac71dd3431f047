"""Looks for the pyproject.toml that a hash was made from among what it may have been before a small edit.

A hash that fits is proof: nobody meets SHA-256 by accident. One that does not tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from itertools import combinations, islice, product
from typing import Any, NamedTuple

from holdfast.checks.dependencies.model import normal
from holdfast.checks.dependencies.poetry.content import digest
from holdfast.core.config.table import KeyPath

MOST = 20_000
"""Hashes that are tried at most, about a second's worth."""
MOST_BYTES = 40_000_000
_REQUIREMENT = re.compile(
    r"\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[(?P<extras>[^]]*)\])?\s*\(?(?P<bounds>[^;()@]*)\)?\s*"
    r"(?:;\s*(?P<marker>.*?))?\s*"
)
_LAYOUTS = [
    (before, after, gap, comma)
    for before, after in (("", ""), (" ", ""), (" (", ")"), ("(", ")"))
    for gap in ("", " ")
    for comma in (",", ", ", " , ")
]
_MARKS = ("; ", ";", " ; ", " ;")


class Found(NamedTuple):
    """What proves to be the edit: the paths that were added, or none where only looks changed."""

    added: tuple[KeyPath, ...]


Node = dict[str, Any] | list[Any]


def before_edit(content: Mapping[str, Any], wanted: str, names: Mapping[str, str]) -> Found | None:
    """The edit since the hash `wanted`, where it is one that is tried. `names` are true names by normalised ones.

    `content` is what `content.relevant` gave; it is not changed.
    """
    copy: dict[str, Any] = deepcopy(dict(content))
    size = len(str(copy)) + 1
    tries = min(MOST, MOST_BYTES // size)
    for found in islice(_edits(copy, names), tries):
        if digest(copy) == wanted:
            return found
    return None


def _edits(content: dict[str, Any], names: Mapping[str, str]) -> Iterator[Found]:
    """Makes one edit after another in the content, and takes each back; what it would mean is yielded meanwhile."""
    places = list(_places(content, (), legacy="tool" not in content))
    for place in places:
        with _Left(place):
            yield Found((place.path,))
    yield from _orders(content)
    yield from _spellings(content, names)
    for one, other in combinations([place for place in places if isinstance(place.key, int) or place.named], 2):
        if one.path[: len(other.path)] == other.path or other.path[: len(one.path)] == one.path:
            continue
        with _Left(other), _Left(one):  # the later in a list goes first, so that the earlier keeps its place
            yield Found((one.path, other.path))


class _Place(NamedTuple):
    node: Any
    key: Any
    path: KeyPath
    legacy: bool
    """A key that Poetry 1 hashed as null where it was not there."""
    named: bool
    """A requirement in a table of Poetry's."""


class _Left:
    """Leaves a place out, for as long as it lasts."""

    def __init__(self, place: _Place) -> None:
        self._place = place
        self._node: Node = place.node
        self._was: Any = None

    def __enter__(self) -> None:
        place = self._place
        self._was = place.node[place.key]
        if place.legacy:
            place.node[place.key] = None
        else:
            del place.node[place.key]

    def __exit__(self, *_: object) -> None:
        if isinstance(self._node, list):
            self._node.insert(self._place.key, self._was)
        else:
            self._node[self._place.key] = self._was


def _places(node: Node, path: KeyPath, *, legacy: bool) -> Iterator[_Place]:
    """Everything that can be left out, but for the parts of a requirement's own value."""
    if len(path) > 6:
        return
    items = list(enumerate(node)) if isinstance(node, list) else list(node.items())
    for key, value in items:
        here = (*path, key)
        yield _Place(node, key, here, legacy and not path and value is not None, path[-1:] == ("dependencies",))
        if isinstance(value, dict | list):
            yield from _places(value, here, legacy=legacy)


def _lists(node: Any) -> Iterator[list[Any]]:
    if isinstance(node, list):
        yield node
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _lists(value)


def _orders(content: dict[str, Any]) -> Iterator[Found]:
    """Lists in other orders: each sorted or reversed, all of them sorted, each element moved to each other place."""
    lists = [each for each in _lists(content) if len(each) > 1 and all(isinstance(one, str) for one in each)]
    lists += [each for each in _lists(content) if len(each) > 1 and each not in lists]
    for each in lists:
        was = list(each)
        for order in (sorted(was, key=str), sorted(was, key=lambda one: str(one).lower()), was[::-1]):
            each[:] = order
            yield Found(())
        each[:] = was
    for each in lists:
        was = list(each)
        for start, end in product(range(min(len(was), 100)), repeat=2):
            if start not in (end, end + 1):  # two neighbours change places once
                each.insert(end, each.pop(start))
                yield Found(())
                each[:] = was


def _spellings(content: dict[str, Any], names: Mapping[str, str]) -> Iterator[Found]:
    """One requirement spelled otherwise, and all of them laid out in one way."""
    spots = [(each, index) for each in _lists(content) for index, one in enumerate(each) if isinstance(one, str)]
    every = [list(_respelled(each[index], names)) for each, index in spots]
    for layout in range(len(_LAYOUTS)):
        was = [each[index] for each, index in spots]
        for each, index in spots:
            each[index] = next(islice(_laid_out(each[index]), layout, None), each[index])
        yield Found(())
        for (each, index), text in zip(spots, was, strict=True):
            each[index] = text
    for (each, index), others in zip(spots, every, strict=True):
        was_text = each[index]
        for text in others:
            each[index] = text
            yield Found(())
        each[index] = was_text
    yield from _keys(content, names)


def _keys(node: Any, names: Mapping[str, str]) -> Iterator[Found]:
    """The names of Poetry's tables, and their constraints, spelled otherwise."""
    for key, value in list(node.items()) if isinstance(node, dict) else ():
        for other in _names(key, names) - {key}:
            if other not in node:
                node[other] = node.pop(key)
                yield Found(())
                node[key] = node.pop(other)
        if isinstance(value, str):
            parts = [part for part in re.split(r"\s*,\s*|\s+(?=[<>=!~^])", value.strip()) if part]
            for comma in (",", ", ", " "):
                for gap in ("", " "):
                    node[key] = comma.join(re.sub(r"^([<>=!~^]+)\s*", rf"\1{gap}", part) for part in parts)
                    yield Found(())
            node[key] = value
        yield from _keys(value, names)


def _names(name: str, true: Mapping[str, str]) -> set[str]:
    found = {name, name.lower(), name.capitalize(), normal(name), normal(name).replace("-", "_")}
    return found | {normal(name).replace("-", "."), true.get(normal(name), name)}


def _laid_out(text: str) -> Iterator[str]:
    match = _REQUIREMENT.fullmatch(text[:500])
    if match is None:
        return
    bounds = [part for part in re.split(r"\s*,\s*", match["bounds"].strip()) if part]
    extras = f"[{match['extras']}]" if match["extras"] is not None else ""
    for before, after, gap, comma in _LAYOUTS:
        said = comma.join(re.sub(r"^([<>=!~]+)\s*", rf"\1{gap}", bound) for bound in bounds)
        tail = f"; {match['marker']}" if match["marker"] else ""
        yield f"{match['name']}{extras}{before}{said}{after}{tail}" if bounds else f"{match['name']}{extras}{tail}"


def _respelled(text: str, true: Mapping[str, str]) -> Iterator[str]:
    """A requirement with another layout, name, order of its bounds and extras, and quotes of its marker."""
    match = _REQUIREMENT.fullmatch(text[:500])
    if match is None:
        return
    bounds = [part for part in re.split(r"\s*,\s*", match["bounds"].strip()) if part]
    orders = list({tuple(bounds): 0, tuple(sorted(bounds)): 0, tuple(reversed(bounds)): 0})
    for name, extras, marker, order in product(
        _names(match["name"], true), _extras(match["extras"]), _markers(match["marker"]), orders
    ):
        for before, after, gap, comma in _LAYOUTS if order else [("", "", "", "")]:
            said = comma.join(re.sub(r"^([<>=!~]+)\s*", rf"\1{gap}", bound) for bound in order)
            yield f"{name}{extras}{before}{said}{after}{marker}"


def _extras(extras: str | None) -> list[str]:
    if not extras:
        return [""]
    listed = [each.strip() for each in extras.split(",")]
    return [f"[{comma.join(order)}]" for order in (listed, sorted(listed), listed[::-1]) for comma in (",", ", ")]


def _markers(marker: str | None) -> list[str]:
    if not marker:
        return [""]
    quoted = {marker, marker.replace("'", '"'), marker.replace('"', "'")}
    return [f"{mark}{each}" for each in sorted(quoted) for mark in _MARKS]
