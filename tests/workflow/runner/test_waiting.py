"""Approvals, guides, cancelling, timeouts, interrupts, and what a new runner makes of an old one's attempts."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from holdfast.workflow.engines.interface import Recovery
from holdfast.workflow.model import Retry
from holdfast.workflow.records import Outcome, Record
from holdfast.workflow.runner.interrupts import Interrupts
from holdfast.workflow.runner.loop import Settings
from holdfast.workflow.runner.state import RunState, StepState
from tests.fakes.engine import DONE, MemoryEngine
from tests.workflow.runner.walking import BAD, RUN_ID, Heard, begin, flow, outcomes, statuses, step, walk, walked

SHIP = step("ship", kind="approve", body={"question": "Publish?", "expires_s": 3600})


def test_a_run_stops_where_it_needs_an_answer_and_goes_on_with_it(tmp_path: Path) -> None:
    engine = MemoryEngine()
    steps = (SHIP, step("publish", "ship", condition="steps.ship.answer"), step("b"), step("c", "b"))
    state = walked(engine, tmp_path, *steps)
    assert statuses(state) == {"ship": "asking", "publish": "pending", "b": "succeeded", "c": "succeeded"}
    assert (state.status, state.ended) == ("waiting", None)
    engine.tell(RUN_ID, "step/ship/answer/1", {"answer": True, "by": "ana"})
    state = walk(engine, tmp_path)
    assert (state.status, state.steps["publish"].status) == ("succeeded", "succeeded")


def test_a_run_that_is_told_to_wait_goes_on_when_the_answer_comes(tmp_path: Path) -> None:
    engine = MemoryEngine()
    begin(engine, flow(SHIP, step("publish", "ship")))
    engine.on_wait = [lambda: None, lambda: engine.tell(RUN_ID, "step/ship/answer/1", {"answer": "yes"})]
    assert walk(engine, tmp_path, settings=Settings(wait=True)).status == "succeeded"


def test_an_approval_that_nobody_gives_in_time_has_failed(tmp_path: Path) -> None:
    engine = MemoryEngine()
    begin(engine, flow(SHIP._replace(body={"question": "?", "expires_s": 0.001}), step("b", "ship")))
    state = walk(engine, tmp_path, settings=Settings(wait=True))
    assert (state.steps["ship"].status, state.status) == ("failed", "failed")
    assert state.steps["ship"].reason == "nobody answered within 0.001 s"


def test_an_approval_that_was_rejected_is_asked_again_when_it_is_told_to(tmp_path: Path) -> None:
    engine = MemoryEngine()
    walked(engine, tmp_path, SHIP)
    engine.tell(RUN_ID, "step/ship/answer/1", {"rejected": True, "note": "not today"})
    assert walk(engine, tmp_path).steps["ship"].reason == "not today"
    engine.tell(RUN_ID, "step/ship/again/1", {"by": "ana"})
    assert walk(engine, tmp_path).status == "waiting"
    assert "step/ship/asked/1" in engine.kept[RUN_ID][1]
    engine.tell(RUN_ID, "step/ship/answer/2", {"answer": "yes"})
    assert walk(engine, tmp_path).status == "succeeded"


def test_a_guide_is_done_when_its_commands_pass_and_not_when_somebody_says_so(tmp_path: Path) -> None:
    engine, heard = outcomes(guide=[BAD, DONE]), Heard()
    begin(engine, flow(step("guide", kind="guide", body={"instructions": "Write it"}), step("after", "guide")))
    for number in (1, 2):
        assert walk(engine, tmp_path, heard=heard).status == "waiting"
        engine.tell(RUN_ID, f"step/guide/answer/{number}", {"by": "an agent"})
    assert walk(engine, tmp_path, heard=heard).status == "succeeded"
    assert heard.said.count(("asked", "guide")) == 2


def cancel(engine: MemoryEngine) -> None:
    engine.tell(RUN_ID, "run/cancel", {"by": "ana", "reason": "enough"})


def test_a_cancelled_run_ends_what_runs_and_does_what_is_to_be_done_always(tmp_path: Path) -> None:
    engine = MemoryEngine(lambda work: None if work.instance == "a" else DONE)
    steps = (step("a", on_failure="rollback"), step("b", "a"), SHIP, step("clean", when="always", timeout_s=600))
    begin(engine, flow(*steps, step("rollback", when="never"), step("report", when="failure")))
    engine.on_wait = [lambda: cancel(engine)]
    state = walk(engine, tmp_path)
    assert engine.stops == [(("step/a/1",), "cancelled")]
    ended = {"a": "cancelled", "b": "cancelled", "ship": "cancelled", "clean": "succeeded"}
    assert statuses(state) == {**ended, "rollback": "cancelled", "report": "skipped"}
    assert (state.status, engine.performed[-1].timeout_s) == ("cancelled", 60)


def test_a_run_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    engine = MemoryEngine(lambda _work: None)
    begin(engine, flow(step("a"), step("b", "a"), timeout_s=0.001))
    state = walk(engine, tmp_path)
    assert statuses(state) == {"a": "timed_out", "b": "cancelled"}
    assert (state.status, state.steps["b"].reason) == ("timed_out", "the run's time was over")


def test_an_interrupted_runner_ends_its_steps_and_another_goes_on(tmp_path: Path) -> None:
    engine = MemoryEngine(lambda work: None if work.key == "step/a/1" else DONE)
    begin(engine, flow(step("a", on_crash="rerun"), step("b", "a")))
    engine.on_wait = [lambda: os.kill(os.getpid(), signal.SIGINT)]
    with Interrupts() as interrupts:
        state = walk(engine, tmp_path, interrupts=interrupts)
    assert interrupts.came == signal.SIGINT
    assert (state.status, state.steps["a"].status, engine.stops) == (
        "running",
        "retrying",
        [(("step/a/1",), "unknown")],
    )
    assert walk(engine, tmp_path).status == "succeeded"


def test_a_second_interrupt_leaves_at_once(tmp_path: Path) -> None:
    engine = MemoryEngine(lambda _work: None)
    engine.deaf = True
    begin(engine, flow(step("a")))
    engine.on_wait = [lambda: os.kill(os.getpid(), signal.SIGTERM), lambda: os.kill(os.getpid(), signal.SIGINT)]
    with pytest.raises(KeyboardInterrupt), Interrupts() as interrupts:
        walk(engine, tmp_path, interrupts=interrupts)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def crashed(engine: MemoryEngine, on_crash: str, recovery: Recovery, **more: Any) -> None:
    """A run whose runner died while it performed `a`."""
    begin(engine, flow(step("a", on_crash=on_crash, **more), step("b", "a"), step("c")))
    engine.tell(RUN_ID, "step/a/1/started", {"on_crash": on_crash})
    engine.recoveries["step/a/1"] = recovery


def test_an_attempt_that_still_runs_is_adopted_and_not_doubled(tmp_path: Path) -> None:
    engine = MemoryEngine()
    crashed(engine, "never", Recovery("running"))
    assert walk(engine, tmp_path).status == "succeeded"
    assert sorted(work.instance for work in engine.performed) == ["b", "c"]


def test_an_attempt_that_ended_unseen_counts(tmp_path: Path) -> None:
    engine = MemoryEngine()
    crashed(engine, "ask", Recovery("ended", DONE))
    assert walk(engine, tmp_path).status == "succeeded"
    assert sorted(work.instance for work in engine.performed) == ["b", "c"]


@pytest.mark.parametrize(
    ("on_crash", "a", "run"),
    [("rerun", "succeeded", "succeeded"), ("never", "failed", "failed"), ("ask", "unknown", "waiting")],
)
def test_an_attempt_of_which_nobody_knows_is_treated_as_on_crash_says(
    tmp_path: Path, on_crash: str, a: str, run: str
) -> None:
    engine = MemoryEngine()
    crashed(engine, on_crash, Recovery("gone"))
    state = walk(engine, tmp_path)
    assert (state.steps["a"].status, state.steps["c"].status, state.status) == (a, "succeeded", run)


def test_an_attempt_that_never_began_runs_whatever_on_crash_says(tmp_path: Path) -> None:
    engine = MemoryEngine()
    crashed(engine, "never", Recovery("gone", began=False))
    assert walk(engine, tmp_path).status == "succeeded"


def test_retry_on_interrupted_runs_it_again(tmp_path: Path) -> None:
    engine = MemoryEngine()
    crashed(engine, "ask", Recovery("gone"), retry=Retry(times=1, on=("interrupted",)))
    assert walk(engine, tmp_path).status == "succeeded"


@pytest.mark.parametrize(("code", "a", "attempts"), [(0, "succeeded", 1), (1, "succeeded", 2), (7, "unknown", 1)])
def test_a_probe_finds_out_whether_the_work_was_done(tmp_path: Path, code: int, a: str, attempts: int) -> None:
    engine = outcomes(a_probe=Outcome("failed" if code else "succeeded", code))
    crashed(engine, "probe", Recovery("gone"), probe=("is-it-there", "${commit}"), timeout_s=600)
    state = walk(engine, tmp_path)
    assert (state.steps["a"].status, state.steps["a"].attempt) == (a, attempts)
    probe = next(work for work in engine.performed if work.instance == "a.probe")
    assert (probe.argv, probe.timeout_s) == (("is-it-there", "c0ffee"), 60)


def test_a_probe_is_waited_for_though_nothing_else_goes_on(tmp_path: Path) -> None:
    engine = MemoryEngine()
    begin(engine, flow(step("a", on_crash="probe", probe="is-it-there")))
    engine.tell(RUN_ID, "step/a/1/started", {"on_crash": "probe"})
    assert walk(engine, tmp_path).status == "succeeded"
    assert [work.argv for work in engine.performed] == [("/bin/sh", "-c", "is-it-there")]


def test_a_probe_that_cannot_be_made_leaves_the_question_to_a_person(tmp_path: Path) -> None:
    engine = MemoryEngine()
    crashed(engine, "probe", Recovery("gone"))
    state = walk(engine, tmp_path)
    assert (state.status, state.steps["a"].status) == ("waiting", "unknown")


def test_a_person_is_asked_about_an_interrupted_step(tmp_path: Path) -> None:
    engine = MemoryEngine()
    crashed(engine, "ask", Recovery("gone"))

    def decide(_state: RunState, known: StepState) -> Record:
        return Record(f"step/{known.instance}/again/1", {"by": "ana"}, 4)

    assert walk(engine, tmp_path, settings=Settings(decide=decide)).status == "succeeded"
    assert engine.performed[-1].instance == "b"


def test_everything_is_told_to_whoever_mirrors_the_run(tmp_path: Path) -> None:
    engine = MemoryEngine()
    begin(engine, flow(step("a"), step("b", "a", condition="inputs.no")), inputs={"no": False})
    seen: list[str] = []
    walk(engine, tmp_path, settings=Settings(took=lambda records: seen.extend(each.key for each in records)))
    assert seen == ["step/a/1/started", "step/a/1/ended", "step/b/skipped", "run/ended/1"]
