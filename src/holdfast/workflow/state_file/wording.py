"""What a machine writes into the file: texts that cannot break out of the place that they are written to."""

from __future__ import annotations

import re

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]")
_UNWRITABLE = re.compile("[\\ud800-\\udc7f\\udd00-\\udfff]")
_LINE_ENDS = re.compile(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")


def harmless(text: str) -> str:
    """A text of one line, in which nothing begins or ends a comment. Line ends become spaces."""
    return _plain(" ".join(part.strip() for part in split(text))).strip()


def split(text: str) -> list[str]:
    """The lines of any text, by all that some program takes for the end of one."""
    return _LINE_ENDS.split(text)


def cell(text: str) -> str:
    r"""A text as a cell of a table holds it: each bar is written as `\|`."""
    return harmless(text).replace("|", "\\|")


def uncelled(text: str) -> str:
    """What `cell` was given."""
    return text.strip().replace("\\|", "|")


def entry(text: str) -> list[str]:
    """The lines of an entry of a list; from the second on indented so far that none is a heading or a fence."""
    first, *rest = [_plain(line).rstrip() for line in split(text)]
    body = [f"    {line.strip()}" for line in rest if line.strip()]
    return [first if re.match(r"[-*+] ", first) else f"- {first.strip()}".rstrip(), *body]


def writable(text: str) -> str:
    """The text without surrogates, but for those that stand for bytes that are not UTF-8."""
    return _UNWRITABLE.sub("\ufffd", text)


def _plain(line: str) -> str:
    """Without control characters, lone surrogates, and the signs that begin and end a comment."""
    clean = _CONTROL.sub("\ufffd", line.replace("\t", "    "))
    return writable(clean).replace("<!--", "&lt;!--").replace("-->", "--&gt;")
