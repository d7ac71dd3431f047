from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.checks.workflow_files.rules import Found, events, jobs
from holdfast.core.findings import Severity
from tests.checks.workflow_files.texts import FILE, HEAD, JOB, parsed, said

STEPS = "    steps: [{run: ls}]\n"


@pytest.mark.parametrize(
    "on",
    [
        "push",
        "[push, pull_request]",
        "{push: null, workflow_dispatch: {inputs: {x: {type: string}}}}",
        "{schedule: [{cron: '0 4 * * *'}], workflow_call: {}}",
        "'push'",
    ],
)
def test_events_that_github_has_are_right(tmp_path: Path, on: str) -> None:
    assert said(tmp_path, f"on: {on}\n" + JOB[len("on: push\n") :] + STEPS) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("jobs: {}\n", 1),
        ("name: x\non:\njobs: {}\n", 2),
        ("on: []\n", 1),
        ("on: pushh\n", 1),
        ("on:\n  push:\n  pusch:\n", 3),
    ],
)
def test_a_workflow_that_never_starts_is_found(tmp_path: Path, text: str, line: int) -> None:
    assert said(tmp_path, text) == [("GHA003", line)]


def test_an_event_that_is_like_no_other_may_be_new(tmp_path: Path) -> None:
    found = Found(FILE)
    events(parsed(tmp_path, "on: [volcano]\n"), found)
    assert [each.severity for each in found.findings] == [Severity.WARNING]


@pytest.mark.parametrize("cron", ["0 4 * *", "0 0 4 * * *", "daily"])
def test_a_schedule_needs_five_fields(tmp_path: Path, cron: str) -> None:
    assert said(tmp_path, f"on:\n  schedule:\n    - cron: '{cron}'\n") == [("GHA016", 3)]


def test_each_job_says_where_it_runs_or_what_it_calls(tmp_path: Path) -> None:
    text = (
        HEAD
        + "  a:\n    steps: [{run: ls}]\n  b: {uses: o/r/.github/workflows/w.yml@v1}\n  c:\n    runs-on: {group: g}\n"
    )
    assert said(tmp_path, text + STEPS) == [("GHA004", 3)]


def test_a_need_is_a_job(tmp_path: Path) -> None:
    other = "  b:\n    runs-on: x\n    needs: [a, c]\n" + STEPS
    assert said(tmp_path, JOB + STEPS + other) == [("GHA005", 8)]
    assert said(tmp_path, JOB + "    needs: b\n" + STEPS) == [("GHA005", 5)]


def waiting(**needs: str) -> str:
    return HEAD + "".join(
        f"  {name}: {{runs-on: x, needs: [{need}], steps: [{{run: ls}}]}}\n" for name, need in needs.items()
    )


@pytest.mark.parametrize(
    ("text", "circles"),
    [
        (waiting(a="a"), ["a -> a"]),
        (waiting(a="b", b="a"), ["a -> b -> a"]),
        (waiting(z="a", a="b", b="c", c="a"), ["a -> b -> c -> a"]),
        (waiting(a="b", b="a", c="d", d="c"), ["a -> b -> a", "c -> d -> c"]),
        (waiting(a="b, c", b="d", c="d", d=""), []),
    ],
)
def test_each_circle_is_told_once(tmp_path: Path, text: str, circles: list[str]) -> None:
    found = Found(FILE)
    jobs(parsed(tmp_path, text), found)
    assert [each.message.partition(": ")[2] for each in found.findings] == circles


def test_a_circle_of_more_jobs_than_github_runs_takes_no_time(tmp_path: Path) -> None:
    many = {f"j{number}": f"j{(number + 1) % 1500}" for number in range(1500)}
    assert said(tmp_path, waiting(**many)) == []
