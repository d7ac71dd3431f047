"""The report as SARIF 2.1.0, within what GitHub code scanning takes.

Sources: docs.oasis-open.org/sarif/sarif/v2.1.0, and "SARIF support for code scanning" in GitHub's documentation.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Any
from urllib.parse import quote

from holdfast import __version__
from holdfast.core.findings import Finding, Location, Report, Result, Severity, Status
from holdfast.render.json import document
from holdfast.render.terminal import printable

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RESULT_LIMIT = 25_000
"""GitHub refuses a run with more. A report is always one run, so its limit of 20 runs is never met."""

# GitHub refuses a result without a place; what is about the project as a whole is put at its own description.
PROJECT_FILE = "pyproject.toml"
_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_ORDER = list(Severity)


def render(report: Report) -> str:
    """One run of the driver `holdfast`; what checks say beside that are notifications of its invocation."""
    return document({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report)]}, indent=None)


def _run(report: Report) -> dict[str, Any]:
    found = [(result.check, finding) for result in report.results for finding in _findings(result)]
    kept = found
    if len(found) > RESULT_LIMIT:
        kept = sorted(found, key=lambda pair: _ORDER.index(pair[1].severity))[:RESULT_LIMIT]
    rules = {finding.id: check for check, finding in reversed(kept)}
    index = {rule: number for number, rule in enumerate(sorted(rules))}
    seen: Counter[str] = Counter()
    return {
        "tool": {
            "driver": {
                "name": "holdfast",
                "semanticVersion": __version__,
                "rules": [_rule(rule, rules[rule]) for rule in index],
            }
        },
        "automationDetails": {"id": f"holdfast/{report.command}/"},
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the project"}}},
        "invocations": [_invocation(report, cut=len(found) - len(kept))],
        "results": [_result(check, finding, index[finding.id], seen) for check, finding in kept],
    }


def _findings(result: Result) -> tuple[Finding, ...]:
    """A failure that no finding explains is a finding itself, or it would be lost."""
    if _is_finding(result):
        return (Finding(result.check, Severity.ERROR, result.reason or "failed", fix=result.hint),)
    return result.findings


def _is_finding(result: Result) -> bool:
    return result.status is Status.FAILED and not result.findings


def _rule(rule: str, check: str) -> dict[str, Any]:
    said = {"text": printable(f"{rule}, found by the check {check}")}
    again = {"text": printable(f"To see it again: holdfast validate-env --only {check}")}
    return {"id": printable(rule), "shortDescription": said, "fullDescription": said, "help": again}


def _result(check: str, finding: Finding, rule_index: int, seen: Counter[str]) -> dict[str, Any]:
    fingerprint = finding.fingerprint
    seen[fingerprint] += 1
    text = f"{finding.message}\nfix: {finding.fix}" if finding.fix else finding.message
    return {
        "ruleId": printable(finding.id),
        "ruleIndex": rule_index,
        "level": _LEVEL[finding.severity],
        "message": {"text": printable(text)},
        "locations": [{"physicalLocation": _place(finding.location)}],
        # The one key that GitHub reads. The number tells the same words in the same file apart, as CodeQL's does.
        "partialFingerprints": {"primaryLocationLineHash": f"{fingerprint}:{seen[fingerprint]}"},
        "properties": {"check": check, "fingerprint": fingerprint, "located": finding.location is not None},
    }


def _place(location: Location | None) -> dict[str, Any]:
    place = location or Location(PROJECT_FILE)
    region = {"startLine": max(1, place.line or 1)}
    if place.column and place.column > 0:
        region["startColumn"] = place.column
    return {"artifactLocation": _artifact(place.file), "region": region}


def _artifact(file: str) -> dict[str, Any]:
    if os.path.isabs(file):  # noqa: PTH117 - a name, not a file of this machine
        return {"uri": f"file://{_percent_encoded(file)}"}
    return {"uri": _percent_encoded(file), "uriBaseId": "%SRCROOT%"}


def _percent_encoded(file: str) -> str:
    try:
        return quote(file, errors="surrogateescape")
    except UnicodeEncodeError:  # a lone surrogate that stands for no byte, so it never was a file's name
        return quote(printable(file))


def _invocation(report: Report, *, cut: int) -> dict[str, Any]:
    notices = [_notice(result) for result in report.results if result.reason and not _is_finding(result)]
    notices += [_set_apart(result) for result in report.results if result.suppressed]
    if cut:
        text = f"{cut} findings left out: a run holds at most {RESULT_LIMIT}; holdfast --format json has them all"
        notices.append({"level": "error", "message": {"text": text}})
    if report.interrupted:
        notices.append({"level": "error", "message": {"text": "interrupted before every check had ended"}})
    could_run = all(result.status is not Status.ERROR for result in report.results)
    return {
        "executionSuccessful": could_run and bool(report.results) and not report.interrupted,
        "exitCode": int(report.exit_code),
        "startTimeUtc": report.started_at,
        "toolExecutionNotifications": notices,
    }


def _set_apart(result: Result) -> dict[str, Any]:
    """Not results: GitHub shows a suppressed one as any other."""
    text = f"{result.check}: {len(result.suppressed)} findings left out that are ignored or in the baseline"
    return {"level": "note", "message": {"text": printable(text)}, "properties": {"check": result.check}}


def _notice(result: Result) -> dict[str, Any]:
    error = result.status is Status.ERROR
    word, level = ("could not run", "error") if error else (result.status.value, "note")
    parts = (f"{result.check}: {word}: {result.reason}", f"hint: {result.hint}" if result.hint else "", result.output)
    text = printable("\n".join(part for part in parts if part))
    return {"level": level, "message": {"text": text}, "properties": {"check": result.check}}
