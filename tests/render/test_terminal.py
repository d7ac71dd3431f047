from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import termios
from collections.abc import Iterator
from typing import TextIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.render import terminal


@pytest.fixture
def screen() -> Iterator[TextIO]:
    """A terminal of 97 columns."""
    controller, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 97, 0, 0))
    with os.fdopen(follower, "w") as stream:
        yield stream
    os.close(controller)


@pytest.mark.parametrize(
    ("env", "colored"),
    [
        ({"TERM": "xterm"}, True),
        ({}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": ""}, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
        ({"TERM": "xterm", "NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"TERM": "xterm", "FORCE_COLOR": "0"}, False),
        ({"TERM": "xterm", "CLICOLOR": "0"}, False),
        ({"TERM": "dumb", "CLICOLOR_FORCE": "1"}, True),
    ],
)
def test_a_terminal_is_coloured_unless_the_environment_says_otherwise(
    screen: TextIO, env: dict[str, str], *, colored: bool
) -> None:
    assert terminal.wants_color(screen, env) is colored


@pytest.mark.parametrize(
    ("env", "colored"),
    [
        ({"TERM": "xterm"}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "", "TERM": "xterm"}, False),
        ({"CLICOLOR_FORCE": "1"}, True),
        ({"CLICOLOR_FORCE": "0"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_what_is_no_terminal_is_coloured_only_when_forced(env: dict[str, str], *, colored: bool) -> None:
    assert terminal.wants_color(io.StringIO(), env) is colored


def test_a_closed_stream_is_no_terminal() -> None:
    stream = io.StringIO()
    stream.close()
    assert not terminal.is_terminal(stream)


def test_a_dumb_terminal_moves_no_cursor(screen: TextIO) -> None:
    assert terminal.moves_cursor(screen, {"TERM": "xterm"})
    assert not terminal.moves_cursor(screen, {"TERM": "dumb"})
    assert not terminal.moves_cursor(io.StringIO(), {"TERM": "xterm"})


def test_the_width_is_the_terminals_unless_columns_says_otherwise(screen: TextIO) -> None:
    assert terminal.width(screen, {}) == 97
    assert terminal.width(screen, {"COLUMNS": "60"}) == 60
    assert terminal.width(screen, {"COLUMNS": "wide"}) == 97
    assert terminal.width(screen, {"COLUMNS": "0"}) == 97


def test_what_is_no_terminal_has_no_width() -> None:
    assert terminal.width(io.StringIO(), {"COLUMNS": "60"}) is None


def test_a_terminal_of_unknown_size_has_no_width() -> None:
    class Nameless(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert terminal.width(Nameless(), {}) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ttext\nof two lines", "plain\ttext\nof two lines"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("dos\r\nline", "dos\nline"),
        ("over\rwritten\b", r"over\x0dwritten\x08"),
        ("\x9b31m\x7f", r"\x9b31m\x7f"),
        ("\u202egnp.exe\u2066", r"\u202egnp.exe\u2066"),
        ("\u2028\x85", r"\u2028\x85"),
        ("caf\udce9 \ud800", r"caf\xe9 \ud800"),
        ("café 日本 \N{SLIGHTLY SMILING FACE}", "café 日本 \N{SLIGHTLY SMILING FACE}"),
    ],
)
def test_what_could_move_a_cursor_or_reorder_a_line_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert terminal.printable(text) == shown


@given(st.text(st.characters()))
def test_printable_text_can_be_encoded_and_breaks_lines_only_at_line_feeds(text: str) -> None:
    shown = terminal.printable(text)
    assert shown.encode().decode() == shown
    assert len(shown.splitlines()) <= shown.count("\n") + 1
    assert "\x1b" not in shown


def test_a_name_is_one_line() -> None:
    assert terminal.one_line("a\nb\x07") == r"a\nb\x07"


def test_wide_and_combining_characters_are_measured_as_the_terminal_draws_them() -> None:
    assert terminal.columns("日本a") == 5
    assert terminal.columns("e\u0301") == 1
    assert terminal.padded("日本", 6) == "日本  "
