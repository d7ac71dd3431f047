from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from holdfast.adoption.issues import Issue
from holdfast.adoption.tracker import BODY_LIMIT, Leg, Run, read_legs, track

RUN = Run("holdfast", "https://github.invalid/shop/front/actions/runs/7", "3f1c00aa")
GOOD, BAD = Leg("holdfast-3.11", ()), Leg("holdfast-3.12", ("mypy: failed", "  src/a.py:3: error MYPY: no"))


class Kept:
    """Issues in memory, and what was done with them."""

    def __init__(self, *bodies: str) -> None:
        self.there = [Issue(number, f"issue {number}", body) for number, body in enumerate(bodies, 1)]
        self.done: list[tuple[str, dict[str, str]]] = []

    def marked(self, marker: str) -> list[Issue]:
        return [issue for issue in self.there if marker in issue.body]

    def create(self, title: str, body: str) -> Issue:
        self.done.append(("create", {"title": title, "body": body}))
        self.there.append(Issue(len(self.there) + 1, "new", body))
        return self.there[-1]

    def change(self, number: int, **fields: str) -> Issue:
        self.done.append((f"change {number}", fields))
        return self.there[number - 1]


def body(*legs: Leg, outcome: str = "failure") -> str:
    kept = Kept()
    track(kept, RUN, legs, outcome)
    return kept.done[0][1]["body"]


def report(directory: Path, name: str, **changes: Any) -> None:
    finding = {"id": "RUF1", "severity": "error", "message": "no", "file": "a.py", "line": 3, "fix": "ruff --fix"}
    result = {"check": "ruff", "status": "failed", "reason": None, "findings": [finding]}
    document = {"schema": "holdfast/report/1", "exit_code": 1, "results": [result], **changes}
    (directory / f"{name}.json").write_text(json.dumps(document), "utf-8")


def test_a_run_that_fails_opens_one_issue_and_the_next_brings_it_up_to_date() -> None:
    kept = Kept("somebody else's")
    assert track(kept, RUN, [GOOD, BAD], "failure").done == "opened"
    assert track(kept, RUN, [BAD], "failure") == ("updated", "new", "the run failed again")
    assert [what for what, _ in kept.done] == ["create", "change 2"]
    assert kept.done[1][1]["title"] == "holdfast: the nightly run fails"


def test_a_run_that_passes_closes_every_issue_of_the_tracker_and_keeps_what_it_said() -> None:
    kept = Kept()
    track(kept, RUN, [BAD], "failure")
    kept.there.append(kept.there[0]._replace(number=2))
    assert track(kept, RUN, [GOOD, GOOD], "success").done == "closed"
    assert [what for what, _ in kept.done[1:]] == ["change 1", "change 2"]
    fields = kept.done[1][1]
    assert fields["state"] == "closed"
    assert fields["state_reason"] == "completed"
    assert fields["body"].startswith(f"Passes again: {RUN.url}")
    assert "src/a.py:3" in fields["body"]


def test_a_run_that_passes_with_no_issue_open_does_nothing() -> None:
    kept = Kept("somebody else's")
    assert track(kept, RUN, [GOOD], "success").done is None
    assert kept.done == []


@pytest.mark.parametrize("outcome", ["cancelled", "skipped"])
def test_a_run_that_was_stopped_says_nothing_of_the_code(outcome: str) -> None:
    kept = Kept()
    track(kept, RUN, [BAD], "failure")
    assert track(kept, RUN, [], outcome).why == f"the run was {outcome}: it says nothing of the code"
    assert len(kept.done) == 1


def test_no_report_is_not_a_pass_whatever_the_job_says() -> None:
    assert "there is no report" in body(outcome="success")


def test_a_job_that_failed_although_its_reports_pass_has_not_passed() -> None:
    assert "did installing fail?" in body(GOOD, outcome="failure")


def test_a_report_that_is_bad_counts_although_the_job_passed() -> None:
    assert "src/a.py:3" in body(GOOD, BAD, outcome="success")


def test_a_line_says_which_reports_it_is_in_unless_it_is_in_all() -> None:
    both = Leg("holdfast-3.13", BAD.wrong[:1])
    said = body(BAD, both)
    assert "\nmypy: failed\n" in said
    assert "\n  src/a.py:3: error MYPY: no [holdfast-3.12]\n" in said
    assert said.count("mypy: failed") == 1


def test_two_workflows_have_an_issue_each() -> None:
    kept = Kept()
    track(kept, RUN, [BAD], "failure")
    assert track(kept, RUN._replace(workflow="other"), [BAD], "failure").done == "opened"


def test_the_marker_cannot_be_ended_by_the_name_of_a_workflow() -> None:
    kept = Kept()
    odd = RUN._replace(workflow="a --> b")
    assert track(kept, odd, [BAD], "failure").done == "opened"
    assert track(kept, odd, [BAD], "failure").done == "updated"
    assert kept.done[0][1]["body"].startswith("<!-- holdfast tracker: a > b -->\n")


def test_a_body_is_cut_to_what_github_takes_and_says_so() -> None:
    said = body(Leg("x", tuple(f"line {number} {'y' * 90}" for number in range(2000))))
    assert len(said) <= BODY_LIMIT
    assert "more lines; the run has them all" in said


def test_what_findings_say_stays_in_its_block_of_code() -> None:
    said = body(Leg("x", ("~~~~ @everyone", "a\nb\x1b[31m\u202e")))
    assert "\n~~~~~text\n~~~~ @everyone\na b?[31m?\n~~~~~\n" in said


def test_a_report_is_read_as_lines_of_what_is_wrong(tmp_path: Path) -> None:
    report(tmp_path, "b")
    report(tmp_path, "a", exit_code=0)
    assert read_legs(tmp_path) == [
        Leg("a", ()),
        Leg("b", ("ruff: failed", "  a.py:3: error RUF1: no (fix: ruff --fix)")),
    ]


def test_a_check_that_could_not_run_is_named_with_the_reason(tmp_path: Path) -> None:
    good: dict[str, Any] = {"check": "black", "status": "passed", "reason": None, "findings": []}
    error = {"check": "mypy", "status": "error", "reason": "not installed", "findings": []}
    report(tmp_path, "a", exit_code=2, results=[good, error])
    assert read_legs(tmp_path)[0].wrong == ("mypy: could not run: not installed",)


def test_a_report_without_a_word_says_its_exit_code(tmp_path: Path) -> None:
    report(tmp_path, "a", exit_code=130, results=[])
    assert read_legs(tmp_path)[0].wrong == ("exit code 130",)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "null", '"x"', '{"schema": "other/1"}', '{"schema": "holdfast/report/1"}', "[" * 100_000],
    ids=["empty", "list", "null", "text", "other", "bare", "deep"],
)
def test_a_report_that_cannot_be_read_is_wrong(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text, "utf-8")
    assert read_legs(tmp_path)[0].wrong[0].startswith("its report cannot be read: ")


def test_a_report_that_is_no_text_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"\xff\xfe")
    (tmp_path / "b.json").mkdir()
    assert [leg.wrong[0][:26] for leg in read_legs(tmp_path)] == ["its report cannot be read:"] * 2


def test_a_directory_that_is_not_there_holds_no_report(tmp_path: Path) -> None:
    assert read_legs(tmp_path / "none") == []
