"""A file's steps and how they hang together, as far as the shape of the file lets it be seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from holdfast.core.config.table import KeyPath


class Outline(NamedTuple):
    """What the rules beyond the schema look at. Whatever has another type than it should is left out."""

    table: Mapping[str, Any]
    defaults: Mapping[str, Any]
    queues: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]
    by_id: Mapping[str, int]
    """The number of each step; of those that share an id, the first."""
    waits_for: Mapping[str, list[str]]
    """By id: the steps that it needs, and those on whose failure it runs."""

    def setting(self, step: Mapping[str, Any], name: str) -> Any:
        """What holds for a step: its own word, else that of the defaults."""
        return step.get(name, self.defaults.get(name))


def outline(value: object) -> Outline:
    """The outline of a document."""
    table = _table(value)
    given = table.get("steps")
    steps = tuple(_table(step) for step in given) if isinstance(given, list) else ()
    by_id: dict[str, int] = {}
    for number, step in enumerate(steps):
        if isinstance(step.get("id"), str):
            by_id.setdefault(step["id"], number)
    waits_for = {name: [each for _, each in needed(steps[number]) if each in by_id] for name, number in by_id.items()}
    for name, number in by_id.items():
        handler = steps[number].get("on_failure")
        if isinstance(handler, str) and handler in by_id:
            waits_for[handler].append(name)
    return Outline(table, _table(table.get("defaults")), _table(table.get("queues")), steps, by_id, waits_for)


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def needed(step: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    """The ids that a step needs, each with its path from the step."""
    given = step.get("needs")
    if isinstance(given, str):
        yield ("needs",), given
    elif isinstance(given, list):
        yield from ((("needs", place), name) for place, name in enumerate(given) if isinstance(name, str))


def find_circles(waits_for: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Steps that wait for each other, one circle for each place where they do: `a`, `b`, `a`. Without recursion."""
    done: set[str] = set()
    for start in waits_for:
        if start not in done:
            yield from _circles_from(start, waits_for, done)


def _circles_from(start: str, waits_for: Mapping[str, Sequence[str]], done: set[str]) -> Iterator[tuple[str, ...]]:
    way, at = [start], {start: 0}
    branches = [iter(waits_for[start])]
    while branches:
        following = next(branches[-1], None)
        if following is None:
            branches.pop()
            last = way.pop()
            del at[last]
            done.add(last)
        elif following in at:
            yield (*way[at[following] :], following)
        elif following not in done:
            at[following] = len(way)
            way.append(following)
            branches.append(iter(waits_for[following]))


class Before:
    """Which steps have surely ended before each, as the bits of a number: 5,000 steps have 12 million such pairs."""

    def __init__(self, found: Outline) -> None:
        from graphlib import TopologicalSorter

        self._bit = {name: 1 << number for name, number in found.by_id.items()}
        self._before: dict[str, int] = {}
        for name in TopologicalSorter(found.waits_for).static_order():
            bits = 0
            for each in found.waits_for[name]:
                bits |= self._before[each] | self._bit[each]
            self._before[name] = bits

    def has_ended(self, name: str, when: str) -> bool:
        """Whether the step `name` has ended when the turn of the step `when` comes."""
        return bool(self._before[when] & self._bit[name])
