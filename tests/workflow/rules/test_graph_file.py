"""Graphs of phases: the built-in one, and what is said of those that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import HoldfastError
from holdfast.workflow.rules.graph import Place
from holdfast.workflow.rules.graph_file import GraphError, builtin, builtin_text, load_graph, read_graph


def mistakes(text: str) -> tuple[str, ...]:
    with pytest.raises(GraphError) as caught:
        read_graph(text, "p.yaml")
    return caught.value.mistakes


def changed(old: str, new: str) -> str:
    assert old in builtin_text()
    return builtin_text().replace(old, new)


def test_the_built_in_graph_is_such_a_file_and_leaves_planning_by_approval_alone() -> None:
    graph = builtin()
    assert tuple(graph.phases) == ("INIT", "ANALYZE", "BLUEPRINT", "CONSTRUCT", "VALIDATE")
    assert graph.statuses == ("READY", "RUNNING", "NEEDS_PLAN_APPROVAL", "BLOCKED", "COMPLETED")
    out = [move for move in graph.moves if move.source.phase == "BLUEPRINT" and move.target.phase != "BLUEPRINT"]
    assert [[need.kind for need in move.needs] for move in out] == [["plan", "approval"]]
    into_end = [move for move in graph.moves if move.target == graph.end]
    assert [[need.kind for need in graph.needs_of(move)] for move in into_end] == [
        ["approved_plan", "item", "commands"]
    ]
    into_work = [move for move in graph.moves if move.target.phase == "CONSTRUCT" and move.source.phase != "CONSTRUCT"]
    assert all({"approval", "approved_plan"} & {need.kind for need in graph.needs_of(move)} for move in into_work)


def test_every_mistake_is_told_at_once_with_its_place() -> None:
    text = "name: x\nphases: {A: {sasy: x}, B: 3}\nstatuses: [X, X]\nstart: Z\n"
    text += "moves: [{from: A, to: B/X, needs: [aproval, run]}]\n"
    found = mistakes(text)
    assert found == (
        "p.yaml:1:1: again is missing",
        "p.yaml:1:1: begin is missing",
        "p.yaml:1:1: end is missing",
        "p.yaml:2:10: phases.A.says is missing",
        "p.yaml:2:14: phases.A.sasy is no key; did you mean says?",
        "p.yaml:2:24: phases.B: not a table; write {says: what is to be done}",
        "p.yaml:3:15: statuses[1]: X is there twice",
        "p.yaml:4:1: start: 'Z' is no phase",
        "p.yaml:5:36: moves[0].needs[0]: 'aproval' is no evidence; did you mean approval?",
        "p.yaml:5:45: moves[0].needs[1]: write run: [NAME, ...]",
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "  - {from: ANALYZE/RUNNING, to: BLUEPRINT/RUNNING, needs: [item]}\n",
            "",
            "phase BLUEPRINT: no move leads to it",
        ),
        (
            "  - {from: VALIDATE/RUNNING, to: VALIDATE/COMPLETED, needs: [item, {commands: all}]}\n",
            "",
            "end: no moves lead",
        ),
        ("  - {from: BLOCKED, to: RUNNING}\n", "", "ANALYZE/BLOCKED: no move leads away from it"),
        ("to: BLUEPRINT/RUNNING, needs: [item]", "to: BLUEPRINT, needs: [item]", "'BLUEPRINT' is no place"),
        ("end: VALIDATE/COMPLETED", "end: VALIDATE/COMPLETE", "'COMPLETE' is no status; did you mean COMPLETED?"),
        ("[summary,", "[sumary,", "'sumary' is no action; did you mean summary?"),
        ("name: holdfast", "name: holdfast\nname: other", "name is there twice"),
        ("name: holdfast", "name: 3", "name: not a line of text"),
        ("needs: [item, {commands: all}]", "needs: [item, {commands: [all, test]}]", "all stands alone"),
        ("needs: [item, {commands: all}]", "needs: [item, {commands: []}]", "not a name or a list of names"),
        ("needs: [item, {commands: all}]", "needs: item", "not a list"),
        ("needs: [plan]", "needs: [{plan: x}]", "write plan alone"),
        ("moves:\n", "moves:\n  - 3\n", "not a table; write {from: ..., to: ...}"),
        (
            "  - {from: READY, to: RUNNING}",
            "  - {from: READY, to: RUNNING}\n  - {from: READY, to: RUNNING}",
            "two such moves",
        ),
        ("statuses: [READY,", "statuses: ['RE ADY',", "a name is A-Z"),
        ("at_end: [summary, complete,", "at_end: [summary,", "each tick would close the same item again"),
        ("at_end: [summary, complete,", "at_end: [complete, summary,", "the order is summary, complete"),
        ("again: ANALYZE/READY", "again: VALIDATE/COMPLETED", "again: VALIDATE/COMPLETED is no place to work in"),
        ("begin: ANALYZE/RUNNING", "begin: INIT/RUNNING", "begin: INIT/RUNNING is no place to work in"),
        ("phases:\n", "phases: &a\n", "anchors are not read"),
    ],
)
def test_one_mistake_is_named(old: str, new: str, said: str) -> None:
    assert any(said in line for line in mistakes(changed(old, new))), mistakes(changed(old, new))


@pytest.mark.parametrize(
    "text", ["", "[]", "3", "a: b: c", "\0", "- " * 5000, "{" * 5000, "phases: 3\nmoves: 3\neverywhere: 3"]
)
def test_what_is_no_graph_is_refused(text: str) -> None:
    assert mistakes(text)


@given(st.text(alphabet=st.sampled_from("name: phases\n{}[],-/\"'ABfromto"), max_size=200))
def test_no_text_brings_it_down(text: str) -> None:
    with pytest.raises(GraphError):
        read_graph(text, "p.yaml")


def test_a_graph_is_read_from_its_file_and_known_by_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "phases.yaml"
    path.write_text(builtin_text(), "utf-8")
    assert load_graph(path) == builtin()
    path.write_text(changed("name: holdfast", "name: own"), "utf-8")
    assert load_graph(path).digest != builtin().digest
    with pytest.raises(HoldfastError, match="cannot read"):
        load_graph(tmp_path / "none.yaml")


def test_a_place_without_a_status_stands_for_all_of_them() -> None:
    graph = builtin()
    assert [str(move.target) for move in graph.moves_from(Place("INIT", "BLOCKED"))] == ["ANALYZE/RUNNING"]
    assert graph.is_known(Place("INIT", "BLOCKED"))
    assert not graph.is_known(Place("INIT", "ODD"))
