r"""Pipe tables, as GitHub reads them: a bar after a backslash is content, also in a code span.

A table whose delimiter row is missing is read where one of its columns has a name that we know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from holdfast.workflow.state_file.spans import TEXT, ending
from holdfast.workflow.state_file.wording import cell, uncelled

ALIASES = {
    "id": ("id", "#", "no", "itemid", "key"),
    "status": ("status", "state"),
    "description": ("description", "item", "title", "task", "name", "summary"),
}
"""What the columns that mean something are called in tables."""

_BAR = re.compile(r"(?<!\\)\|")
_DELIMITER = re.compile(r":?-+:?")
_NORMAL = {alias: name for name, aliases in ALIASES.items() for alias in aliases}


class Table(NamedTuple):
    """A table by its lines, counted from 0. `delimiter` is None where it has no such row."""

    header: int
    delimiter: int | None
    rows: tuple[int, ...]
    columns: tuple[str, ...]


def column_name(title: str) -> str:
    """`id`, `status` or `description` for each name of those columns, else the title in lower case."""
    plain = re.sub(r"[\s*_`-]+", "", title).lower()
    return _NORMAL.get(plain, plain)


def cells(line: str) -> list[tuple[int, int]]:
    """Where the cells of a row are between its bars, white space included."""
    text = line.rstrip()
    bars = [match.start() for match in _BAR.finditer(text)]
    start = len(text) - len(text.lstrip())
    if bars and bars[0] == start:
        start = bars.pop(0) + 1
    edges = [*bars] if bars and bars[-1] == len(text) - 1 else [*bars, len(line) - len(ending(line))]
    found = []
    for edge in edges:
        found.append((start, edge))
        start = edge + 1
    return found


def values(line: str) -> list[str]:
    """The cells of a row, without white space and backslashes before bars."""
    return [uncelled(line[start:end]) for start, end in cells(line)]


def tables(lines: Sequence[str], kinds: Sequence[int], start: int, end: int) -> Iterator[Table]:
    """The tables in a range of lines."""
    at = start
    while at < end:
        if not _is_row(lines, kinds, at):
            at += 1
            continue
        stop = at + 1
        while stop < end and _is_row(lines, kinds, stop):
            stop += 1
        delimiter = at + 1 if stop > at + 1 and is_delimiter(lines[at + 1]) else None
        columns = tuple(values(lines[at]))
        if delimiter is not None or (len(columns) > 1 and any(column_name(name) in ALIASES for name in columns)):
            yield Table(at, delimiter, tuple(range(at + (1 if delimiter is None else 2), stop)), columns)
        at = stop


def _is_row(lines: Sequence[str], kinds: Sequence[int], at: int) -> bool:
    return kinds[at] == TEXT and _BAR.search(lines[at]) is not None and not lines[at].startswith(("    ", "\t"))


def is_delimiter(line: str) -> bool:
    """Whether a line is `|---|:-:|`."""
    return "-" in line and all(_DELIMITER.fullmatch(line[start:end].strip()) for start, end in cells(line))


def with_value(line: str, column: int, value: str, width: int) -> str:
    """A row with another value in a column, which keeps its `width` where that is not 0 and the value fits."""
    text = cell(value)
    found = cells(line)
    if column >= len(found):
        return _lengthened(line, column - len(found)) + f" {text} |" + ending(line)
    start, end = found[column]
    raw = line[start:end]
    left = raw[: len(raw) - len(raw.lstrip())] if raw.strip() else raw[:1].strip("|") or ""
    right = raw[len(raw.rstrip()) :][:1] if raw.strip() else left
    body = f"{left}{text}{right}"
    body = body.ljust(width)
    before = "| " if not text and start == 0 and column == 0 else line[:start]  # or its bar would be the outer one
    return before + body + line[end:]


def _lengthened(line: str, missing: int) -> str:
    body = line.rstrip()
    return (body if body.endswith("|") and not body.endswith("\\|") else f"{body} |") + " |" * missing


def aligned_width(lines: Sequence[str], table: Table, column: int) -> int:
    """The width that all cells of a column have, white space included; 0 where they differ."""
    widths = set()
    for row in (table.header, *table.rows):
        found = cells(lines[row])
        widths.add(found[column][1] - found[column][0] if column < len(found) else 0)
        if len(widths) > 1:
            return 0
    return widths.pop()


def new_row(lines: Sequence[str], table: Table, given: Sequence[str]) -> str:
    """A line for values in the order of the columns, in the style of the last row."""
    like = lines[table.rows[-1] if table.rows else table.header]
    found = cells(like)
    parts = []
    for column, value in enumerate(given):
        raw = like[found[column][0] : found[column][1]] if column < len(found) else "  "
        pad = " " if raw.startswith((" ", "\t")) or not raw else ""
        body = f"{pad}{cell(value)}{pad}"
        parts.append(body.ljust(aligned_width(lines, table, column)))
    text = like.rstrip()
    indent = text[: len(text) - len(text.lstrip())]
    opens, closes = text.lstrip().startswith("|"), text.endswith("|") and not text.endswith("\\|")
    if not opens and not parts[0].strip():  # a row that begins with a bar has one more
        opens, parts[0] = True, "  "
    row = indent + ("|" if opens else "") + "|".join(parts)
    return row + "|" if closes else row.rstrip()


def delimiter_for(line: str) -> str:
    """The delimiter row that a header lacks."""
    widths = [end - start for start, end in cells(line)]
    marks = [f" {'-' * (width - 2)} " if width > 4 else "-" * max(3, width) for width in widths]
    text = line.strip()
    body = ("|" if text.startswith("|") else "") + "|".join(marks)
    return f"{body}|" if text.endswith("|") else body.rstrip()
