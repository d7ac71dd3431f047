from __future__ import annotations

import re

from tests.render import reports

from holdfast.core.findings import Finding, Location, Report, Severity, Status
from holdfast.render import render
from holdfast.render.terminal import columns
from holdfast.render.text import FINDINGS_SHOWN, summary

LONG = reports.UNUSED._replace(message="a message of many words " * 8, location=Location("src/shop/basket.py", 3, 8))


def text(report: Report, *, color: bool = False, width: int | None = None) -> str:
    return render(report, "text", color=color, width=width)


def test_a_person_reads_findings_then_a_line_a_check_then_what_it_comes_to() -> None:
    shown = text(reports.report(*reports.ALL))
    assert shown == (
        "ruff\n"
        "  src/basket.py:3:8: error F401: `os` imported but unused\n"
        "    fix: ruff check --fix\n"
        "  src/naïve café/日本.py:141: warning E501: Line too long (141 > 120)\n"
        r"  a\xff,b:c%\n.py:1: info X1: evil red \x1b]0;title\x07 \u202egnp.exe ]]> <b> | `x`"
        "\n    ::set-output name=x::y\n"
        r"    ##[add-path]z \ufffe"
        "\n\n"
        "venv-check\n"
        "  error VENV003: Python 3.8 is outside >=3.11\n"
        "    fix: python3.11 -m venv .venv\n"
        "\n"
        "own-tool\n"
        "  | line 1\n"
        "  | line 2\n"
        "\n"
        "pytest\n"
        "  | usage:\n"
        "  | ::error::injected\n"
        "\n"
        "black        passed         0.50s  120 of 120 files\n"
        "venv         passed             -  unchanged since 2026-11-19 22:10:00 UTC\n"
        "ruff         failed         0.12s  9 of 9 files; 1 error, 1 warning, 1 info\n"
        "venv-check   failed         0.12s  9 of 9 files; 1 error\n"
        "own-tool     failed         0.00s  exit code 1\n"
        "             hint: see its output\n"
        "pytest       could not run  0.00s  exit code 4\n"
        "             hint: run it by hand\n"
        "poetry-lock  skipped            -  no poetry.lock\n"
        "\n"
        "3 failed, 1 could not run, 2 passed, 1 skipped in 12.35s (shop)\n"
    )


def test_a_report_of_nothing_says_so() -> None:
    assert text(reports.report()) == "\nnothing ran in 12.35s (shop)\n"


def test_an_interrupted_report_says_so() -> None:
    assert "interrupted: 1 passed in" in text(reports.report(reports.PASSED, interrupted=True))


def test_the_findings_of_a_check_that_passed_are_shown() -> None:
    shown = text(reports.report(reports.PASSED._replace(findings=(reports.LONG_LINE,))))
    assert "warning E501: Line too long" in shown
    assert "passed         0.50s  120 of 120 files; 1 warning\n" in shown


def test_a_limit_on_findings_is_stated_and_cuts_the_light_ones() -> None:
    shown = text(reports.report(reports.many(FINDINGS_SHOWN + 6, last=reports.UNUSED)))
    assert "error F401" in shown
    assert shown.count("warning W1") == FINDINGS_SHOWN - 1
    assert "  and 7 more; --format json has them all\n" in shown


def test_exactly_as_many_findings_as_the_limit_are_all_shown() -> None:
    shown = text(reports.report(reports.many(FINDINGS_SHOWN - 1, last=reports.UNUSED)))
    assert shown.count("warning W1") == FINDINGS_SHOWN - 1
    assert "more;" not in shown


def test_long_output_is_cut_to_its_end_and_says_so() -> None:
    broken = reports.BROKEN._replace(output="".join(f"line {n}\n" for n in range(1, 31)))
    shown = text(reports.report(broken))
    assert "  | the last 20 of 30 lines\n  | line 11\n" in shown
    assert "line 10\n" not in shown


def test_output_that_findings_explain_is_not_repeated() -> None:
    assert "raw words" not in text(reports.report(reports.FAILED._replace(output="raw words")))


def test_a_terminal_narrower_than_a_message_gets_it_in_lines_that_keep_their_indent() -> None:
    lines = text(reports.report(reports.FAILED._replace(findings=(LONG,))), width=80).splitlines()
    message = [line for line in lines if "many" in line]
    assert len(message) == 3
    assert all(len(line) <= 80 for line in lines)
    assert message[0].startswith("  src/shop/basket.py:3:8: error F401: a message")
    assert all(line.startswith("    ") for line in message[1:])


def test_a_command_to_copy_is_never_wrapped() -> None:
    finding = reports.UNUSED._replace(fix="ruff " + "--option " * 30)
    assert f"    fix: {finding.fix}\n" in text(reports.report(reports.FAILED._replace(findings=(finding,))), width=60)


def test_what_a_check_says_goes_on_below_itself_where_there_is_room() -> None:
    broken = reports.BROKEN._replace(
        reason="it is so that this " * 3 + "cannot be run " * 5, hint="do this and that " * 6
    )
    wide = text(reports.report(broken), width=90).splitlines()
    assert sum(line.startswith(" " * len("pytest  could not run  0.00s  ") + "cannot") for line in wide) == 2
    narrow = text(reports.report(broken), width=36).splitlines()
    assert all(len(line) <= 36 or line.startswith("1 could") for line in narrow)
    assert any(line.startswith("    hint: do this") for line in narrow)


def test_colour_is_added_and_changes_no_word() -> None:
    report = reports.report(*reports.ALL)
    colored = text(report, color=True, width=100)
    assert "\x1b[31mfailed" in colored
    assert "\x1b[32mpassed" in colored
    assert "\x1b[1;31m3 failed" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == text(report, width=100)


def test_a_good_end_is_green() -> None:
    assert "\x1b[1;32m1 passed\x1b[0m in" in text(reports.report(reports.PASSED), color=True)


def test_names_of_wide_characters_are_aligned() -> None:
    shown = text(reports.report(reports.PASSED._replace(check="日本語"), reports.PASSED)).splitlines()
    before = [columns(line[: line.index("passed")]) for line in shown[:2]]
    assert before == [8, 8]


def test_a_very_long_name_does_not_push_the_others_aside() -> None:
    shown = text(reports.report(reports.PASSED._replace(check="x" * 70), reports.PASSED))
    assert "black                 passed " in shown


def test_every_severity_has_its_word_in_the_counts() -> None:
    findings = tuple(Finding("A", severity, str(n)) for severity in Severity for n in range(2))
    shown = text(reports.report(reports.FAILED._replace(findings=findings, checked=None)))
    assert "2 errors, 2 warnings, 2 info\n" in shown


def test_the_summary_alone_is_what_the_whole_ends_in() -> None:
    report = reports.report(*reports.ALL)
    assert text(report).endswith("\n\n" + summary(report))
    assert summary(report).startswith("black ")


def test_a_reason_of_several_lines_stays_in_its_column() -> None:
    shown = text(reports.report(reports.SKIPPED._replace(reason="first\nsecond")))
    assert "first\n" + " " * len("poetry-lock  skipped           -  ") + "second\n" in shown


def test_a_hint_is_not_shown_for_a_pass() -> None:
    assert "hint" not in text(reports.report(reports.PASSED._replace(hint="more")))
    assert reports.PASSED.status is Status.PASSED
