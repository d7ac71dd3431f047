"""The project's files that configure other programs, each read once in a run."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from holdfast.checks.interface import Context
from holdfast.core.config.documents import Document
from holdfast.core.files import FileError, read_text
from holdfast.core.findings import Finding, Location, Severity

LIMIT = 2 * 2**20
"""Bytes; a larger file is not a configuration."""
CONTAINER_PLACES = ("docker", ".docker", ".devcontainer", "deploy", "build")
REQUIREMENTS = re.compile(r"(?:requirements[^/]*|requirements/[^/]*|[^/]*[-_.]requirements)\.(?:txt|in)")
_CONTAINER = re.compile(
    rf"(?:(?:{'|'.join(map(re.escape, CONTAINER_PLACES))})/)?"
    r"(?:(?:Dockerfile|Containerfile)(?:[._-][^/]*)?|[^/]*\.(?:[Dd]ockerfile|Containerfile))"
)
_KEY = "lockstep files"


class Trouble(NamedTuple):
    """A file that could not be read, and why."""

    place: Location
    reason: str


class Files:
    """Reads what the project's files say; what cannot be read is kept as a Trouble, and counts as empty."""

    def __init__(self, context: Context) -> None:
        self.troubles: dict[str, Trouble] = {}
        """Of the files that were asked for here."""
        self._project = context.project
        self._names = frozenset(context.files)
        shared: dict[str, Any] = {} if context.shared is None else context.shared
        self._read: dict[str, tuple[Document, Trouble | None]] = shared.setdefault(_KEY, {})

    def text(self, file: str) -> str:
        """A file's text; empty where it is none of the project's."""
        return self._document(file, _plain).text

    def yaml(self, file: str) -> Document:
        """A YAML document whose scalars are texts as they are written (see core.config.yaml_reading.Plain)."""
        return self._document(file, _yaml)

    def toml(self, file: str) -> Document:
        """A TOML document."""
        return self._document(file, _toml)

    def unread(self, code: str) -> list[Finding]:
        """A warning of that id for each file that could not be read."""
        return [
            Finding(code, Severity.WARNING, f"not read: {each.reason}", each.place)
            for _, each in sorted(self.troubles.items())
        ]

    def _document(self, file: str, understand: Callable[[str, str], Document]) -> Document:
        key = f"{understand.__name__} {file}"
        if key not in self._read:
            self._read[key] = self._made(file, understand)
        document, trouble = self._read[key]
        if trouble:
            self.troubles[file] = trouble
        return document

    def _made(self, file: str, understand: Callable[[str, str], Document]) -> tuple[Document, Trouble | None]:
        empty = _plain(file, "")
        if file not in self._names or not os.path.lexists(self._project / file):  # what is tracked may be gone
            return empty, None
        try:
            return understand(file, read_text(self._project / file, limit=LIMIT)), None
        except FileError as error:
            return empty, Trouble(Location(file, error.line), error.reason)
        except _Misread as error:
            return empty, Trouble(Location(file, error.line), str(error))


class _Misread(ValueError):
    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.line = line


def _plain(file: str, text: str) -> Document:
    return Document(file, text, None, (), lambda _: {})


def _yaml(file: str, text: str) -> Document:
    from holdfast.core.config.yaml_reading import BadYaml, read_foreign

    try:
        value, offsets = read_foreign(text)
    except BadYaml as error:
        raise _Misread(str(error), text.count("\n", 0, error.offset) + 1) from error
    return Document(file, text, value, (), lambda _: offsets)


def _toml(file: str, text: str) -> Document:
    import tomllib

    from holdfast.core.config.toml_positions import toml_positions

    try:
        return Document(file, text, tomllib.loads(text), (), toml_positions)
    except (ValueError, RecursionError) as error:
        raise _Misread(f"not TOML: {str(error).splitlines()[0]}", None) from error


def workflow_files(context: Context) -> list[str]:
    """The workflows and the actions of the project's own."""
    return [name for name in context.files if name.startswith(".github/") and name.endswith((".yml", ".yaml"))] + [
        name for name in ("action.yml", "action.yaml") if name in context.files
    ]


def container_files(context: Context) -> list[str]:
    """The Dockerfiles in the root and in the directories that are named for them."""
    return [name for name in context.files if _CONTAINER.fullmatch(name)]


def requirements_files(context: Context) -> list[str]:
    """The requirements files in the root, and in `requirements`."""
    return [name for name in context.files if REQUIREMENTS.fullmatch(name)]


def mapping(value: object) -> Mapping[str, Any]:
    """A value where it is a table, else an empty one; with the keys that YAML's `<<` takes in."""
    if not isinstance(value, Mapping):
        return {}
    base = value.get("<<")
    return {**base, **value} if isinstance(base, Mapping) else value


def listed(value: object) -> list[Any]:
    """A value where it is a list, else nothing."""
    return value if isinstance(value, list) else []


def without_comment(line: str) -> str:
    """A line of a shell, make, ini, requirements or Docker file less its comment."""
    if "#" in line or ";" in line:
        return re.sub(r"(?:^|(?<=\s))#.*|^\s*;.*", "", line)
    return line
