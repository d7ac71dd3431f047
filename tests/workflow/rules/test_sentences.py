"""Texts of others on one line of Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.workflow.rules.sentences import TITLE_LIMIT, inert, one_line, summary

CODER = "\N{WOMAN}\u200d\N{PERSONAL COMPUTER}"


@given(st.text(max_size=400))
def test_any_text_becomes_one_line_in_which_no_comment_begins(text: str) -> None:
    line = inert(text, 100)
    assert len(f"x{line}x".splitlines()) == 1
    assert "<!--" not in line
    assert "-->" not in line
    assert "|" not in line.replace("\\|", "")
    assert line.encode("utf-8").decode() == line


def test_names_with_underscores_and_emoji_stay_as_they_are() -> None:
    assert inert(f"run_all_tests {CODER}") == f"run_all_tests {CODER}"
    assert inert("_so_ **very**") == r"\_so\_ \*\*very\*\*"


def test_what_is_too_long_is_cut() -> None:
    assert one_line("word " * 100, 20) == "word word word wo..."


@pytest.mark.parametrize(
    ("given_", "sentence"),
    [
        (
            ("Add a login.", "1", ("lint", "test"), "abcdef0"),
            "Completed Add a login (item 1): lint and test passed at abcdef0.",
        ),
        (("Add", "1", ("a", "b", "c"), ""), "Completed Add (item 1): a, b and c passed."),
        (("Add", "Add", (), "abcdef0"), "Completed Add."),
        (("\n", "1", ("t",), ""), "Completed an item without a title (item 1): t passed."),
    ],
)
def test_the_sentence_says_what_was_done_and_what_proves_it(
    given_: tuple[str, str, tuple[str, ...], str], sentence: str
) -> None:
    assert summary(*given_) == sentence


def test_a_title_of_any_length_gives_a_line_of_bounded_length() -> None:
    assert len(summary("x" * 10_000, "y" * 10_000, ("z" * 1000,), "")) < TITLE_LIMIT + 200
