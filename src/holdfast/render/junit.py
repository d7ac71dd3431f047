"""The report as JUnit XML, in the shape that pytest writes and Jenkins, GitLab and Azure read.

A report is a test suite, a check is a test case. Source: github.com/jenkinsci/xunit-plugin, junit-10.xsd.
"""

from __future__ import annotations

from xml.etree import ElementTree

from holdfast.core.findings import Finding, Report, Result, Status
from holdfast.render.terminal import one_line, printable
from holdfast.render.text import by_severity, says

_ELEMENT = {Status.FAILED: "failure", Status.ERROR: "error", Status.SKIPPED: "skipped"}


def render(report: Report) -> str:
    """One XML document in ASCII; characters that XML 1.0 cannot hold are shown as escapes."""
    counts = {
        "tests": str(len(report.results)),
        "failures": _number(report, Status.FAILED),
        "errors": _number(report, Status.ERROR),
        "skipped": _number(report, Status.SKIPPED),
        "time": f"{report.duration_s:.3f}",
    }
    name = f"holdfast {report.command}"
    suites = ElementTree.Element("testsuites", {"name": name, **counts})
    suite = ElementTree.SubElement(
        suites, "testsuite", {"name": name, **counts, "timestamp": _moment(report.started_at)}
    )
    _properties(suite, report)
    for result in report.results:
        _case(suite, report.command, result)
    ElementTree.indent(suites)
    body: bytes = ElementTree.tostring(suites, encoding="us-ascii", xml_declaration=False)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body.decode()}\n'


def _number(report: Report, status: Status) -> str:
    return str(sum(result.status is status for result in report.results))


def _moment(started_at: str) -> str:
    """Without zone and fraction: junit-10.xsd takes nothing else."""
    return started_at[:19]


def _properties(suite: ElementTree.Element, report: Report) -> None:
    properties = ElementTree.SubElement(suite, "properties")
    values = {
        "project": report.project,
        "run_id": report.run_id,
        "exit_code": str(int(report.exit_code)),
        "interrupted": str(report.interrupted).lower(),
    }
    for name, value in values.items():
        ElementTree.SubElement(properties, "property", name=name, value=printable(value))


def _case(suite: ElementTree.Element, command: str, result: Result) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=f"holdfast.{command}",
        name=one_line(result.check),
        time=f"{result.duration_s:.3f}",
    )
    found = "\n".join(_line(finding) for finding in by_severity(result))
    if result.status in _ELEMENT:
        element = ElementTree.SubElement(case, _ELEMENT[result.status], message=printable(says(result)))
        if result.status is not Status.SKIPPED:
            element.set("type", result.status.value)
        hint = f"hint: {result.hint}" if result.hint else ""
        element.text = printable("\n".join(part for part in (found, hint) if part)) or None
    else:
        ElementTree.SubElement(case, "system-out").text = printable("\n".join(filter(None, (says(result), found))))
    if result.output:
        ElementTree.SubElement(case, "system-err").text = printable(result.output)


def _line(finding: Finding) -> str:
    place = f"{one_line(str(finding.location))}: " if finding.location else ""
    fix = f" (fix: {finding.fix})" if finding.fix else ""
    return f"{place}{finding.severity.value} {finding.id}: {finding.message}{fix}"
