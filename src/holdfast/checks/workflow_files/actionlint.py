"""actionlint, where it is on PATH: no package index has it, so nobody is told to install it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from holdfast.checks.interface import Context
from holdfast.checks.tools import CannotRun, Tool, crashed, find_tool
from holdfast.core.findings import Finding, Severity

PROGRAM = "actionlint"
LIGHTER = ("shellcheck", "pyflakes")


def found_actionlint(context: Context, check: str) -> Tool | None:
    """actionlint with its version, or None where there is none."""

    try:
        return find_tool(context, check, PROGRAM)
    except CannotRun:
        return None


def linted(context: Context, check: str, tool: Tool, files: Sequence[str]) -> list[Finding]:
    """What it finds. Exit 0 is clean and 1 findings; 2 (wrong options) and 3 (it crashed) raise CannotRun."""
    from holdfast.checks.linters.program import ask, batches

    found = []
    for batch in batches(list(files)):
        arguments = ["-no-color", "-format", "{{json .}}", *batch]
        done, said = ask(context, check, tool, arguments, answers=(0, 1), env={})
        try:
            found += [_finding(context, item) for item in said or ()]
        except (KeyError, TypeError, ValueError) as error:
            raise crashed(check, tool, done) from error
        if done.exit_code == 1 and not said:
            raise crashed(check, tool, done)
    return found


def _finding(context: Context, item: dict[str, Any]) -> Finding:
    from holdfast.checks.linters.program import place

    level = Severity.WARNING if item["kind"] in LIGHTER else Severity.ERROR
    where = place(context, item["filepath"], item["line"], item["column"])
    return Finding(f"{PROGRAM}:{item['kind']}", level, " ".join(str(item["message"]).split()), where)
