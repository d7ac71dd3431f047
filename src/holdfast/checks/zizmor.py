"""`zizmor`: the security of GitHub Actions workflows."""

from __future__ import annotations

from typing import Any

from holdfast.checks.interface import Context, Inputs
from holdfast.checks.tools import CannotRun, Tool
from holdfast.checks.workflows import WORKFLOWS, action_files, actions_there
from holdfast.core.findings import Checked, Finding, Result, Severity, Status

NAME = "zizmor"
UNIT = "workflows and actions"
DEPENDABOT = (".github/dependabot.yml", ".github/dependabot.yaml")
CONFIG = ("zizmor.yml", "zizmor.yaml", ".github/zizmor.yml", ".github/zizmor.yaml")
ANSWERS = (0, 11, 12, 13, 14)
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
        from holdfast.checks.linters import programs

        files = (*WORKFLOWS, "action.yml", "action.yaml", *DEPENDABOT, *CONFIG)
        return Inputs(files, programs("zizmor"), ("ZIZMOR_",), CONFIG, by_file=True)

    def run(self, context: Context) -> Result:
        """Exit 0 is clean; 11, 12, 13 and 14 mean that the gravest finding is informational, low, medium or high.

        1 is a file that it cannot read, or a crash: then each file is asked about by itself. 2 is a wrong option or
        configuration and 3 that it looked at nothing: "could not run", like anything else.
        """
        from holdfast.checks.linters import find_linter, given

        files = given(context, NAME, [*context.matching(*WORKFLOWS, *DEPENDABOT), *action_files(context)], UNIT)
        tool = find_linter(context, NAME, "zizmor", package="zizmor")
        findings, unread = _asked(context, tool, files)
        failed = any(finding.severity is Severity.ERROR for finding in findings)
        read = len(files) - len(unread)
        if not read:
            raise CannotRun(NAME, f"{tool} could read none of the {UNIT}", hint="see what the check workflows says")
        checked = Checked(read, len(files), UNIT)
        return Result(NAME, Status.FAILED if failed else Status.PASSED, findings, checked=checked, tool=str(tool))


CHECK = Zizmor()


def _asked(context: Context, tool: Tool, files: list[str]) -> tuple[tuple[Finding, ...], list[str]]:
    """What is found, and the files that cannot be read: one of them keeps zizmor from looking at any other."""
    from holdfast.checks.linters import batches

    found: list[Finding] = []
    unread: list[str] = []
    for batch in batches(files):
        try:
            found += _audited(context, tool, batch)
        except CannotRun:
            for file in batch:
                try:
                    found += _audited(context, tool, [file])
                except CannotRun as error:
                    found.append(_unreadable(error, file))
                    unread.append(file)
    return tuple(found), unread


def _audited(context: Context, tool: Tool, files: list[str]) -> list[Finding]:
    from holdfast.checks.linters import ask
    from holdfast.checks.tools import crashed

    options = ["--offline", "--quiet", "--no-progress", "--color", "never", "--strict-collection", "--format", "json"]
    cache = ["--cache-dir", str(context.scratch / "zizmor")]
    arguments = [*options, *cache, *context.args, "--", *files]
    done, said = ask(context, NAME, tool, arguments, answers=ANSWERS, env={})
    try:
        return [_finding(context, tool, item) for item in said if not item["ignored"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise crashed(NAME, tool, done) from error


def _unreadable(error: CannotRun, file: str) -> Finding:
    """A file that zizmor cannot read. Raises the error itself where it is not about the file."""
    from holdfast.core.findings import Location

    if "failed to load" not in error.result.output:
        raise error
    message = "zizmor cannot read it, so nobody looked at its security"
    return Finding("zizmor:unreadable", Severity.ERROR, message, Location(file))


def _finding(context: Context, tool: Tool, item: dict[str, Any]) -> Finding:
    from holdfast.checks.linters import place

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
