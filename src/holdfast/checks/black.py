"""`black --check`: the layout of the code."""

from __future__ import annotations

import re

from holdfast.checks import facts
from holdfast.checks.interface import Context, Inputs
from holdfast.checks.linters.call import Call, limited, of_scope
from holdfast.checks.linters.formatters import black_is_wanted, two_owners
from holdfast.checks.tools import Tool, crashed, find_tool, outcome, relative, run_tool, said, stray_tool
from holdfast.core.findings import Finding, Location, Result, Severity

# black has no machine output; these lines of its standard error are all that names files (the third since 26.10).
# The status comes from its exit code alone.
COUNTED = r"(\d+) files? would (?:be|fail to)"
WOULD_REFORMAT = r"would reformat (.+)"
CANNOT_PARSE = r"error: cannot parse: (.+):(\d+):(\d+)"
CANNOT_FORMAT = r"error: cannot format (.+?): (.+?)(?:: (\d+):(\d+)(?:: .*)?)?"
KINDS = ("*.py", "*.pyi", "*.ipynb")
FORMATTERS = (facts.PRE_COMMIT, "ruff.toml", ".ruff.toml")
"""What may name another formatter."""
FILE_OPTIONS = ("--config", "--exclude", "--extend-exclude", "--include", "--force-exclude")


class Black:
    name = "black"
    summary = "code layout, by black --check"

    def wanted(self, context: Context) -> bool:
        return black_is_wanted(context)

    def inputs(self, context: Context) -> Inputs:
        own = facts.table(context.pyproject, "tool", "black").keys() & {"include", "extend-include"}
        files = ("**",) if own else (*KINDS, "pyproject.toml", ".gitignore", *FORMATTERS)
        return Inputs(files, ("black",), ("BLACK_",), ("pyproject.toml",), (".config/black",), by_file=True)

    def run(self, context: Context) -> Result:
        """Exit 0 is clean, 1 would reformat, 123 could not parse a file (a finding, since the cause is in the code)."""
        tool = find_tool(context, self.name, "black")
        cache = {"BLACK_CACHE_DIR": str(context.scratch / "black")}
        call = _call(context)
        arguments = call.arguments if call else context.args or (".",)
        done = run_tool(context, self.name, [tool.path, "--check", *arguments], cache)
        findings = [found for line in said(done).splitlines() if (found := _finding(context, tool, line))]
        if done.exit_code not in (0, 1, 123) or (done.exit_code == 123 and not findings):
            raise crashed(self.name, tool, done)
        failed = done.exit_code != 0
        if context.scope is not None:
            findings = of_scope(context, findings)
            failed = bool(findings)
        owners = two_owners(context)
        looked_at = (_counted(said(done), call.files if call else context.python_files), "Python files")
        everything = (*findings, *owners, *stray_tool(tool, context))
        return outcome(self.name, tool, everything, looked_at=looked_at, failed=failed or bool(owners))


def _call(context: Context) -> Call | None:
    """The call on the files in scope; None where black finds its files itself."""
    if context.scope is None:
        return None
    from holdfast.checks.linters.black_files import left_out

    widened = facts.table(context.pyproject, "tool", "black").keys() & {"include", "extend-include"}
    globs = ("**",) if widened else KINDS
    call = limited(context, Black.name, globs, opaque=FILE_OPTIONS, left_out=left_out(context))
    if call is None or "black" not in facts.table(context.pyproject, "tool"):
        return call
    # named files of a directory with a configuration of its own would be taken for that one's
    return call._replace(arguments=("--config", "pyproject.toml", *call.arguments))


def _counted(output: str, given: int) -> int:
    """How many files black says it looked at: `3 files would be left unchanged`; `quiet` makes it say nothing."""
    return sum(map(int, re.findall(COUNTED, output))) if output else given


def _finding(context: Context, tool: Tool, line: str) -> Finding | None:
    if match := re.fullmatch(WOULD_REFORMAT, line):
        file = relative(context, match[1])
        fix = tool.command(context.project, file)
        return Finding("black:reformat", Severity.ERROR, "would be reformatted", Location(file), fix)
    if match := re.fullmatch(CANNOT_PARSE, line):
        place = Location(relative(context, match[1]), int(match[2]))
        return Finding("black:cannot-format", Severity.ERROR, "cannot be parsed", place)
    if match := re.fullmatch(CANNOT_FORMAT, line):
        place = Location(relative(context, match[1]), int(match[3]) if match[3] else None)
        return Finding("black:cannot-format", Severity.ERROR, match[2], place)
    return None


CHECK = Black()
