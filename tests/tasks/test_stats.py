from __future__ import annotations

import pytest
from tests.registries import finished, started, ulid

from holdfast.tasks.stats import TaskStats, percentile, sparkline, stats


def test_each_task_has_its_runs_success_rate_and_durations() -> None:
    events = []
    for number in range(1, 21):
        events += [started(number), finished(number, "failed" if number == 20 else "succeeded", duration_s=number)]
    events += [started(30, "test"), finished(30, "cancelled")]
    lint, test = stats(events)
    assert lint.as_json() == {
        "task": "lint",
        "runs": 20,
        "states": {"failed": 1, "succeeded": 19},
        "success_rate": 0.95,
        "p50_s": 10.0,
        "p95_s": 19.0,
        "trend_s": [float(number) for number in range(1, 21)],
        "last_at": started(20)["at"],
    }
    assert (test.runs, test.success_rate, test.durations) == (1, None, [])


def test_a_run_under_way_counts_as_a_run_and_no_more() -> None:
    (one,) = stats([started(1), finished(1), started(2)])
    assert one.runs == 2
    assert one.success_rate == 1.0


def test_duplicates_count_once_and_ends_without_a_start_not_at_all() -> None:
    (one,) = stats([started(1), started(1), finished(1), finished(1), finished(2), {"event": "note", "id": ulid(3)}])
    assert one.states == {"succeeded": 1}


@pytest.mark.parametrize("duration", [-1, 1e300, 10**400, "1", None, [1]])
def test_odd_durations_are_left_out(duration: object) -> None:
    (one,) = stats([started(1), finished(1, duration_s=duration)])
    assert one.durations == []
    assert one.as_json()["p50_s"] is None


@pytest.mark.parametrize(
    ("values", "share", "answer"),
    [
        ([], 50, None),
        ([7.0], 95, 7.0),
        ([1, 2], 50, 1),
        ([2, 1], 51, 2),
        (list(range(1, 101)), 95, 95),
        ([1, 2, 3], 0, 1),
    ],
)
def test_a_percentile_is_a_value_that_occurred(values: list[float], share: int, answer: float | None) -> None:
    assert percentile(values, share) == answer


def test_a_sparkline_has_a_mark_for_each_of_the_last_values() -> None:
    assert sparkline([1, 2, 3], "abc") == "abc"
    assert sparkline([3, 1, 1], "abc") == "caa"
    assert sparkline([5, 5], "abc") == "aa"
    assert sparkline([], "abc") == ""
    assert sparkline(range(100), "ab") == "a" * 10 + "b" * 10


def test_a_task_without_runs_has_no_rate() -> None:
    assert TaskStats("x").success_rate is None
