"""What is installed in an environment: every distribution on its import path, read from outside.

Sources: packaging.python.org/en/latest/specifications/recording-installed-packages, importlib.metadata's search.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from holdfast.checks.dependencies.metadata import Metadata, read_egg_info, read_metadata
from holdfast.checks.dependencies.model import normal
from holdfast.checks.dependencies.places import Place, linked_by, places_of
from holdfast.checks.interface import Environment
from holdfast.checks.venv_probe.disk import reason

MOST_ENTRIES = 50_000
_DIST_INFO = re.compile(r"(.+?)(?:-([^-]+))?\.dist-info")
_EGG_INFO = re.compile(r"([^-]+)(?:-([^-]+))?(?:-py[0-9.]+)?(?:-[^-]+)?\.egg-info")


class Distribution(NamedTuple):
    """An installed distribution."""

    name: str
    """Normalised."""
    version: str
    """As its metadata says; empty where nothing does."""
    path: str
    """Its `.dist-info` or `.egg-info`."""
    kind: str
    """`dist-info` or `egg-info`."""
    place: Place
    """The directory on the import path that it was found in."""
    requires: tuple[str, ...] = ()
    """Its Requires-Dist, as written."""
    extras: tuple[str, ...] = ()
    """Those that it offers, normalised."""
    requires_python: str = ""
    trouble: str = ""
    """What is wrong with its metadata."""

    @property
    def label(self) -> str:
        """`requests 2.31.0`, for messages; its parts may be a stranger's and want `cut`."""
        return f"{self.name} {self.version}".rstrip()


class Site(NamedTuple):
    """An environment's installed packages."""

    places: tuple[Place, ...]
    """Those that could be listed, path files' directories among them."""
    distributions: tuple[Distribution, ...]
    """Each once: the one that the interpreter finds. Sorted by name."""
    twice: tuple[tuple[Distribution, ...], ...]
    """Distributions of one name in the environment's own site-packages."""
    leftovers: tuple[str, ...]
    """Paths that begin with `~`, which an interrupted pip leaves."""
    names: dict[str, frozenset[str]]
    """By place, the names of what lies in it."""
    troubles: tuple[str, ...]
    """Places that could not be listed, and why."""


def read_site(environment: Environment) -> Site:
    """Everything installed in an environment. A broken interpreter is no hindrance: it is not run."""
    listed: dict[str, frozenset[str]] = {}
    places: list[Place] = []
    found: list[Distribution] = []
    troubles: list[str] = []
    waiting, seen = list(places_of(environment)), set()
    while waiting:
        place = waiting.pop(0)
        if place.path in seen:
            continue
        seen.add(place.path)
        try:
            entries = _entries(place.path)
        except (OSError, ValueError) as error:
            troubles += [] if place.linked else [f"{place.path}: {reason(error)}"]
            continue
        places.append(place)
        listed[place.path] = frozenset(entries)
        found += _distributions(place, entries)
        if not place.linked:
            waiting += linked_by(place, [name for name in entries if name.endswith(".pth")])
    first, twice = _first(places, found)
    leftovers = (os.path.join(place.path, name) for place in places for name in _left(place, listed[place.path]))
    return Site(tuple(places), first, twice, tuple(leftovers), listed, tuple(troubles))


def _entries(path: str) -> list[str]:
    """The sorted names in a directory. Raises OSError, or ValueError where there are too many."""
    with os.scandir(path) as entries:
        names = [entry.name for entry in islice(entries, MOST_ENTRIES + 1)]
    if len(names) > MOST_ENTRIES:
        raise ValueError(f"more than {MOST_ENTRIES} entries")
    return sorted(names)


def _left(place: Place, names: Iterable[str]) -> list[str]:
    return [] if place.base or place.linked else sorted(name for name in names if name.startswith("~"))


def _distributions(place: Place, entries: list[str]) -> Iterator[Distribution]:
    for entry in entries:
        if entry.endswith(".dist-info") and entry[0] != "~":
            path = os.path.join(place.path, entry)
            yield _distribution(place, path, "dist-info", _DIST_INFO, _read_dist_info(path))
        elif entry.endswith(".egg-info") and entry[0] != "~":
            path = os.path.join(place.path, entry)
            yield _distribution(place, path, "egg-info", _EGG_INFO, read_egg_info(path))
    if place.linked and "EGG-INFO" in entries:
        path = os.path.join(place.path, "EGG-INFO")
        yield _distribution(place, path, "egg-info", _EGG_INFO, read_egg_info(path))


def _read_dist_info(path: str) -> Metadata:
    found = read_metadata(os.path.join(path, "METADATA"))
    if found.trouble and os.path.isfile(path):
        return Metadata(trouble="it is a file, not a directory")
    return found


def _distribution(place: Place, path: str, kind: str, pattern: re.Pattern[str], said: Metadata) -> Distribution:
    """A distribution by its metadata; by the name of its directory as far as that says nothing usable."""
    name, version = said.name, said.version
    if said.trouble:
        match = pattern.fullmatch(os.path.basename(path))
        told = (match[1], match[2] or "") if match else (os.path.basename(path), "")
        name, version = told[0], version or told[1]
    return Distribution(
        normal(name), version, path, kind, place, said.requires, said.extras, said.requires_python, said.trouble
    )


def _first(
    places: list[Place], found: list[Distribution]
) -> tuple[tuple[Distribution, ...], tuple[tuple[Distribution, ...], ...]]:
    """Each distribution once, as the interpreter finds it, and those that are in site-packages more than once.

    One that is whole goes before one that is not; of two that lie in the same place, the newer.
    """
    by_name: dict[str, list[Distribution]] = {}
    for each in found:
        by_name.setdefault(each.name, []).append(each)
    first, twice = [], []
    for name in sorted(by_name):
        group = by_name[name]
        own = tuple(each for each in group if not (each.place.base or each.place.linked))
        if len({each.version for each in own}) > 1 or len({each.kind for each in own}) < len(own):
            twice.append(own)
        first.append(group[0] if len(group) == 1 else _preferred(group, places))
    return tuple(first), tuple(twice)


def _preferred(group: list[Distribution], places: list[Place]) -> Distribution:
    order = {place.path: index for index, place in enumerate(places)}
    group = sorted(group, key=lambda each: order[each.place.path])
    whole = [each for each in group if not each.trouble] or group
    return max((each for each in whole if each.place == whole[0].place), key=lambda each: _rank(each.version))


def _rank(version: str) -> tuple[tuple[int, ...], str]:
    return tuple(int(part[:18]) for part in re.findall("[0-9]+", version)[:9]), version
