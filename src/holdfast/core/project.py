"""Finding the project that a command is about."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from holdfast.core.errors import HoldfastError

MARKERS = ("pyproject.toml", "holdfast.yaml", "holdfast.json", "setup.cfg", "setup.py", "requirements.txt")


def find_project(start: Path | None, env: Mapping[str, str]) -> Path:
    """The root of the project: the directory given, else `HOLDFAST_PROJECT`, else the nearest one upwards.

    The nearest directory upwards from the current one that holds one of MARKERS is the project; it does not have to
    be a git repository. Raises HoldfastError where there is none.
    """
    named = start or (Path(env["HOLDFAST_PROJECT"]) if env.get("HOLDFAST_PROJECT") else None)
    if named is not None:
        if not named.is_dir():
            raise HoldfastError(f"{named}: no such directory", hint="give --project the root of a Python project")
        return named.resolve()
    here = Path.cwd()
    for directory in (here, *here.parents):
        if any((directory / marker).is_file() for marker in MARKERS):
            return directory
    raise HoldfastError(
        f"no Python project in {here} or above it (looked for {', '.join(MARKERS[:3])} ...)",
        hint="change into the project, or name it with --project DIR",
    )
