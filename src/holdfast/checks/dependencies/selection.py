"""Which packages of a lock belong in an environment, and which may be there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from holdfast.checks.dependencies.exclusive import settled
from holdfast.checks.dependencies.model import MAIN, Choice, Lock, Locked, Need
from holdfast.checks.dependencies.target import Target
from holdfast.checks.dependencies.versions import allows


class Selection(NamedTuple):
    """What a lock says of one environment."""

    required: tuple[Locked, ...]
    """What has to be installed."""
    allowed: frozenset[str]
    """The names of all that the lock knows, of whatever group, extra or platform."""
    unmet: tuple[tuple[str, Need], ...]
    """What is asked for, with who asks, and no block of the lock fits."""


def groups_of(lock: Lock, choice: Choice) -> frozenset[str]:
    """The groups that are to be installed, MAIN among them unless it is left out."""
    return (frozenset({MAIN}) | lock.default_groups | frozenset(choice.groups)) - frozenset(choice.without)


def select(lock: Lock, target: Target, choice: Choice) -> Selection:
    """What is to be installed for the groups and extras of a choice, on a target."""
    groups, extras = groups_of(lock, choice), frozenset(choice.extras)
    names = frozenset(package.name for package in lock.packages)
    if all(package.when is not None for package in lock.packages):
        required = tuple(package for package in lock.packages if _said(package, target, groups, extras, lock.kind))
        return Selection(required, names, ())
    walked = _Walk(lock, target, extras, groups)
    for root in lock.roots:
        if root.group in groups and (not root.extra or root.extra in extras) and _locked(root.need, lock, names):
            walked.start(root.need, extras)
    found = (package for package in walked.found.values() if not package.source or package.source.kind != "virtual")
    return Selection(tuple(each for each in found if each.name != lock.project), names, tuple(walked.unmet))


def _locked(need: Need, lock: Lock, names: frozenset[str]) -> bool:
    """Not a project that asks for extras of itself and has no block of its own, where these could be looked up."""
    return need.name != lock.project or need.name in names


def _said(package: Locked, target: Target, groups: frozenset[str], extras: frozenset[str], kind: str) -> bool:
    if kind == "pylock":
        return any(target.holds_in(when.marker, extras=extras, groups=groups) for when in package.when or ())
    return any(when.group in groups and target.holds(when.marker, extras) for when in package.when or ())


class _Walk:
    """Follows needs from the roots over the blocks of a lock."""

    def __init__(self, lock: Lock, target: Target, extras: frozenset[str], groups: frozenset[str]) -> None:
        self.found: dict[tuple[str, str, str], Locked] = {}
        self.unmet: list[tuple[str, Need]] = []
        self._target, self._extras, self._groups = target, extras, groups
        self._blocks: dict[str, list[Locked]] = {}
        for package in lock.packages:
            self._blocks.setdefault(package.name, []).append(package)
        self._done: set[tuple[str, Need]] = set()

    def start(self, need: Need, extras: Iterable[str]) -> None:
        waiting = deque([("", need)] if self._holds(need.marker, extras) else [])
        while waiting:
            who, need = waiting.popleft()
            if (who, need) in self._done:
                continue
            self._done.add((who, need))
            block = self.block(need)
            if block is None:
                self.unmet.append((who, need))
                continue
            self.found[block.name, block.version, block.origin] = block
            waiting.extend((block.name, further) for further in self._further(block, need.extras))

    def block(self, need: Need) -> Locked | None:
        """The block that meets a need here; where constraints tell none, the first that the markers leave."""
        here = [block for block in self._blocks.get(need.name, ()) if self._holds(block.marker)]
        fitting = [block for block in here if allows(need.constraint, block.version) is not False]
        return next(iter(fitting or here), None)

    def _further(self, block: Locked, extras: tuple[str, ...]) -> Iterator[Need]:
        adds = [need for extra in extras for need in block.extras.get(extra, ())]
        return (need for need in (*block.needs, *adds) if self._holds(need.marker, extras))

    def _holds(self, marker: str, extras: Iterable[str] = ()) -> bool:
        return self._target.holds(settled(marker, self._extras, self._groups), extras)
