from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import ExitCode
from holdfast.core.findings import Checked, Finding, Location, Remembered, Report, Result, Severity, Status, judged

CHECKED = Checked(3, 4, "files")
ERROR = Finding("VENV001", Severity.ERROR, "no environment", None, "make install")
WARNING = Finding("F1", Severity.WARNING, "odd", Location("a.py", 2, 3))
INFO = Finding("I1", Severity.INFO, "by the way", Location("a.py"))
PASSED = Result("ruff", Status.PASSED, checked=CHECKED)
FAILED = Result("ruff", Status.FAILED, (ERROR,), checked=CHECKED)
BROKEN = Result("mypy", Status.ERROR, reason="not installed")
SKIPPED = Result("black", Status.SKIPPED, reason="not asked for")
UNAFFECTED = SKIPPED._replace(unaffected=True)


def report(*results: Result, interrupted: bool = False) -> Report:
    return Report("validate-env", "shop", "01JD", "2026-11-20T05:00:00.000Z", 1.23456, results, interrupted)


@pytest.mark.parametrize(
    ("location", "text"),
    [(Location("a.py"), "a.py"), (Location("a.py", 3), "a.py:3"), (Location("a.py", 3, 9), "a.py:3:9")],
)
def test_a_place_reads_as_editors_take_it(location: Location, text: str) -> None:
    assert str(location) == text


def test_a_finding_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        ERROR.message = "fine"  # type: ignore[misc]


def test_a_fingerprint_stays_when_lines_move_and_fixes_change() -> None:
    assert WARNING._replace(location=Location("a.py", 99), fix="x", severity=Severity.ERROR).fingerprint == (
        WARNING.fingerprint
    )
    assert WARNING.fingerprint == hashlib.sha256(b"F1\0a.py\0odd").hexdigest()[:16]
    assert WARNING._replace(location=None).fingerprint == hashlib.sha256(b"F1\0\0odd").hexdigest()[:16]


@pytest.mark.parametrize(
    "other",
    [
        WARNING._replace(id="F2"),
        WARNING._replace(message="even"),
        WARNING._replace(location=Location("b.py", 2, 3)),
        WARNING._replace(location=None),
    ],
)
def test_another_id_file_or_message_is_another_fingerprint(other: Finding) -> None:
    assert other.fingerprint != WARNING.fingerprint


def test_the_lines_of_other_places_in_a_message_do_not_count_and_versions_do() -> None:
    def fingerprint(message: str) -> str:
        return Finding("A", Severity.ERROR, message).fingerprint

    assert fingerprint("1.2 in tox.ini:3, Makefile:4: and .pre-commit-config.yaml:5") == (
        fingerprint("1.2 in tox.ini:8, Makefile:44: and .pre-commit-config.yaml:1")
    )
    assert fingerprint("python:3.10 is old") != fingerprint("python:3.11 is old")
    assert fingerprint("3.1 in tox.ini:3") != fingerprint("3.2 in tox.ini:3")


def test_the_parts_of_a_fingerprint_do_not_run_into_each_other() -> None:
    assert Finding("A", Severity.INFO, "c", Location("b")) != Finding("A", Severity.INFO, "bc")
    assert Finding("Ab", Severity.INFO, "c").fingerprint != Finding("A", Severity.INFO, "c", Location("b")).fingerprint


@given(
    st.builds(
        Finding,
        st.text(st.characters(), min_size=1),
        st.sampled_from(Severity),
        st.text(st.characters()),
        st.none()
        | st.builds(
            Location, st.text(st.characters(), min_size=1), st.none() | st.integers(1), st.none() | st.integers(1)
        ),
        st.none() | st.text(),
    )
)
def test_a_finding_comes_back_from_its_json(finding: Finding) -> None:
    assert Finding.from_json(finding.as_json()) == finding


