"""Workspaces of uv: their members, and the paths between a member and the root, where the lock is."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from holdfast.checks.dependencies.lockfile import words
from holdfast.checks.facts import table
from holdfast.core.errors import HoldfastError
from holdfast.core.files import read_text

_DEPTH = 64
"""How many directories up a path may lead."""
_STARS = 2
"""How many stars the pattern of a workspace's members may have to be looked for on the disk."""


def is_member(root: Path, project: Path) -> bool:
    """Whether a workspace with this root has the project among its members."""
    workspace = table(read_pyproject(root) or {}, "tool", "uv", "workspace")
    place = project.relative_to(root).as_posix()
    fits = [matches(place, pattern) for pattern in words(workspace.get("members"))]
    return any(fits) and not any(matches(place, pattern) for pattern in words(workspace.get("exclude")))


def member_directories(root: Path, pyproject: Mapping[str, Any]) -> frozenset[str] | None:
    """The members by what is on the disk, relative to the root; None where finding them might take long."""
    workspace = table(pyproject, "tool", "uv", "workspace")
    patterns = [posixpath.normpath(pattern) for pattern in words(workspace.get("members"))]
    if any("**" in each or each.count("*") > _STARS or each.startswith(("/", "..")) for each in patterns):
        return None
    try:
        found = {path.parent for each in patterns for path in root.glob(f"{each}/pyproject.toml")}
    except (OSError, ValueError):
        return None
    places = {path.relative_to(root).as_posix() for path in found} - {"."}
    excluded = words(workspace.get("exclude"))
    return frozenset(each for each in places if not any(matches(each, pattern) for pattern in excluded))


def matches(place: str, pattern: str) -> bool:
    """Whether a path fits a glob in which `*` stops at a slash and `**` does not."""
    return _fits(place.split("/"), posixpath.normpath(pattern).split("/"))


def _fits(parts: list[str], patterns: list[str]) -> bool:
    from fnmatch import fnmatchcase

    reached = {0}  # how many parts the patterns so far may have taken
    for pattern in patterns:
        if pattern == "**":
            reached = set(range(min(reached), len(parts) + 1)) if reached else reached
        else:
            reached = {at + 1 for at in reached if at < len(parts) and fnmatchcase(parts[at], pattern)}
    return len(parts) in reached


def read_pyproject(directory: Path, file: str = "pyproject.toml") -> Mapping[str, Any] | None:
    """The pyproject.toml of a directory, or another file, or None where there is none that can be read."""
    found = pyproject_and_text(directory, file)
    return found[0] if found else None


def pyproject_and_text(directory: Path, file: str = "pyproject.toml") -> tuple[Mapping[str, Any], str] | None:
    """The same, with the text."""
    import tomllib

    try:
        text = read_text(directory / file, limit=2**22)
        return tomllib.loads(text), text
    except (HoldfastError, ValueError, RecursionError):
        return None


def up(file: str) -> str:
    """The lock's directory, relative to the project."""
    return posixpath.dirname(file) or "."


def here(project: Path, file: str) -> str:
    """The project's directory, relative to the lock's: `.` for a root."""
    return Path(os.path.relpath(project, project / up(file))).as_posix()


def from_project(place: str, path: str) -> str:
    """A path relative to the lock's directory, made relative to the project at `place` there."""
    if path.startswith("/"):
        return path
    root = "/\1" * _DEPTH  # so that no current directory is asked for, which may be gone
    return posixpath.relpath(f"{root}/{path}", f"{root}/{place}")
