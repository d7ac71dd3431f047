"""A workflow's graph for a terminal: a step a line, and to its left the lines that lead there, as in `git log --graph`.

A line that leaves a step leads to all that wait for it. Lines that lead to the same steps become one, so that a wide
fan is as narrow as a chain. Where two lines cross without meeting, the vertical one is whole: `─│─`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from unicodedata import combining, east_asian_width

from holdfast.workflow.drawing.picture import ASIDE, GATE, MACHINE, WAITS, Picture, in_order

MARKS = {MACHINE: "●", GATE: "◆", WAITS: "◇", ASIDE: "○"}
CORNERS = {"ud": "│", "lr": "─", "udr": "├", "udl": "┤", "dr": "╭", "dl": "╮", "ur": "╰", "ul": "╯"}
CORNERS |= {"udlr": "┼", "dlr": "┬", "ulr": "┴"}
ASCII = str.maketrans({**dict.fromkeys("├┤┼┬┴╭╮╰╯", "+"), "│": "|", "─": "-", "●": "*", "◆": "#", "◇": "?", "○": "o"})
NARROWEST = 40
"""Columns that are left for words at least; a graph with more lines than that leaves room for has words alone."""


def terminal(drawn: Picture, width: int, *, ascii_only: bool = False) -> str:
    """The drawing, no line wider than `width` columns."""
    rows = list(_rows(drawn))
    rails = max((len(rail) for rail, _ in rows), default=0)
    if rails > max(width - NARROWEST, NARROWEST // 2):
        lines = _words_alone(drawn)
    else:
        longest = min(max((_wide(node.id) for node in drawn.nodes), default=0), 32)
        lines = (
            rail if number is None else f"{rail.ljust(rails)}  {_said(drawn, number, longest)}" for rail, number in rows
        )
    return "".join(f"{_cut(_plain(line) if ascii_only else line, width, ascii_only)}\n" for line in lines)


def _plain(line: str) -> str:
    return line.translate(ASCII).replace("…", "...").encode("ascii", "backslashreplace").decode()


def _said(drawn: Picture, number: int, longest: int) -> str:
    node = drawn.nodes[number]
    name = node.id + " " * max(longest - _wide(node.id), 0)
    return f"{name}  {node.what}{f' ({node.turn})' if node.turn else ''}"


def _words_alone(drawn: Picture) -> Iterator[str]:
    yield "too many lines side by side to draw here; --format svg draws them"
    sources: dict[int, list[str]] = {}
    for edge in drawn.edges:
        sources.setdefault(edge.target, []).append(drawn.nodes[edge.source].id)
    for number in in_order(drawn):
        after = f"  after {', '.join(sources[number])}" if number in sources else ""
        yield f"{MARKS[drawn.nodes[number].look]} {_said(drawn, number, 0)}{after}"


class _Rails:
    """The lines that are being drawn, each by the steps that it still leads to; None where a column is free."""

    def __init__(self) -> None:
        self.columns: list[frozenset[int] | None] = []

    def place(self, number: int) -> tuple[int, list[int]]:
        """The column for a step, and those of the lines that lead to it."""
        leading = [place for place, pending in enumerate(self.columns) if pending and number in pending]
        ending = [place for place in leading if self.columns[place] == frozenset({number})]
        free = [place for place, pending in enumerate(self.columns) if pending is None]
        beside = [place for place in free if not leading or place > leading[0]]
        column = (ending or beside or free or [len(self.columns)])[0]
        if column == len(self.columns):
            self.columns.append(None)
        return column, leading

    def row(self, ends: Mapping[int, str], column: int = -1, mark: str = "") -> str:
        """A row in which lines meet, each with the directions in which it goes (`ud`, `u`), and a step's mark."""
        left, right = min(ends), max(ends)
        text = ""
        for place, pending in enumerate(self.columns):
            sides = ("l" if place > left else "") + ("r" if place < right else "")
            if place == column:
                text += mark
            elif place in ends:
                text += CORNERS[ends[place] + sides]
            else:
                text += "│" if pending else "─" if left < place < right else " "
            text += "─" if left <= place < right else " "
        return text.rstrip()

    def between(self) -> str:
        """A row in which all lines go on."""
        return " ".join("│" if pending else " " for pending in self.columns).rstrip()

    def trim(self) -> None:
        """Forgets free columns at the right."""
        while self.columns and self.columns[-1] is None:
            self.columns.pop()


def _rows(drawn: Picture) -> Iterator[tuple[str, int | None]]:
    """Each row: its lines, and the step that stands there."""
    followers = drawn.followers()
    rails, above = _Rails(), ""
    for number in in_order(drawn):
        column, leading = rails.place(number)
        if column not in leading and above[2 * column : 2 * column + 1] in MARKS.values():
            yield rails.between(), None  # else it would look as if the step above led here
        only_this = frozenset({number})
        ends = {place: "u" if rails.columns[place] == only_this else "ud" for place in leading}
        above = rails.row(ends | {column: ""}, column, MARKS[drawn.nodes[number].look])
        yield above, number
        for place in leading:
            rails.columns[place] = (rails.columns[place] or only_this) - only_this or None
        pending = frozenset(followers[number])
        same = [place for place, other in enumerate(rails.columns) if pending and other == pending and place != column]
        if same:
            above = rails.row({same[0]: "ud", column: "u"})
            yield above, None
        rails.columns[column] = None if same else pending or None
        rails.trim()


def _wide(text: str) -> int:
    return sum(0 if combining(each) else 2 if east_asian_width(each) in "WF" else 1 for each in text)


def _cut(line: str, width: int, ascii_only: bool) -> str:
    if _wide(line) <= width:
        return line
    dots = "..." if ascii_only else "…"
    room = width - len(dots)
    kept = ""
    for each in line:
        room -= _wide(each)
        if room < 0:
            break
        kept += each
    return kept + dots
