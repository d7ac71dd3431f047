"""The blocks of a Markdown document, in one pass over its lines: prose, headings, fences (CommonMark 0.31).

Only as much is told apart as links, anchors and commands need. What is code, a comment or front matter is blank in the
prose, which keeps its lines and columns otherwise.
"""

from __future__ import annotations

import re
from typing import NamedTuple

QUOTE = re.compile(r" {0,3}> ?")
ITEM = re.compile(r"(?:[-*+]|[0-9]{1,9}[.)])(?=[ \t]|$)[ \t]*")
CONTAINER = re.compile(r"(?:!!!|\?\?\?\+?|===[+!]?)[ \t]+\S|:[ \t]+\S|\[\^[^\]\s]+\]:")
"""What takes the lines below it that are indented by four: admonitions and tabs of MkDocs, definitions, footnotes."""
FENCE = re.compile(r"(`{3,}(?=[^`]*$)|~{3,})[ \t]*(.*)$")
HEADING = re.compile(r"(#{1,6})(?:[ \t]+(.*))?$")
CLOSING = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*$")
RULE = re.compile(r"(?:\*[ \t]*){3,}$|(?:-[ \t]*){3,}$|(?:_[ \t]*){3,}$")
RAW = re.compile(r"<(pre|script|style|textarea)(?=[\s>]|$)", re.IGNORECASE)
FRONT = ("---", "+++")
DEEPEST = 64
LONGEST_SPAN = 500


class Heading(NamedTuple):
    """A heading, as it is written."""

    line: int
    level: int
    text: str


class Fence(NamedTuple):
    """A fenced block: the line of its fence, what the fence says, and its lines without their indentation."""

    line: int
    info: str
    lines: tuple[str, ...]


class Blocks(NamedTuple):
    """The parts of a document."""

    prose: str
    """The text with everything blank that is none; as many lines as the document has."""
    headings: tuple[Heading, ...]
    fences: tuple[Fence, ...]


class _Open(NamedTuple):
    """A fence that is not closed yet."""

    line: int
    mark: str
    info: str
    indent: int
    container: int
    quotes: int


