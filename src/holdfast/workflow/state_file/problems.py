"""What is wrong with a state file, each with its line."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple

from holdfast.workflow.state_file.spans import SECTIONS, TEXT
from holdfast.workflow.state_file.table import cells

if TYPE_CHECKING:
    from holdfast.workflow.state_file.document import Document

LIMIT = 32 * 1024
"""Bytes that an agent reads in one call; above it the engine moves log lines away."""
PHASES = ("INIT", "ANALYZE", "BLUEPRINT", "CONSTRUCT", "VALIDATE")
STATUSES = ("READY", "RUNNING", "NEEDS_PLAN_APPROVAL", "BLOCKED", "COMPLETED")

_CONFLICT = re.compile(r"(?:<{7}|>{7}|\|{7})(?: |[\r\n]|\Z)")
_NO_UTF8 = re.compile("[\\udc80-\\udcff]")
REPAIR = "run: holdfast workflow state repair"


class Problem(NamedTuple):
    """One thing that is wrong. Lines are counted from 1; 0 where it is about the whole file."""

    line: int
    kind: str
    message: str
    hint: str = ""


def problems(
    document: Document, phases: Collection[str] = PHASES, statuses: Collection[str] = STATUSES
) -> tuple[Problem, ...]:
    """All that is wrong, by line. The phases and statuses are those that the project's rules have."""
    found = [
        *_whole(document),
        *_sections(document),
        *_values(document, {"Phase": phases, "Status": statuses}),
        *_tables(document),
        *_items(document),
    ]
    return tuple(sorted(found))


def conflict_line(document: Document) -> int | None:
    """The line of the first sign that a merge left, counted from 1; signs in fences are examples."""
    for number, line in enumerate(document.lines):
        if line[:1] in "<>|" and _CONFLICT.match(line) and document.scan.kinds[number] == TEXT:
            return number + 1
    return None


def _whole(document: Document) -> Iterator[Problem]:
    size = len(bytes(document))
    if size > LIMIT:
        yield Problem(0, "too-large", f"{size} bytes, more than {LIMIT}", "the Log is rotated; shorten the rest")
    for number, line in enumerate(document.lines, 1):
        if _NO_UTF8.search(line):
            yield Problem(number, "not-utf8", "not UTF-8", f"save the file as UTF-8, or {REPAIR}")
            break
    number = next((number for number, line in enumerate(document.lines, 1) if "\0" in line), 0)
    if number:
        yield Problem(number, "null-character", "a null character, as a torn write leaves", REPAIR)
    if conflict := conflict_line(document):
        yield Problem(conflict, "conflict-marker", "a merge left its sign here", "resolve the conflict by hand")
    if document.scan.unclosed is not None:
        at, closer = document.scan.unclosed
        yield Problem(at + 1, "unclosed", "a fence or comment that is never closed", f"write {closer} after it")


def _sections(document: Document) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for section in document.sections:
        if section.name in seen and section.name in SECTIONS:
            message = f"section {section.name} is there twice: the one in line {seen[section.name]} counts"
            yield Problem(section.heading + 1, "duplicate-section", message, "move what it holds there")
        seen.setdefault(section.name, section.heading + 1)
    for name in SECTIONS:
        if name not in seen:
            yield Problem(0, "missing-section", f"there is no section {name}", REPAIR)


def _values(document: Document, allowed: dict[str, Collection[str]]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for one in document.state_entries:
        if one.key in seen and one.key in allowed:
            message = f"{one.key} is there twice: the one in line {seen[one.key]} counts"
            yield Problem(one.line + 1, "duplicate-key", message, "delete one of them")
        elif one.key in allowed and one.value not in allowed[one.key]:
            hint = f"one of {', '.join(allowed[one.key])}"
            yield Problem(one.line + 1, f"unknown-{one.key.lower()}", f"{one.key} is {one.value!r}", hint)
        seen.setdefault(one.key, one.line + 1)
    section = document.section("State")
    for key in allowed:
        if section is not None and key not in seen:
            yield Problem(section.heading + 1, "missing-key", f"section State has no {key}", f"write: - {key}: ...")


def _tables(document: Document) -> Iterator[Problem]:
    for table in document.tables:
        if table.delimiter is None:
            yield Problem(table.header + 1, "no-delimiter", "a table without the row |---| under its header", REPAIR)
        for row in table.rows:
            count = len(cells(document.lines[row]))
            if count > len(table.columns):
                message = f"a row of {count} cells in a table of {len(table.columns)} columns"
                yield Problem(row + 1, "ragged-row", message, "write a bar within a cell as \\|")


def _items(document: Document) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for item in document.items:
        if item.id in seen:
            message = f"item {item.id!r} is there twice: the one in line {seen[item.id]} counts"
            yield Problem(item.line, "duplicate-item", message, "give it an id of its own")
        seen.setdefault(item.id, item.line)
