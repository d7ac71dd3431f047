"""The values of section State: `Key: value`, as lines, bullets, in bold, several on a line, or in a yaml fence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from holdfast.workflow.state_file.spans import FENCE, TEXT

OWN_KEYS = ("Phase", "Status", "CurrentItem", "Run", "Workflow", "RunStatus", "RunStep", "Approved", "ApprovedPlan")
"""Keys that are known by these names however they are written: `current item` is CurrentItem."""

_BY_NORMAL = {key.lower(): key for key in OWN_KEYS}
_MARK = r"(?P<mark>\*\*|__|\*|_|`|)"
_KEY = r"(?P<key>[^\W\d_][\w./-]{0,40}?(?: [\w./-]{1,40}?){0,4}?)"
_AFTER = r"[ \t]{0,8}(?:[:=](?P=mark)|(?P=mark)[ \t]{0,8}[:=])(?!//)[ \t]*"
_FIRST = re.compile(
    r"(?P<prefix>[ \t]{0,8}(?:>[ \t]?)?(?:(?:[-*+]|\d{1,9}[.)])[ \t]{1,8}(?:\[[ xX]\][ \t])?)?)" + _MARK + _KEY + _AFTER
)
_NEXT = re.compile(r"(?<!\\)(?P<sep>[|,;])[ \t]{0,8}" + _MARK + r"(?P<key>[^\W\d_][\w-]{0,40}?)" + _AFTER)
_YAML_FENCE = re.compile(r" {0,3}(?:`{3,}|~{3,})[ \t]*ya?ml\b", re.IGNORECASE)
_YAML = re.compile(r"(?P<prefix> {0,3})(?P<key>[^\W\d_][\w.-]{0,60}):(?:[ \t]+|(?=[\r\n]|\Z))")
_YAML_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
_YAML_PLAIN = re.compile(r"[^\W_][\w ./@+()-]*")
_YAML_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "null", "none", "y", "n"))


class Entry(NamedTuple):
    """One value: its line counted from 0, and where in the line it stands."""

    key: str
    value: str
    line: int
    start: int
    end: int
    key_at: tuple[int, int]
    separator: str = ""
    """What is between the values of a line that holds several."""
    yaml: bool = False


def known(key: str) -> str:
    """The key as the program calls it, else as it is written."""
    return _BY_NORMAL.get(normal(key), key)


def normal(key: str) -> str:
    """What two ways of writing a key have in common."""
    return re.sub(r"[\s_-]+", "", key).lower()


def entries(lines: Sequence[str], kinds: Sequence[int], start: int, end: int) -> Iterator[Entry]:
    """The values in a range of lines, in their order."""
    at = start
    while at < end:
        if kinds[at] == FENCE:
            stop = next((line for line in range(at + 1, end) if kinds[line] != FENCE), end)
            if _YAML_FENCE.match(lines[at]):
                yield from (found for line in range(at + 1, stop) for found in _in_yaml(lines[line], line))
            at = stop
            continue
        if kinds[at] == TEXT:
            yield from _in_line(lines[at], at)
        at += 1


def _in_line(line: str, number: int) -> Iterator[Entry]:
    first = _FIRST.match(line)
    if first is None:
        return
    matches = [first, *_segments(line, first)]
    for at, match in enumerate(matches):
        stop = matches[at + 1].start("sep") if at + 1 < len(matches) else len(line)
        separator = matches[1]["sep"] if len(matches) > 1 else ""
        start, end = _value(line, match.end(), stop)
        text = line[start:end].replace("\\|", "|") if separator == "|" else line[start:end]
        yield Entry(known(match["key"]), text, number, start, end, match.span("key"), separator)


def _segments(line: str, first: re.Match[str]) -> list[re.Match[str]]:
    """The further values of a line. Commas separate them only where a key is our own: prose has commas too."""
    found = list(_NEXT.finditer(line, first.end()))
    same = [match for match in found if match["sep"] == found[0]["sep"]]
    own = any(normal(match["key"]) in _BY_NORMAL for match in (first, *same))
    return same if same and (own or same[0]["sep"] == "|") else []


def _value(line: str, start: int, stop: int) -> tuple[int, int]:
    """Where the value is between two places: without white space, a comment after it, and marks around it."""
    text = line[start:stop].rstrip()
    if text.endswith("-->") and (comment := text.rfind("<!--")) >= 0:
        text = text[:comment].rstrip()
    if text.endswith("\\") and stop == len(line):
        text = text[:-1].rstrip()
    for mark in ("**", "__", "`", "*"):
        inner = text[len(mark) : -len(mark)]
        if len(text) > 2 * len(mark) and text == f"{mark}{inner}{mark}" and mark not in inner:
            return start + len(mark), start + len(mark) + len(inner)
    return start, start + len(text)


def _in_yaml(line: str, number: int) -> Iterator[Entry]:
    match = _YAML.match(line)
    if match is None:
        return
    rest = line[match.end() :]
    quoted = _YAML_QUOTED.match(rest)
    raw = quoted[0] if quoted else re.split(r"(?:^|(?<=[ \t]))#", rest, maxsplit=1)[0].rstrip()
    start = match.end()
    yield Entry(known(match["key"]), _unquoted(raw), number, start, start + len(raw), match.span("key"), yaml=True)


def _unquoted(raw: str) -> str:
    if raw.startswith("'"):
        return raw[1:-1].replace("''", "'")
    return re.sub(r"\\(.)", r"\1", raw[1:-1]) if raw.startswith('"') else raw


def written(value: str, like: Entry) -> str:
    """A value as it is written where the other entry is."""
    if like.yaml:
        if not value or (_YAML_PLAIN.fullmatch(value) and value.lower() not in _YAML_WORDS and value == value.strip()):
            return value
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return value.replace("|", "\\|") if like.separator == "|" else value


def replaced(line: str, entry: Entry, value: str) -> str:
    """The line with another value."""
    gap = " " if value and line[: entry.start].endswith((":", "=", "*", "_")) and entry.start == entry.end else ""
    return line[: entry.start] + gap + written(value, entry) + line[entry.end :]


def added(line: str, last: Entry, key: str, value: str) -> tuple[str, str | None]:
    """The line of the last entry, and a further line in its style; the latter is None where the value joined it."""
    text = written(value, last)
    tail = line[last.end :]
    wrap = tail[: len(tail) - len(tail.lstrip("*_`"))]
    name = key if last.separator else line[: last.key_at[0]] + key
    own = name + line[last.key_at[1] : last.start] + text + wrap
    if last.separator:
        mark = re.search(r"[*_`]*\Z", line[: last.key_at[0]])
        own = (mark[0] if mark else "") + own
        gap = " " if last.separator == "|" else ""
        at = last.end + len(wrap)
        return f"{line[:at]}{gap}{last.separator} {own}{line[at:]}", None
    if last.start == last.end and not own.endswith(text):  # a value that is empty has no space before it
        own = name + ": " + text
    spaces = tail.rstrip("\r\n")
    return line, own + spaces[len(spaces.rstrip(" ")) :]
