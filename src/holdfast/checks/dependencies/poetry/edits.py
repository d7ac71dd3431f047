"""Looks for the pyproject.toml that a hash was made from among what it may have been before a small edit.

A hash that fits is proof: nobody meets SHA-256 by accident. One that does not tells nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from itertools import combinations, islice, zip_longest
from typing import Any, NamedTuple

from holdfast.checks.dependencies.poetry import respelled
from holdfast.checks.dependencies.poetry.content import digest
from holdfast.core.config.table import KeyPath

MOST = 20_000
"""Hashes that are tried at most, about a second's worth."""
MOST_BYTES = 60_000_000
LOOKS, NAMED, ADDED, CHANGED, MOVED = "looks", "named", "added", "changed", "moved"
_DEEPEST = 6
_LONGEST = 100
"""Of longer lists the elements are not moved to each other place."""


class Edit(NamedTuple):
    """What was done to what stands at a path today."""

    kind: str
    path: KeyPath = ()
    old: str = ""
    """What stood there; for NAMED, the name it had, for MOVED, the group or extra where it stood."""


class _Put(NamedTuple):
    """A value to be put where another is; None takes a key out of a dict, and a slice with [] out of a list."""

    node: Any
    key: Any
    value: Any


class _Trial(NamedTuple):
    """What may have been before some edits."""

    edits: tuple[Edit, ...]
    puts: tuple[_Put, ...]


class _Place(NamedTuple):
    """Something that stands in the content."""

    node: Any
    key: Any
    path: KeyPath

    @property
    def value(self) -> Any:
        return self.node[self.key]

    @property
    def requirement(self) -> bool:
        return isinstance(self.key, int) or self.path[-2:-1] == ("dependencies",)

    def left_out(self) -> _Put:
        if isinstance(self.node, list):
            return _Put(self.node, slice(self.key, self.key + 1), [])
        return _Put(self.node, self.key, None)

    def instead(self, value: object) -> _Put:
        return _Put(self.node, self.key, value)


