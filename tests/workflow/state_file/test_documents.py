"""Documents of every shape: read for what they are, and given back byte for byte but for what was changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import HoldfastError
from holdfast.workflow.state_file.document import Document, parse
from holdfast.workflow.state_file.problems import problems
from tests.workflow.state_file.documents import ALL, CASES, PARTS

Change = Callable[[Document], Document]
ADDITIONS: dict[str, Change] = {
    "log": lambda document: document.with_log("ran\n## State\n```\n<!-- x"),
    "item": lambda document: document.with_item({"id": "new\n|", "status": "pending"}),
    "archive": lambda document: document.with_archive("2026-11-20", ["found <!-- one", "two"]),
    "section": lambda document: document.with_section("Further", ["text"]),
    "state": lambda document: document.with_state("RunStep", "fan[3]"),
}
LINES = st.lists(st.tuples(st.sampled_from(PARTS), st.sampled_from(["\n", "\r\n", "\r"])), max_size=25)
BYTES = st.one_of(
    st.binary(max_size=200),
    st.builds(
        lambda mark, lines, tail: mark + "".join(map("".join, lines)).encode() + tail,
        st.sampled_from([b"", b"\xef\xbb\xbf"]),
        LINES,
        st.sampled_from([b"", b"\xff", b"no newline"]),
    ),
)


def test_there_are_enough_documents() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("name", CASES)
def test_a_document_comes_back_as_it_was_and_what_is_in_it_is_found(name: str) -> None:
    case = CASES[name]
    document = parse(case.content)
    assert bytes(document) == case.content
    found = tuple(section.name.partition(" ")[0] for section in document.sections)
    assert found == case.sections
    assert dict(document.state) == case.state
    assert tuple(item.id for item in document.items) == case.items


def is_within(before: Document, after: Document) -> bool:
    """Whether the characters of one are those of the other, in their order, with others between."""
    rest = iter(bytes(after))
    return all(byte in rest for byte in bytes(before))


def holds_additions(before: Document) -> None:
    for name, add in ADDITIONS.items():
        try:
            after = add(before)
        except HoldfastError:
            assert name in ("item", "state")  # a table without these columns, a line that cannot take the value
            continue
        assert is_within(before, after), name
        assert bytes(parse(bytes(after))) == bytes(after)
        reparsed = parse(bytes(after))
        if name == "state":
            assert reparsed.state["RunStep"] == "fan[3]"
        elif name == "item":
            assert reparsed.item("new |") is not None
        elif name == "log":
            assert "- ran" in reparsed.log_text or before.scan.unclosed
        assert len([s for s in reparsed.sections if s.name == "State"]) <= max(
            1, len([s for s in before.sections if s.name == "State"])
        ), name


@pytest.mark.parametrize("name", CASES)
def test_an_addition_takes_nothing_away_and_cannot_break_out_of_its_place(name: str) -> None:
    holds_additions(parse(CASES[name].content))


@given(BYTES)
def test_any_bytes_come_back_and_take_additions(content: bytes) -> None:
    document = parse(content)
    assert bytes(document) == content
    holds_additions(document)
    assert problems(document) == problems(parse(content))


@given(BYTES, st.sampled_from(["Phase", "Status", "CurrentItem"]), st.text(max_size=20))
def test_setting_a_value_changes_its_line_alone_and_setting_it_back_restores_the_bytes(
    content: bytes, key: str, value: str
) -> None:
    before = parse(content)
    try:
        after = before.with_state(key, value)
    except HoldfastError:
        return
    assert parse(bytes(after)).state[key] == after.state[key]
    if key in before.state and len(before.lines) == len(after.lines):
        different = [at for at, line in enumerate(before.lines) if line != after.lines[at]]
        assert len(different) <= 1
    others = {name: text for name, text in before.state.items() if name != key}
    assert {name: text for name, text in after.state.items() if name != key} == others


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.items])
def test_a_cell_that_is_set_and_set_back_leaves_no_trace(name: str) -> None:
    before = parse(CASES[name].content)
    for item in before.items:
        for column in item.cells:
            if not item.cells[column]:  # an empty cell may have any white space
                continue
            other = before.with_cell(item.id, column, "a | longer `x|y` value")
            found = next(one for one in other.items if one.line == item.line)
            assert found.cells[column] == "a | longer `x|y` value"
            assert [line for at, line in enumerate(other.lines) if at != item.line - 1] == [
                line for at, line in enumerate(before.lines) if at != item.line - 1
            ]
            back = other.with_cell(found.id, column, item.cells[column])
            assert back.items == before.items


def test_a_large_document_is_read_in_proportion_to_its_size() -> None:
    for line in ("- " + "x" * 60 + "\n", "`" * 30 + "\n", "<!-- `\n", "a|b\n", " " * 50 + "\n", "\n"):
        document = parse(b"## State\nPhase: INIT\n\n## Items\n\n## Log\n" + line.encode() * (2_000_000 // len(line)))
        assert document.state == {"Phase": "INIT"}
        assert len(document.log_text) <= 2_000_000


def test_every_canonical_section_is_found_by_any_spelling() -> None:
    document = parse(CASES["whole"].content)
    for name in ALL:
        section = document.section(name.upper())
        assert section is not None
        assert section.name == name
    assert document.section("nothing") is None
