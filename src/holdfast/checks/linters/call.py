"""How a tool is called on the files that a run is limited to.

Tools treat a file that is named differently from one that they find: what their configuration leaves out is often
taken nonetheless. So each check leaves it out itself; where it cannot tell what is left out, the tool looks at
everything, and what it says of other files is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from holdfast.checks.interface import Context
from holdfast.checks.tools import unaffected
from holdfast.core.findings import Finding

MOST = 2000
"""Files that are named one by one; a command line cannot be of any length."""


class Call(NamedTuple):
    """What to add to a tool's command line, and how many files that is."""

    arguments: tuple[str, ...]
    files: int


def limited(
    context: Context,
    check: str,
    globs: tuple[str, ...],
    *,
    opaque: tuple[str, ...],
    left_out: Callable[[str], bool] | None,
) -> Call | None:
    """The call on the files in scope; None where the tool has to look at everything.

    `opaque` are options that change which files are taken, and `left_out` says whether the configuration leaves a
    file out, None where that is not known. Raises CannotRun, unaffected, where none of the tool's files is in scope.
    """
    files = context.matching(*globs)
    if not files:
        raise unaffected(check, "files")
    options, paths = _parted(context)
    if left_out is None or len(files) > MOST or any(option.startswith(opaque) for option in options):
        return None
    named = [file for file in files if _below(file, paths) and not left_out(file)]
    if not named:
        raise unaffected(check, "files")
    return Call((*options, *(f"./{file}" if file.startswith("-") else file for file in named)), len(named))


def taken(
    context: Context,
    globs: tuple[str, ...],
    *,
    opaque: tuple[str, ...],
    left_out: Callable[[str], bool] | None,
) -> int | None:
    """How many files a tool that finds them itself looks at; None where that is not known."""
    options, paths = _parted(context)
    if left_out is None or any(option.startswith(opaque) for option in options):
        return None
    return sum(_below(file, paths) and not left_out(file) for file in context.matching(*globs))


def of_scope(context: Context, findings: Iterable[Finding]) -> list[Finding]:
    """Those findings that are in a file in scope, or in none."""
    scope = context.scope
    return [each for each in findings if scope is None or each.location is None or each.location.file in scope]


def _parted(context: Context) -> tuple[list[str], list[str]]:
    """The options of the user's own arguments with their values, and the paths among them."""
    options: list[str] = []
    paths: list[str] = []
    for argument in context.args:
        value = bool(options) and options[-1].startswith("-") and "=" not in options[-1]
        is_path = not argument.startswith("-") and not value and (context.project / argument).exists()
        (paths if is_path else options).append(argument)
    return options, [path.removeprefix("./").rstrip("/") for path in paths]


def _below(file: str, paths: list[str]) -> bool:
    return not paths or any(path in (".", file) or file.startswith(f"{path}/") for path in paths)
