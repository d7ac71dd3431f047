"""Where the registry is that a command means."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def registry_path(project: Path, named: Path | None, env: Mapping[str, str]) -> Path:
    """The registry that `--registry` names, else the one that the project's configuration does.

    Relative to the current directory where it lies below, since messages show it. Raises HoldfastError where the
    configuration is wrong.
    """
    from holdfast.core.config import load_config

    path = named or project / load_config(project, env).registry
    try:
        here = Path.cwd()
    except FileNotFoundError:
        return path
    return path.relative_to(here) if path.is_relative_to(here) else path


def registry_to_read(project: Path | None, named: Path | None, env: Mapping[str, str]) -> Path:
    """The same for commands that need no project where the registry is named. Raises HoldfastError."""
    from holdfast.core.project import find_project

    return named or registry_path(find_project(project, env), None, env)


def shown_path(path: Path) -> str:
    """A path as it is stored or printed in JSON: its name alone, which is no machine's."""
    return os.fsdecode(path.name)
