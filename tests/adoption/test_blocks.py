"""Blocks go in and come out to the byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.adoption import blocks
from holdfast.adoption.blocks import HASH, MARKDOWN, DamagedMarks, Record, Style

STYLES = st.sampled_from([HASH, MARKDOWN])
BODIES = st.lists(st.text("ab #-", max_size=5), min_size=1, max_size=4).map(lambda lines: "\n".join(lines) + "\n")


@given(style=STYLES, body=BODIES, newline=st.sampled_from(["\n", "\r\n"]), indent=st.sampled_from(["", "  "]))
def test_a_block_is_found_as_it_was_rendered(style: Style, body: str, newline: str, indent: str) -> None:
    record = Record(created=True, before=2, dirs=1, kind="flow")
    text = f"before{newline}{blocks.rendered(style, body, record, newline=newline, indent=indent)}after"
    block = blocks.find(text, style)
    assert block is not None
    assert (block.body, block.record, block.newline, block.indent) == (body, record, newline, indent)
    assert not block.edited
    assert text[: block.start] == f"before{newline}"
    assert text[block.end :] == "after"


def test_an_edit_shows_and_a_change_of_line_ends_does_not() -> None:
    text = blocks.rendered(HASH, "one\ntwo\n", Record())
    for changed, edited in ((text.replace("two", "2"), True), (text.replace("\n", "\r\n"), False)):
        block = blocks.find(changed, HASH)
        assert block is not None
        assert block.edited is edited


def test_marks_whose_white_space_a_formatter_changed_are_found() -> None:
    text = blocks.rendered(MARKDOWN, "one\n", Record(created=True)).replace(" -->\n", "-->  \n", 1)
    block = blocks.find(text, MARKDOWN)
    assert block is not None
    assert block.record.created
    assert not block.edited


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"a\n# {blocks.OPENS}\n", 2),
        (f"a\n\n# {blocks.CLOSES}\n", 3),
        (f"# {blocks.CLOSES}\n# {blocks.OPENS}\n", 1),
        (f"# {blocks.OPENS}\n# {blocks.CLOSES}\n# {blocks.OPENS}\n# {blocks.CLOSES}\n", 2),
    ],
)
def test_marks_that_make_no_block_are_refused_with_a_line(text: str, line: int) -> None:
    with pytest.raises(DamagedMarks, match=rf"line {line}:"):
        blocks.find(text, HASH)


def test_text_behind_a_block_keeps_a_line_of_its_own() -> None:
    block_text = blocks.rendered(HASH, "ours\n", Record(before=1))
    text = f"theirs\n{block_text}later\n"
    block = blocks.find(text, HASH)
    assert block is not None
    assert blocks.without(text, block) == "theirs\nlater\n"


def test_a_record_that_was_edited_away_takes_nothing_too_much() -> None:
    text = f"theirs\n\n# {blocks.OPENS} before=many created=\nours\n# {blocks.CLOSES}"
    block = blocks.find(text, HASH)
    assert block is not None
    assert block.edited
    assert blocks.without(text, block) == "theirs\n\n"


def test_a_file_that_was_made_for_a_block_is_gone_with_it_unless_something_was_added() -> None:
    text = blocks.rendered(HASH, "ours\n", Record(created=True))
    block = blocks.find(text, HASH)
    assert block is not None
    assert blocks.without(text, block) is None
    assert blocks.without(f"{text}theirs\n", block) == "theirs\n"
