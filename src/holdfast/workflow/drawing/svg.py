"""A workflow's graph as an SVG that stands alone: no scripts, no fonts from elsewhere, dark where the page is."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from holdfast.workflow.drawing.layers import Layout, laid_out
from holdfast.workflow.drawing.picture import Node, Picture

WIDTH, HEIGHT, ACROSS, DOWN, MARGIN = 208, 66, 28, 44, 20
LETTERS, SMALL_LETTERS = 24, 31
"""How many letters fit into a box: of a step's name, and of what it does."""
STYLE = """
:root { --ground: #ffffff; --ink: #1f2328; --quiet: #59636e; --line: #818b98; --box: #f6f8fa; --gate: #0969da;
  --waits: #9a6700; }
@media (prefers-color-scheme: dark) { :root { --ground: #0d1117; --ink: #f0f6fc; --quiet: #9198a1; --line: #656c76;
  --box: #151b23; --gate: #4493f8; --waits: #d29922; } }
.ground { fill: var(--ground) } .box { fill: var(--box); stroke: var(--line); stroke-width: 1.5 }
.gate .box { stroke: var(--gate) } .waits .box { stroke: var(--waits) } .aside .box { stroke-dasharray: 5 4 }
text { font: 12px ui-sans-serif, system-ui, sans-serif; fill: var(--quiet); text-anchor: middle }
.name { font-size: 14px; font-weight: 600; fill: var(--ink) }
.edge { fill: none; stroke: var(--line); stroke-width: 1.5 } .failure { stroke-dasharray: 5 4 }
.tip { fill: var(--line) }
"""


def svg(drawn: Picture) -> str:
    """The drawing. Texts are cut to their boxes; the whole of each is its box's title."""
    return "".join(f"{line}\n" for line in _lines(drawn, laid_out(drawn)))


def _lines(drawn: Picture, layout: Layout) -> Iterator[str]:
    width = round((max(layout.x, default=0.0) + 0.5) * (WIDTH + ACROSS)) - ACROSS // 2 + 2 * MARGIN
    height = layout.layers * (HEIGHT + DOWN) - DOWN + 2 * MARGIN
    width, height = max(width, WIDTH), max(height, HEIGHT)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-labelledby="title desc">'
    )
    yield f'<title id="title">{escape(drawn.title)}</title>'
    yield f'<desc id="desc">{escape(_described(drawn))}</desc>'
    yield f"<style>{STYLE}</style>"
    yield (
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>'
    )
    yield f'<rect class="ground" width="{width}" height="{height}"/>'
    for edge, route in layout.routes:
        kind = "edge failure" if edge.on_failure else "edge"
        yield f'<path class="{kind}" marker-end="url(#tip)" d="{_curve(layout, route)}"/>'
    for place, spot in enumerate(layout.spots):
        if spot.number is not None:
            yield from _box(drawn.nodes[spot.number], *_corner(layout, place))
    yield "</svg>"


def _described(drawn: Picture) -> str:
    """The graph in words, for those who do not see it."""
    after: dict[int, list[str]] = {}
    for edge in drawn.edges:
        why = "the failure of " if edge.on_failure else ""
        after.setdefault(edge.target, []).append(why + drawn.nodes[edge.source].id)
    said = (
        node.id + (f" after {', '.join(after[number])}" if number in after else "")
        for number, node in enumerate(drawn.nodes)
    )
    return f"{len(drawn.nodes)} steps: {'; '.join(said)}"


def _corner(layout: Layout, place: int) -> tuple[float, float]:
    """The upper left corner of a box."""
    x = layout.x[place] * (WIDTH + ACROSS) - WIDTH / 2 - ACROSS / 2 + MARGIN
    return x, layout.spots[place].layer * (HEIGHT + DOWN) + MARGIN


def _box(node: Node, x: float, y: float) -> Iterator[str]:
    middle = x + WIDTH / 2
    round_ = 33 if node.look == "waits" else 6
    yield f'<g class="{node.look}"><title>{escape(_whole(node))}</title>'
    yield f'<rect class="box" x="{x:.1f}" y="{y:.1f}" width="{WIDTH}" height="{HEIGHT}" rx="{round_}"/>'
    lines = [_cut(node.what, SMALL_LETTERS), *([_cut(node.turn, SMALL_LETTERS)] if node.turn else [])]
    top = y + HEIGHT / 2 + 5 - 9 * len(lines)
    yield f'<text class="name" x="{middle:.1f}" y="{top:.1f}">{escape(_cut(node.id, LETTERS))}</text>'
    for number, line in enumerate(lines, 1):
        yield f'<text x="{middle:.1f}" y="{top + 18 * number:.1f}">{escape(line)}</text>'
    yield "</g>"


def _whole(node: Node) -> str:
    return f"{node.id}: {node.what}{f' ({node.turn})' if node.turn else ''}"


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1] + "…"


def _curve(layout: Layout, route: tuple[int, ...]) -> str:
    """From the lower side of a box to the upper side of another, by the points between."""
    corners = [_corner(layout, place) for place in route]
    middles = [(x + WIDTH / 2, y) for x, y in corners]
    here = (middles[0][0], middles[0][1] + HEIGHT)
    path = f"M{here[0]:.1f} {here[1]:.1f}"
    for number, (x, y) in enumerate(middles[1:], 2):
        half = (here[1] + y) / 2
        path += f"C{here[0]:.1f} {half:.1f} {x:.1f} {half:.1f} {x:.1f} {y:.1f}"
        here = (x, y)
        if number < len(middles):
            here = (x, y + HEIGHT)
            path += f"V{here[1]:.1f}"
    return path
