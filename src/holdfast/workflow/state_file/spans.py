"""Where the parts of a Markdown document are, by line: every line is kept as it is, whatever it holds.

CommonMark 0.31 decides what is a fence, an HTML block and an ATX heading. Two things differ on purpose: `---` under a
line makes it a heading only where the line is the name of a section, since it mostly is a rule that somebody put under
`Status: READY`; and a fence or comment counts from the margin, not from the list item that it may be in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

SECTIONS = ("State", "Plan", "Rules", "Items", "Log", "ArchiveLog")
"""The names of the sections that mean something, in the order in which a new file has them."""
BOM = "\ufeff"

TEXT, FENCE, COMMENT, RAW, FRONT, HEADING = range(6)
"""What a line belongs to."""

_CANONICAL = {name.lower(): name for name in SECTIONS}
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_BLOCK = re.compile(
    r" {0,3}(?:(?P<fence>`{3,}(?=[^`\r\n]*(?:[\r\n]|\Z))|~{3,})|(?P<comment><!--)"
    r"|(?P<raw><(?:pre|script|style|textarea)(?=[\s>]|\Z))|(?P<atx>#{1,6})(?=[ \t\r\n]|\Z)"
    r"|(?P<under>=+|-+)(?=[ \t]*(?:[\r\n]|\Z)))",
    re.IGNORECASE,
)
_RAW_END = re.compile(r"</(?:pre|script|style|textarea)>", re.IGNORECASE)
_NO_PARAGRAPH = re.compile(r" {4}|[ \t]*(?:[-*+>|#]|\d{1,9}[.)])|[ \t]*\t")


class Heading(NamedTuple):
    """A heading of level 1 or 2; `end` is the line after it, as one that is underlined has two."""

    line: int
    end: int
    level: int
    title: str


class Scan(NamedTuple):
    """What the lines of a document are. Lines are counted from 0."""

    kinds: bytearray
    headings: tuple[Heading, ...]
    unclosed: tuple[int, str] | None
    """The line of a fence or comment that never ends, and the line that would end it."""


def split_lines(text: str) -> list[str]:
    """The lines with their ends: LF, CRLF, or a lone CR."""
    return _LINE.findall(text)


def ending(line: str) -> str:
    """The end of a line, or an empty text."""
    return line[len(line.rstrip("\r\n")) :]


def canonical(title: str) -> str | None:
    """The section that a heading names, whatever its case, emphasis, spaces and colon; None for another one."""
    return _CANONICAL.get(re.sub(r"[\s*_`:-]+", "", title).lower()) if len(title) < 100 else None


def scan(lines: Sequence[str]) -> Scan:
    """One pass over the lines."""
    kinds = bytearray(len(lines))
    headings: list[Heading] = []
    unclosed: tuple[int, str] | None = None
    at = _front_matter(lines)
    kinds[:at] = bytes([FRONT]) * at
    while at < len(lines):
        match = _BLOCK.match(lines[at])
        kind = match.lastgroup if match else None
        if match is None:
            at += 1
        elif kind in ("atx", "under"):
            heading = _heading(lines, kinds, at, match)
            if heading is not None:
                headings.append(heading)
                kinds[heading.line : heading.end] = bytes([HEADING]) * (heading.end - heading.line)
            at += 1
        else:
            end, closer = _block_end(lines, at, str(kind), match[str(kind)])
            if closer:
                unclosed = (at, closer)
            number = {"fence": FENCE, "comment": COMMENT, "raw": RAW}[str(kind)]
            kinds[at:end] = bytes([number]) * (end - at)
            at = end
    return Scan(kinds, tuple(heading for heading in headings if heading.level < 3), unclosed)


def _front_matter(lines: Sequence[str]) -> int:
    if not lines or lines[0].rstrip() != "---":
        return 0
    for at in range(1, len(lines)):
        if lines[at].startswith(("---", "...")) and lines[at].rstrip() in ("---", "..."):
            return at + 1
    return 0


def _heading(lines: Sequence[str], kinds: bytearray, at: int, match: re.Match[str]) -> Heading | None:
    if match.lastgroup == "atx":
        title = re.sub(r"(?:^|(?<=[ \t]))#+$", "", lines[at][match.end() :].strip())
        return Heading(at, at + 1, len(match["atx"]), title.strip())
    if at == 0 or not _starts_paragraph(lines, kinds, at - 1):
        return None
    title, level = lines[at - 1].strip(), 1 if match["under"][0] == "=" else 2
    return Heading(at - 1, at + 1, level, title) if level == 1 or canonical(title) else None


def _starts_paragraph(lines: Sequence[str], kinds: bytearray, at: int) -> bool:
    """Whether a paragraph begins with this line."""
    if kinds[at] != TEXT or not lines[at].strip() or _NO_PARAGRAPH.match(lines[at]):
        return False
    return at == 0 or kinds[at - 1] != TEXT or not lines[at - 1].strip()


def _block_end(lines: Sequence[str], at: int, kind: str, marker: str) -> tuple[int, str]:
    """The line after a block that begins at `at`, and what would end it where nothing does."""
    if kind == "fence":
        for line in range(at + 1, len(lines)):
            if _closes(lines[line], marker):
                return line + 1, ""
        return len(lines), marker
    for line in range(at, len(lines)):
        if "-->" in lines[line] if kind == "comment" else _RAW_END.search(lines[line]):
            return line + 1, ""
    return len(lines), "-->" if kind == "comment" else f"</{marker[1:]}>"


def _closes(line: str, marker: str) -> bool:
    body = line.lstrip(" ")
    if len(line) - len(body) > 3 or not body.startswith(marker):
        return False
    return not body.strip(" \t\r\n").strip(marker[0])


def code_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the code spans of a text are: a run of backticks up to the next run of the same length."""
    runs = [(match.start(), match.end()) for match in re.finditer("`+", text)]
    later: dict[int, list[int]] = {}
    for number in range(len(runs) - 1, -1, -1):
        later.setdefault(runs[number][1] - runs[number][0], []).append(number)
    number = 0
    while number < len(runs):
        same = later[runs[number][1] - runs[number][0]]
        while same and same[-1] <= number:
            same.pop()
        if same:
            yield runs[number][0], runs[same[-1]][1]
            number = same[-1]
        number += 1


