"""Where the registry is that a command means."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from holdfast.core.errors import HoldfastError


def registry_path(project: Path, named: Path | None, env: Mapping[str, str]) -> Path:
    """The registry that `--registry` names, else the one that the project's configuration does.

    Relative to the current directory where it lies below, since messages show it. Raises HoldfastError where the
    configuration is wrong.
    """
    from holdfast.core.config import load_config

    path = named or project / load_config(project, env).registry
    if "\0" in str(path):
        raise HoldfastError(f"{str(path)!r} is no file: a name cannot hold a null character")
    try:
        here = Path.cwd()
    except FileNotFoundError:
        return path
    return path.relative_to(here) if path.is_relative_to(here) else path


def registry_to_read(project: Path | None, named: Path | None, env: Mapping[str, str]) -> Path:
    """The same for commands that need no project where the registry is named. Raises HoldfastError."""
    from holdfast.core.project import find_project

    return registry_path(Path() if named else find_project(project, env), named, env)
