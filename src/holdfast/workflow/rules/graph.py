"""The phases that work goes through, and what each move between them takes: the graph that the rules execute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

EVIDENCE = {
    "item": "an item that is worked on",
    "plan": "a section Plan that says something",
    "approval": "a person's approval of this plan",
    "rejection": "a person's rejection of this plan",
    "approved_plan": "that the plan is still the one that was approved, under the same rules and commands",
    "commands": "that these commands of project_config.md pass, or `all` of them",
    "run": "that tasks of these names succeeded, by the registry",
    "digest": "that these files are as a run that succeeded recorded them, by the registry",
}
"""What a move may need."""
WITH_NAMES = ("commands", "run", "digest")
"""Those that say which ones: `commands: [lint, test]`."""
ALL = "all"
ACTIONS = ("summary", "complete", "rotate_log", "iterate")
"""What a tick may do at the end."""
ANY = ""


class Place(NamedTuple):
    """Where the work stands; an empty status stands for any."""

    phase: str
    status: str

    def __str__(self) -> str:
        return f"{self.phase}/{self.status}" if self.status else self.phase

    def holds(self, other: Place) -> bool:
        """Whether the other place is this one."""
        return self.phase == other.phase and self.status in (ANY, other.status)


class Need(NamedTuple):
    """One piece of evidence that a move takes; `names` for those of WITH_NAMES alone."""

    kind: str
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}: {', '.join(self.names)}" if self.names else self.kind


class Phase(NamedTuple):
    """One phase: what is to be done in it, and what holds for as long as the work is in it."""

    name: str
    says: str
    needs: tuple[Need, ...]


class Move(NamedTuple):
    """From one place to another, and what that takes."""

    source: Place
    target: Place
    needs: tuple[Need, ...]


class Graph(NamedTuple):
    """The rules of one project."""

    name: str
    phases: Mapping[str, Phase]
    statuses: tuple[str, ...]
    start: str
    """The phase in which nothing is worked on yet."""
    begin: Place
    """Where a first item leads."""
    end: Place
    """Where an item is done."""
    again: Place
    """Where the next item begins."""
    moves: tuple[Move, ...]
    at_end: tuple[str, ...]
    digest: str = ""
    """The sha256 of the file that it was read from."""

    def moves_from(self, place: Place) -> tuple[Move, ...]:
        """What is allowed there."""
        return tuple(move for move in self.moves if move.source.holds(place))

    def move(self, source: Place, target: Place) -> Move | None:
        """The move between two places; None where there is none."""
        return next((move for move in self.moves_from(source) if move.target == target), None)

    def needs_of(self, move: Move) -> tuple[Need, ...]:
        """All that a move takes: its own needs and those of the phase that it leads to, each once.

        Work may be blocked whatever else holds; and who approves a plan makes it the approved one.
        """
        kinds = {need.kind for need in move.needs}
        if move.target.status == "BLOCKED":
            return move.needs
        rest = [
            need
            for need in self.phases[move.target.phase].needs
            if need not in move.needs and not (need.kind == "approved_plan" and "approval" in kinds)
        ]
        return (*rest, *move.needs)

    def is_known(self, place: Place) -> bool:
        """Whether the graph has that phase and that status."""
        return place.phase in self.phases and place.status in self.statuses


def problems(graph: Graph) -> Iterator[str]:
    """What keeps a graph from being walked to its end."""
    reached = _reached(graph)
    for name in graph.phases:
        if name not in {place.phase for place in reached}:
            yield f"phase {name}: no move leads to it from {graph.start}"
    if graph.end not in reached:
        yield f"end: no moves lead from {graph.start} to {graph.end}"
    yield from _endings(graph)
    dead = [place for place in sorted(reached) if place != graph.end and not graph.moves_from(place)]
    for place in dead:
        yield f"{place}: no move leads away from it, and it is not the end"


def _endings(graph: Graph) -> Iterator[str]:
    """What keeps a tick from coming to a point where nothing follows."""
    if {"summary", "iterate"} & set(graph.at_end) and "complete" not in graph.at_end:
        yield "at_end: without complete, each tick would close the same item again"
    if list(graph.at_end) != [action for action in ACTIONS if action in graph.at_end]:
        yield f"at_end: the order is {', '.join(ACTIONS)}, each once"
    for name, place in (("begin", graph.begin), ("again", graph.again)):
        if place == graph.end or place.phase == graph.start:
            yield f"{name}: {place} is no place to work in"


def _reached(graph: Graph) -> set[Place]:
    seen: set[Place] = set()
    waiting = [Place(graph.start, status) for status in graph.statuses] + [graph.begin, graph.again]
    starts = set(waiting[: len(graph.statuses)])
    while waiting:
        place = waiting.pop()
        if place not in seen:
            seen.add(place)
            waiting += [move.target for move in graph.moves_from(place)]
    return {place for place in seen if place not in starts or graph.moves_from(place)}