def without_comments(lines: Sequence[str], kinds: Sequence[int]) -> str:
    """The text of lines without HTML comments; those in fences and code spans are none."""
    pieces: list[str] = []
    at = 0
    while at < len(lines):
        end = at + 1
        while end < len(lines) and (kinds[end] in (FENCE, RAW)) == (kinds[at] in (FENCE, RAW)):
            end += 1
        text = "".join(lines[at:end])
        pieces.append(text if kinds[at] in (FENCE, RAW) else "".join(_uncommented(text)))
        at = end
    return "".join(pieces)


def _uncommented(text: str) -> Iterator[str]:
    at, opener = 0, text.find("<!--")
    while opener >= 0:
        after_code = _code_around(text, opener)
        if after_code:
            opener = text.find("<!--", after_code)
            continue
        closer = text.find("-->", opener + 2)
        if closer < 0:
            break
        yield text[at:opener]
        at = closer + 3
        opener = text.find("<!--", at)
    unended = opener >= 0 and not text[text.rfind("\n", 0, opener) + 1 : opener].strip()
    yield text[at:opener] if unended else text[at:]


def _code_around(text: str, at: int) -> int:
    """The end of the code span of the same line that a place is in; 0 where it is in none."""
    start = text.rfind("\n", 0, at) + 1
    if "`" not in text[start:at]:
        return 0
    end = text.find("\n", at)
    line = text[start : end if end >= 0 else len(text)]
    return next((start + stop for begin, stop in code_spans(line) if begin <= at - start < stop), 0)
