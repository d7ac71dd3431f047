"""`ruff format --check`: the layout of the code, where ruff and not black writes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from holdfast.checks import facts
from holdfast.checks.interface import GIT_EXCLUDE, GIT_EXCLUDE_HOME, Context, Inputs
from holdfast.checks.linters.call import Call, of_scope
from holdfast.checks.linters.formatters import black_is_wanted, ruff_formats, two_owners
from holdfast.checks.linters.ruff_config import CONFIG, HOME, PYTHON, files_read
from holdfast.checks.tools import (
    CannotRun,
    Tool,
    crashed,
    find_optional,
    find_tool,
    outcome,
    relative,
    run_tool,
    stray_tool,
    unaffected,
)
from holdfast.core.findings import Finding, Location, Result, Severity

if TYPE_CHECKING:
    from holdfast.core.process import Completed

NAME = "ruff-format"
CANNOT_PARSE = 2
NOTHING = b"No Python files found"
NO_FILE = "ruff found no Python file to look at"


class RuffFormat:
    name = NAME
    summary = "code layout, by ruff format --check"

    def wanted(self, context: Context) -> bool:
        return ruff_formats(context) and not black_is_wanted(context)

    def inputs(self, context: Context) -> Inputs:
        files = (*files_read(context), facts.PRE_COMMIT)
        outside, home = (*CONFIG, *GIT_EXCLUDE), (*HOME, *GIT_EXCLUDE_HOME)
        return Inputs(files, ("ruff",), ("RUFF_",), outside, home, by_file=True)

    def run(self, context: Context) -> Result:
        """Exit 0 is clean, 1 would reformat, 2 could not parse a file (findings), or a wrong call (could not run)."""
        from holdfast.checks.linters.ruff_diff import lacks_json

        tool = _tool(context)
        arguments, count = _call(context, tool)
        cache = {"RUFF_CACHE_DIR": str(context.scratch / "ruff")}
        argv = [tool.path, "format", "--force-exclude", *arguments]
        done = run_tool(context, self.name, [*argv, "--check", "--output-format", "json"], cache)
        old = lacks_json(done.stderr)
        if old:
            done = run_tool(context, self.name, [*argv, "--diff"], cache)
        found = _findings(context, tool, done, old=old)
        if done.exit_code not in (0, 1, CANNOT_PARSE) or (done.exit_code != 0 and not found):
            raise crashed(self.name, tool, done)
        if NOTHING in done.stderr:
            raise unaffected(self.name, "files") if context.scope is not None else CannotRun(self.name, NO_FILE)
        found = of_scope(context, found)
        owners = () if black_is_wanted(context) else two_owners(context)
        everything = (*found, *owners, *stray_tool(tool, context))
        return outcome(
            self.name, tool, everything, looked_at=(count, "Python files"), failed=bool(found) or bool(owners)
        )


def _call(context: Context, tool: Tool) -> Call:
    """The call on the files in scope. Only newer versions format Markdown, and no option tells which of it."""
    from holdfast.checks.linters.ruff_files import call_on

    if context.scope is not None and context.matching("*.md"):
        return Call(context.args, context.python_files)
    return call_on(context, NAME, tool, PYTHON)


def _tool(context: Context) -> Tool:
    """Ruff. Where a hook alone runs it, in an environment of its own, the project need not have it."""
    if "ruff" in facts.table(context.pyproject, "tool") or facts.depends_on(context, "ruff"):
        return find_tool(context, NAME, "ruff")
    return find_optional(context, NAME, "ruff", package="ruff")


def _findings(context: Context, tool: Tool, done: Completed, *, old: bool) -> list[Finding]:
    from holdfast.checks.linters.ruff_diff import items

    try:
        said = items(done.stdout, done.stderr) if old else json.loads(done.stdout or b"[]")
        return [_finding(context, tool, item) for item in said]
    except (ValueError, KeyError, TypeError) as error:
        raise crashed(NAME, tool, done) from error


def _finding(context: Context, tool: Tool, item: dict[str, Any]) -> Finding:
    file = relative(context, item["filename"])
    start = item.get("location") or {}
    if item["code"] == "unformatted":
        fix = tool.command(context.project, "format", file)
        place = Location(file, start.get("row"))
        return Finding("ruff-format:reformat", Severity.ERROR, "would be reformatted", place, fix)
    place = Location(file, start.get("row"), start.get("column"))
    return Finding("ruff-format:cannot-format", Severity.ERROR, item["message"], place)


CHECK = RuffFormat()
