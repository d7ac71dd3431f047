"""`ruff check`: the lint rules that the project chose."""

from __future__ import annotations

import json
from typing import Any

from holdfast.checks import facts
from holdfast.checks.interface import Context, Inputs
from holdfast.checks.tools import CannotRun, Tool, crashed, find_tool, outcome, relative, run_tool, said, stray_tool
from holdfast.core.findings import Finding, Location, Result, Severity

NOTHING = b"No Python files found"
CONFIG = ("ruff.toml", ".ruff.toml", "pyproject.toml")


class Ruff:
    name = "ruff"
    summary = "lint rules, by ruff check"

    def wanted(self, context: Context) -> bool:
        return facts.configures(context, "ruff", files=CONFIG[:2]) or facts.depends_on(context, "ruff")

    def inputs(self, context: Context) -> Inputs:
        home = tuple(f".config/ruff/{name}" for name in CONFIG)  # `extend` and `include` may name any file
        return Inputs(("**",), ("ruff",), ("RUFF_",), CONFIG, home)

    def run(self, context: Context) -> Result:
        """Exit 0 is clean and 1 findings; anything else, and output that is not JSON, is "could not run"."""
        tool = find_tool(context, self.name, "ruff")
        cache = {"RUFF_CACHE_DIR": str(context.scratch / "ruff")}
        argv = [tool.path, "check", "--output-format", "json", "--no-fix", "--force-exclude", *context.args]
        done = run_tool(context, self.name, argv, cache)
        if done.exit_code not in (0, 1):
            raise crashed(self.name, tool, done)
        try:
            findings = [_finding(context, tool, item) for item in json.loads(done.stdout)]
        except (ValueError, KeyError, TypeError) as error:
            raise crashed(self.name, tool, done) from error
        if NOTHING in done.stderr:
            raise CannotRun(self.name, "ruff found no Python file to look at", output=said(done))
        looked_at = (context.python_files, "Python files")
        everything = (*findings, *stray_tool(tool, context))
        return outcome(self.name, tool, everything, looked_at=looked_at, failed=done.exit_code == 1)


def _finding(context: Context, tool: Tool, item: dict[str, Any]) -> Finding:
    file = relative(context, item["filename"])
    place = Location(file, item["location"]["row"], item["location"]["column"])
    fixable = (item.get("fix") or {}).get("applicability") == "safe"
    fix = tool.command(context.project, "check", "--fix", file) if fixable else None
    return Finding(f"ruff:{item['code'] or 'invalid-syntax'}", Severity.ERROR, item["message"], place, fix)


CHECK = Ruff()
