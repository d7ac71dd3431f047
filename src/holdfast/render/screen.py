"""A part of the terminal that is drawn again and again, without flicker, and gone at the end."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import IO

from holdfast.render.terminal import columns

_TOGETHER, _DRAWN = "\x1b[?2026h", "\x1b[?2026l"
"""Terminals that know this mode show a frame when it is whole; others pass it over."""
_TO_EDGE, _BELOW = "\x1b[K", "\x1b[J"
SMALLEST = (20, 6)


class Screen:
    """Lines at the cursor. The cursor is never hidden: nobody would give it back after a SIGKILL."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream, self._drawn = stream, 0

    def size(self) -> tuple[int, int]:
        """Columns and rows that may be used; 80 by 24 where the terminal does not tell."""
        try:
            found = os.get_terminal_size(self._stream.fileno())
        except (OSError, ValueError):
            return 80, 24
        wide, high = found.columns or 80, found.lines or 24
        return max(SMALLEST[0], wide), max(SMALLEST[1], high) - 1

    def draw(self, lines: Sequence[str]) -> None:
        """Puts lines in the place of those drawn before; each must fit the width. Raises OSError, ValueError."""
        self._stream.write(f"{_TOGETHER}{self._top()}{''.join(f'{line}{_TO_EDGE}{chr(10)}' for line in lines)}{_BELOW}")
        self._stream.write(_DRAWN)
        self._stream.flush()
        self._drawn = len(lines)

    def say(self, text: str) -> None:
        """Writes lines that stay, above what is drawn next."""
        self._stream.write(f"{self._top()}{_BELOW}{text}\n")
        self._stream.flush()
        self._drawn = 0

    def clear(self) -> None:
        """Takes away what was drawn."""
        if self._drawn:
            self._stream.write(f"{self._top()}{_BELOW}")
            self._stream.flush()
            self._drawn = 0

    def _top(self) -> str:
        return f"\x1b[{self._drawn}F" if self._drawn else "\r"


def clipped(text: str, width: int) -> str:
    """Printable text of so many columns at most; what was cut off is told by two dots."""
    if columns(text) <= width:
        return text
    while text and columns(text) > width - 2:
        text = text[: -max(1, (columns(text) - width) // 2)]
    return text + ".."
