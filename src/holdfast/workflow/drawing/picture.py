"""What is drawn of a workflow: its steps and what leads from one to another, as short and harmless texts."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from holdfast.workflow.gates.metrics import BOUNDS
from holdfast.workflow.model import ALWAYS, NEVER_OF_ITSELF, ON_FAILURE, ON_SUCCESS, Step, Workflow

LONGEST = 200
MACHINE, GATE, WAITS, ASIDE = "machine", "gate", "waits", "aside"
"""How a step looks: one that a machine does, a gate, one that somebody answers, one that runs only now and then."""
TURNS = {ALWAYS: "always, at the end", ON_FAILURE: "at the end, on failure", NEVER_OF_ITSELF: "not of itself"}


class Node(NamedTuple):
    """A step."""

    id: str
    look: str
    what: str
    """What it does: `gate coverage.line >= 85`."""
    turn: str = ""
    """When it does so, where that is not each time: `if ...`, `for each ...`, `on failure of publish`."""
    condition: str = ""


class Edge(NamedTuple):
    """What leads from one step to another, by their numbers."""

    source: int
    target: int
    on_failure: bool = False


class Picture(NamedTuple):
    """A workflow's graph. No edge leads in a circle."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def followers(self) -> list[list[int]]:
        """For each step the numbers of those that wait for it."""
        found: list[list[int]] = [[] for _ in self.nodes]
        for edge in self.edges:
            found[edge.source].append(edge.target)
        return found


def picture(workflow: Workflow) -> Picture:
    """The graph of a workflow; edges from steps that there are not, and those that close a circle, are left out."""
    numbers = {step.id: number for number, step in enumerate(workflow.steps)}
    edges = dict.fromkeys(
        Edge(numbers[name], numbers[step.id]) for step in workflow.steps for name in step.needs if name in numbers
    )
    for step in workflow.steps:
        if step.on_failure in numbers:
            edges[Edge(numbers[step.id], numbers[step.on_failure], on_failure=True)] = None
    fails: dict[str, list[str]] = {}
    for step in workflow.steps:
        if step.on_failure:
            fails.setdefault(step.on_failure, []).append(step.id)
    nodes = tuple(_node(step, fails.get(step.id, [])) for step in workflow.steps)
    return Picture(clean(workflow.name), nodes, _without_circles(len(nodes), list(edges)))


def in_order(drawn: Picture) -> list[int]:
    """The steps so that each stands behind those that it waits for, chains together, those that run aside late."""
    followers = drawn.followers()
    waits = [0] * len(drawn.nodes)
    for edge in drawn.edges:
        waits[edge.target] += 1
    first = [number for number in range(len(waits)) if not waits[number]]
    ready = [number for number in first[::-1] if drawn.nodes[number].look != ASIDE]
    late = [number for number in first[::-1] if drawn.nodes[number].look == ASIDE]
    ordered: list[int] = []
    while ready or late:
        number = (ready or late).pop()
        ordered.append(number)
        for follower in reversed(followers[number]):
            waits[follower] -= 1
            if not waits[follower]:
                ready.append(follower)
    return ordered


def clean(text: str) -> str:
    """A text on one line, harmless in a terminal and allowed in XML."""
    short = " ".join(text[: LONGEST * 4].split())
    shown = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in short)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"


def _without_circles(count: int, edges: list[Edge]) -> tuple[Edge, ...]:
    waits = [0] * count
    following: list[list[int]] = [[] for _ in range(count)]
    for edge in edges:
        waits[edge.target] += 1
        following[edge.source].append(edge.target)
    ready = [number for number in range(count) if not waits[number]]
    reached: set[int] = set()
    while ready:
        number = ready.pop()
        reached.add(number)
        for target in following[number]:
            waits[target] -= 1
            if not waits[target]:
                ready.append(target)
    return tuple(edge for edge in edges if edge.source in reached)


def _node(step: Step, fails: Sequence[str]) -> Node:
    look = GATE if step.kind == "gate" else WAITS if step.kind in ("approve", "guide") else MACHINE
    parts = [f"on failure of {', '.join(fails)}"] if fails else []
    parts += [TURNS[step.when]] if step.when in TURNS and not (fails and step.when == NEVER_OF_ITSELF) else []
    parts += [f"if {step.condition}"] if step.condition else []
    parts += [f"for each of {step.for_each}"] if step.for_each else []
    parts += [f"{step.retry.times} more tries"] if step.retry.times else []
    return Node(
        clean(step.id),
        ASIDE if step.when != ON_SUCCESS else look,
        clean(f"{step.kind} {_what(step.kind, step.body)}"),
        clean(", ".join(parts)),
        clean(step.condition or ""),
    )


def _what(kind: str, body: Any) -> str:
    if isinstance(body, str):
        return body
    if isinstance(body, list | tuple) and all(isinstance(each, str | int | float) for each in body[:100]):
        words = [str(each) for each in body[:100]]
        return ", ".join(words) if kind == "check" else shlex.join(words)
    if isinstance(body, Mapping):
        return _of_map(kind, body)
    return json.dumps(body, ensure_ascii=False, default=str)[:LONGEST]


def _of_map(kind: str, body: Mapping[str, Any]) -> str:
    if kind == "gate":
        bounds = " and ".join(f"{sign} {body[bound]}" for bound, sign in BOUNDS.items() if bound in body)
        return f"{body.get('metric')} {bounds}"
    telling = {"approve": "question", "guide": "instructions", "tool": "tool", "workflow": "file"}.get(kind, "")
    return str(body.get(telling) or ", ".join(str(key) for key in body))
