"""Marked blocks: text of ours in somebody's file, with what is needed to take it out again to the byte.

    # >>> holdfast init >>> digest=0123456789ab before=2
    ...
    # <<< holdfast init <<<

The opening line records the digest of the body as it was written (an edit by hand shows), how many line ends were
added before the block, whether the file was made for it, and how many directories were. See docs/adr/0008.
"""

from __future__ import annotations

import re
from typing import NamedTuple

OPENS, CLOSES = ">>> holdfast init >>>", "<<< holdfast init <<<"


class Style(NamedTuple):
    """How a file's language writes a comment."""

    before: str = "# "
    after: str = ""


HASH = Style()
MARKDOWN = Style("<!-- ", " -->")


class Record(NamedTuple):
    """What the opening line says beside the digest."""

    created: bool = False
    """The file was made for the block."""
    before: int = 0
    """How many line ends were added before the block."""
    dirs: int = 0
    """How many directories were made for the file."""
    kind: str = ""
    """Which of its forms the body has, where it has several."""


class Block(NamedTuple):
    """A block in a text. Offsets are in characters; the end is behind the closing line's end."""

    start: int
    end: int
    indent: str
    newline: str
    body: str
    """Without indentation, with line feeds."""
    digest: str
    record: Record

    @property
    def edited(self) -> bool:
        """Whether somebody changed the body since it was written."""
        return digest(self.body) != self.digest


class DamagedMarks(ValueError):
    """Marks that do not make one block; the text says which line, and what is wrong there."""


def digest(body: str) -> str:
    """Twelve hex digits of a body."""
    from hashlib import sha256

    return sha256(body.encode("utf-8", "surrogateescape")).hexdigest()[:12]


def newline_of(text: str) -> str:
    r"""The line end that most lines of a text have: "\r\n" or "\n"."""
    windows = text.count("\r\n")
    return "\r\n" if windows * 2 > text.count("\n") else "\n"


def rendered(style: Style, body: str, record: Record, *, newline: str = "\n", indent: str = "") -> str:
    """The block's text; the body's lines end in line feeds."""
    body = body.removesuffix("\n") + "\n"
    said = [f"digest={digest(body)}", *(["created"] if record.created else [])]
    said += [f"{name}={value}" for name in ("before", "dirs", "kind") if (value := getattr(record, name))]
    first = f"{style.before}{OPENS} {' '.join(said)}{style.after}"
    lines = [first, *body.removesuffix("\n").split("\n"), f"{style.before}{CLOSES}{style.after}"]
    return "".join(f"{indent if line else ''}{line}{newline}" for line in lines)


def find(text: str, style: Style) -> Block | None:
    """The block in a text, or None. Raises DamagedMarks where there are marks that make no block, or several."""
    opening = list(re.finditer(_line(style, OPENS), text))
    closing = list(re.finditer(_line(style, CLOSES), text))
    if not opening and not closing:
        return None
    if len(opening) != 1 or len(closing) != 1 or closing[0].start() < opening[0].end():
        marks = sorted(mark.start() for mark in (*opening, *closing))
        wrong = marks[1] if len(opening) > 1 and len(marks) > 1 else marks[0]
        raise DamagedMarks(f"line {_number(text, wrong)}: the marks of holdfast init do not make one block")
    first, last = opening[0], closing[0]
    said, record = _said(first["said"])
    return Block(
        first.start(),
        last.end(),
        first["indent"],
        first["newline"] or "\n",
        _dedented(text[first.end() : last.start()], first["indent"]),
        said,
        record,
    )


def _line(style: Style, mark: str) -> str:
    """A line of marks. A formatter may have changed the white space at its ends."""
    before, after = (re.escape(part.strip()) for part in style)
    said = rf"{before} *{re.escape(mark)}(?P<said>[^\r\n]*?){after}"
    return rf"(?m)^(?P<indent>[ \t]*){said}[ \t]*(?P<newline>\r?\n|\Z)"


def _number(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def _said(text: str) -> tuple[str, Record]:
    """The digest and the record. What was edited away is as if it had never been said: nothing too much is taken."""
    words = dict(word.partition("=")[::2] for word in text.split())
    numbers = {key: int(words[key]) for key in ("before", "dirs") if re.fullmatch("[0-9]{1,2}", words.get(key, ""))}
    return words.get("digest", ""), Record(
        "created" in words, numbers.get("before", 0), numbers.get("dirs", 0), words.get("kind", "")
    )


def _dedented(text: str, indent: str) -> str:
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(line.removeprefix(indent) for line in lines)


def replaced(text: str, block: Block, style: Style, body: str, record: Record | None = None) -> str:
    """The text with another body in the block, in the place and form that the block has."""
    new = rendered(style, body, record or block.record, newline=block.newline, indent=block.indent)
    return text[: block.start] + new + text[block.end :]


def without(text: str, block: Block, *, instead: str = "") -> str | None:
    """The text without the block and what was added before it; None where the file was made for it and is empty then.

    Where text was added behind the block, it keeps a line of its own.
    """
    head, tail = text[: block.start], text[block.end :]
    for _ in range(block.record.before):
        head = head.removesuffix(block.newline)
    if tail and head and block.record.kind != "flow" and not head.endswith("\n"):
        head += block.newline
    rest = head + instead + tail
    return None if block.record.created and not rest.strip() else rest
