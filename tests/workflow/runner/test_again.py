"""Doing parts of a run again: retry, restart from a checkpoint, and moving a run to a changed file."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.workflow.engines.interface import Owner
from holdfast.workflow.model import Workflow
from holdfast.workflow.records import Outcome
from holdfast.workflow.runner.again import EVIDENCE, again, moved, restarted, take_over
from holdfast.workflow.runner.state import RunState, fold
from tests.fakes.engine import DONE, MemoryEngine
from tests.workflow.runner.walking import BAD, RUN_ID, begin, flow, outcomes, statuses, step, walk, walked


def tell(engine: MemoryEngine, state: RunState, instance: str | None = None) -> None:
    for record in again(state, instance, "ana"):
        assert engine.signal(RUN_ID, record)


def test_a_failed_step_is_tried_again_with_what_depended_on_it(tmp_path: Path) -> None:
    engine = outcomes(a=[BAD, DONE])
    steps = (step("a"), step("b", "a"), step("c", "b"), step("d"), step("clean", when="always"))
    state = walked(engine, tmp_path, *steps)
    assert state.status == "failed"
    tell(engine, state, "a")
    state = walk(engine, tmp_path)
    assert (state.status, set(statuses(state).values())) == ("succeeded", {"succeeded"})
    assert [work.instance for work in engine.performed] == ["a", "d", "clean", "a", "b", "c", "clean"]
    assert "run/ended/2" in engine.kept[RUN_ID][1]


def test_a_rescue_has_its_turn_again_and_is_skipped_where_it_is_not_needed(tmp_path: Path) -> None:
    engine = outcomes(a=[BAD, DONE])
    state = walked(engine, tmp_path, step("a", on_failure="rollback"), step("rollback", when="never"))
    assert state.steps["rollback"].status == "succeeded"
    tell(engine, state)
    state = walk(engine, tmp_path)
    assert (state.status, state.steps["rollback"].status) == ("succeeded", "skipped")


def test_only_the_items_that_failed_are_tried_again(tmp_path: Path) -> None:
    engine = MemoryEngine(lambda work: BAD if work.instance == "fan[1]" and work.attempt == 1 else DONE)
    state = walked(engine, tmp_path, step("fan", for_each="inputs.of"), step("b", "fan"), inputs={"of": [1, 2]})
    tell(engine, state, "fan")
    state = walk(engine, tmp_path)
    assert (state.status, state.steps["fan[0]"].attempt, state.steps["fan[1]"].attempt) == ("succeeded", 1, 2)


def test_what_was_cancelled_goes_on_when_it_is_told_to(tmp_path: Path) -> None:
    engine = MemoryEngine(lambda work: None if work.key == "step/a/1" else DONE)
    begin(engine, flow(step("a"), step("b", "a")))
    engine.on_wait = [lambda: engine.tell(RUN_ID, "run/cancel", {"by": "ana"})]
    state = walk(engine, tmp_path)
    tell(engine, state)
    assert walk(engine, tmp_path).status == "succeeded"


def test_what_has_not_failed_is_not_tried_again(tmp_path: Path) -> None:
    state = walked(outcomes(b=BAD), tmp_path, step("tests"), step("b"))
    with pytest.raises(HoldfastError, match="tests has not failed: it is succeeded") as refused:
        again(state, "tests", "ana")
    assert "restart" in (refused.value.hint or "")
    with pytest.raises(HoldfastError, match=r"has no step test$") as unknown:
        again(state, "test", "ana")
    assert unknown.value.hint == "did you mean tests?"
    with pytest.raises(HoldfastError, match="nothing in it has failed"):
        again(walked(MemoryEngine(), tmp_path, step("a")), None, "ana")


def restart(engine: MemoryEngine, state: RunState, start: str | None) -> RunState:
    """Begins the restarted run, and takes the evidence over."""
    made = restarted(state, start, "ana")
    engine.begin(made)
    lease = engine.claim(made.id, Owner("ana", {}))
    take_over(engine, lease)
    take_over(engine, lease)
    run, records = engine.load(made.id)
    assert [record.key for record in records].count(EVIDENCE) == 1
    return fold(Workflow.from_json(run.document), run, records)


def test_a_restarted_run_takes_over_what_was_done_before_its_checkpoint(tmp_path: Path) -> None:
    engine = outcomes(a=Outcome("succeeded", 0, outputs={"version": "1"}))
    old = walked(engine, tmp_path, step("a"), step("b", "a"), step("c", "b"), step("d"))
    new = restart(engine, old, "b")
    assert statuses(new) == {"a": "succeeded", "b": "pending", "c": "pending", "d": "succeeded"}
    assert new.steps["a"].outcome == old.steps["a"].outcome
    assert (new.run.origin, new.run.facts["since_ms"]) == (f"{RUN_ID}@b", old.run.created_ms)
    evidence = [record for record in engine.kept[new.run.id][1].values() if record.key.startswith("step/a/")]
    assert {record.data["origin"] for record in evidence} == {RUN_ID}


def test_without_a_checkpoint_all_that_succeeded_is_taken_over(tmp_path: Path) -> None:
    engine = outcomes(b=BAD)
    old = walked(engine, tmp_path, step("a"), step("b", "a"), step("c", "b"), step("clean", when="always"))
    assert statuses(restart(engine, old, None)) == {
        "a": "succeeded",
        "b": "pending",
        "c": "pending",
        "clean": "pending",
    }


def test_a_checkpoint_has_to_be_a_step(tmp_path: Path) -> None:
    state = walked(MemoryEngine(), tmp_path, step("a"))
    with pytest.raises(HoldfastError, match="has no step z"):
        restarted(state, "z", "ana")
    with pytest.raises(HoldfastError, match="has done everything"):
        restarted(state, None, "ana")


def test_a_run_is_moved_to_a_changed_file(tmp_path: Path) -> None:
    engine = outcomes(b=BAD)
    state = walked(engine, tmp_path, step("a"), step("b", "a"), step("c", "b"))
    changed = flow(step("a", description="new words"), step("b", "a"), step("c", "a"), step("e"))
    assert engine.signal(RUN_ID, moved(state, changed, "ana"))
    state = walk(engine, tmp_path)
    assert statuses(state) == {"a": "succeeded", "b": "failed", "c": "skipped", "e": "succeeded"}


def test_a_run_is_not_moved_where_what_was_done_differs(tmp_path: Path) -> None:
    state = walked(outcomes(b=BAD), tmp_path, step("a"), step("b", "a"))
    with pytest.raises(HoldfastError) as refused:
        moved(state, flow(step("a", body=["false"], timeout_s=5.0)), "ana")
    assert "a differs in body, timeout_s, and it has succeeded; b is gone, and it has failed" in refused.value.message
