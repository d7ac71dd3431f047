"""Why a package is there: who asks for it, with which constraint, in which group, and what decides its version."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from holdfast.checks.dependencies.model import Lock, Need, normal
from holdfast.checks.dependencies.site import Distribution
from holdfast.checks.dependencies.subject import Subject
from holdfast.core.errors import HoldfastError

SCHEMA = "holdfast/explanation/1"
WAYS = 5
"""So many ways from a requirement of the project to the package are shown, the shortest first."""
UPPER = ("<", "<=", "==", "===", "~=")


class Asker(NamedTuple):
    """Somebody who asks for the package: the project, or another package."""

    who: str
    """`pyproject.toml`, or a package with its version."""
    need: Need
    condition: str
    """The group or extra of the project, or the extra of the package, that it belongs to; else empty."""
    line: int | None
    applies: bool
    """Whether its marker holds in this environment."""


class Version(NamedTuple):
    """A version that is locked, with the line in the lock, and the groups and markers that the lock states."""

    version: str
    line: int | None
    groups: tuple[str, ...]
    marker: str


class Explanation(NamedTuple):
    """All that is known of why a package is there."""

    name: str
    lock: str | None
    locked: tuple[Version, ...]
    installed: tuple[str, ...]
    asked: tuple[Asker, ...]
    ways: tuple[tuple[str, ...], ...]
    limits: tuple[str, ...]
    """What keeps newer versions out, a line each."""
    update: str | None
    """The command that takes the newest version that fits."""

    def as_json(self) -> dict[str, Any]:
        """The document that `--format json` prints."""
        return {
            "schema": SCHEMA,
            "package": self.name,
            "lock": self.lock,
            "locked": [version._asdict() for version in self.locked],
            "installed": list(self.installed),
            "asked_for_by": [
                {
                    "who": asker.who,
                    "constraint": asker.need.constraint,
                    "marker": asker.need.marker,
                    "extras": list(asker.need.extras),
                    "condition": asker.condition,
                    "line": asker.line,
                    "applies": asker.applies,
                }
                for asker in self.asked
            ],
            "ways": [list(way) for way in self.ways],
            "limits": list(self.limits),
            "update": self.update,
        }


class _Edge(NamedTuple):
    """That a package of the lock, or an installed one, asks for another."""

    asker: str
    version: str
    need: Need
    extra: str


def explain(subject: Subject, package: str) -> Explanation:
    """Why a package is there. Raises HoldfastError where nobody knows it, and Unreadable for a lock that cannot be."""
    name = normal(package)
    lock, distributions = subject.lock, subject.distributions
    edges = list(_edges(lock, distributions))
    roots = subject.declarations.located()
    holds = subject.target.holds
    extras = _extras_asked_for([root.need for root in roots], edges)
    own = subject.own_name  # its requirements are the roots
    asked = [
        Asker(root.file, root.need, root.extra or root.group, root.line, holds(root.need.marker, (root.extra,)))
        for root in roots
        if root.need.name == name
    ]
    asked += [
        Asker(
            who=f"{edge.asker} {edge.version}".strip(),
            need=edge.need,
            condition=edge.extra,
            line=None,
            applies=edge.extra in extras.get(edge.asker, {""}) and holds(edge.need.marker, (edge.extra,)),
        )
        for edge in edges
        if edge.need.name == name and edge.asker != own
    ]
    found = tuple(distribution.version for distribution in distributions if distribution.name == name)
    blocks = _blocks(subject, lock, name)
    if not (asked or found or blocks):
        raise _unknown(name, lock, distributions)
    direct = {root.need.name for root in roots}
    return Explanation(
        name=name,
        lock=lock.file if lock else None,
        locked=blocks,
        installed=found,
        asked=tuple(asked),
        ways=tuple(_ways(name, (edge for edge in edges if edge.extra in extras.get(edge.asker, ())), direct)),
        limits=tuple(_limits(name, asked)),
        update=_update(lock, name),
    )


def _blocks(subject: Subject, lock: Lock | None, name: str) -> tuple[Version, ...]:
    return tuple(
        Version(
            block.version,
            subject.line_of(block),
            tuple(when.group for when in block.when or ()),
            "; ".join(dict.fromkeys(when.marker for when in block.when or () if when.marker)) or block.marker,
        )
        for block in (lock.packages if lock else ())
        if block.name == name
    )


def _edges(lock: Lock | None, distributions: Iterable[Distribution]) -> Iterator[_Edge]:
    """Who asks for what: by the lock where it says, else by the metadata of what is installed."""
    blocks = lock.packages if lock else ()
    if not any(block.needs or block.extras for block in blocks):
        yield from _installed_edges(distributions)
        return
    for block in blocks:
        listed = {need.name for needs in block.extras.values() for need in needs}
        for need in block.needs:
            if not (need.name in listed and extra_of(need.marker)):  # Poetry states it twice
                yield _Edge(block.name, block.version, need, extra_of(need.marker))
        for extra, needs in block.extras.items():
            yield from (_Edge(block.name, block.version, need, extra) for need in needs)


def _installed_edges(distributions: Iterable[Distribution]) -> Iterator[_Edge]:
    from packaging.requirements import InvalidRequirement, Requirement

    for distribution in distributions:
        for text in distribution.requires:
            try:
                asked = Requirement(text)
            except InvalidRequirement:
                continue
            marker = str(asked.marker or "")
            need = Need(normal(asked.name), str(asked.specifier), marker, tuple(sorted(map(normal, asked.extras))))
            yield _Edge(distribution.name, distribution.version, need, extra_of(marker))


def extra_of(marker: str) -> str:
    """The extra that a marker is for, normalised; empty where it is for none."""
    found = re.search(r"""\bextra\s*==\s*["']([^"']+)""", marker)
    return normal(found[1]) if found else ""


def _extras_asked_for(needs: list[Need], edges: Iterable[_Edge]) -> dict[str, set[str]]:
    """Each package that the project leads to, with the extras that something asks of it, and "" for itself."""
    asking: dict[str, list[_Edge]] = {}
    for edge in edges:
        asking.setdefault(edge.asker, []).append(edge)
    found: dict[str, set[str]] = {}
    waiting = list(needs)
    while waiting:
        need = waiting.pop()
        new = {"", *need.extras} - found.setdefault(need.name, set())
        found[need.name] |= new
        waiting += [edge.need for edge in asking.get(need.name, ()) if edge.extra in new]
    return found


def _ways(name: str, edges: Iterable[_Edge], direct: set[str]) -> Iterator[tuple[str, ...]]:
    """The shortest ways from the project's own requirements to a package, each package in at most one of them."""
    askers: dict[str, list[str]] = {}
    for edge in edges:
        askers.setdefault(edge.need.name, []).append(edge.asker)
    waiting: deque[tuple[str, ...]] = deque([(name,)])
    seen, count = {name}, 0
    while waiting and count < WAYS:
        way = waiting.popleft()
        if way[0] in direct:
            count += 1
            yield way
        for asker in dict.fromkeys(askers.get(way[0], ())):
            if asker not in seen:
                seen.add(asker)
                waiting.append((asker, *way))


def _limits(name: str, asked: Iterable[Asker]) -> Iterator[str]:
    from packaging.specifiers import SpecifierSet

    for asker in asked:
        for part in asker.need.constraint.split("||") if asker.applies else ():
            try:
                upper = [str(each) for each in SpecifierSet(part) if each.operator in UPPER]
            except ValueError:
                continue
            if upper:
                yield f"{asker.who} asks for {name}{','.join(sorted(upper))}"


def _update(lock: Lock | None, name: str) -> str | None:
    commands: Mapping[str, str] = {"poetry": f"poetry update {name}", "uv": f"uv lock --upgrade-package {name}"}
    return commands.get(lock.kind) if lock else None


def _unknown(name: str, lock: Lock | None, distributions: Iterable[Distribution]) -> HoldfastError:
    from holdfast.core.config.mistakes import nearest

    known = {distribution.name for distribution in distributions}
    known |= {block.name for block in lock.packages} if lock else set()
    meant = nearest(name, sorted(known))
    return HoldfastError(
        f"--explain {name}: nobody asks for it, and it is neither locked nor installed",
        hint=f"did you mean {meant}?" if meant else "give the name as the package index has it",
    )
