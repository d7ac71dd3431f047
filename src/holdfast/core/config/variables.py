"""The names of the environment variables: `validate.jobs` is `HOLDFAST_VALIDATE_JOBS`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from holdfast.core.config.kinds import CHECK_NAME
from holdfast.core.config.table import ANY_NAME, Setting, all_settings

PREFIX = "HOLDFAST_"
OTHERS = {
    "HOLDFAST_AGENT": "Who is at work, in the registry's words",
    "HOLDFAST_NO_LOG": "1: log nothing",
    "HOLDFAST_PROJECT": "The project's root, where --project does not name it",
}
"""Variables that are no settings, with what they mean."""


def variable_of(path: tuple[str, ...]) -> str:
    """The variable that sets a setting; for ANY_NAME it says NAME."""
    return PREFIX + "_".join("name" if part == ANY_NAME else part for part in path).upper().replace("-", "_")


def setting_of_variable(name: str) -> tuple[tuple[str, ...], Setting] | None:
    """The setting that a variable sets, with its path; None where there is none.

    `HOLDFAST_CHECKS_MY_CHECK_TIMEOUT` is `checks.my-check.timeout`; no field's name may end in another's.
    """
    fits = ((path, setting) for way, setting in all_settings() if (path := _path_in(name, way)))
    return next(fits, None)


def _path_in(name: str, way: tuple[str, ...]) -> tuple[str, ...] | None:
    if ANY_NAME not in way:
        return way if variable_of(way) == name else None
    at = way.index(ANY_NAME)
    field = way[-1]
    chosen = name[len(variable_of(way[:at])) + 1 : -len(field) - 1].lower().replace("_", "-")
    path = (*way[:at], chosen, field)
    return path if re.fullmatch(CHECK_NAME, chosen) and variable_of(path) == name else None


def unknown_variables(env: Mapping[str, str]) -> Iterator[str]:
    """A message for each `HOLDFAST_*` variable that nobody reads."""
    from holdfast.core.config.mistakes import nearest

    known = [*(variable_of(path) for path, _ in all_settings()), *OTHERS]
    for name in sorted(name for name in env if name.startswith(PREFIX)):
        if name not in OTHERS and setting_of_variable(name) is None:
            meant = nearest(name, known)
            yield f"{ascii(name)[1:-1]}: unknown variable{f'; did you mean {meant}?' if meant else ''}"
