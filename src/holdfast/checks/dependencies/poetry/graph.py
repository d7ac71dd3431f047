"""Walks what is asked for over the blocks of a lock, for one interpreter and every group and extra."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from holdfast.checks.dependencies.model import Declared, Lock, Locked, Need
from holdfast.checks.dependencies.target import Target
from holdfast.checks.dependencies.versions import allows

UNLOCKED = frozenset({"setuptools", "pip", "wheel", "distribute"})
"""What Poetry left out of the locks of its first formats."""


class Unmet(NamedTuple):
    """Something that is asked for and that the lock does not give."""

    need: Need
    by: Declared | Locked
    instead: Locked | None
    """The block of that name whose version does not fit; None where there is none."""


def unmet(lock: Lock, target: Target, own: str) -> tuple[Unmet, ...]:
    """What the project and the packages that it reaches ask for on a target, and do not get.

    `own` is the project's name, which nothing locks.
    """
    return tuple(_Walk(lock, target, own).all())


class _Walk:
    def __init__(self, lock: Lock, target: Target, own: str) -> None:
        self._lock, self._target, self._own = lock, target, own
        self._blocks: dict[str, list[Locked]] = {}
        for package in lock.packages:
            self._blocks.setdefault(package.name, []).append(package)
        self._complete = all(package.when is not None for package in lock.packages)
        self._done: set[tuple[str, str, str, Need]] = set()
        self._waiting: deque[tuple[Declared | Locked, Need]] = deque()

    def all(self) -> Iterator[Unmet]:
        for root in self._lock.roots:
            if self._target.holds(root.need.marker, (root.extra,) if root.extra else ()):
                self._waiting.append((root, root.need))
        while self._waiting:
            by, need = self._waiting.popleft()
            if need.name == self._own and need.name not in self._blocks:
                continue
            yield from self._follow(by, need)

    def _follow(self, by: Declared | Locked, need: Need) -> Iterator[Unmet]:
        blocks = self._blocks.get(need.name)
        if blocks is None:
            if need.name not in UNLOCKED or self._complete:
                yield Unmet(need, by, None)
            return
        here = [block for block in blocks if self._here(block)] if len(blocks) > 1 else blocks
        fitting = [block for block in here if allows(need.constraint, block.version) is not False]
        if not fitting:
            fitting = [(here or blocks)[0]]
            yield Unmet(need, by, fitting[0])
        for block in fitting:
            self._enter(block, need.extras)

    def _here(self, block: Locked) -> bool:
        """Whether a block may be meant on this target, in some group and for some extra."""
        if block.when is None:
            return True
        return any(self._target.holds(when.marker, (*self._lock.extras, "")) for when in block.when)

    def _enter(self, block: Locked, extras: Iterable[str]) -> None:
        asked = tuple(extras)
        # Older locks leave the markers of these out, and state those that count among the needs too.
        adds = (need for extra in asked for need in block.extras.get(extra, ())) if self._complete else ()
        for need in (*block.needs, *adds):
            key = (block.name, block.version, block.origin, need)
            if key not in self._done and self._target.holds(need.marker, asked):
                self._done.add(key)
                self._waiting.append((block, need))


def reached(lock: Lock) -> frozenset[str]:
    """The names that anything asks for, on any platform and for any extra that counts."""
    blocks: dict[str, list[Locked]] = {}
    for package in lock.packages:
        blocks.setdefault(package.name, []).append(package)
    seen = {root.need.name for root in lock.roots}
    waiting = list(seen)
    while waiting:
        for block in blocks.get(waiting.pop(), ()):
            for need in block.needs:
                if need.name not in seen:
                    seen.add(need.name)
                    waiting.append(need.name)
    return frozenset(seen)
