from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.render import reports

from holdfast.core.findings import Finding, Location, Result, Severity, Status
from holdfast.render import github, render


def lines(*results: Result) -> list[str]:
    return render(reports.report(*results), "github").splitlines()


def test_a_finding_is_an_annotation_at_its_place() -> None:
    assert lines(reports.FAILED._replace(findings=(reports.UNUSED, reports.LONG_LINE, reports.PLACELESS)))[:3] == [
        "::error file=src/basket.py,line=3,col=8,title=F401::`os` imported but unused%0Afix: ruff check --fix",
        "::error title=VENV003::Python 3.8 is outside >=3.11%0Afix: python3.11 -m venv .venv",
        "::warning file=src/naïve café/日本.py,line=141,title=E501::Line too long (141 > 120)",
    ]


def test_what_separates_the_parts_of_a_command_is_escaped() -> None:
    finding = Finding("A:1,b", Severity.INFO, "100%: a, b\r\nsecond\rthird", Location("50%,a:b\n.py", 1))
    assert lines(reports.FAILED._replace(findings=(finding,)))[0] == (
        r"::notice file=50%25%2Ca%3Ab%0A.py,line=1,title=A%3A1%2Cb::100%25: a, b%0Asecond\x0dthird"
    )


def test_a_check_that_could_not_run_is_an_annotation_with_its_output_folded() -> None:
    assert lines(reports.BROKEN)[:5] == [
        "::error title=pytest%3A could not run::exit code 4%0Ahint: run it by hand",
        "::group::output of pytest",
        "usage:",
        "| ::error::injected",
        "::endgroup::",
    ]


def test_a_failure_that_no_finding_explains_is_an_annotation() -> None:
    assert lines(reports.UNEXPLAINED)[0] == "::error title=own-tool%3A failed::exit code 1%0Ahint: see its output"
    assert lines(reports.UNEXPLAINED._replace(reason=None, hint=None))[0] == "::error title=own-tool%3A failed::failed"


def test_passed_and_skipped_checks_are_no_annotations() -> None:
    assert not [line for line in lines(reports.PASSED, reports.SKIPPED) if line.startswith("::")]


def test_the_summary_ends_the_log() -> None:
    assert lines(*reports.ALL)[-1] == "3 failed, 1 could not run, 2 passed, 1 skipped in 12.35s (shop)"
    assert "black        passed         0.50s  120 of 120 files" in lines(*reports.ALL)


@given(st.text(st.characters() | st.sampled_from([":", "#", "[", "\n", " ", "%"])))
def test_no_text_of_a_tool_becomes_a_command(text: str) -> None:
    finding = Finding("A", Severity.ERROR, text, Location("f"), text)
    results = (
        Result("a", Status.FAILED, (finding,), hint=text),
        Result("b", Status.ERROR, reason=text or "x", hint=text, output=text),
    )
    said = lines(*results)
    commands = [line for line in said if line.lstrip().startswith("::")]
    kinds = [line.split("::")[1].split(" ")[0] for line in commands]
    assert kinds in (["error", "error"], ["error", "error", "group", "endgroup"])
    assert not [line for line in said if "##[" in line and line not in commands]


def test_the_step_summary_is_a_table_and_the_findings() -> None:
    shown = github.summary(
        reports.report(reports.PASSED, reports.BROKEN, reports.FAILED._replace(findings=(reports.UNUSED,)))
    )
    assert shown == (
        "### holdfast validate-env: 1 failed, 1 could not run, 1 passed\n"
        "\n"
        "| Check | Result | Time | |\n"
        "| --- | --- | ---: | --- |\n"
        "| black | passed | 0.50s | 120 of 120 files |\n"
        "| pytest | could not run | 0.00s | exit code 4<br>hint: run it by hand |\n"
        "| ruff | failed | 0.12s | 9 of 9 files; 1 error |\n"
        "\n"
        "- src/basket.py:3:8: error F401: \\`os\\` imported but unused<br>fix: ruff check --fix\n"
    )


def test_a_step_summary_without_findings_ends_with_its_table() -> None:
    assert github.summary(reports.report(reports.PASSED)).endswith("| 120 of 120 files |\n")


def test_markdown_in_a_message_stays_text() -> None:
    finding = Finding("A|1", Severity.ERROR, "<b> & [x](y) *z* | `c`\nnext @someone #1")
    shown = github.summary(reports.report(reports.FAILED._replace(findings=(finding,))))
    assert shown.splitlines()[-1] == (r"- error A\|1: \<b\> &amp; \[x\]\(y\) \*z\* \| \`c\`<br>next \@someone \#1")


def test_a_step_summary_stays_below_githubs_limit_and_says_what_it_leaves_out() -> None:
    warnings = tuple(Finding("W1", Severity.WARNING, "x" * 2000 + str(n)) for n in range(600))
    result = reports.FAILED._replace(findings=(*warnings, reports.UNUSED))
    shown = github.summary(reports.report(result))
    assert 990_000 < len(shown.encode()) <= github.SUMMARY_LIMIT
    kept = shown.count("warning W1")
    assert "error F401" in shown
    assert shown.endswith(f"\n{600 - kept} more findings did not fit; `--format json` has them all\n")
