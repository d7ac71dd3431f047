"""What does not count, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.checks.baseline import Baseline
from holdfast.checks.suppression import Suppression, ignores_of
from holdfast.core.clock import parse_iso
from holdfast.core.config import load_config
from holdfast.core.findings import Checked, Finding, Location, Result, Severity, Status

NOW_MS = int(parse_iso("2026-11-20T05:00:00Z").timestamp() * 1000)
ERROR = Finding("ruff:E501", Severity.ERROR, "long", Location("src/a.py", 3))
WARNING = Finding("ruff:W1", Severity.WARNING, "odd", Location("src/a.py", 4))


def result(*findings: Finding, status: Status = Status.FAILED, reason: str | None = None) -> Result:
    return Result("ruff", status, findings, reason, checked=Checked(1, 1, "file"))


def suppression(project: Path, text: str, baseline: Baseline | None = None) -> Suppression:
    (project / "pyproject.toml").write_text(text, "utf-8")
    return Suppression(ignores_of(load_config(project, {}), NOW_MS), baseline)


def ignoring(project: Path, *lines: str, id: str = "ruff:E501") -> Suppression:  # noqa: A002 - as the field
    return suppression(project, "\n".join([f'[tool.holdfast.ignore."{id}"]', *lines, ""]))


def test_an_ignored_finding_does_not_count_and_stays_in_the_report_with_the_reason(tmp_path: Path) -> None:
    after = ignoring(tmp_path, 'reason = "generated"').of(result(ERROR, WARNING), strict=False)
    assert (after.status, after.findings) == (Status.PASSED, (WARNING,))
    assert [(each.finding, each.by, each.reason) for each in after.suppressed] == [(ERROR, "ignore", "generated")]


def test_under_strict_a_warning_that_is_left_still_fails(tmp_path: Path) -> None:
    assert ignoring(tmp_path, 'reason = "r"').of(result(ERROR, WARNING), strict=True).status is Status.FAILED
    alone = ignoring(tmp_path, 'reason = "r"', id="ruff:W1").of(result(WARNING), strict=True)
    assert alone.status is Status.PASSED


def test_a_failure_that_has_another_cause_stays_one(tmp_path: Path) -> None:
    after = ignoring(tmp_path, 'reason = "r"', id="ruff:W1").of(result(WARNING, reason="coverage"), strict=False)
    assert after.status is Status.FAILED


@pytest.mark.parametrize(
    ("lines", "counts"),
    [
        (['reason = "r"', 'paths = ["src/**"]'], False),
        (['reason = "r"', 'paths = ["tests/**"]'], True),
        (['reason = "r"', 'until = "2026-11-20"'], False),
        (['reason = "r"', 'until = "2026-11-19"'], True),
        (['reason = " "'], True),
        (['until = "2027-01-01"'], True),
    ],
)
def test_an_ignore_holds_where_and_as_long_as_it_says_and_never_without_a_reason(
    tmp_path: Path, lines: list[str], counts: bool
) -> None:
    after = ignoring(tmp_path, *lines).of(result(ERROR), strict=False)
    assert (after.status is Status.FAILED) is counts


@pytest.mark.parametrize(
    ("lines", "found", "id_"),
    [
        (['until = "2027-01-01"'], (ERROR,), "IGNORE001"),
        (['reason = "r"', 'until = "2026-11-19"'], (ERROR,), "IGNORE002"),
        (['reason = "r"', 'until = "2026-11-19"'], (), "IGNORE003"),
        (['reason = "r"'], (), "IGNORE003"),
    ],
)
def test_what_is_wrong_with_an_ignore_is_a_finding_where_it_stands(
    tmp_path: Path, lines: list[str], found: tuple[Finding, ...], id_: str
) -> None:
    there = ignoring(tmp_path, *lines)
    status = Status.FAILED if found else Status.PASSED
    said = there.judge_ignores([there.of(result(*found, status=status), strict=False)], complete=True)
    assert said is not None
    (one,) = said.findings
    assert one.id == id_
    assert one.location is not None
    assert one.location.file == "pyproject.toml"


def test_a_run_that_left_checks_out_does_not_call_an_ignore_unneeded(tmp_path: Path) -> None:
    there = ignoring(tmp_path, 'reason = "r"')
    passed = result(status=Status.PASSED)
    assert there.judge_ignores([passed], complete=False) is None
    broken = Result("mypy", Status.ERROR, reason="missing")
    assert there.judge_ignores([passed, broken], complete=True) is None


def test_what_the_baseline_knows_does_not_count_and_what_is_mended_is_an_error(tmp_path: Path) -> None:
    baseline = Baseline(()).updated([result(ERROR)], add=True)
    there = suppression(tmp_path, "", baseline)
    after = there.of(result(ERROR._replace(location=Location("src/a.py", 90))), strict=False)
    assert (after.status, len(after.suppressed)) == (Status.PASSED, 1)
    assert there.judge_baseline([after]) is None
    mended = there.judge_baseline([there.of(result(status=Status.PASSED), strict=False)])
    assert mended is not None
    assert [(each.id, each.severity) for each in mended.findings] == [("BASELINE001", Severity.ERROR)]


def test_a_check_that_could_not_look_has_mended_nothing(tmp_path: Path) -> None:
    there = suppression(tmp_path, "", Baseline(()).updated([result(ERROR)], add=True))
    assert there.judge_baseline([Result("ruff", Status.ERROR, reason="crashed")]) is None
