"""A workflow's graph as a Mermaid flowchart (mermaid.js.org/syntax/flowchart.html)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.workflow.drawing.picture import ASIDE, GATE, MACHINE, WAITS, Edge, Picture

SHAPES = {MACHINE: ('["', '"]'), GATE: ('{{"', '"}}'), WAITS: ('(["', '"])'), ASIDE: ('["', '"]')}
LONGEST = 60


def mermaid(drawn: Picture) -> str:
    """The flowchart. Ids are numbers and texts are entity codes, so that no name can be taken for syntax."""
    return "".join(f"{line}\n" for line in _lines(drawn))


def _lines(drawn: Picture) -> Iterator[str]:
    yield "flowchart TD"
    yield f"  accTitle: {_text(drawn.title)}"
    for number, node in enumerate(drawn.nodes):
        before, after = SHAPES[node.look]
        yield f"  s{number}{before}{_text(node.id)}<br/>{_text(node.what)}{after}"
    for edge in drawn.edges:
        yield f"  {_edge(drawn, edge)}"
    aside = [f"s{number}" for number, node in enumerate(drawn.nodes) if node.look == ASIDE]
    if aside:
        yield "  classDef aside stroke-dasharray: 4"
        yield f"  class {','.join(aside)} aside"


def _edge(drawn: Picture, edge: Edge) -> str:
    condition = drawn.nodes[edge.target].condition
    said = "on failure" if edge.on_failure else f"if {condition}" if condition else ""
    arrow = "-.->" if edge.on_failure else "-->"
    label = f'|"{_text(said)}"|' if said else ""
    return f"s{edge.source} {arrow}{label} s{edge.target}"


def _text(text: str) -> str:
    """A text in which all but letters, digits and a few signs are entity codes: `#34;`."""
    short = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return re.sub(r"[^\w .,/=+-]", lambda found: f"#{ord(found[0])};", short)
