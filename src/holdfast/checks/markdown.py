"""`rumdl check`: markdownlint's rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from holdfast.checks import facts
from holdfast.checks.interface import GIT_EXCLUDE, GIT_EXCLUDE_HOME, Context, Inputs
from holdfast.checks.tools import (
    CannotRun,
    Tool,
    crashed,
    outcome,
    relative,
    run_tool,
    said,
    stray_tool,
    unaffected,
)
from holdfast.core.findings import Finding, Location, Result, Severity

DOCUMENTS = ("*.md", "*.markdown", "*.mdx", "*.mdown")
OWN = (".rumdl.toml", "rumdl.toml", ".config/rumdl.toml")
SHARED = tuple(f".markdownlint{end}" for end in (".json", ".jsonc", ".yaml", ".yml")) + tuple(
    f".markdownlint-cli2{end}" for end in (".jsonc", ".yaml", ".cjs", ".mjs")
)
IGNORED = (".markdownlintignore", ".gitignore", ".ignore", ".editorconfig")
NOTHING = b"No markdown files "
SEVERITY = {"error": Severity.ERROR, "warning": Severity.ERROR, "info": Severity.WARNING}
"""What rumdl calls a warning is a rule that is broken, and its own exit code is then 1."""


class Markdown:
    name = "markdown"
    summary = "markdownlint's rules, by rumdl"

    def wanted(self, context: Context) -> bool:
        asked = facts.configures(context, "rumdl", files=(*OWN, *SHARED)) or facts.depends_on(context, "rumdl")
        return asked or _in_hooks(context)

    def inputs(self, context: Context) -> Inputs:
        from holdfast.checks.linters.program import programs

        read = (*DOCUMENTS, *OWN, *SHARED, *IGNORED, facts.PRE_COMMIT, "pyproject.toml")
        outside = (*OWN, *SHARED, "pyproject.toml", *GIT_EXCLUDE)
        home = (".config/rumdl/rumdl.toml", ".config/rumdl/.rumdl.toml", *GIT_EXCLUDE_HOME)
        return Inputs(read, programs("rumdl"), ("RUMDL_",), outside, home, names=True, by_file=True)

    def run(self, context: Context) -> Result:
        """Exit 0 is clean and 1 findings; 2 (configuration, a missing file) and what is no JSON is "could not run"."""
        from holdfast.checks.linters.program import find_linter

        files = context.matching(*DOCUMENTS)
        if not files and context.scope is not None:
            raise unaffected(self.name, "Markdown files")
        tool = find_linter(context, self.name, "rumdl", package="'holdfast[docs]'")
        shown = ("--output-format", "json", "--show-full-path", "--no-cache")
        places = ["."] if context.scope is None else [f"./{file}" for file in files]
        done = run_tool(context, self.name, [tool.path, "check", *shown, *context.args, "--", *places])
        if done.exit_code not in (0, 1):
            raise crashed(self.name, tool, done)
        if NOTHING in done.stdout + done.stderr:
            if context.scope is not None:
                raise unaffected(self.name, "Markdown files")
            raise CannotRun(self.name, "rumdl found no Markdown file to look at", output=said(done))
        try:
            found = [_finding(context, tool, item) for item in json.loads(done.stdout)]
        except (ValueError, KeyError, TypeError) as error:
            raise crashed(self.name, tool, done) from error
        if done.exit_code and not found:
            raise crashed(self.name, tool, done)
        everything = (*found, *_unknown(done.stderr), *stray_tool(tool, context))
        return outcome(self.name, tool, everything, looked_at=(len(files), "Markdown files"))


def _in_hooks(context: Context) -> bool:
    """Whether pre-commit's configuration names a linter of these rules."""
    text = facts.start_of(context.project / facts.PRE_COMMIT)
    return b"markdownlint" in text or b"rumdl" in text


def _finding(context: Context, tool: Tool, item: dict[str, Any]) -> Finding:
    file = relative(context, item["file"])
    fix = tool.command(context.project, "check", "--fix", file) if item.get("fixable") else None
    severity = SEVERITY.get(item["severity"], Severity.ERROR)
    place = Location(file, item["line"], item["column"])
    return Finding(f"markdown:{item['rule']}", severity, item["message"], place, fix)


def _unknown(stderr: bytes) -> Iterator[Finding]:
    """What rumdl did not understand of its configuration: it goes on without."""
    for line in dict.fromkeys(stderr.decode("utf-8", "replace").splitlines()):
        if line.startswith("[config warning] "):
            yield Finding("markdown:config", Severity.WARNING, line.removeprefix("[config warning] "))


CHECK = Markdown()
