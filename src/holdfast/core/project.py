"""Finding the project that a command is about."""

from __future__ import annotations

import os
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
        if not os.path.isdir(named):  # noqa: PTH112 - pathlib's raises where it may not look
            raise HoldfastError(f"{named}: no such directory", hint="give --project the root of a Python project")
        return named.resolve()
    here = _here()
    for directory in (here, *here.parents):
        if any(os.path.isfile(directory / marker) for marker in MARKERS):  # noqa: PTH113 - the same
            return directory
    raise HoldfastError(
        f"no Python project in {here} or above it (looked for {', '.join(MARKERS[:3])} ...)",
        hint="change into the project, or name it with --project DIR",
    )


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        raise HoldfastError(
            f"the current directory cannot be used: {error.strerror}", hint="change into a directory that exists"
        ) from error
