"""Where the boxes of a graph stand: in layers from top to bottom, as Sugiyama, Tagawa and Toda have it (1981).

Each step is one layer below the lowest of those that it waits for. An edge that passes layers has a point in each. The
order within a layer is that of the mean place of the neighbours above and below, looked for in a few sweeps.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from holdfast.workflow.drawing.picture import ASIDE, Edge, Picture, in_order

SWEEPS = 8
LARGEST = 5_000
"""With more boxes and points than that the order stays as it is."""


class Spot(NamedTuple):
    """A box, or a point of an edge: `number` of the step, or None."""

    layer: int
    number: int | None


class Layout(NamedTuple):
    """Where all spots stand. `x` is in boxes' widths, of the middle."""

    spots: tuple[Spot, ...]
    x: tuple[float, ...]
    routes: tuple[tuple[Edge, tuple[int, ...]], ...]
    """Each edge with the spots that it passes, its ends included."""
    layers: int


POINT = 0.2
"""How wide a point of an edge is, in boxes."""


def laid_out(drawn: Picture) -> Layout:
    """The places of a graph's boxes and edges."""
    layer = _layers(drawn)
    spots = [Spot(place, number) for number, place in enumerate(layer)]
    routes = []
    for edge in drawn.edges:
        route = [edge.source]
        for between in range(layer[edge.source] + 1, layer[edge.target]):
            route.append(len(spots))
            spots.append(Spot(between, None))
        routes.append((edge, (*route, edge.target)))
    rows: list[list[int]] = [[] for _ in range(max(layer, default=-1) + 1)]
    for place, spot in enumerate(spots):
        rows[spot.layer].append(place)
    above, below = _neighbours(len(spots), [route for _, route in routes])
    if len(spots) <= LARGEST:
        _sort(rows, above, below)
    return Layout(tuple(spots), tuple(_places(spots, rows, above, below)), tuple(routes), len(rows))


def _layers(drawn: Picture) -> list[int]:
    layer = [0] * len(drawn.nodes)
    followers = drawn.followers()
    tied = {end for edge in drawn.edges for end in (edge.source, edge.target)}
    for number in in_order(drawn):
        for follower in followers[number]:
            layer[follower] = max(layer[follower], layer[number] + 1)
    last = max(layer, default=0) + 1
    return [
        last if drawn.nodes[number].look == ASIDE and number not in tied and len(tied) else place
        for number, place in enumerate(layer)
    ]


def _neighbours(count: int, routes: list[tuple[int, ...]]) -> tuple[list[list[int]], list[list[int]]]:
    above: list[list[int]] = [[] for _ in range(count)]
    below: list[list[int]] = [[] for _ in range(count)]
    for route in routes:
        for upper, lower in pairwise(route):
            below[upper].append(lower)
            above[lower].append(upper)
    return above, below


def _sort(rows: list[list[int]], above: list[list[int]], below: list[list[int]]) -> None:
    place = {spot: float(index) for row in rows for index, spot in enumerate(row)}
    for sweep in range(SWEEPS):
        near = below if sweep % 2 else above
        for row in reversed(rows) if sweep % 2 else rows:
            means = {spot: _mean([place[each] for each in near[spot]], place[spot]) for spot in row}
            row.sort(key=means.__getitem__)
            place.update({spot: float(index) for index, spot in enumerate(row)})


def _places(spots: list[Spot], rows: list[list[int]], above: list[list[int]], below: list[list[int]]) -> list[float]:
    """Each spot as near to the middle of its neighbours as its row lets it be."""
    x = [0.0] * len(spots)
    wide = [POINT if spot.number is None else 1.0 for spot in spots]
    for row in rows:
        _spread(row, [0.0] * len(row), wide, x)
    for sweep in range(SWEEPS):
        near = below if sweep % 2 else above
        for row in reversed(rows) if sweep % 2 else rows:
            _spread(row, [_mean([x[each] for each in near[spot]], x[spot]) for spot in row], wide, x)
    left = min((x[spot] - wide[spot] / 2 for spot in range(len(spots))), default=0.0)
    return [each - left for each in x]


def _spread(row: list[int], wanted: list[float], wide: list[float], x: list[float]) -> None:
    """Puts a row's spots where they are wanted, pushed apart evenly to both sides where they would overlap."""
    blocks: list[tuple[list[int], float, float]] = []  # spots, the middle of the first, sum of what each is off by
    for spot, want in zip(row, wanted, strict=True):
        members, first, _ = [spot], want, 0.0
        while blocks and _end(blocks[-1], wide) + wide[members[0]] / 2 > first:
            before, start, off = blocks.pop()
            shift = _end((before, start, off), wide) + wide[members[0]] / 2 - start
            total = start * len(before) + (first - shift) * len(members)
            members, first = before + members, total / (len(before) + len(members))
        blocks.append((members, first, 0.0))
    for members, first, _ in blocks:
        at = first - wide[members[0]] / 2
        for spot in members:
            x[spot] = at + wide[spot] / 2
            at += wide[spot]


def _end(block: tuple[list[int], float, float], wide: list[float]) -> float:
    members, first, _ = block
    return first - wide[members[0]] / 2 + sum(wide[spot] for spot in members)


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
