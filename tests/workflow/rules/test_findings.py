"""Which lines of a log matter most."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.workflow.rules.findings import KEPT, SEVERITIES, rank, severity


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("CRITICAL: security hole in login", "critical"),
        ("fatal: not a repository", "critical"),
        ("found 2 vulnerabilities", "critical"),
        ("found 0 vulnerabilities", "info"),
        ("error: no such file", "error"),
        ("3 failed, 2 passed", "error"),
        ("E       assert 1 == 2", "error"),
        ("ValueError: bad", "error"),
        ("test: exit 1 in 2 s", "error"),
        ("Traceback (most recent call last):", "error"),
        ("lint: stopped, timed out", "error"),
        ("0 errors, 0 warnings", "info"),
        ("no errors found", "info"),
        ("12 passed, 0 failed", "info"),
        ("errors: 0", "info"),
        ("0 errors, 1 warning", "warning"),
        ("DeprecationWarning: old", "warning"),
        ("use of deprecated thing", "warning"),
        ("all is well", "info"),
        ("terrorist plot in the novel", "info"),
        ("Economy of words", "info"),
    ],
)
def test_a_line_is_judged_by_its_words(line: str, kind: str) -> None:
    assert severity(line) == kind


def test_what_is_gravest_comes_first_and_of_equals_the_later() -> None:
    log = "- CRITICAL: z\n- info a\n- error: first\n- warning: w\n- error: second\n- info b\n- info c"
    assert [finding.text for finding in rank(log)] == [
        "CRITICAL: z",
        "error: second",
        "error: first",
        "warning: w",
        "info c",
    ]


def test_lines_that_differ_in_moments_and_numbers_alone_are_one_finding() -> None:
    log = "- 2026-11-20T05:00:00.000Z error: try 1\n- 2026-11-21T06:00:00Z error: try 2\n    error: try 3"
    assert [str(finding) for finding in rank(log)] == ["error: try 3 (3 times)"]


def test_fences_bullets_and_empty_lines_are_no_findings() -> None:
    assert [finding.text for finding in rank("```\n\n- one\n* two\n3. three\n> four\n---\n```\n")] == [
        "four",
        "three",
        "two",
        "one",
    ]


@given(st.text(alphabet=st.sampled_from("ab1 \n-#|`<>!_*error\u2028"), max_size=300))
def test_any_log_gives_the_same_few_harmless_lines(log: str) -> None:
    found = rank(log)
    assert found == rank(log)
    assert len(found) <= KEPT
    kinds = [SEVERITIES.index(finding.severity) for finding in found]
    assert kinds == sorted(kinds)
    for finding in found:
        assert len(str(finding).splitlines()) == 1
        assert "<!--" not in str(finding)
