"""A run as JUnit XML, in the shape that pytest writes and Jenkins, GitLab and Azure read.

A run is a test suite, a step or an item is a test case. Source: github.com/jenkinsci/xunit-plugin, junit-10.xsd.
"""

from __future__ import annotations

from xml.etree import ElementTree

from holdfast.core.clock import iso
from holdfast.render import workflow_words as words
from holdfast.render.terminal import one_line, printable
from holdfast.workflow.reports.model import FAILED, SUCCEEDED, TIMED_OUT, UNKNOWN, RunReport, StepReport

FAILURE, ERROR, SKIPPED = "failure", "error", "skipped"


def render(report: RunReport) -> str:
    """One XML document in ASCII; characters that XML 1.0 cannot hold are shown as escapes."""
    cases = list(report.leaves())
    kinds = [element_of(step) for step in cases]
    counts = {
        "tests": str(len(cases)),
        "failures": str(kinds.count(FAILURE)),
        "errors": str(kinds.count(ERROR)),
        "skipped": str(kinds.count(SKIPPED)),
        "time": f"{report.duration_s:.3f}",
    }
    name = one_line(report.workflow)
    suites = ElementTree.Element("testsuites", {"name": name, **counts})
    moment = iso(report.created_ms)[:19]  # without zone and fraction: junit-10.xsd takes nothing else
    suite = ElementTree.SubElement(suites, "testsuite", {"name": name, **counts, "timestamp": moment})
    _properties(suite, report)
    for step, kind in zip(cases, kinds, strict=True):
        _case(suite, report, step, kind)
    ElementTree.indent(suites)
    body: bytes = ElementTree.tostring(suites, encoding="us-ascii", xml_declaration=False)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body.decode()}\n'


def element_of(step: StepReport) -> str | None:
    """A failure ran and was not good, of an error nobody knows how it ended, a skipped one did not run to its end."""
    if step.status == SUCCEEDED:
        return None
    if step.status in (FAILED, TIMED_OUT):
        return SKIPPED if step.allow_failure else FAILURE
    return ERROR if step.status == UNKNOWN else SKIPPED


def _properties(suite: ElementTree.Element, report: RunReport) -> None:
    properties = ElementTree.SubElement(suite, "properties")
    values = {
        "run": report.id,
        "status": report.status,
        "file": report.file,
        "digest": report.digest,
        "who": report.who,
    }
    for name, value in values.items():
        ElementTree.SubElement(properties, "property", name=name, value=printable(value))


def _case(suite: ElementTree.Element, report: RunReport, step: StepReport, kind: str | None) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=one_line(report.workflow),
        name=one_line(step.instance),
        time=f"{step.duration_s or 0:.3f}",
    )
    said = words.why(step, report.now_ms)
    if kind is not None:
        message = ": ".join(part for part in (words.status(step), said) if part)
        element = ElementTree.SubElement(case, kind, message=one_line(message))
        if kind != SKIPPED:
            element.set("type", step.status)
            element.text = printable(step.tail) or None
    elif said:
        ElementTree.SubElement(case, "system-out").text = printable(said)
