"""What a run's timeout is held against: the time for which somebody ran it."""

from __future__ import annotations

from pathlib import Path

from holdfast.core.clock import now_ms
from holdfast.workflow.engines.interface import Recovery
from holdfast.workflow.records import Record
from holdfast.workflow.runner.tenures import worked_ms
from tests.fakes.engine import MemoryEngine
from tests.workflow.runner.walking import RUN_ID, begin, flow, step, walk


def at(at_ms: int, key: str) -> Record:
    return Record(key, {}, at_ms)


def test_the_time_in_which_nobody_ran_it_does_not_count() -> None:
    first = [at(1_000, "run/owner/1"), at(1_200, "step/a/1/started"), at(3_000, "step/a/1/ended")]
    away = [at(50_000, "step/b/answer/1")]
    second = [at(90_000, "run/owner/2"), at(90_500, "step/c/1/started")]
    assert worked_ms(first) == 2_000
    assert worked_ms([*first, *away]) == 2_000
    assert worked_ms([*first, *away, *second]) == 2_500
    assert worked_ms([]) == 0


def test_a_run_that_was_reopened_has_its_time_anew() -> None:
    first = [at(1_000, "run/owner/1"), at(9_000, "run/ended/1"), at(20_000, "step/a/again/1")]
    assert worked_ms(first) == 0
    assert worked_ms([*first, at(30_000, "run/owner/2"), at(30_700, "step/a/2/ended")]) == 700


def test_a_runner_that_died_leaves_what_it_used_of_the_runs_time(tmp_path: Path) -> None:
    engine, now = MemoryEngine(), now_ms()
    begin(engine, flow(step("a", on_crash="rerun"), step("b", "a"), timeout_s=60))
    for record in (at(now - 90_000, "run/owner/1"), at(now - 90_000, "step/a/1/started"), at(now, "run/status/1")):
        engine.signal(RUN_ID, record)
    engine.recoveries["step/a/1"] = Recovery("gone")
    assert walk(engine, tmp_path).status == "timed_out"
    assert [work.instance for work in engine.performed] == []
