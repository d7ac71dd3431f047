"""Is the interpreter that will run a project the right one, and is its environment whole?

The standard library alone, for any Python from 3.8, and nothing of holdfast: scripts/check_venv.py loads this package
by its path where nothing is installed and the environment is broken. Nothing is written, and no program is run unless
the files of the environment cannot tell which Python it is. See docs/adr/0004-venv-check-without-holdfast.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Mapping

from .locate import environment_of, named
from .project import MARKERS
from .toml import PARSED
from .values import (
    Answer,
    Command,
    Environment,
    Place,
    Problem,
    Unusable,
    command_line,
    cut,
    dotted,
    shown,
    why_unanswered,
)

__all__ = [
    "MARKERS",
    "PARSED",
    "Answer",
    "Command",
    "Environment",
    "Place",
    "Problem",
    "Unusable",
    "command_line",
    "cut",
    "dotted",
    "environment_of",
    "inspect",
    "named",
    "shown",
    "why_unanswered",
]


def inspect(project: Path, env: Mapping[str, str], *, python: Path | None = None) -> Answer:
    """Asks every question about the project's environment, or about the one that `python` names.

    `env` is the environment variables. Raises Unusable where the project's files or `python` cannot be understood.
    """
    from .inspection import ask_all  # most callers want to know only where the environment is

    return ask_all(project, env, python=python)
