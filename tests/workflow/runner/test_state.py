"""Where a run stands follows from its records."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

from holdfast.workflow.engines.interface import Run
from holdfast.workflow.model import Retry, Step, Workflow
from holdfast.workflow.records import Record
from holdfast.workflow.runner.state import RunState, dead_letters, fold

Fact = tuple[str, dict[str, Any]]
OK, BAD = {"status": "succeeded", "exit_code": 0}, {"status": "failed", "exit_code": 1}


def workflow(*steps: Step) -> Workflow:
    return Workflow("nightly", "workflows/nightly.yaml", "d" * 64, steps)


def state_of(flow: Workflow, *facts: Fact) -> RunState:
    run = Run("01RUN", flow.name, flow.as_json(), {}, 0, "ana")
    return fold(flow, run, [Record(key, data, at_ms) for at_ms, (key, data) in enumerate(facts, 1)])


def one(*facts: Fact, **fields: Any) -> RunState:
    return state_of(workflow(Step("a", fields.pop("kind", "run"), ["true"], **fields)), *facts)


def test_a_step_runs_once_started_and_ends_with_its_outcome() -> None:
    running = one(("step/a/1/started", {}))
    assert (running.steps["a"].status, running.status, running.steps["a"].attempt) == ("running", "running", 1)
    ended = one(("step/a/1/started", {}), ("step/a/1/ended", OK))
    assert (ended.steps["a"].status, ended.steps["a"].ended_ms, ended.done, ended.total) == ("succeeded", 2, 1, 1)


def test_the_first_end_of_an_attempt_stands() -> None:
    state = one(("step/a/1/started", {}), ("step/a/1/ended", OK), ("step/a/1/ended", BAD))
    assert state.steps["a"].status == "succeeded"


def test_a_failed_attempt_is_due_again_until_its_retries_are_used_up() -> None:
    first: list[Fact] = [("step/a/1/started", {}), ("step/a/1/ended", BAD)]
    retry = Retry(times=1, backoff_s=2)
    state = one(*first, retry=retry)
    assert (state.steps["a"].status, state.steps["a"].due_ms) == ("retrying", 2002)
    state = one(*first, ("step/a/2/started", {}), ("step/a/2/ended", BAD), retry=retry)
    assert state.steps["a"].status == "failed"


def test_only_the_kinds_of_failure_that_retry_names_are_tried_again() -> None:
    retry = Retry(times=3, on=("timeout", "exit:75"))
    for outcome, status in (
        ({"status": "timed_out"}, "retrying"),
        ({"status": "failed", "exit_code": 75}, "retrying"),
        (BAD, "failed"),
        ({"status": "failed", "exit_code": 137, "signal": "SIGKILL"}, "failed"),
    ):
        state = one(("step/a/1/started", {}), ("step/a/1/ended", outcome), retry=retry)
        assert state.steps["a"].status == status, outcome


@pytest.mark.parametrize(
    ("on_crash", "status"), [("rerun", "retrying"), ("never", "failed"), ("ask", "unknown"), ("probe", "unknown")]
)
def test_an_interrupted_attempt_is_treated_as_on_crash_says(on_crash: str, status: str) -> None:
    state = one(("step/a/1/started", {"on_crash": on_crash}), ("step/a/1/ended", {"status": "unknown"}))
    assert state.steps["a"].status == status
    assert state.status == ("waiting" if status == "unknown" else "running")


def test_an_attempt_that_never_began_is_run_whatever_on_crash_says() -> None:
    state = one(("step/a/1/started", {"on_crash": "never"}), ("step/a/1/ended", {"status": "unknown", "began": False}))
    assert state.steps["a"].status == "retrying"


@pytest.mark.parametrize(("code", "status"), [(0, "succeeded"), (1, "retrying"), (2, "unknown")])
def test_a_probe_decides_about_an_interrupted_attempt(code: int, status: str) -> None:
    state = one(
        ("step/a/1/started", {"on_crash": "probe"}),
        ("step/a/1/ended", {"status": "unknown"}),
        ("step/a.probe/1/started", {}),
        ("step/a.probe/1/ended", {"status": "failed" if code else "succeeded", "exit_code": code}),
    )
    assert (state.steps["a"].status, state.steps["a"].probed) == (status, True)


def test_an_approval_waits_and_succeeds_with_its_answer() -> None:
    asked = ("step/a/asked", {"question": "Publish?"})
    waiting = one(asked, kind="approve")
    assert (waiting.steps["a"].status, waiting.status) == ("asking", "waiting")
    answered = one(asked, ("step/a/answer/1", {"answer": "publish", "by": "ana"}), kind="approve")
    assert (answered.steps["a"].status, answered.steps["a"].answer) == ("succeeded", "publish")


@pytest.mark.parametrize("data", [{"rejected": True}, {"expired": True, "reason": "nobody answered within 24h"}])
def test_a_rejected_or_expired_approval_has_failed(data: dict[str, Any]) -> None:
    state = one(("step/a/asked", {}), ("step/a/answer/1", data), ("step/a/answer/2", {"answer": "x"}), kind="approve")
    assert state.steps["a"].status == "failed"
    assert state.steps["a"].reason == data.get("reason", "rejected")


def test_a_guide_whose_commands_fail_asks_again() -> None:
    facts: list[Fact] = [("step/a/asked", {"performs": True}), ("step/a/answer/1", {"answer": "done"})]
    assert one(*facts, kind="guide").steps["a"].status == "pending"
    failed = [*facts, ("step/a/1/started", {}), ("step/a/1/ended", BAD)]
    assert one(*failed, kind="guide").steps["a"].status == "asking"
    passed = [*failed, ("step/a/answer/2", {}), ("step/a/2/started", {}), ("step/a/2/ended", OK)]
    assert one(*passed, kind="guide").steps["a"].status == "succeeded"


def test_a_fan_out_ends_with_its_last_item_and_fails_with_any() -> None:
    flow = workflow(Step("fan", "run", ["true"], for_each="inputs.x"))
    first: list[Fact] = [
        ("step/fan/expanded", {"items": ["a", {"b": 1}]}),
        ("step/fan[0]/1/started", {}),
        ("step/fan[0]/1/ended", BAD),
    ]
    state = state_of(flow, *first)
    assert (state.steps["fan"].status, state.steps["fan[1]"].item) == ("running", {"b": 1})
    ended = [*first, ("step/fan[1]/1/started", {}), ("step/fan[1]/1/ended", OK)]
    state = state_of(flow, *ended)
    assert (state.steps["fan"].status, state.steps["fan"].reason) == ("failed", "1 of 2 items failed")
    assert [each.instance for each in dead_letters(state)] == ["fan[0]"]
    state = state_of(flow, *ended, ("step/fan[0]/again/1", {}))
    assert (state.steps["fan"].status, state.steps["fan[0]"].status, dead_letters(state)) == ("running", "pending", [])


def test_a_fan_out_over_nothing_succeeds() -> None:
    state = state_of(workflow(Step("fan", "run", [], for_each="inputs.x")), ("step/fan/expanded", {"items": []}))
    assert (state.steps["fan"].status, state.steps["fan"].reason) == ("succeeded", "no items")


def test_a_failed_step_that_is_told_to_be_done_again_opens_the_run() -> None:
    facts: list[Fact] = [
        ("step/a/1/started", {}),
        ("step/a/1/ended", BAD),
        ("run/cancel", {"by": "ana"}),
        ("run/ended/1", {"status": "failed"}),
    ]
    assert one(*facts).status == "failed"
    state = one(*facts, ("step/a/again/1", {"by": "ana"}))
    assert (state.status, state.steps["a"].status, state.cancel) == ("running", "pending", None)


def test_a_dropped_dead_letter_is_none_any_more() -> None:
    state = one(("step/a/1/started", {}), ("step/a/1/ended", BAD), ("step/a/dropped", {"why": "gone"}))
    assert (state.steps["a"].status, state.steps["a"].reason, dead_letters(state)) == ("dropped", "gone", [])


def test_records_of_a_newer_version_are_passed_over() -> None:
    state = one(
        ("step/a/1/paused", {}), ("step/b/1/started", {}), ("run/tuned", {}), ("moon/1", {}), ("step/a/1/started", {})
    )
    assert (state.steps["a"].status, list(state.extra)) == ("running", ["moon"])


def test_ten_thousand_items_take_little_memory() -> None:
    flow = workflow(Step("fan", "run", ["true"], for_each="inputs.x"))
    run = Run("01RUN", flow.name, {}, {}, 0, "ana")
    tracemalloc.start()
    state = fold(flow, run, [Record("step/fan/expanded", {"items": list(range(10_000))}, 1)])
    for number in range(10_000):
        state.apply(Record(f"step/fan[{number}]/1/started", {}, 2))
        state.apply(Record(f"step/fan[{number}]/1/ended", {"status": "succeeded", "exit_code": 0, "log": "x" * 60}, 3))
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert (state.steps["fan"].status, state.done) == ("succeeded", 10_001)
    assert taken < 20 * 2**20