@pytest.mark.parametrize(
    "data",
    [{}, {**WARNING.as_json(), "severity": "grave"}, {"file": "a"}, {**WARNING.as_json(), "file": {}, "severity": 1}],
)
def test_what_is_no_finding_is_refused(data: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Finding.from_json(data)


@pytest.mark.parametrize("checked", [None, Checked(0, 0, "files"), Checked(0, 9, "files")])
def test_a_check_that_looked_at_nothing_cannot_pass(checked: Checked | None) -> None:
    with pytest.raises(ValueError, match="ruff: a check that looked at nothing has not passed"):
        Result("ruff", Status.PASSED, checked=checked)


@pytest.mark.parametrize("status", [Status.ERROR, Status.SKIPPED])
@pytest.mark.parametrize("reason", [None, ""])
def test_what_did_not_run_says_why(status: Status, reason: str | None) -> None:
    with pytest.raises(ValueError, match=f"ruff: {status.value} needs a reason"):
        Result("ruff", status, reason=reason)


def test_how_much_was_checked_reads_as_a_phrase() -> None:
    assert str(CHECKED) == "3 of 4 files"


@pytest.mark.parametrize(
    ("findings", "lenient", "strict"),
    [
        ((), Status.PASSED, Status.PASSED),
        ((INFO,), Status.PASSED, Status.PASSED),
        ((INFO, WARNING), Status.PASSED, Status.FAILED),
        ((WARNING, ERROR), Status.FAILED, Status.FAILED),
    ],
)
def test_a_status_is_drawn_from_the_findings(findings: tuple[Finding, ...], lenient: Status, strict: Status) -> None:
    result = PASSED._replace(findings=findings)
    assert judged(result, strict=False) == result._replace(status=lenient)
    assert judged(result, strict=True) == result._replace(status=strict)


@pytest.mark.parametrize("result", [BROKEN, SKIPPED, Result("pytest", Status.FAILED, reason="exit code 1")])
def test_no_finding_makes_what_did_not_run_or_failed_into_something_else(result: Result) -> None:
    assert judged(result._replace(findings=(ERROR,)), strict=True).status is result.status
    assert judged(result, strict=False) == result


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ((PASSED,), ExitCode.OK),
        ((PASSED, SKIPPED), ExitCode.OK),
        ((PASSED, FAILED), ExitCode.FINDINGS),
        ((FAILED, BROKEN, PASSED), ExitCode.UNUSABLE),
        ((PASSED, BROKEN), ExitCode.UNUSABLE),
        ((SKIPPED,), ExitCode.UNUSABLE),
        ((UNAFFECTED,), ExitCode.OK),
        ((UNAFFECTED, SKIPPED), ExitCode.OK),
        ((UNAFFECTED, BROKEN), ExitCode.UNUSABLE),
        ((), ExitCode.UNUSABLE),
    ],
)
def test_the_exit_code_is_drawn_from_the_results(results: tuple[Result, ...], code: ExitCode) -> None:
    assert report(*results).exit_code is code
    assert report(*results, interrupted=True).exit_code is ExitCode.INTERRUPTED


def test_a_report_has_all_findings_in_order() -> None:
    assert report(FAILED, PASSED, PASSED._replace(findings=(INFO, WARNING))).findings == (ERROR, INFO, WARNING)


def test_a_report_becomes_the_fields_of_its_specification() -> None:
    remembered = PASSED._replace(remembered=Remembered("2026-11-19T05:00:00.000Z", "01JC"), tool="ruff 0.17")
    assert report(remembered, FAILED._replace(duration_s=0.12345, hint="h", output="o")).as_json() == {
        "schema": "holdfast/report/1",
        "command": "validate-env",
        "project": "shop",
        "run_id": "01JD",
        "started_at": "2026-11-20T05:00:00.000Z",
        "duration_s": 1.235,
        "interrupted": False,
        "scope": None,
        "exit_code": 1,
        "results": [
            {
                "check": "ruff",
                "status": "passed",
                "reason": None,
                "hint": None,
                "checked": {"done": 3, "total": 4, "unit": "files"},
                "tool": "ruff 0.17",
                "duration_s": 0.0,
                "unchanged_since": "2026-11-19T05:00:00.000Z",
                "unchanged_run": "01JC",
                "unaffected": False,
                "suppressed": [],
                "findings": [],
                "output": "",
            },
            {
                "check": "ruff",
                "status": "failed",
                "reason": None,
                "hint": "h",
                "checked": {"done": 3, "total": 4, "unit": "files"},
                "tool": None,
                "duration_s": 0.123,
                "unchanged_since": None,
                "unchanged_run": None,
                "unaffected": False,
                "suppressed": [],
                "findings": [
                    {
                        "id": "VENV001",
                        "severity": "error",
                        "message": "no environment",
                        "file": None,
                        "line": None,
                        "column": None,
                        "fix": "make install",
                        "fingerprint": ERROR.fingerprint,
                    }
                ],
                "output": "o",
            },
        ],
    }
    assert report(BROKEN).as_json()["results"][0]["checked"] is None
