"""The files that can hold a configuration, read and parsed; the places in them are found when somebody asks."""

from __future__ import annotations

import os
import re
import stat
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from holdfast.core.config.mistakes import MOST, TWO_FILES, UNREADABLE, WRONG_NAME, ConfigError, Mistake, dotted
from holdfast.core.config.table import KeyPath

PYPROJECT = "pyproject.toml"
OWN_FILES = ("holdfast.yaml", "holdfast.json")
MISNAMED = {"holdfast.yml": "holdfast.yaml", "holdfast.toml": f"[tool.holdfast] in {PYPROJECT}"}
LIMIT = 2**20
"""Bytes; a larger file is not a configuration."""
_IN_PYPROJECT: KeyPath = ("tool", "holdfast")


class Document:
    """A file's settings: `value` as it was parsed, and `root`, the way to it in the file."""

    def __init__(
        self, name: str, text: str, value: object, root: KeyPath, find: Callable[[str], Mapping[KeyPath, int]]
    ) -> None:
        self.name, self.text, self.value, self.root = name, text, value, root
        self._find = find

    @cached_property
    def _offsets(self) -> Mapping[KeyPath, int]:
        return self._find(self.text)

    def line(self, path: KeyPath) -> int | None:
        """The line of a setting, or of the innermost table around it that has one."""
        whole = (*self.root, *path)
        for length in range(len(whole), 0, -1):
            if (offset := self._offsets.get(whole[:length])) is not None:
                return _place(self.text, offset)[0]
        return None

    def origin(self, path: KeyPath) -> str:
        """ "pyproject.toml:12"."""
        line = self.line(path)
        return self.name if line is None else f"{self.name}:{line}"

    def mistake(self, id: str, path: KeyPath, message: str) -> Mistake:  # noqa: A002 - the field's name
        """The mistake with the setting and its place."""
        return Mistake(id, f"{dotted(path)}: {message}" if path else message, self.name, self.line(path))


def parsed_pyproject(project: Path) -> tuple[str, dict[str, Any]]:
    """The text of the project's pyproject.toml, and what `read_pyproject` makes of it. Raises ConfigError."""
    return _text(project, PYPROJECT) or "", read_pyproject(project)


def read_pyproject(project: Path) -> dict[str, Any]:
    """The project's pyproject.toml as tomllib gives it; {} where there is none. Shared: do not change it.

    The same text is parsed once in a process. Raises ConfigError where it cannot be read or is not TOML.
    """
    text = _text(project, PYPROJECT)
    return {} if text is None else _toml(text)


def find_documents(project: Path, *, thorough: bool) -> tuple[list[Document], list[Mistake]]:
    """The documents that hold settings, and what is wrong with the files.

    A pyproject.toml in which our name does not occur is not parsed, which a `thorough` reader wants nonetheless.
    """
    documents: list[Document] = []
    mistakes: list[Mistake] = []
    places: list[str | Document] = []
    for name, read in ((PYPROJECT, _pyproject_of), *((name, _own_file) for name in OWN_FILES)):
        try:
            text = _text(project, name)
            document = None if text is None else read(name, text, thorough)
        except ConfigError as error:
            mistakes += error.mistakes
            places += [] if name == PYPROJECT else [name]
        else:
            documents += [] if document is None else [document]
            places += [] if document is None else [document]
    if len(places) > 1:
        shown = [_described(place) for place in places]
        message = f"the configuration is in {' and '.join(shown)}; keep one of them"
        mistakes.append(Mistake(TWO_FILES, message, shown[0].partition(":")[0]))
    for name, right in MISNAMED.items():
        if (project / name).exists():
            mistakes.append(Mistake(WRONG_NAME, f"a file of this name is not read; its place is {right}", name))
    return documents, mistakes


def _described(place: str | Document) -> str:
    if isinstance(place, str):
        return place
    return f"{place.origin(())} [tool.holdfast]" if place.root else place.name


