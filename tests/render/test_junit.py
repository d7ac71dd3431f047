from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st
from tests.render import reports

from holdfast.core.findings import Finding, Location, Result, Severity, Status
from holdfast.render import render


def suite(*results: Result, interrupted: bool = False) -> ElementTree.Element:
    text = render(reports.report(*results, interrupted=interrupted), "junit")
    root = ElementTree.fromstring(text)  # noqa: S314 - our own output
    assert root.tag == "testsuites"
    (only,) = root
    assert only.tag == "testsuite"
    return only


def case(result: Result) -> ElementTree.Element:
    found = suite(result).find("testcase")
    assert found is not None
    return found


def test_a_report_is_a_suite_whose_counts_are_those_of_its_checks() -> None:
    found = suite(*reports.ALL)
    counts = {name: found.get(name) for name in ("tests", "failures", "errors", "skipped", "time", "timestamp")}
    assert counts == {
        "tests": "7", "failures": "3", "errors": "1", "skipped": "1", "time": "12.345",
        "timestamp": "2026-11-20T05:00:00",
    }  # fmt: skip
    assert [len(found.findall(f"testcase/{tag}")) for tag in ("failure", "error", "skipped")] == [3, 1, 1]
    assert found.get("name") == "holdfast validate-env"


def test_the_run_is_named_in_the_properties() -> None:
    values = {item.get("name"): item.get("value") for item in suite(reports.BROKEN, interrupted=True).iter("property")}
    assert values == {"project": "shop", "run_id": "01JD3Q8ZK7", "exit_code": "130", "interrupted": "true"}


def test_a_check_is_a_test_case_of_its_command() -> None:
    found = case(reports.FAILED)
    assert found.attrib == {"classname": "holdfast.validate-env", "name": "ruff", "time": "0.120"}


def test_a_failure_tells_every_finding_grave_ones_first() -> None:
    failure = case(reports.FAILED._replace(findings=(reports.LONG_LINE, reports.UNUSED))).find("failure")
    assert failure is not None
    assert failure.attrib == {"message": "9 of 9 files; 1 error, 1 warning", "type": "failed"}
    assert failure.text == (
        "src/basket.py:3:8: error F401: `os` imported but unused (fix: ruff check --fix)\n"
        "src/naïve café/日本.py:141: warning E501: Line too long (141 > 120)"
    )


def test_a_check_that_could_not_run_is_an_error_with_hint_and_output() -> None:
    found = case(reports.BROKEN)
    assert [child.tag for child in found] == ["error", "system-err"]
    assert found[0].attrib == {"message": "exit code 4", "type": "error"}
    assert found[0].text == "hint: run it by hand"
    assert found[1].text == "usage:\n::error::injected\n"


def test_a_skipped_check_says_why() -> None:
    found = case(reports.SKIPPED)
    assert [child.tag for child in found] == ["skipped"]
    assert found[0].attrib == {"message": "no poetry.lock"}
    assert found[0].text is None


def test_what_a_passed_check_found_is_its_output() -> None:
    found = case(reports.PASSED._replace(findings=(reports.PLACELESS,)))
    assert [child.tag for child in found] == ["system-out"]
    assert found[0].text == (
        "120 of 120 files; 1 error\nerror VENV003: Python 3.8 is outside >=3.11 (fix: python3.11 -m venv .venv)"
    )


def test_a_remembered_result_says_since_when() -> None:
    assert case(reports.UNCHANGED)[0].text == "unchanged since 2026-11-19 22:10:00 UTC (01JD0)"


def test_the_document_is_ascii_and_names_its_encoding() -> None:
    text = render(reports.report(*reports.ALL), "junit")
    assert text.isascii()
    assert text.startswith('<?xml version="1.0" encoding="utf-8"?>\n<testsuites ')


@given(st.text(st.characters()))
def test_no_text_breaks_the_document(text: str) -> None:
    finding = Finding(text, Severity.ERROR, text, Location(text or "x"), text)
    result = Result(text, Status.FAILED, (finding,), reason=text, hint=text, output=text)
    assert case(result).find("failure") is not None
