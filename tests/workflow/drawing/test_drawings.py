from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.workflow.drawing.layers import laid_out
from holdfast.workflow.drawing.mermaid import mermaid
from holdfast.workflow.drawing.picture import ASIDE, MACHINE, Edge, Node, Picture, clean, in_order, picture
from holdfast.workflow.drawing.svg import svg
from holdfast.workflow.drawing.terminal import terminal
from holdfast.workflow.model import Retry, Step, Workflow

NIGHTLY = (
    Step("venv", "check", "venv"),
    Step("deps", "check", ["deps", "lock"], needs=("venv",)),
    Step("tests", "run", ("pytest", "-q", "a b"), needs=("venv",), retry=Retry(times=2)),
    Step("coverage", "gate", {"metric": "coverage.line", "from": "c.xml", "at_least": 85}, needs=("tests",)),
    Step("fan", "run", ["lint", "${item}"], needs=("deps",), for_each="inputs.targets"),
    Step("ship", "approve", {"question": "Publish?"}, needs=("coverage",)),
    Step("publish", "run", "make all", needs=("ship",), condition="steps.ship.answer == 'yes'", on_failure="rollback"),
    Step("rollback", "workflow", {"file": "back.yaml"}, when="never"),
    Step("clean", "notebook", {"page": 1}, when="always"),
)
HOSTILE = ']]></svg><script>alert(1)</script>"|}--> end\x1b[31m\u202e & <x>'


def workflow(*steps: Step, name: str = "nightly") -> Workflow:
    return Workflow(name, "w.yaml", "0" * 64, steps)


def graph(count: int, edges: list[tuple[int, int]]) -> Picture:
    nodes = tuple(Node(f"n{number}", MACHINE, "run it") for number in range(count))
    return Picture("g", nodes, tuple(Edge(*edge) for edge in edges))


def test_the_terminal_shows_each_step_on_a_line_and_what_leads_to_it() -> None:
    assert terminal(picture(workflow(*NIGHTLY)), 100) == (
        "●    venv      check venv\n"
        "├─●  deps      check deps, lock\n"
        "│ ●  fan       run lint '${item}' (for each of inputs.targets)\n"
        "●    tests     run pytest -q 'a b' (2 more tries)\n"
        "◆    coverage  gate coverage.line >= 85\n"
        "◇    ship      approve Publish?\n"
        "●    publish   run make all (if steps.ship.answer == 'yes')\n"
        "○    rollback  workflow back.yaml (on failure of publish)\n"
        "\n"
        "○    clean     notebook page (always, at the end)\n"
    )


def test_a_terminal_that_has_ascii_alone_gets_that() -> None:
    drawn = terminal(picture(workflow(*NIGHTLY, Step("é", "run", ["x"], needs=("clean",)))), 60, ascii_only=True)
    assert drawn.isascii()
    assert "+-*  deps      check deps, lock\n" in drawn
    assert "#    coverage  gate coverage.line >= 85\n" in drawn
    assert "*    \\xe9         run x" in drawn


def test_lines_are_cut_to_the_width() -> None:
    drawn = terminal(picture(workflow(Step("wide", "run", ["日本" * 60]), Step("long" * 40, "run", ["x"]))), 50)
    first, between, second = drawn.splitlines()
    assert (between, len(second), second[-1]) == ("", 50, "…")
    assert len(first) + first.count("日") + first.count("本") in (49, 50)


def test_a_fan_is_narrow_however_wide_it_is() -> None:
    edges = [(0, each) for each in range(1, 41)] + [(each, 41) for each in range(1, 41)]
    drawn = terminal(graph(42, edges), 80)
    assert all(line.startswith(("●", "├─", "│ ", "╰─", "  ●")) for line in drawn.splitlines())
    assert max(len(line) for line in drawn.splitlines()) < 20


def test_more_lines_than_fit_are_said_in_words() -> None:
    edges = [(source, 40 + each) for each in range(39) for source in (each, 39)]
    drawn = terminal(graph(79, edges), 70).splitlines()
    assert drawn[0] == "too many lines side by side to draw here; --format svg draws them"
    assert "● n78  run it  after n38, n39" in drawn
    assert len(drawn) == 80


@st.composite
def graphs(draw: st.DrawFn) -> Picture:
    count = draw(st.integers(1, 12))
    pairs = [(source, target) for target in range(count) for source in range(target)]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=25)) if pairs else []
    shuffled = draw(st.permutations(range(count)))
    return graph(count, [(shuffled[source], shuffled[target]) for source, target in edges])


def read_back(drawing: str) -> set[tuple[str, str]]:
    """The edges that a reader sees who follows the lines from each step downwards."""
    carried: dict[int, set[str]] = {}
    edges: set[tuple[str, str]] = set()
    for line in drawing.splitlines():
        name = re.search(r"n\d+", line)
        cells = dict(enumerate(line[: name.start() if name else None][::2]))
        before = {place: carried.get(place, set()) for place in cells}
        joined = {place for place, cell in cells.items() if cell in "├┤┼┬┴╭╮╰╯"}
        arriving = {place: before[place] for place in joined}
        ended = {place for place in joined if cells[place] in "┴╰╯"}
        marks = [place for place, cell in cells.items() if cell == "●"]
        for mark in marks:
            assert name
            sources = set().union(before[mark], *arriving.values())
            edges |= {(source, name[0]) for source in sources}
            carried[mark] = {name[0]}
        if not marks and joined:
            (whole,) = joined - ended
            carried[whole] = set().union(*arriving.values())
        straight = {place for place, cell in cells.items() if cell == "│"}
        carried = {place: carried[place] for place in {*straight, *joined, *marks} - ended}
    return edges