def _place(text: str, offset: int) -> tuple[int, int]:
    """The line and the column of an offset."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _unreadable(name: str, message: str, line: int | None = None, column: int | None = None) -> ConfigError:
    return ConfigError([Mistake(UNREADABLE, message, name, line, column)])


def _text(project: Path, name: str) -> str | None:
    """The file's text without its byte order mark, or None where there is no such file."""
    try:
        content = _content(project / name, name)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _unreadable(name, f"cannot be read: {error.strerror or error}") from error
    try:
        return content.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        raise _unreadable(name, "not UTF-8", content.count(b"\n", 0, error.start) + 1) from error


def _content(path: Path, name: str) -> bytes:
    if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - a pipe would be waited for
        raise _unreadable(name, "not a file")
    with path.open("rb") as file:
        content = file.read(LIMIT + 1)
    if len(content) > LIMIT:
        raise _unreadable(name, f"larger than {LIMIT // 2**20} MiB, which no configuration is")
    return content


def _pyproject_of(name: str, text: str, thorough: bool) -> Document | None:
    if not thorough and "holdfast" not in text and "\\" not in text:  # a quoted key could spell it with escapes
        return None
    document = _toml(text)
    tool = document.get("tool", {})
    if not isinstance(tool, dict) or "holdfast" not in tool:
        return None
    return Document(name, text, tool["holdfast"], _IN_PYPROJECT, _toml_offsets)


def _own_file(name: str, text: str, _thorough: bool) -> Document:
    return (_yaml_document if name.endswith(".yaml") else _json_document)(name, text)


@lru_cache(maxsize=8)
def _toml(text: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise _unreadable(PYPROJECT, "nested too deep") from error
    except ValueError as error:  # TOMLDecodeError, and what int() and datetime say of impossible values
        match = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error))
        if match is None:
            raise _unreadable(PYPROJECT, f"not TOML: {error}") from error
        line, column = (int(match[2]), int(match[3])) if match[2] else (text.count("\n") + 1, None)
        raise _unreadable(PYPROJECT, f"not TOML: {match[1]}", line, column) from error


def _toml_offsets(text: str) -> Mapping[KeyPath, int]:
    from holdfast.core.config.toml_positions import toml_positions

    return toml_positions(text)


def _json_document(name: str, text: str) -> Document:
    import json

    try:
        value = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise _unreadable(name, f"not JSON: {error.msg}", error.lineno, error.colno) from error
    except RecursionError as error:
        raise _unreadable(name, "nested too deep") from error
    except _NoNumber as error:
        matches = re.finditer(r'"(?:\\.|[^"\\])*"|(?P<bad>NaN|-?Infinity)', text)
        at = next((match.start() for match in matches if match["bad"]), 0)
        raise _unreadable(name, f"not JSON: {error} is not a number", *_place(text, at)) from error
    except ValueError as error:  # from int(), of more digits than Python reads
        raise _unreadable(name, f"not JSON: {error}") from error
    from holdfast.core.config.json_positions import json_positions

    return _without_repeats(name, text, value, *json_positions(text))


class _NoNumber(ValueError):
    """NaN and the infinities, which json reads and JSON does not have."""


def _no_constant(name: str) -> object:
    raise _NoNumber(name)


def _yaml_document(name: str, text: str) -> Document:
    from holdfast.core.config.yaml_reading import BadYaml, read_yaml

    try:
        return _without_repeats(name, text, *read_yaml(text))
    except BadYaml as error:
        raise _unreadable(name, str(error), *_place(text, error.offset)) from error


def _without_repeats(
    name: str, text: str, value: object, offsets: Mapping[KeyPath, int], repeated: list[tuple[KeyPath, int]]
) -> Document:
    document = Document(name, text, value, (), lambda _: offsets)
    if repeated:
        raise ConfigError(_repeat(document, path, at) for path, at in repeated[:MOST])
    return document


def _repeat(document: Document, path: KeyPath, at: int) -> Mistake:
    message = f"{dotted(path)}: given twice; the first is in line {document.line(path)}"
    return Mistake(UNREADABLE, message, document.name, *_place(document.text, at))
