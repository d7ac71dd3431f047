"""Which lock a project keeps, by the names of its files: to find one, none of the modules that read locks is loaded."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from holdfast.checks.facts import start_of, table

MAINS = ("main", "base", "prod", "production")
_UP = 8
"""How far up the root of uv's workspace is looked for."""
_START = 2**20
"""How much of a requirements file is looked at for a hash, in bytes."""


def find_lock(project: Path, pyproject: Mapping[str, Any], named: str | None) -> tuple[str, str] | None:
    """The kind and the file of a project's lock, relative to it: the one that is named, else the first that is there.

    uv's is looked for before Poetry's in a project that configures uv and not Poetry.
    """
    if named:
        return _kind_of(named), named
    tools = table(pyproject, "tool")
    uv_first = "uv" in tools and "poetry" not in tools
    for kind in sorted(FINDERS, key="uv".__ne__) if uv_first else FINDERS:
        file = FINDERS[kind](project)
        if file:
            return kind, file
    return None


def _kind_of(file: str) -> str:
    name = file.rpartition("/")[2]
    if name in ("poetry.lock", "uv.lock"):
        return name.removesuffix(".lock")
    return "pylock" if name.startswith("pylock.") else "requirements"


def poetry_lock(project: Path) -> str | None:
    """The project's poetry.lock. A link that leads nowhere is one too: it is there, and cannot be read."""
    return "poetry.lock" if os.path.lexists(project / "poetry.lock") else None


def uv_lock(project: Path) -> str | None:
    """The project's uv.lock, or that of the workspace which it is a member of."""
    if os.path.isfile(project / "uv.lock"):
        return "uv.lock"
    for level, parent in enumerate(list(project.parents)[:_UP], 1):
        if os.path.isfile(parent / "uv.lock"):
            from holdfast.checks.dependencies.uv.workspace import is_member

            if is_member(parent, project):
                return "../" * level + "uv.lock"
    return None


def pylock(project: Path) -> str | None:
    """`pylock.toml`, or a named one where there is no other."""
    if os.path.isfile(project / "pylock.toml"):
        return "pylock.toml"
    named = [name for name in _names(project) if re.fullmatch(r"pylock\.[^.]+\.toml", name)]
    return named[0] if len(named) == 1 else None


def requirements(project: Path) -> str | None:
    """The main file, or the first of the others where there is none. Files without hashes are no lock."""
    found = hashed_files(project)
    return next((file for file in found if is_main(file)), found[0] if found else None)


FINDERS = {"poetry": poetry_lock, "uv": uv_lock, "pylock": pylock, "requirements": requirements}
"""In the order in which a project's lock is looked for."""


def hashed_files(project: Path) -> list[str]:
    """`requirements.txt`, `requirements-*.txt` and `requirements/*.txt` that have hashes, the main ones first."""
    names = [name for name in _names(project) if re.fullmatch(r"requirements([-_.].+)?\.txt", name)]
    names += [f"requirements/{name}" for name in _names(project / "requirements") if name.endswith(".txt")]
    order = {name: place for place, name in enumerate(("requirements", *MAINS))}
    ordered = sorted(names, key=lambda name: (order.get(stem_of(name), len(order)), name))
    return [name for name in ordered if _has_hashes(project / name)]


def stem_of(file: str) -> str:
    """What a requirements file's name says that it is for: `dev` for `requirements-dev.txt`."""
    name = file.rpartition("/")[2].removesuffix(".txt")
    return re.sub(r"^requirements[-_.]", "", name)


def is_main(file: str) -> bool:
    """Whether a requirements file is that of the project itself."""
    return stem_of(file).lower() in ("requirements", *MAINS)


def _has_hashes(path: Path) -> bool:
    return re.search(rb"(?m)^(?:[^#\n]*\s)?--hash[= ]", start_of(path, _START)) is not None


def _names(directory: Path) -> list[str]:
    try:
        return os.listdir(directory)
    except OSError:
        return []
