"""A linter that a project need not have: which files it is given, which program it is, and what it answers."""

from __future__ import annotations

import json
import os
import posixpath
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from holdfast.checks.interface import Context
from holdfast.checks.tools import (
    CannotRun,
    Tool,
    crashed,
    find_optional,
    relative,
    run_tool,
    unaffected,
    versioned,
)
from holdfast.core.findings import Finding, Location, Severity, Status

if TYPE_CHECKING:
    from holdfast.core.process import Completed

AT_ONCE = 100
"""How many files one run of a linter is given: its output and its command line stay bounded."""
TEMPLATE = "{{"
LARGEST = 2**19
"""Bytes of a file that a linter is given."""


def given(context: Context, check: str, names: Iterable[str], unit: str) -> list[str]:
    """Those of the names that are regular files and no templates of a project generator.

    A link's target is looked at where it lies. Raises CannotRun, skipped, where nothing is left.
    """
    found = [name for name in names if TEMPLATE not in name and _regular(context.project / name)]
    if found:
        return found
    if context.scope is not None:
        raise unaffected(check, unit)
    raise CannotRun(check, f"the project has no {unit}", status=Status.SKIPPED)


def apart(context: Context, check: str, files: Iterable[str]) -> tuple[list[str], list[Finding]]:
    """The files that a linter is given, and a warning for each that is left out: some take gigabytes for 50 MB.

    Scripts of that size carry an archive, or were generated.
    """
    small: list[str] = []
    large: list[Finding] = []
    for file in files:
        if (context.project / file).lstat().st_size <= LARGEST:
            small.append(file)
        else:
            said = f"is not looked at: it is larger than {LARGEST // 2**10} KB"
            large.append(Finding(f"{check}:too-large", Severity.WARNING, said, Location(file)))
    return small, large


def _regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def ignored(context: Context, words: set[str], directory: str = "") -> set[str]:
    """The files that the words name, from a directory of the project, and that lie there though git ignores them."""
    listed, base = frozenset(context.files), f"{context.project}/"
    paths = {posixpath.normpath(f"{directory}/{word}".lstrip("/")) for word in words}
    return {path for path in paths - listed if not path.startswith("..") and posixpath.isfile(base + path)}


def batches(files: list[str]) -> Iterator[list[str]]:
    """The files, so many at a time as a program is given."""
    return (files[start : start + AT_ONCE] for start in range(0, len(files), AT_ONCE))


def find_linter(context: Context, check: str, name: str, *, package: str) -> Tool:
    """The program of the project's environment, on PATH, or else beside Holdfast (its extra `ci`), with its version.

    Raises CannotRun, skipped, where there is none.
    """
    try:
        return find_optional(context, check, name, package=package)
    except CannotRun:
        own = Path(sys.prefix, "bin", name)
        if not os.access(own, os.X_OK):
            raise
        return versioned(context, check, Tool(name, own, None, own=False))


def programs(name: str) -> tuple[str, ...]:
    """The places where `find_linter` looks, as inputs."""
    return (name, str(Path(sys.prefix, "bin", name)))


def ask(
    context: Context,
    check: str,
    tool: Tool,
    arguments: Iterable[str],
    *,
    answers: Iterable[int],
    env: Mapping[str, str],
) -> tuple[Completed, Any]:
    """Runs the linter; how it ended, and its answer as JSON.

    Raises CannotRun where its exit code is none of those that answer, or what it printed is not JSON.
    """
    done = run_tool(context, check, [tool.path, *arguments], env)
    return done, decoded(check, tool, done, answers)


def decoded(check: str, tool: Tool, done: Completed, answers: Iterable[int]) -> Any:
    """The answer of a linter that ended, as JSON. Raises CannotRun as `ask` does."""
    if done.exit_code not in answers:
        raise crashed(check, tool, done)
    try:
        return json.loads(done.stdout)
    except (ValueError, RecursionError) as error:
        raise crashed(check, tool, done) from error


def place(context: Context, file: str, line: int, column: int | None = None) -> Location:
    """Where the linter found something. Raises ValueError for what is no place in the project."""
    inside = relative(context, file)
    if not isinstance(line, int) or inside.startswith("/") or ".." in inside.split("/"):
        raise ValueError(f"{file}:{line} is no place in the project")
    return Location(inside, max(line, 1), column if isinstance(column, int) and column > 0 else None)
