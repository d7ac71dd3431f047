"""What a terminal can show, and text that is harmless on it whatever a tool put in."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import IO

_COLOR_CODES = r"\x1b\[[0-9;:]*m"
# Controls apart from tab and line feed, lone surrogates, separators and directions that reorder a line, noncharacters.
_UNPRINTABLE = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
_NO = ("", "0", "false")


def wants_color(stream: IO[str], env: Mapping[str, str]) -> bool:
    """Whether to colour what goes to a stream: NO_COLOR, then FORCE_COLOR and CLICOLOR_FORCE, then what it is.

    The conventions are those of no-color.org, force-color.org and bixense.com/clicolors.
    """
    if env.get("NO_COLOR"):
        return False
    forced = [value.lower() for name in ("FORCE_COLOR", "CLICOLOR_FORCE") if (value := env.get(name, ""))]
    if forced:
        return any(value not in _NO for value in forced)
    return moves_cursor(stream, env) and env.get("CLICOLOR") != "0"


def moves_cursor(stream: IO[str], env: Mapping[str, str]) -> bool:
    """Whether the stream is a terminal that can redraw a line, as live progress needs."""
    return env.get("TERM") not in ("dumb", "") and is_terminal(stream)


def is_terminal(stream: IO[str]) -> bool:
    """Whether the stream is a terminal; a closed one is none."""
    try:
        return stream.isatty()
    except ValueError:
        return False


def width(stream: IO[str], env: Mapping[str, str]) -> int | None:
    """Columns of the terminal that the stream is, COLUMNS before its own word; None where it is no terminal."""
    if not is_terminal(stream):
        return None
    if env.get("COLUMNS", "").isdecimal() and int(env["COLUMNS"]) > 0:
        return int(env["COLUMNS"])
    try:
        return os.get_terminal_size(stream.fileno()).columns or None
    except (OSError, ValueError):
        return None


def printable(text: str) -> str:
    r"""Text that cannot move a cursor, colour, reorder or break a line: such characters become `\x1b` or `\u202e`.

    Colour codes are dropped, line ends become line feeds, and bytes that were not UTF-8 show as `\xff`.
    """
    if text.isascii() and text.isprintable():  # most lines are, and need no pattern compiled
        return text
    return re.sub(_UNPRINTABLE, _escaped, re.sub(_COLOR_CODES, "", text.replace("\r\n", "\n")))


def one_line(text: str) -> str:
    r"""Printable text whose line feeds show as `\n`: for names, which have no business holding any."""
    return printable(text).replace("\n", "\\n")


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:  # how os.fsdecode and errors="surrogateescape" keep a byte that is not UTF-8
        code -= 0xDC00
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"


def columns(text: str) -> int:
    """How many columns printable text takes; East Asian wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def padded(text: str, size: int) -> str:
    """Text followed by spaces up to so many columns."""
    return text + " " * (size - columns(text))