def since(
    content: Mapping[str, Any], wanted: str, names: Mapping[str, str], extras: Mapping[str, Collection[str]]
) -> tuple[Edit, ...] | None:
    """The edits since the hash `wanted`, one or two or a change of looks, where they are of those that are tried.

    `content` is what `content.relevant` gave; it is not changed. `names` are true names by normalised ones, `extras`
    what is known of each package's.
    """
    copy: dict[str, Any] = deepcopy(dict(content))
    legacy = "tool" not in copy
    tries = min(MOST, MOST_BYTES // (len(str(copy)) + 1))
    for trial in islice(_trials(copy, names, extras), tries):
        if _digest(copy, trial, legacy=legacy) == wanted:
            return trial.edits
    return None


def _digest(content: dict[str, Any], trial: _Trial, *, legacy: bool) -> str:
    """The hash with a trial's puts, which are taken back. At the top, Poetry 1 hashed null for what was not there."""
    was = [(put.node, put.node.copy()) for put in trial.puts]
    for node, key, value in trial.puts:
        if value is None and not (legacy and node is content):
            del node[key]
        else:
            node[key] = value
    found = digest(content)
    for node, before in reversed(was):
        node.clear()
        node.extend(before) if isinstance(node, list) else node.update(before)
    return found


def _trials(
    content: dict[str, Any], names: Mapping[str, str], extras: Mapping[str, Collection[str]]
) -> Iterator[_Trial]:
    """In the order in which they are likely."""
    places = list(_places(content, ()))
    spots = [place for place in places if isinstance(place.value, str)]
    lists = [place for place in places if isinstance(place.value, list)]
    yield from (_Trial((Edit(ADDED, place.path),), (place.left_out(),)) for place in places)
    yield from _orders(lists)
    yield from _layouts(spots)
    yield from _renamed(places, names)
    for spot in spots:
        yield from _texts(spot, LOOKS, _looks(spot, names))
    yield from _moves(lists)
    for spot in spots:
        if isinstance(spot.key, int):
            yield from _texts(spot, CHANGED, respelled.other_extras(spot.value, extras))
    older = zip_longest(*(_texts(spot, CHANGED, _versions(spot)) for spot in spots))
    yield from (trial for several in older for trial in several if trial is not None)
    yield from _pairs([place for place in places if place.requirement])


def _places(node: Any, path: KeyPath) -> Iterator[_Place]:
    for key, value in list(enumerate(node)) if isinstance(node, list) else list(node.items()):
        if value is not None:
            yield _Place(node, key, (*path, key))
        if isinstance(value, dict | list) and len(path) < _DEEPEST:
            yield from _places(value, (*path, key))


def _pairs(places: list[_Place]) -> Iterator[_Trial]:
    for one, other in combinations(places, 2):
        if other.path[: len(one.path)] != one.path:
            # The later of a list goes first, so that the earlier keeps its place.
            edits = (Edit(ADDED, one.path), Edit(ADDED, other.path))
            yield _Trial(edits, (other.left_out(), one.left_out()))


def _orders(lists: list[_Place]) -> Iterator[_Trial]:
    """Lists in other orders: each or all of them sorted or reversed, each element moved to each other place."""
    edits = (Edit(LOOKS),)
    for order in _ORDERS:
        yield _Trial(edits, tuple(_Put(place.value, slice(None), order(place.value)) for place in lists))
    for place in lists:
        for order in _ORDERS:
            yield _Trial((Edit(LOOKS, place.path),), (_Put(place.value, slice(None), order(place.value)),))
    for place in lists:
        was = place.value
        for start in range(min(len(was), _LONGEST)):
            rest = [*was[:start], *was[start + 1 :]]
            for end in range(min(len(was), _LONGEST)):
                if start not in (end, end + 1):  # two neighbours change places once
                    moved = [*rest[:end], was[start], *rest[end:]]
                    yield _Trial((Edit(LOOKS, (*place.path, start)),), (_Put(was, slice(None), moved),))


def _by_name(value: list[Any]) -> list[Any]:
    return sorted(value, key=str)


def _without_case(value: list[Any]) -> list[Any]:
    return sorted(value, key=lambda one: str(one).lower())


def _backwards(value: list[Any]) -> list[Any]:
    return value[::-1]


_ORDERS = (_by_name, _without_case, _backwards)


def _layouts(spots: list[_Place]) -> Iterator[_Trial]:
    """All requirements laid out in one way."""
    listed = [spot for spot in spots if isinstance(spot.key, int)]
    for layout in range(len(respelled.LAYOUTS)):
        yield _Trial((Edit(LOOKS),), tuple(spot.instead(respelled.laid_out(spot.value, layout)) for spot in listed))


def _renamed(places: list[_Place], names: Mapping[str, str]) -> Iterator[_Trial]:
    """The names in Poetry's tables, and those of groups and extras, written otherwise."""
    for place in places:
        for other in sorted(respelled.names(place.key, names)) if isinstance(place.key, str) else ():
            if other not in place.node:
                puts = (_Put(place.node, other, place.value), place.left_out())
                yield _Trial((Edit(NAMED, place.path, other),), puts)


def _texts(spot: _Place, kind: str, texts: Iterator[str]) -> Iterator[_Trial]:
    was = spot.value
    return (_Trial((Edit(kind, spot.path, text),), (spot.instead(text),)) for text in texts if text != was)


def _looks(spot: _Place, names: Mapping[str, str]) -> Iterator[str]:
    if isinstance(spot.key, int):
        return respelled.looks(spot.value, names)
    return respelled.constraint_looks(spot.value)


def _versions(spot: _Place) -> Iterator[str]:
    return respelled.versions(spot.value, constraint=not isinstance(spot.key, int))


def _moves(lists: list[_Place]) -> Iterator[_Trial]:
    """Each element at the end of each other list of its kind, as when it has changed its group."""
    listed = [place for place in lists if len(place.path) > 1 and place.path[0] in ("project", "dependency-groups")]
    for place, other in ((place, other) for place in listed for other in listed if place is not other):
        for index, value in enumerate(place.value):
            edit = Edit(MOVED, (*place.path, index), _section(other.path))
            for at in range(len(other.value) + 1):
                puts = (_Put(other.value, slice(at, at), [value]), _Put(place.value, slice(index, index + 1), []))
                yield _Trial((edit,), puts)


def _section(path: KeyPath) -> str:
    if path[0] == "dependency-groups":
        return f"group {path[1]}"
    return f"extra {path[2]}" if len(path) > 2 else "no group"
