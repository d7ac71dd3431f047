"""The programs that a shell finds in which nothing is activated.

Asked at every start, for some hundred paths: nothing heavy is loaded, and pathlib would take ten times as long.
"""

# ruff: noqa: PTH113, PTH117, PTH118 - as said above

from __future__ import annotations

import os
from collections.abc import Iterable

from holdfast.checks.interface import Context


def bare_path(context: Context) -> list[str]:
    """The directories of the user's PATH, less those of the project's and the active environment."""
    active = (context.env[name] for name in ("VIRTUAL_ENV", "CONDA_PREFIX") if context.env.get(name))
    left_out = {os.path.join(root, "bin") for root in active}
    if context.environment:
        left_out |= {str(context.environment.bin), os.path.realpath(context.environment.bin)}
    places = context.env.get("PATH", "").split(os.pathsep)
    return [place for place in dict.fromkeys(places) if os.path.isabs(place) and place not in left_out]


def found_on_path(context: Context, tools: Iterable[str]) -> dict[str, str]:
    """The program that each tool's name means there, by tool."""
    places, found = [f"{place}/" for place in bare_path(context)], {}
    for tool in tools:
        for place in places:
            if os.access(place + tool, os.X_OK) and os.path.isfile(place + tool):
                found[tool] = place + tool
                break
    return found
