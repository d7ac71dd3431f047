"""Projects with one planted fault each, and projects without any, built from values so that no file holds a secret."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

PYPROJECT = '[project]\nname = "shop"\nversion = "1.0"\nrequires-python = ">=3.11"\n'

Files = Mapping[str, str | bytes]
"""Content by path. A path that ends in `!` is not tracked; one that ends in `*` is executable."""


class Fault(NamedTuple):
    """A project with one fault, the finding that must come of it, and where."""

    name: str
    check: str
    files: Files
    id: str
    place: str | None = None
    """`file` or `file:line` of the finding."""


class Clean(NamedTuple):
    """A project in which a check must find nothing."""

    name: str
    check: str
    files: Files


def plant(project: Path, files: Files) -> Path:
    """Makes the project as a git repository with everything tracked that does not say otherwise."""
    project.mkdir()
    tracked = []
    for path, content in {"pyproject.toml": PYPROJECT, **files}.items():
        file = project / path.rstrip("!*")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        if path.endswith("*"):
            file.chmod(0o755)
        if not path.endswith("!"):
            tracked.append(path.rstrip("*"))
    for command in (["init", "-q", "-b", "main"], ["add", "-f", "--", *tracked], ["commit", "-q", "-m", "first"]):
        subprocess.run(["git", *command], cwd=project, check=True)
    return project
