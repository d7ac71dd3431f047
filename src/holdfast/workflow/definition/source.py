"""A workflow file as it lies on disk: read within bounds, and every key's place in it."""

from __future__ import annotations

import stat
from bisect import bisect_right
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from holdfast.core.config.table import KeyPath
from holdfast.core.files import file_errors
from holdfast.workflow.definition.mistakes import MOST, DefinitionError, Mistake

LIMIT = 2**20
"""Bytes; a larger file is no workflow that anybody wrote."""
MOST_VALUES = 100_000
"""Keys, values and elements: 5,000 steps of twenty each."""


class Source:
    """A file's plain values, with the offset of each key and element. `name` is what messages call it."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        self._lines = [0, *(at + 1 for at, character in enumerate(text) if character == "\n")]
        self.value: Any = None
        self._offsets: Mapping[KeyPath, int] = {}
        self._found: list[tuple[int, str]] = []

    @classmethod
    def read(cls, path: Path, name: str) -> Source:
        """What a file holds. Raises HoldfastError where it cannot be read, is too large or not UTF-8."""
        return cls(name, decoded(read_bytes(path, name), name))

    def parse(self) -> None:
        """Reads the text as YAML. Raises DefinitionError where it is none, or not the plain part of it."""
        from holdfast.core.config.mistakes import dotted
        from holdfast.core.config.yaml_reading import BadYaml, read_yaml

        try:
            self.value, self._offsets, repeated = read_yaml(self.text, most=MOST_VALUES)
        except BadYaml as error:
            raise DefinitionError([self._at(error.offset, str(error))]) from error
        for path, offset in repeated:
            self._found.append((offset, f"{dotted(path)}: given twice; the first is in line {self.line(path)}"))

    def line(self, path: KeyPath) -> int:
        """The line of a key or element, or of the innermost thing around it that has a place."""
        return bisect_right(self._lines, self._offset(path))

    def wrong(self, path: KeyPath, message: str) -> None:
        """Notes a mistake at the place of a key or element, and names it."""
        self._found.append((self._offset(path), f"{self._label(path)}: {message}" if path else message))

    def _label(self, path: KeyPath) -> str:
        """`tests.retry.times`: the path, with a step's id in place of its number where it has one."""
        from holdfast.core.config.mistakes import dotted

        match path:
            case ("steps", int(number), *rest):
                step = self.value["steps"][number]
                name = step.get("id") if isinstance(step, dict) else None
                return dotted((name, *rest) if isinstance(name, str) and name else path)
        return dotted(path)

    @property
    def full(self) -> bool:
        """Whether there are so many mistakes that no more need be looked for."""
        return len(self._found) >= MOST

    def refuse_mistakes(self) -> None:
        """Raises DefinitionError with what was noted, in the order of the file, if anything was."""
        if self._found:
            places = dict.fromkeys(sorted(self._found, key=lambda each: each[0]))
            raise DefinitionError([self._at(*each) for each in places][:MOST])

    def _offset(self, path: KeyPath) -> int:
        for length in range(len(path), 0, -1):
            if (offset := self._offsets.get(path[:length])) is not None:
                return offset
        return 0

    def _at(self, offset: int, message: str) -> Mistake:
        line = bisect_right(self._lines, offset)
        return Mistake(self.name, line, offset - self._lines[line - 1] + 1, message)


def read_bytes(path: Path, name: str) -> bytes:
    """What the file holds. Raises HoldfastError where it cannot be read; a large one is not read to its end."""
    with file_errors(path, "read"):
        if not stat.S_ISREG(path.stat().st_mode):  # reading a pipe or a device may never end
            raise DefinitionError([Mistake(name, 0, 0, "not a regular file")], hint="is this the file you meant?")
        with path.open("rb") as file:
            content = file.read(LIMIT + 1)
    if len(content) > LIMIT:
        reason = f"larger than {LIMIT // 2**20} MiB, which no workflow is"
        raise DefinitionError([Mistake(name, 0, 0, reason)], hint="is this the file you meant?")
    return content


def decoded(content: bytes, name: str) -> str:
    """The text, without its byte order mark. Raises DefinitionError with the place where it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        wrong = Mistake(name, before.count(b"\n") + 1, column, "not UTF-8")
        raise DefinitionError([wrong], hint="save the file as UTF-8") from error
