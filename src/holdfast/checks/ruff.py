"""`ruff check`: the lint rules that the project chose."""

from __future__ import annotations

import json
from typing import Any

from holdfast.checks import facts
from holdfast.checks.interface import GIT_EXCLUDE, GIT_EXCLUDE_HOME, Context, Inputs
from holdfast.checks.linters.ruff_config import CONFIG, HOME, files_read
from holdfast.checks.tools import (
    CannotRun,
    Tool,
    crashed,
    find_tool,
    outcome,
    relative,
    run_tool,
    said,
    stray_tool,
    unaffected,
)
from holdfast.core.findings import Finding, Location, Result, Severity

NOTHING = b"No Python files found"


class Ruff:
    name = "ruff"
    summary = "lint rules, by ruff check"

    def wanted(self, context: Context) -> bool:
        return facts.configures(context, "ruff", files=CONFIG[:2]) or facts.depends_on(context, "ruff")

    def inputs(self, context: Context) -> Inputs:
        outside, home = (*CONFIG, *GIT_EXCLUDE), (*HOME, *GIT_EXCLUDE_HOME)
        return Inputs(files_read(context), ("ruff",), ("RUFF_",), outside, home, by_file=True)

    def run(self, context: Context) -> Result:
        """Exit 0 is clean and 1 findings; anything else, and output that is not JSON, is "could not run"."""
        from holdfast.checks.linters.call import of_scope
        from holdfast.checks.linters.ruff_files import call_on, found_by

        tool = find_tool(context, self.name, "ruff")
        arguments, count = call_on(context, self.name, tool)
        cache = {"RUFF_CACHE_DIR": str(context.scratch / "ruff")}
        argv = [tool.path, "check", "--output-format", "json", "--no-fix", "--force-exclude", *arguments]
        done = run_tool(context, self.name, argv, cache)
        if done.exit_code not in (0, 1):
            raise crashed(self.name, tool, done)
        try:
            findings = of_scope(context, [_finding(context, tool, item) for item in json.loads(done.stdout)])
        except (ValueError, KeyError, TypeError) as error:
            raise crashed(self.name, tool, done) from error
        if NOTHING in done.stderr:
            raise _nothing(context, said(done))
        if context.scope is None:
            count = found_by(context, self.name, tool)
        everything = (*findings, *stray_tool(tool, context))
        failed = bool(findings) or (context.scope is None and done.exit_code == 1)
        return outcome(self.name, tool, everything, looked_at=(count, "Python files"), failed=failed)


def _nothing(context: Context, output: str) -> CannotRun:
    """Ruff looked at no file: the configuration leaves out all that there are, or all that are in scope."""
    if context.scope is not None:
        return unaffected(Ruff.name, "files")
    return CannotRun(Ruff.name, "ruff found no Python file to look at", output=output)


def _finding(context: Context, tool: Tool, item: dict[str, Any]) -> Finding:
    file = relative(context, item["filename"])
    place = Location(file, item["location"]["row"], item["location"]["column"])
    fixable = (item.get("fix") or {}).get("applicability") == "safe"
    fix = tool.command(context.project, "check", "--fix", file) if fixable else None
    return Finding(f"ruff:{item['code'] or 'invalid-syntax'}", Severity.ERROR, item["message"], place, fix)


CHECK = Ruff()
