from __future__ import annotations

import pytest
from tests.render import workflow_runs as runs

from holdfast.render.terminal import columns
from holdfast.render.workflow_changes import changes
from holdfast.render.workflow_reports import render
from holdfast.render.workflow_table import page
from holdfast.render.workflow_words import left, size
from holdfast.workflow.model import Retry, Step
from holdfast.workflow.records import FAILED


def test_a_failed_run_is_shown_with_what_failed_what_it_said_and_what_to_do() -> None:
    assert render(runs.failed(), "text") == f"""\
nightly  {runs.RUN_ID}  (workflows/nightly.yaml)
begun 2026-11-25 09:46:40 UTC by ana@laptop

STEP      STATUS     TRIES   TIME
venv      succeeded      1  0.40s
tests     failed         2  6.00s  exit code 1
fan       failed         -  2.00s  1 failed, 2 succeeded of 3 items
  fan[2]  failed         1  1.00s  exit code 3
ship      skipped        -      -  tests failed
publish   skipped        -      -  ship was skipped

tests  the end of its output; all of it: holdfast workflow logs {runs.RUN_ID} tests
  | FAILED tests/test_a.py::test_b
  | 1 failed in 5.9s

fan[2]  the end of its output; all of it: holdfast workflow logs {runs.RUN_ID} 'fan[2]'
  | no such target: c

artifacts
  out/junit.xml  1.2 kB  sha256 abababababab

failed: 2 failed, 1 succeeded, 2 skipped of 5 steps in 13.0s
  holdfast workflow retry {runs.RUN_ID}      tries the 2 that failed again
  holdfast workflow dead list {runs.RUN_ID}  says why each failed
"""


def test_colours_are_only_there_where_they_are_wanted() -> None:
    plain, colored = render(runs.failed(), "text"), render(runs.failed(), "text", color=True)
    assert "\x1b" not in plain
    assert "\x1b[31mfailed\x1b[0m" in colored


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_reasons_are_wrapped_to_the_terminal(width: int) -> None:
    document = runs.workflow(Step("a-step-of-some-length", "run", ("x",)))
    reason = "the server said that it could not do it " * 5
    report = runs.made(
        document,
        runs.started(1, document.steps[0].id),
        runs.ended(2, document.steps[0].id, status=FAILED, reason=reason),
    )
    table = render(report, "text", width=width).split("\n\n")[1]
    assert all(columns(line) <= width for line in table.split("\n")[2:])
    assert " ".join(table.split()).count("could not do it") == 5


def test_of_many_steps_those_that_went_well_are_left_out_first() -> None:
    document = runs.workflow(*(Step(f"s{number}", "run", ("x",)) for number in range(500)))
    records = [runs.started(1, step.id) for step in document.steps]
    records += [runs.ended(2, step.id, status=FAILED if step.id == "s499" else "succeeded") for step in document.steps]
    text = render(runs.made(document, *records), "text")
    assert "\ns499" in text
    assert "and 300 more steps; --all shows them" in text


@pytest.mark.parametrize(("width", "height"), [(80, 24), (30, 8), (200, 50)])
@pytest.mark.parametrize("made", [runs.failed, runs.hostile, runs.waiting])
def test_a_page_fits_the_terminal(made: object, width: int, height: int) -> None:
    assert callable(made)
    lines = page(made(), width, height, color=False)
    assert len(lines) <= height
    assert all(columns(line) <= width for line in lines)
    big = page(runs.big(2000, 500), width, height, color=False)
    assert len(big) <= height


def test_changes_are_a_line_each_and_nothing_is_told_twice() -> None:
    before = runs.made(runs.NIGHTLY, *runs.BEGUN, now=1, owner=runs.THERE)
    assert list(changes(None, before)) == ["venv: succeeded in 0.40s", "tests: running"]
    assert list(changes(before, before)) == []
    assert list(changes(before, runs.failed())) == [
        "tests: failed in 6.00s (exit code 1)",
        "fan: failed in 2.00s (1 failed, 2 succeeded of 3 items)",
        "fan[2]: failed in 1.00s (exit code 3)",
        "ship: skipped (tests failed)",
        "publish: skipped (ship was skipped)",
        "nightly: failed, 8 of 8 done",
    ]


def test_a_retry_that_is_due_says_when_and_after_what() -> None:
    document = runs.workflow(Step("a", "run", ("x",), retry=Retry(times=2, backoff_s=30)))
    bad = runs.ended(10, "a", status=FAILED, exit_code=75, reason="the index was busy")
    text = render(runs.made(document, runs.started(1, "a"), bad, now=20, owner=runs.THERE), "text")
    assert "to be retried" in text
    assert "again in 20s, after the index was busy" in text


@pytest.mark.parametrize(
    ("seconds", "said"), [(-5, "0s"), (9, "9s"), (187, "3m07s"), (18_120, "5h02m"), (273_600, "3d04h")]
)
def test_the_time_that_is_left_is_told_for_people(seconds: int, said: str) -> None:
    assert left(seconds * 1000, 0) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 B"), (999, "999 B"), (12_345, "12.3 kB"), (4_000_000, "4.0 MB"), (7 * 10**13, "70000.0 GB")],
)
def test_sizes_are_told_for_people(count: int, said: str) -> None:
    assert size(count) == said


GUIDE = {
    "question": "Is it done?",
    "options": ["done"],
    "instructions": "Write the parser.\nIt reads samples/",
    "criteria": ["no sample is changed"],
    "commands": [["pytest", "-q", "tests/a b.py"], "make lint"],
}


def test_work_that_is_to_be_done_is_shown_whole_with_what_will_tell_that_it_is() -> None:
    document = runs.workflow(Step("write", "guide", {}))
    found = runs.made(document, runs.rec(1, "step/write/asked", **GUIDE), owner=runs.GONE)
    text = render(found, "text")
    assert "write  needs an answer      -     -  Write the parser.\n" in text
    assert f"""
write  what is to be done
  Write the parser.
  It reads samples/
  - no sample is changed
  checked by: pytest -q 'tests/a b.py'; make lint

waiting: 1 needs an answer of 1 step in 1m00s
  holdfast workflow done {runs.RUN_ID} write  when the work is done""" in text


def test_work_that_somebody_called_done_and_whose_commands_failed_is_not_done_yet() -> None:
    document = runs.workflow(Step("write", "guide", {}))
    said = runs.ended(4, "write", status=FAILED, exit_code=1, tail="1 failed in 5.9s")
    answered = runs.rec(2, "step/write/answer/1", by="ana")
    again = runs.rec(5, "step/write/asked", **GUIDE)
    records = (runs.rec(1, "step/write/asked", **GUIDE), answered, runs.started(3, "write"), said, again)
    text = render(runs.made(document, *records, owner=runs.GONE), "text")
    assert "needs an answer      1     -  not done yet: exit code 1; Write the parser.\n" in text
    assert "  | 1 failed in 5.9s\n" in text
