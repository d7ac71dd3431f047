"""What a project configures and depends on, by its own files."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from holdfast.checks.interface import Context

NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")
INI_FILES = ("setup.cfg", "tox.ini")
LIMIT = 2**20
"""Bytes of a file of configuration that are read; what is larger is none."""
PRE_COMMIT = ".pre-commit-config.yaml"
_KEY = "dependency names"


def configures(context: Context, tool: str, *, files: tuple[str, ...] = (), sections: tuple[str, ...] = ()) -> bool:
    """Whether the project has `[tool.TOOL]`, one of the files in its root, or one of the ini sections."""
    if tool in table(context.pyproject, "tool"):
        return True
    if any((context.project / name).is_file() for name in files):
        return True
    return any(_has_section(context.project / name, sections) for name in INI_FILES)


def _has_section(path: Path, sections: tuple[str, ...]) -> bool:
    text = start_of(path)
    return any(re.search(rb"(?m)^\[" + re.escape(section.encode()) + rb"\]", text) for section in sections)


def depends_on(context: Context, distribution: str) -> bool:
    """Whether the project names the distribution among its dependencies, of whatever group."""
    return distribution in dependency_names(context)


def dependency_names(context: Context) -> frozenset[str]:
    """The normalised names (PEP 503) of all that pyproject.toml and requirements files ask for, read once in a run."""
    if context.shared is None:
        return _names(context)
    found: frozenset[str] | None = context.shared.get(_KEY)
    if found is None:
        found = context.shared[_KEY] = _names(context)
    return found


def _names(context: Context) -> frozenset[str]:
    names = {normalised(text) for text in _declared(context.pyproject)}
    for file in context.files:
        if re.fullmatch(r"(requirements[^/]*|requirements/[^/]*)\.(txt|in)", file):
            names |= {normalised(line) for line in text_of(context.project / file, LIMIT * 8).splitlines()}
    return frozenset(name for name in names if name)


def normalised(requirement: str) -> str:
    """The normalised name that a requirement starts with, or nothing."""
    match = NAME.match(requirement)
    return normal(match[1]) if match else ""


def normal(name: str) -> str:
    """A name as PyPA compares names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def own_name(pyproject: Mapping[str, Any]) -> str:
    """The project's own name, normalised; empty where pyproject.toml says none."""
    said = table(pyproject, "project").get("name") or table(pyproject, "tool", "poetry").get("name")
    return normal(said) if isinstance(said, str) else ""


def text_of(path: Path, limit: int = LIMIT) -> str:
    """The text of a file as far as it is one: bytes that are not UTF-8 are replaced. Empty where there is none."""
    return start_of(path, limit).decode("utf-8", "replace")


def start_of(path: Path, limit: int = LIMIT) -> bytes:
    """The first bytes of a file, or nothing: opening a pipe would never end."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return b""
        with path.open("rb") as file:
            return file.read(limit)
    except OSError:
        return b""


def _declared(pyproject: Mapping[str, Any]) -> Iterator[str]:
    project = table(pyproject, "project")
    poetry = table(pyproject, "tool", "poetry")
    lists = [
        project.get("dependencies"),
        *table(project, "optional-dependencies").values(),
        *table(pyproject, "dependency-groups").values(),
        table(pyproject, "tool", "uv").get("dev-dependencies"),
    ]
    for requirements in lists:
        yield from (text for text in requirements if isinstance(text, str)) if isinstance(requirements, list) else ()
    groups = [group for group in table(poetry, "group").values() if isinstance(group, dict)]
    for owner in (poetry, *groups):
        yield from table(owner, "dependencies")
    yield from table(poetry, "dev-dependencies")


def table(document: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """The table at the dotted path, or an empty one where there is none, or something else stands there."""
    here: Any = document
    for key in keys:
        here = here.get(key) if isinstance(here, Mapping) else None
    return here if isinstance(here, Mapping) else {}
