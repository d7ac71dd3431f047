"""The report for GitHub Actions: annotations and log on stdout, and Markdown for the step summary.

Sources: "Workflow commands for GitHub Actions" in GitHub's documentation; actions/runner, ActionCommand.cs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.core.findings import Finding, Report, Result, Severity, Status
from holdfast.render import text
from holdfast.render.terminal import printable

_COMMAND = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#|~!@])")
SUMMARY_LIMIT = 1_000_000
"""Bytes; GitHub drops a step summary of more than 1 MiB whole."""


def render(report: Report) -> str:
    """An annotation a finding, the output of checks that it explains in folded groups, then the summary as text.

    GitHub shows ten annotations of each kind a step; the log has them all.
    """
    lines = [line for result in report.results for line in _annotations(result)]
    return "\n".join(lines + _harmless(text.summary(report).rstrip("\n"))) + "\n"


def summary(report: Report) -> str:
    """The report as Markdown for GITHUB_STEP_SUMMARY: a table of the checks, then what they found.

    What does not fit into SUMMARY_LIMIT bytes is left out with a line that says how many findings.
    """
    head = [f"### holdfast {_cell(report.command)}: {text.verdict(report)}", ""]
    head += ["| Check | Result | Time | |", "| --- | --- | ---: | --- |", *map(_row, report.results), ""]
    found = [_item(finding) for result in report.results for finding in text.by_severity(result)]
    left = SUMMARY_LIMIT - sum(len(line.encode()) + 1 for line in head) - 200
    kept = list(_within(found, left))
    if len(kept) < len(found):
        kept.append(f"\n{len(found) - len(kept)} more findings did not fit; `--format json` has them all")
    return "\n".join(head + kept).rstrip("\n") + "\n"


def _annotations(result: Result) -> Iterator[str]:
    for finding in text.by_severity(result):
        yield _annotation(finding)
    unexplained = result.status is Status.FAILED and not result.findings
    if result.status is Status.ERROR or unexplained:
        words = [result.reason or "failed", *([f"hint: {result.hint}"] if result.hint else [])]
        title = f"{result.check}: {text.status_word(result.status)}"
        yield f"::error title={_property(title)}::{_data(chr(10).join(words))}"
    if text.needs_output(result):
        yield f"::group::{_data(f'output of {result.check}')}"
        yield from _harmless(printable(result.output.rstrip()))
        yield "::endgroup::"


def _annotation(finding: Finding) -> str:
    place = finding.location
    fields = {
        "file": place.file if place else None,
        "line": place.line if place else None,
        "col": place.column if place else None,
        "title": finding.id,
    }
    shown = ",".join(f"{name}={_property(str(value))}" for name, value in fields.items() if value is not None)
    said = f"{finding.message}\nfix: {finding.fix}" if finding.fix else finding.message
    return f"::{_COMMAND[finding.severity]} {shown}::{_data(said)}"


def _data(value: str) -> str:
    return printable(value).replace("%", "%25").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


def _harmless(said: str) -> list[str]:
    """Lines that the runner takes for no command: it obeys `::` at a line's start and `##[` anywhere in it."""
    lines = said.replace("##[", "## [").split("\n")
    return [f"| {line}" if line.lstrip().startswith("::") else line for line in lines]


def _row(result: Result) -> str:
    said = text.says(result)
    if result.hint and result.status is not Status.PASSED:
        said = f"{said}\nhint: {result.hint}"
    return f"| {_cell(result.check)} | {text.status_word(result.status)} | {text.took(result)} | {_cell(said)} |"


def _item(finding: Finding) -> str:
    place = f"{_cell(str(finding.location))}: " if finding.location else ""
    fix = f"<br>fix: {_cell(finding.fix)}" if finding.fix else ""
    return f"- {place}{finding.severity.value} {_cell(finding.id)}: {_cell(finding.message)}{fix}"


def _cell(value: str) -> str:
    return _MARKDOWN.sub(r"\\\1", printable(value).replace("&", "&amp;")).replace("\n", "<br>")


def _within(lines: list[str], size: int) -> Iterator[str]:
    for line in lines:
        size -= len(line.encode()) + 1
        if size < 0:
            return
        yield line
