"""A linter that a project need not have: which files it is given, which program it is, and what it answers."""

from __future__ import annotations

import json
import os
import re
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
    installed_version,
    relative,
    run_tool,
    unaffected,
)
from holdfast.core.findings import Location, Status

if TYPE_CHECKING:
    from holdfast.core.process import Completed

AT_ONCE = 100
"""How many files one run of a linter is given: its output and its command line stay bounded."""
UTF8 = {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
"""Programs written in Haskell crash on what the locale cannot encode."""
TEMPLATE = "{{"
VERSION_S = 20.0


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


def _regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def batches(files: list[str]) -> Iterator[list[str]]:
    """The files, so many at a time as a program is given."""
    return (files[start : start + AT_ONCE] for start in range(0, len(files), AT_ONCE))


def find_linter(context: Context, check: str, name: str, *, package: str) -> Tool:
    """The program of the project's environment, on PATH, or else beside Holdfast (its extra `ci`), with its version.

    Raises CannotRun, skipped, where there is none.
    """
    try:
        tool = find_optional(context, check, name, package=package)
    except CannotRun:
        own = Path(sys.prefix, "bin", name)
        if not os.access(own, os.X_OK):
            raise
        tool = Tool(name, own, None, own=False)
    return versioned(context, check, tool)


def programs(name: str) -> tuple[str, ...]:
    """The places where `find_linter` looks, as inputs."""
    return (name, str(Path(sys.prefix, "bin", name)))


def versioned(context: Context, check: str, tool: Tool) -> Tool:
    """The tool with its version: that of the package of its name, else what it says of itself."""
    return tool._replace(version=_version(context, check, tool))


def _version(context: Context, check: str, tool: Tool) -> str | None:
    if tool.own and context.environment:
        known = installed_version(context.environment, tool.name.replace("-", "_"))
        if known:
            return known
    quick = context._replace(timeout_s=min(VERSION_S, context.timeout_s))
    said = run_tool(quick, check, [tool.path, "--version"], UTF8).stdout
    match = re.search(rb"\d+(?:\.\d+)+", said)
    return match[0].decode() if match else None


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
