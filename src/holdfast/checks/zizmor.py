"""`zizmor`: the security of GitHub Actions workflows."""

from __future__ import annotations

from typing import Any

from holdfast.checks.interface import Context, Inputs
from holdfast.checks.tools import CannotRun, Tool, crashed, run_tool
from holdfast.checks.workflows import DEPENDABOT, WORKFLOWS, action_files, actions_there, kinds_by_name
from holdfast.core.findings import Checked, Finding, Location, Result, Severity, concluded

NAME = "zizmor"
UNIT = "workflows and actions"
CONFIG = ("zizmor.yml", "zizmor.yaml", ".github/zizmor.yml", ".github/zizmor.yaml")
ANSWERS, REFUSED = (0, 11, 12, 13, 14), 1
UNREADABLE = "zizmor:unreadable"
QUIET = {"RUST_BACKTRACE": "0", "RUST_LIB_BACKTRACE": "0"}
HINT = "the check workflows says what is wrong with a file; else see what zizmor says"
LEVELS = {
    "High": Severity.ERROR,
    "Medium": Severity.WARNING,
    "Low": Severity.INFO,
    "Informational": Severity.INFO,
    "Unknown": Severity.INFO,
}


class Zizmor:
    name = NAME
    summary = "the security of workflows, by zizmor"

    def wanted(self, context: Context) -> bool:
        return actions_there(context)

    def inputs(self, context: Context) -> Inputs:
        from holdfast.checks.linters.program import programs

        files = (*sorted(kinds_by_name(context)), *CONFIG[:2])
        return Inputs(files, programs("zizmor"), ("ZIZMOR_",), CONFIG, by_file=True)

    def run(self, context: Context) -> Result:
        """Exit 0 is clean; 11, 12, 13 and 14 mean that the gravest finding is informational, low, medium or high.

        1 is a file that it cannot read, or a crash: then each file is asked about by itself. 2 is a wrong option or
        configuration and 3 that it looked at nothing: "could not run", like anything else.
        """
        from holdfast.checks.linters.program import batches, find_linter, given

        files = given(context, NAME, [*context.matching(*WORKFLOWS, *DEPENDABOT), *action_files(context)], UNIT)
        tool = find_linter(context, NAME, "zizmor", package="zizmor")
        findings = [finding for batch in batches(files) for finding in _asked(context, tool, batch)]
        read = len(files) - sum(finding.id == UNREADABLE for finding in findings)
        checked = Checked(read, len(files), UNIT)
        return concluded(NAME, findings, checked=checked, tool=str(tool))


CHECK = Zizmor()


class _Refused(CannotRun):
    """zizmor ended with 1: there is a file among them that it cannot read, or it crashed."""


def _asked(context: Context, tool: Tool, files: list[str]) -> list[Finding]:
    """What is found in the files; one that zizmor cannot read keeps it from looking at any other beside it.

    Raises CannotRun where it refuses all of them: then it is not a file that is at fault.
    """
    try:
        return _audited(context, tool, files)
    except _Refused:
        found: list[Finding] = []
        refused = []
        for file in files:
            try:
                found += _audited(context, tool, [file])
            except _Refused:
                refused.append(file)
        if len(refused) == len(files):
            raise
        return [*found, *map(_unreadable, refused)]


def _unreadable(file: str) -> Finding:
    return Finding(UNREADABLE, Severity.ERROR, "zizmor cannot read it, so its security is not known", Location(file))


def _audited(context: Context, tool: Tool, files: list[str]) -> list[Finding]:
    from holdfast.checks.linters.program import decoded

    options = ["--offline", "--quiet", "--no-progress", "--color", "never", "--strict-collection", "--format", "json"]
    cache = ["--cache-dir", str(context.scratch / "zizmor")]
    done = run_tool(context, NAME, [tool.path, *options, *cache, *context.args, "--", *files], QUIET)
    if done.exit_code == REFUSED:
        error = crashed(NAME, tool, done)
        raise _Refused(NAME, str(error), hint=HINT, output=error.result.output)
    said = decoded(NAME, tool, done, ANSWERS)
    try:
        found = [_finding(context, tool, item) for item in said if not item["ignored"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise crashed(NAME, tool, done) from error
    if not isinstance(said, list) or (done.exit_code and not found):
        raise crashed(NAME, tool, done)
    return found


def _finding(context: Context, tool: Tool, item: dict[str, Any]) -> Finding:
    from holdfast.checks.linters.program import place

    spots = item["locations"]
    spot = next((each for each in spots if each["symbolic"]["kind"] == "Primary"), spots[0] if spots else None)
    if spot is None:
        raise ValueError("a finding without a place")
    file = spot["symbolic"]["key"]["Local"]["verbatim_path"]
    start = spot["concrete"]["location"]["start_point"]
    where = place(context, file, start["row"] + 1, start["column"] + 1)
    note = spot["symbolic"]["annotation"]
    message = f"{item['desc']}: {note}" if note else str(item["desc"])
    mend = any(fix["disposition"] == "safe" for fix in item.get("fixes") or ())
    fix = tool.command(context.project, "--offline", "--fix=safe", where.file) if mend else None
    level = LEVELS.get(item["determinations"]["severity"], Severity.WARNING)
    return Finding(f"zizmor:{item['ident']}", level, message, where, fix)
