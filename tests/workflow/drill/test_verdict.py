"""What a trial's witness says, held against the undisturbed run."""

from __future__ import annotations

from holdfast.workflow.drill.drilling import kills
from holdfast.workflow.drill.verdict import Ran, Trial, lost_in, read_witness, verdicts


def trial(statuses: dict[str, str], *lines: str, hit: str | None = None, resumed_s: float | None = None) -> Trial:
    return Trial(
        0,
        "somewhere",
        machine=False,
        hit=hit,
        statuses=statuses,
        ran=read_witness(lines),
        asked={},
        resumed_s=resumed_s,
    )


def test_a_step_that_starts_again_after_its_end_ran_twice() -> None:
    ran = read_witness(["start step/a/1", "end step/a/1 0", "start step/a/2", "end step/a/2 0"])
    assert ran == {"a": Ran(2, 2, 1)}
    (verdict,) = verdicts(["a"], {"a": "succeeded"}, [trial({"a": "succeeded"})._replace(ran=ran)])
    assert (verdict.twice, verdict.again, verdict.lost) == (1, 0, 0)


def test_a_step_that_was_killed_in_the_middle_is_begun_again_and_not_run_twice() -> None:
    done = trial({"a": "succeeded"}, "start step/a/1", "start step/a/2", "end step/a/2 0")
    (verdict,) = verdicts(["a"], {"a": "succeeded"}, [done])
    assert (verdict.twice, verdict.again) == (0, 1)


def test_an_attempt_that_failed_by_itself_and_was_tried_again_did_not_run_twice() -> None:
    ran = read_witness(["start step/a/1", "end step/a/1 75", "start step/a/2", "end step/a/2 0"])
    assert ran["a"].after_finish == 0


def test_a_step_that_did_not_end_as_undisturbed_is_lost_and_those_skipped_for_it_are_not() -> None:
    expected = {"a": "succeeded", "b": "succeeded", "c": "succeeded"}
    assert lost_in(trial({"a": "failed", "b": "skipped", "c": "succeeded"}), expected) == {"a"}
    assert lost_in(trial({"a": "succeeded"}), expected) == {"b", "c"}
    assert lost_in(trial({"a": "succeeded", "b": "skipped", "c": "succeeded"}), expected) == {"b"}


def test_items_of_a_fan_out_count_with_their_step() -> None:
    expected = {"fan": "succeeded", "fan[0]": "succeeded", "fan[1]": "succeeded", "fantasy": "succeeded"}
    broken = trial(
        {**expected, "fan[1]": "failed"}, "start step/fan[0]/1", "end step/fan[0]/1 0", "start step/fan[0]/2"
    )
    fan, fantasy = verdicts(["fan", "fantasy"], expected, [broken])
    assert (fan.lost, fan.twice, fantasy.lost, fantasy.twice) == (1, 1, 0, 0)


def test_a_torn_line_of_the_witness_is_passed_over() -> None:
    assert read_witness(["start", "", "start step/a/1"]) == {"a": Ran(1, 0, 0)}


def test_the_median_of_the_times_to_resume_is_of_those_trials_that_hit_the_step() -> None:
    trials = [trial({"a": "succeeded"}, hit="a", resumed_s=each) for each in (0.3, 0.1, 0.2)]
    others = [trial({"a": "succeeded"}, hit="b", resumed_s=9.0)]
    (verdict,) = verdicts(["a"], {"a": "succeeded"}, [*trials, *others])
    assert verdict.resumed_s == 0.2


def test_kills_are_spread_over_all_points_and_take_turns() -> None:
    assert kills(100, 3) == [(0, False), (50, True), (99, False)]
    assert kills(2, 40) == [(0, False), (1, True)]
    assert kills(2, None) == [(0, False), (0, True), (1, False), (1, True)]