class _Scan:
    """The state of a pass over a document's lines."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.prose: list[str] = []
        self.headings: list[Heading] = []
        self.fences: list[Fence] = []
        self.containers: list[int] = []
        self.paragraph: list[str] = []
        self.depth = 0  # how many containers the paragraph is in; lines further out may only continue its text
        self.blank = True
        self.open: _Open | None = None
        self.inside: list[str] = []
        self.until: str | None = None  # what ends the comment or the raw HTML that is open
        self.last_end: dict[str, int] = {}

    def run(self) -> Blocks:
        start = _front_matter(self.lines)
        self.prose += [""] * start
        for number, line in enumerate(self.lines[start:], start + 1):
            self.prose.append(self._line(number, line))
        self._close()
        return Blocks("\n".join(self.prose), tuple(self.headings), tuple(self.fences))

    def _line(self, number: int, line: str) -> str:
        """What of the line is prose."""
        if self.until is not None:
            return self._after(number, line, self.until)
        text, quotes = _without_quotes(line, DEEPEST if self.open is None else self.open.quotes)
        indent = _indent(text)
        bare = text.strip(" \t")
        if self.open is not None:
            if self._in_fence(self.open, text, bare, indent, quotes):
                return ""
            text, quotes = _without_quotes(line, DEEPEST)
            indent, bare = _indent(text), text.strip(" \t")
        if not bare:
            self.paragraph, self.blank = [], True
            return ""
        return self._block(number, _Line(line, text, bare, indent, quotes))

    def _in_fence(self, fence: _Open, text: str, bare: str, indent: int, quotes: int) -> bool:
        """Takes a line into the open fence; False where that has ended before the line."""
        if bare.startswith(fence.mark) and not bare.strip(fence.mark[0]):
            self._close()
            return True
        if quotes < fence.quotes or (bare and indent < fence.container):
            self._close()
            return False
        self.inside.append(text[min(indent, fence.indent) :] if indent == len(text) - len(text.lstrip(" ")) else bare)
        return True

    def _close(self) -> None:
        if self.open is not None:
            self.fences.append(Fence(self.open.line, self.open.info, tuple(self.inside)))
            self.open, self.inside, self.blank, self.paragraph = None, [], True, []

    def _block(self, number: int, line: _Line) -> str:
        while self.containers and line.indent < self.containers[-1]:
            self.containers.pop()
        base = self.containers[-1] if self.containers else 0
        if line.indent - base >= 4 and self.blank:
            return ""  # indented code: what follows it is code too, until a line is indented less
        self.blank = False
        bare, indent = line.bare, line.indent
        if not RULE.match(bare):
            bare, indent = self._items(bare, indent)
        return self._leaf(number, line, bare, indent)

    def _items(self, bare: str, indent: int) -> tuple[str, int]:
        """What stands after the markers of list items, which are containers of what follows."""
        while (match := ITEM.match(bare)) and len(self.containers) < DEEPEST:
            width = len(match[0].expandtabs(4))
            marker = len(match[0].rstrip(" \t"))
            width = marker + 1 if width - marker > 4 or match.end() == len(bare) else width
            self.containers.append(indent + width)
            self.paragraph = []
            bare, indent = bare[match.end() :], indent + width
        if CONTAINER.match(bare) and not self.paragraph:
            self.containers.append(indent + 4)
        return bare, indent

    def _leaf(self, number: int, line: _Line, bare: str, indent: int) -> str:
        if match := FENCE.match(bare):
            container = self.containers[-1] if self.containers else 0
            self.open = _Open(number, match[1], match[2].strip(), indent, container, line.quotes)
            return ""
        if match := HEADING.match(bare):
            self.headings.append(Heading(number, len(match[1]), CLOSING.sub("", match[2] or "").strip()))
            self.paragraph, self.blank = [], True
            return self._visible(number, line)
        if self.paragraph and len(self.containers) == self.depth and UNDERLINE.match(bare):
            level = 1 if bare[0] == "=" else 2
            first = number - len(self.paragraph)
            self.headings.append(Heading(first, level, " ".join(self.paragraph)))
            self.paragraph, self.blank = [], True
            return ""
        self.depth = self.depth if self.paragraph else len(self.containers)
        self.paragraph = [] if bare.startswith("|") or RULE.match(bare) else [*self.paragraph[-20:], bare]
        return self._visible(number, line)

    def _visible(self, number: int, line: _Line) -> str:
        """The line, less the comments in it; a comment or raw HTML that goes on is remembered."""
        shown = line.whole if not line.quotes else line.text
        if "<" not in shown:
            return shown
        if (match := RAW.match(line.bare)) and f"</{match[1]}".lower() not in shown.lower():
            self.until, self.paragraph = f"</{match[1].lower()}>", []
            return ""
        return self._without_comments(number, shown)

    def _without_comments(self, number: int, shown: str) -> str:
        """The line with its comments blank, but those in code spans; one that goes on is remembered."""
        parts, done, at, ticks = list[str](), 0, 0, 0
        while (place := shown.find("<!--", at)) >= 0:
            ticks += shown.count("`", at, place)
            if ticks % 2 and "`" in shown[place : place + LONGEST_SPAN]:
                at = place + 4
                continue
            end = shown.find("-->", place + 4)
            if end < 0:
                if self._ends_later(number, "-->") or not shown[:place].strip():
                    self.until, self.paragraph = "-->", []
                    return "".join([*parts, shown[done:place]])
                break
            parts += [shown[done:place], " " * (end + 3 - place)]
            done = at = end + 3
        return "".join([*parts, shown[done:]])

    def _ends_later(self, number: int, end: str) -> bool:
        if end not in self.last_end:
            self.last_end[end] = max((at for at, line in enumerate(self.lines, 1) if end in line.lower()), default=0)
        return self.last_end[end] > number

    def _after(self, number: int, line: str, end: str) -> str:
        """What follows the end of a comment or of raw HTML."""
        found = line.lower().find(end)
        if found < 0:
            return ""
        after = found + len(end)
        self.until, self.blank = None, True
        return self._without_comments(number, " " * after + line[after:])


class _Line(NamedTuple):
    whole: str
    text: str
    """Without the marks of quotes."""
    bare: str
    indent: int
    quotes: int


def scan(text: str) -> Blocks:
    """The blocks of a document. Takes time in proportion to its length, whatever it holds."""
    return _Scan(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")).run()


def _front_matter(lines: list[str]) -> int:
    """How many lines a block of metadata at the start takes, as static site generators read it."""
    if not lines or lines[0].rstrip() not in FRONT:
        return 0
    mark = lines[0].rstrip()
    return next((at for at, line in enumerate(lines[1:500], 2) if line.rstrip() == mark), 0)


def _without_quotes(line: str, most: int) -> tuple[str, int]:
    """The line without the marks of quotes, of which at most so many are taken, and their number."""
    quotes = 0
    while quotes < most and (match := QUOTE.match(line)):
        line, quotes = line[match.end() :], quotes + 1
    return line, quotes


def _indent(text: str) -> int:
    space = text[: len(text) - len(text.lstrip(" \t"))]
    return len(space.expandtabs(4)) if "\t" in space else len(space)
