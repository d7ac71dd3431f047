"""YAML with its lines: a file as mappings, sequences and texts that know where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from holdfast.core.files import FileError, read_text
from holdfast.core.findings import Finding, Location, Severity

UNREADABLE, TWICE = "GHA001", "GHA002"
LIMIT = 2**21
"""Bytes; GitHub takes no larger workflow."""


class Part(NamedTuple):
    """One value of a document. What is empty or null is the text ``."""

    value: str | Mapping[str, Part] | Sequence[Part]
    line: int
    block: bool = False
    """Whether its text begins on the line after its own, as that of `|` and `>` does."""

    @property
    def text(self) -> str | None:
        """The value where it is a text, a number or a switch."""
        return self.value if isinstance(self.value, str) else None

    @property
    def table(self) -> Mapping[str, Part]:
        """The value where it is a mapping, else an empty one."""
        return self.value if isinstance(self.value, Mapping) else {}

    @property
    def items(self) -> Sequence[Part]:
        """The value where it is a sequence, else an empty one."""
        return () if isinstance(self.value, str | Mapping) else self.value

    def get(self, *keys: str) -> Part:
        """The value at the path of keys; an empty text, on the line of the last that is there, where there is none."""
        here = self
        for key in keys:
            here = here.table.get(key, Part("", here.line))
        return here

    def texts(self) -> Iterator[Part]:
        """Every text in it, once each even where an alias repeats it."""
        waiting, seen = [self], set()
        while waiting:
            here = waiting.pop()
            if id(here) in seen:
                continue
            seen.add(id(here))
            if isinstance(here.value, str):
                yield here
            else:
                waiting += here.table.values() or here.items


EMPTY = Part("", 1)


class Document(NamedTuple):
    """A file as it was read: its values, unless it cannot be read, and what is wrong with it as YAML."""

    file: str
    root: Part | None
    findings: tuple[Finding, ...]


class Broken(Exception):
    """The file cannot be read. Holds the finding that says why."""

    def __init__(self, file: str, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.finding = Finding(UNREADABLE, Severity.ERROR, reason, Location(file, line))


def read(project: Path, file: str) -> Document:
    """The file as a document. What keeps it from being read is among its findings."""
    try:
        reader = _Reader(file)
        return Document(file, reader.part(_composed(project, file)), tuple(reader.findings))
    except Broken as error:
        return Document(file, None, (error.finding,))


def _composed(project: Path, file: str) -> Any:
    from holdfast.core.config.yaml_reading import BadYaml, composed

    try:
        text = read_text(project / file, limit=LIMIT)
        node = composed(text)
    except FileError as error:
        raise Broken(file, f"cannot be read: {error.reason}", error.line) from error
    except BadYaml as error:
        raise Broken(file, str(error), text.count("\n", 0, error.offset) + 1) from error
    if node is None:
        raise Broken(file, "empty")
    return node


class _Reader:
    """Makes parts of ruamel's nodes; an alias becomes the part that its anchor became."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._made: dict[int, Part | None] = {}
        self.findings: list[Finding] = []

    def part(self, node: Any) -> Part:
        line = node.start_mark.line + 1
        if id(node) in self._made:
            made = self._made[id(node)]
            if made is None:
                raise Broken(self._file, "an anchor contains itself", line)
            return made
        self._made[id(node)] = None
        part = self._made[id(node)] = Part(self._value(node), line, getattr(node, "style", None) in ("|", ">"))
        return part

    def _value(self, node: Any) -> str | Mapping[str, Part] | Sequence[Part]:
        kind = type(node).__name__
        if kind == "SequenceNode":
            return tuple(self.part(item) for item in node.value)
        if kind != "MappingNode":
            return "" if node.tag and str(node.tag).endswith(":null") else str(node.value)
        table: dict[str, Part] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in table:
                message = f"the key {name} is there twice: GitHub refuses the file"
                self.findings.append(Finding(TWICE, Severity.ERROR, message, Location(self._file, line)))
            part = self.part(value)
            table[name] = part if part.text else part._replace(line=line)  # of what is nested, the key's line
        return table
