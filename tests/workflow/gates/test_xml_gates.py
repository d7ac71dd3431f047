from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from tests.workflow.gates.gate import gate, gate_process

from holdfast.workflow.gates.__main__ import main

COVERAGE = """<?xml version="1.0" ?>
<coverage version="7" lines-valid="9" lines-covered="9" line-rate="1" branches-valid="0" branches-covered="0">
 <packages>
  <package name="shop"><classes><class name="a.py" filename="a.py">
    <methods><method name="f"><lines><line number="1" hits="0"/></lines></method></methods>
    <lines><line number="1" hits="3"/><line number="2" hits="0"/><line number="3" hits="00"/>
    <line number="4" hits="1" branch="true" condition-coverage="50% (1/2)" missing-branches="5"/></lines>
  </class></classes></package>
  <package name="shop.cart"><classes><class name="b.py"><lines><line number="1" hits="1"/></lines></class></classes>
  </package>
  <package name="shopping"><classes><class name="c.py"><lines><line number="1" hits="1"/></lines></class></classes>
  </package>
 </packages>
</coverage>
"""
JUNIT = """<testsuites><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="5" time="2.5">
<testcase name="a" time="1"/><testcase name="b"/><testcase name="c"><failure/><error/></testcase>
<testcase name="d"><error/></testcase><testcase name="e"><skipped/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    (tmp_path / "coverage.xml").write_text(COVERAGE)
    (tmp_path / "junit.xml").write_text(JUNIT)
    return tmp_path


@pytest.mark.parametrize(
    ("options", "code", "line"),
    [
        ({"at_least": 66}, 0, "coverage.line 66.6667 >= 66: passed (from coverage.xml, 4 of 6 lines)"),
        ({"at_least": 67}, 1, "coverage.line 66.6667 >= 67: failed (from coverage.xml, 4 of 6 lines)"),
        (
            {"package": "shop", "equals": 60},
            0,
            "coverage.line 60 == 60: passed (from coverage.xml, 3 of 5 lines)",
        ),
        (
            {"package": "shop.cart", "above": 100},
            1,
            "coverage.line 100 > 100: failed (from coverage.xml, 1 of 1 lines)",
        ),
        (
            {"package": "store", "above": 1},
            1,
            "coverage.line: no data: failed (coverage.xml holds no package store; it holds shop, shop.cart, shopping)",
        ),
        (
            {"at_least": 66, "below": 66.66666667},
            0,
            "coverage.line 66.66666666666667 >= 66 and < 66.6667: passed (from coverage.xml, 4 of 6 lines)",
        ),
        (
            {"at_least": 70, "below": 66},
            1,
            "coverage.line 66.6667 >= 70 and < 66: failed (from coverage.xml, 4 of 6 lines)",
        ),
    ],
)
def test_line_coverage_is_counted_from_the_lines_and_held_against_its_bounds(
    reports: Path, options: dict[str, Any], code: int, line: str
) -> None:
    said = gate(reports, "coverage.line", from_="coverage.xml", **options)
    assert (said.code, said.line) == (code, line)


def test_branch_coverage_needs_branches(reports: Path) -> None:
    assert gate(reports, "coverage.branch", from_="coverage.xml", at_least=50).line == (
        "coverage.branch 50 >= 50: passed (from coverage.xml, 1 of 2 branches)"
    )
    said = gate(reports, "coverage.branch", from_="coverage.xml", package="shop.cart", at_least=0)
    assert (said.code, "holds no branches; measure them: --cov-branch" in said.line) == (1, True)


def test_a_report_that_holds_a_summary_alone_is_read_from_its_first_element(tmp_path: Path) -> None:
    (tmp_path / "c.xml").write_text('<coverage lines-valid="137" lines-covered="120"/>')
    assert gate(tmp_path, "coverage.line", from_="c.xml", at_least=85).line == (
        "coverage.line 87.5912 >= 85: passed (from c.xml, 120 of 137 lines)"
    )


@pytest.mark.parametrize(
    ("metric", "value", "detail"),
    [
        ("junit.tests", "5", "5 tests, 1 failures, 1 errors, 1 skipped"),
        ("junit.failures", "1", "5 tests"),
        ("junit.errors", "1", "5 tests"),
        ("junit.skipped", "1", "5 tests"),
        ("junit.passed", "2", "5 tests"),
        ("junit.pass_rate", "50", "5 tests"),
        ("junit.time", "2.5", "5 tests"),
    ],
)
def test_test_results_are_counted(reports: Path, metric: str, value: str, detail: str) -> None:
    said = gate(reports, metric, from_="junit.xml", equals=value)
    assert said.line.startswith(f"{metric} {value} == {value}: passed (from junit.xml, {detail}"), said
    assert said.outputs == f"value={value}\npassed=true\n"


def test_a_suite_that_admits_to_errors_outside_its_cases_is_believed(tmp_path: Path) -> None:
    (tmp_path / "j.xml").write_text('<testsuite errors="2" failures="0"><testcase/><testcase/><testcase/></testsuite>')
    assert gate(tmp_path, "junit.errors", from_="j.xml", equals=0).code == 1
    assert (
        "junit.pass_rate 33.3333 >= 100: failed" in gate(tmp_path, "junit.pass_rate", from_="j.xml", at_least=100).line
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "r.xml is empty"),
        ("<testsuites/>", "r.xml holds no tests"),
        ('<testsuite tests="40" failures="0"/>', "r.xml holds no tests"),
        ("<coverage/>", "r.xml is no JUnit report: it begins with <coverage>"),
        ("<testsuite><testcase>", "r.xml:1: not XML: no element found"),
        ("not xml", "r.xml:1: not XML: syntax error"),
        ('<?xml version="1.0" encoding="klingon"?><testsuite/>', "r.xml: not XML: unknown encoding: klingon"),
        ("<testsuite><testcase><skipped/></testcase></testsuite>", "all 1 tests were skipped"),
        (
            '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuite><testcase name="&b;"/></testsuite>',
            "a doctype",
        ),
        (
            '<!DOCTYPE x SYSTEM "/etc/passwd"><testsuite><testcase/></testsuite>',
            "it has a doctype (x), which no report",
        ),
        (
            '<testsuite><testcase name="' + "x" * 2**21 + '"/></testsuite>',
            "r.xml:1: a tag of more than 1,048,576 bytes",
        ),
        ("<a>" * 300, "r.xml:1: elements nested more than 200 deep"),
        ("<testsuite>\xff\0</testsuite>", "not XML"),
    ],
)
def test_without_data_a_gate_fails(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "r.xml").write_bytes(content.encode("latin-1"))
    found = gate(tmp_path, "junit.pass_rate", from_="r.xml", at_least=0)
    assert (found.code, found.outputs) == (1, "")
    assert found.line.startswith("junit.pass_rate: no data: failed (")
    assert said in found.line


def test_a_long_text_is_passed_over(tmp_path: Path) -> None:
    said = f"<failure>{'x' * 2**21}</failure><system-out><![CDATA[{'y' * 2**21}]]></system-out>"
    (tmp_path / "j.xml").write_text(f"<testsuite><testcase>{said}</testcase></testsuite>")
    assert gate(tmp_path, "junit.failures", from_="j.xml", equals=1).code == 0


def test_a_time_that_is_no_number_is_no_data(tmp_path: Path) -> None:
    for given in ("NaN", "soon", "inf"):
        (tmp_path / "j.xml").write_text(f'<testsuite time="{given}"><testcase/></testsuite>')
        assert "a time is not a number" in gate(tmp_path, "junit.time", from_="j.xml", at_most=9e9).line


def test_an_empty_coverage_report_that_calls_itself_complete_is_no_data(tmp_path: Path) -> None:
    for attributes in ('lines-valid="0" lines-covered="0" line-rate="1"', 'line-rate="1"', 'lines-valid="many"'):
        (tmp_path / "c.xml").write_text(f"<coverage {attributes}><packages/></coverage>")
        said = gate(tmp_path, "coverage.line", from_="c.xml", at_least=0)
        assert (said.code, said.line) == (1, "coverage.line: no data: failed (c.xml holds no lines)")


def test_what_is_no_file_of_a_fair_size_is_no_data(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "directory").mkdir()
    with (tmp_path / "large").open("wb") as file:
        file.truncate(100 * 2**20)
    for name, said in (
        ("pipe", "pipe is no regular file"),
        ("directory", "directory is no regular file"),
        ("large", "large has 104,857,600 bytes; 67,108,864 are the most"),
        ("missing", "missing: No such file or directory"),
        ("nul\0", "null"),
    ):
        found = gate(tmp_path, "junit.tests", from_=name, at_least=0)
        assert found.code in (1, 2), found
        assert said in found.line


def test_a_report_from_before_the_run_is_none_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "j.xml"
    file.write_text("<testsuite><testcase/></testsuite>")
    began = int(time.time() * 1000)
    os.utime(file, (began / 1000 - 60, began / 1000 - 60))
    stale = gate(tmp_path, "junit.tests", from_="j.xml", at_least=1, since_ms=began)
    assert stale.code == 1
    assert "before this run began" in stale.line
    assert "let a step of this run write it, or say fresh: false" in stale.line
    assert gate(tmp_path, "junit.tests", from_="j.xml", at_least=1, since_ms=began, fresh=False).code == 0
    assert gate(tmp_path, "junit.tests", from_="j.xml", at_least=1, since_ms=began, fresh="false").code == 0
    os.utime(file, (began / 1000, began / 1000))
    assert gate(tmp_path, "junit.tests", from_="j.xml", at_least=1, since_ms=began).code == 0


@pytest.mark.parametrize(
    ("metric", "options"),
    [
        ("junit.nothing", {"from_": "j.xml", "at_least": 1}),
        ("junit.tests", {"from_": "j.xml"}),
        ("junit.tests", {"at_least": 1}),
        ("junit.tests", {"from_": "j.xml", "at_least": "${inputs.least}"}),
        ("${inputs.metric}", {"from_": "j.xml", "at_least": 1}),
    ],
)
def test_a_gate_that_asks_nonsense_is_neither_passed_nor_failed(
    tmp_path: Path, metric: str, options: dict[str, Any]
) -> None:
    said = gate(tmp_path, metric, **options)
    assert (said.code, said.line[:6]) == (2, "gate: ")


def test_the_program_says_one_line_and_has_the_exit_code_of_its_verdict(reports: Path) -> None:
    for bound, code, verdict in ((66, 0, "passed"), (67, 1, "failed")):
        done = gate_process(reports, "coverage.line", from_="coverage.xml", at_least=bound)
        line = f"coverage.line 66.6667 >= {bound}: {verdict} (from coverage.xml, 4 of 6 lines)\n"
        assert (done.returncode, done.stdout, done.stderr) == (code, line, "")
    assert gate_process(reports, "coverage").returncode == 2


@pytest.mark.parametrize("given", ["", "{", "[]", "3", '{"metric": "junit.tests", "since_ms": "x"}', "[" * 100_000])
def test_an_argument_that_is_no_gate_is_refused(given: str) -> None:
    assert main([given]) == 2
    assert main([]) == 2
