"""workflow_state.md as a value: reading parts of it, and making a new one that differs in those parts alone.

The format: docs/specs/002-workflow-state.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.workflow.state_file import entries as state_entries
from holdfast.workflow.state_file import table as pipe
from holdfast.workflow.state_file.problems import Problem
from holdfast.workflow.state_file.spans import (
    BOM,
    COMMENT,
    Scan,
    canonical,
    ending,
    scan,
    split_lines,
    without_comments,
)
from holdfast.workflow.state_file.wording import cell, entry, harmless, writable


class Section(NamedTuple):
    """What is under a heading of level 2, up to the next of level 1 or 2. Lines are counted from 0."""

    name: str
    """The canonical name where it is one of SECTIONS, else the title as it is written."""
    heading: int
    start: int
    """The first line after the heading."""
    end: int
    document: Document

    @property
    def text(self) -> str:
        """All between this heading and the next, as it is."""
        return "".join(self.document.lines[self.start : self.end])

    @property
    def body(self) -> str:
        """The text without HTML comments and without white space around it."""
        lines, kinds = self.document.lines, self.document.scan.kinds
        return without_comments(lines[self.start : self.end], kinds[self.start : self.end]).strip()


class Item(NamedTuple):
    """A row of a table in section Items."""

    id: str
    cells: Mapping[str, str]
    """By the columns as they are written."""
    line: int
    """Counted from 1."""

    def get(self, column: str) -> str:
        """The value in a column, whatever its case and whichever of its names it has; empty where there is none."""
        wanted = pipe.column_name(column)
        return next((value for name, value in self.cells.items() if pipe.column_name(name) == wanted), "")

    @property
    def status(self) -> str:
        return self.get("status")


class Document:
    """A state file. Immutable: every `with_...` returns another one."""

    def __init__(self, lines: Sequence[str], mark: str = "") -> None:
        self.lines, self.mark = tuple(lines), mark

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Document) and (self.mark, self.lines) == (other.mark, other.lines)

    def __hash__(self) -> int:
        return hash((self.mark, self.lines))

    def __bytes__(self) -> bytes:
        return (self.mark + "".join(self.lines)).encode("utf-8", "surrogateescape")

    @cached_property
    def scan(self) -> Scan:
        return scan(self.lines)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """Every section, those that no program knows and those that are there twice too."""
        headings = self.scan.headings
        ends = [*(heading.line for heading in headings[1:]), len(self.lines)]
        return tuple(
            Section(canonical(heading.title) or heading.title, heading.line, heading.end, end, self)
            for heading, end in zip(headings, ends, strict=False)
            if heading.level == 2
        )

    def section(self, name: str) -> Section | None:
        """The first section of a name, whatever its case."""
        wanted = (canonical(name) or name).lower()
        return next((section for section in self.sections if section.name.lower() == wanted), None)

    def problems(self) -> tuple[Problem, ...]:
        """What `holdfast workflow state lint` says of it."""
        from holdfast.workflow.state_file.problems import problems

        return problems(self)

    # State

    @cached_property
    def state_entries(self) -> tuple[state_entries.Entry, ...]:
        """The values of section State, each with its place."""
        section = self.section("State")
        if section is None:
            return ()
        return tuple(state_entries.entries(self.lines, self.scan.kinds, section.start, section.end))

    @cached_property
    def state(self) -> Mapping[str, str]:
        """The values of section State. Of a key that is there twice, the first counts."""
        found: dict[str, str] = {}
        for one in self.state_entries:
            found.setdefault(one.key, one.value)
        return MappingProxyType(found)

    def with_state(self, key: str, value: str) -> Document:
        """Sets a value of section State; one that is missing is added in the style of those that are there.

        Raises HoldfastError for a value that cannot stand where the key is.
        """
        text = harmless(value)
        if self.state.get(known := state_entries.known(key)) == text:
            return self
        done = self._with_state(known, text)
        if done.state.get(known) != text:
            raise HoldfastError(
                f"{text!r} cannot be written where {known} is in section State",
                hint="write each value of section State on a line of its own: - Key: value",
            )
        return done

    def _with_state(self, key: str, value: str) -> Document:
        there = next((one for one in self.state_entries if one.key == key), None)
        if there is not None:
            return self._replaced(
                there.line, there.line + 1, [state_entries.replaced(self.lines[there.line], there, value)]
            )
        section = self.section("State")
        if section is None:
            return self.with_section("State", [f"- {key}: {value}".rstrip()])
        if not self.state_entries:
            return self._appended(section, [f"- {key}: {value}".rstrip()])
        last = self.state_entries[-1]
        line, further = state_entries.added(self.lines[last.line], last, key, value)
        done = self._replaced(last.line, last.line + 1, [line])
        return done if further is None else done.inserted(last.line + 1, [further])

    # Items

    @cached_property
    def tables(self) -> tuple[pipe.Table, ...]:
        """The tables of section Items."""
        section = self.section("Items")
        return () if section is None else tuple(pipe.tables(self.lines, self.scan.kinds, section.start, section.end))

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The rows of the tables in section Items."""
        return tuple(self._item(table, row) for table in self.tables for row in table.rows)

    def _item(self, table: pipe.Table, row: int) -> Item:
        values = pipe.values(self.lines[row])
        cells: dict[str, str] = {}
        for at, column in enumerate(table.columns):
            cells.setdefault(column, values[at] if at < len(values) else "")
        key = next((column for column in cells if pipe.column_name(column) == "id"), None)
        return Item(cells[key] if key is not None else next(iter(cells.values()), ""), MappingProxyType(cells), row + 1)

    def item(self, item_id: str) -> Item | None:
        """The first item of an id."""
        return next((item for item in self.items if item.id == item_id), None)

    def with_cell(self, item_id: str, column: str, value: str) -> Document:
        """Sets one cell of an item. Raises HoldfastError where the item or the column is not there."""
        item = self.item(item_id)
        if item is None:
            ids = ", ".join(one.id for one in self.items[:10])
            raise HoldfastError(f"section Items has no item {item_id!r}", hint=f"there are: {ids}" if ids else None)
        row = item.line - 1
        table = next(table for table in self.tables if row in table.rows)
        at = _column(table, column)
        if at is None:
            raise HoldfastError(
                f"line {table.header + 1}: the table of items has no column {column!r}",
                hint=f"its columns are: {', '.join(table.columns)}",
            )
        if item.cells[table.columns[at]] == harmless(value):
            return self
        width = pipe.aligned_width(self.lines, table, at)
        return self._replaced(row, row + 1, [pipe.with_value(self.lines[row], at, value, width)])

    def with_cells(self, column: str, values: Mapping[str, str]) -> Document:
        """Sets a column of many items by their ids in one pass; what is not there is passed over."""
        lines, left = list(self.lines), dict(values)
        for table in self.tables:
            at = _column(table, column)
            if at is None:
                continue
            width = pipe.aligned_width(self.lines, table, at)
            for row in table.rows:
                if (value := left.pop(self._item(table, row).id, None)) is not None:
                    lines[row] = pipe.with_value(lines[row], at, value, width)
        return Document(lines, self.mark)

    def with_item(self, cells: Mapping[str, str]) -> Document:
        """Adds a row to the first table of items, which is made where there is none.

        Raises HoldfastError for a column that the table does not have.
        """
        if not self.tables:
            names = [cell(name).ljust(3) for name in cells]
            rows = [" | ".join(names), " | ".join("-" * len(name) for name in names)]
            return self._with_block("Items", [f"| {row} |" for row in rows])._with_row(cells)
        return self._with_row(cells)

    def _with_row(self, cells: Mapping[str, str]) -> Document:
        table = self.tables[0]
        values = [""] * len(table.columns)
        for name, value in cells.items():
            at = _column(table, name)
            if at is None:
                raise HoldfastError(
                    f"line {table.header + 1}: the table of items has no column {name!r}",
                    hint=f"its columns are: {', '.join(table.columns)}",
                )
            values[at] = value
        last = max((table.header, table.delimiter or 0, *table.rows))
        return self.inserted(last + 1, [pipe.new_row(self.lines, table, values)])

    # Log, ArchiveLog, and any section

    @property
    def log_text(self) -> str:
        """Section Log without comments and without white space around it."""
        section = self.section("Log")
        return "" if section is None else section.body

    def with_log(self, text: str) -> Document:
        """Adds an entry to the end of section Log: `- text`, its further lines indented."""
        return self._with_block("Log", entry(text))

    def with_logs(self, texts: Sequence[str]) -> Document:
        """Adds many entries at once: the document is read anew for each that is added alone."""
        lines = [line for text in texts for line in entry(text)]
        return self._with_block("Log", lines) if lines else self

    def with_archive(self, heading: str, lines: Sequence[str]) -> Document:
        """Adds a group of entries to section ArchiveLog, before those that are there."""
        block = [f"### {harmless(heading)}", "", *(line for text in lines for line in entry(text)), ""]
        section = self.section("ArchiveLog")
        if section is None:
            return self.with_section("ArchiveLog", block[:-1])
        at, kinds = section.start, self.scan.kinds
        while at < section.end and (kinds[at] == COMMENT or not self.lines[at].strip()):
            at += 1
        if at == section.end:
            return self._appended(section, block[:-1])
        return self.inserted(at, block if self.lines[at - 1].strip() == "" and at > section.start else ["", *block])

    def with_section_text(self, name: str, text: str) -> Document:
        """Sets all that is under a heading. Raises HoldfastError for a text that would not stay within its section."""
        lines = [line.rstrip("\r\n") for line in split_lines(writable(text).strip("\r\n"))]
        inner = scan(["\n", *(f"{line}\n" for line in lines)])
        if inner.headings or inner.unclosed:
            line = (inner.headings[0].line if inner.headings else inner.unclosed[0] if inner.unclosed else 0) - 1
            what = "a heading of level 1 or 2" if inner.headings else "a fence or comment that is never closed"
            raise HoldfastError(
                f"the text for section {name} has {what} in its line {line + 1}: {lines[line][:80]}",
                hint="use ### for headings within a section" if inner.headings else "close it",
            )
        section = self.section(name)
        if section is None:
            return self.with_section(canonical(name) or name, lines)
        return self._with_body(section, lines)

    def without_log(self) -> Document:
        """Empties section Log; HTML comments in it stay."""
        section = self.section("Log")
        if section is None:
            return self
        kinds = self.scan.kinds
        kept = [self.lines[at].rstrip("\r\n") for at in range(section.start, section.end) if kinds[at] == COMMENT]
        return self if not section.body else self._with_body(section, kept)

    def inserted(self, at: int, texts: Sequence[str]) -> Document:
        """Puts lines without ends before the line `at`, counted from 0, with the line ends that are used around."""
        eol = self._eol(max(0, at - 1))
        new = [text + eol for text in texts]
        if at < len(self.lines) or not self.lines or ending(self.lines[-1]):
            return self._replaced(at, at, new)
        new[-1] = new[-1].removesuffix(eol)
        return self._replaced(at - 1, at, [self.lines[-1] + eol, *new])

    def with_section(self, name: str, lines: Sequence[str] = ()) -> Document:
        """Adds a section at the end; what is open there is closed, or it would swallow the section."""
        closer = [self.scan.unclosed[1]] if self.scan.unclosed else []
        blank = [""] if closer or (self.lines and self.lines[-1].strip()) else []
        return self.inserted(len(self.lines), [*closer, *blank, f"## {name}", *(["", *lines] if lines else [])])

    # How lines are changed

    def _with_body(self, section: Section, lines: Sequence[str]) -> Document:
        eol = self._eol(section.heading)
        body = [eol, *(line + eol for line in lines), eol] if lines else [eol]
        if section.end == len(self.lines):
            body = body[:-1]
        head = self.lines[section.start - 1]
        before = [] if ending(head) else [head + eol]
        return self._replaced(section.start - len(before), section.end, [*before, *body])

    def _with_block(self, name: str, lines: Sequence[str]) -> Document:
        section = self.section(name)
        return self.with_section(name, lines) if section is None else self._appended(section, lines)

    def _appended(self, section: Section, lines: Sequence[str]) -> Document:
        """Lines after the last one of a section that is not empty."""
        if self.scan.unclosed and section.start <= self.scan.unclosed[0] < section.end:  # or it would swallow them
            return self.inserted(len(self.lines), [self.scan.unclosed[1], "", *lines])
        at = section.end
        while at > section.start and not self.lines[at - 1].strip():
            at -= 1
        if at > section.start:
            if lines[0].startswith(("|", "#")):
                return self.inserted(at, ["", *lines])
            return self.inserted(at, lines)
        if section.end == section.start:
            return self.inserted(at, ["", *lines, *([""] if section.end < len(self.lines) else [])])
        lonely = section.end == section.start + 1 and section.end < len(self.lines)
        return self.inserted(section.start + 1, [*lines, ""] if lonely else lines)

    def _eol(self, at: int) -> str:
        """The line end around a line."""
        for line in (*self.lines[at : at + 1], *self.lines[max(0, at - 1) : at], *self.lines[:1]):
            if found := ending(line):
                return found
        return "\n"

    def _replaced(self, start: int, end: int, new: Sequence[str]) -> Document:
        return Document([*self.lines[:start], *new, *self.lines[end:]], self.mark)


def _column(table: pipe.Table, name: str) -> int | None:
    """The column of exactly this name, else the first that means the same."""
    if name in table.columns:
        return table.columns.index(name)
    names = [pipe.column_name(column) for column in table.columns]
    wanted = pipe.column_name(name)
    return names.index(wanted) if wanted in names else None


def parse(content: bytes) -> Document:
    """The document that these bytes are; `bytes(document)` gives the same ones back, whatever they are."""
    text = content.decode("utf-8", "surrogateescape")
    mark = BOM if text.startswith(BOM) else ""
    return Document(split_lines(text[len(mark) :]), mark)