@given(graphs())
def test_the_drawing_says_what_the_graph_says(drawn: Picture) -> None:
    lines = terminal(drawn, 200)
    assert read_back(lines) == {(f"n{edge.source}", f"n{edge.target}") for edge in drawn.edges}
    assert len(re.findall(r"n\d+", lines)) == len(drawn.nodes)


@given(graphs())
def test_steps_stand_behind_those_that_they_wait_for_and_boxes_do_not_overlap(drawn: Picture) -> None:
    place = {number: index for index, number in enumerate(in_order(drawn))}
    assert len(place) == len(drawn.nodes)
    assert all(place[edge.source] < place[edge.target] for edge in drawn.edges)
    layout = laid_out(drawn)
    assert all(layout.spots[edge.source].layer < layout.spots[edge.target].layer for edge in drawn.edges)
    boxes = [(spot.layer, layout.x[index]) for index, spot in enumerate(layout.spots) if spot.number is not None]
    for index, (layer, x) in enumerate(boxes):
        assert x >= 0.5 - 1e-9
        assert all(layer != other or abs(x - there) > 1 - 1e-9 for other, there in boxes[:index])


def test_what_the_model_would_refuse_is_drawn_all_the_same() -> None:
    steps = (Step("a", "run", ["x"], needs=("b", "gone")), Step("b", "run", None, needs=("a",), on_failure="gone"))
    assert picture(workflow(*steps)).edges == ()
    assert len(terminal(picture(workflow(*steps)), 80).splitlines()) == 3
    assert svg(picture(workflow())).startswith("<svg ")
    assert terminal(picture(workflow()), 80) == ""


def test_the_svg_stands_alone_and_can_be_read_without_seeing_it() -> None:
    root = ElementTree.fromstring(svg(picture(workflow(*NIGHTLY))))  # noqa: S314 - our own
    names = {"s": "http://www.w3.org/2000/svg"}
    assert root.findtext("s:title", namespaces=names) == "nightly"
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "title desc")
    said = root.findtext("s:desc", namespaces=names) or ""
    assert said.startswith("9 steps: venv; deps after venv; tests after venv; coverage after tests;")
    assert "rollback after the failure of publish" in said
    assert len(root.findall("s:g", names)) == 9
    assert len(root.findall("s:path", names)) == 7
    titles = [each.findtext("s:title", namespaces=names) for each in root.findall("s:g", names)]
    assert "tests: run pytest -q 'a b' (2 more tries)" in titles
    assert "prefers-color-scheme: dark" in svg(picture(workflow()))


def test_no_name_breaks_out_of_a_drawing() -> None:
    steps = (
        Step(HOSTILE, "run", [HOSTILE], condition=HOSTILE),
        Step("b", "gate", {"metric": HOSTILE}, needs=(HOSTILE,), condition=HOSTILE),
    )
    drawn = picture(workflow(*steps, name=HOSTILE))
    root = ElementTree.fromstring(svg(drawn))  # noqa: S314 - our own
    assert {each.tag.rpartition("}")[2] for each in root.iter()} == {
        *("svg", "title", "desc", "style", "defs", "marker", "path", "rect", "g", "text")
    }
    assert "\x1b" not in terminal(drawn, 100)
    node, other, edge = mermaid(drawn).splitlines()[2:5]
    assert re.fullmatch(r'  s0\["[\w #;.,/=+<-]*<br/>[\w #;.,/=+-]*"\]', node.replace("…", ""))
    assert re.fullmatch(r'  s1\{\{"b<br/>[\w #;.,/=+-]*"\}\}', other.replace("…", ""))
    assert re.fullmatch(r'  s0 -->\|"[\w #;.,/=+-]*"\| s1', edge.replace("…", ""))


def test_mermaid_has_conditions_and_failures_on_its_edges() -> None:
    lines = mermaid(picture(workflow(*NIGHTLY))).splitlines()
    assert lines[:3] == ["flowchart TD", "  accTitle: nightly", '  s0["venv<br/>check venv"]']
    assert '  s3{{"coverage<br/>gate coverage.line #62;= 85"}}' in lines
    assert '  s5(["ship<br/>approve Publish#63;"])' in lines
    assert '  s5 -->|"if steps.ship.answer == #39;yes#39;"| s6' in lines
    assert lines[-3:] == ['  s6 -.->|"on failure"| s7', "  classDef aside stroke-dasharray: 4", "  class s7,s8 aside"]


@pytest.mark.parametrize(
    ("text", "shown"), [("a\n b\t", "a b"), ("\x1b[1m", "\ufffd[1m"), ("x" * 900, "x" * 199 + "…")]
)
def test_texts_are_made_harmless(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_large_graphs_are_drawn_too() -> None:
    count = 3000
    chain: list[Any] = [(number, number + 1) for number in range(count - 1)]
    drawn = graph(count, [*chain, (0, count - 1)])
    assert terminal(drawn, 80).count("run it") == count
    assert svg(drawn).count("<g ") == count
    assert drawn.nodes[0].look != ASIDE
