"""The task registry says of a run what the journal says."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from holdfast.core.registry import Registry
from holdfast.workflow.model import Workflow
from holdfast.workflow.records import Artifact, Outcome
from holdfast.workflow.runner.loop import Settings
from holdfast.workflow.runner.registry import RunLog
from holdfast.workflow.runner.state import fold
from tests.fakes.engine import DONE, MemoryEngine
from tests.workflow.runner.walking import BAD, RUN_ID, begin, flow, outcomes, step, walk


def registry(tmp_path: Path) -> Path:
    path = tmp_path / "task_registry.json"
    with Registry(path, project="shop") as made:
        made.append()
    return path


def events(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["events"][1:]
    return found


def log_of(engine: MemoryEngine, path: Path, told: list[str]) -> RunLog:
    run, records = engine.load(RUN_ID)
    state = fold(Workflow.from_json(run.document), run, records)
    log = RunLog(path, path.parent, state, "ana", ["holdfast", "workflow", "run"], told.append)
    log.catch_up(records)
    return log


def test_each_attempt_is_a_pair_of_events_within_the_task_of_the_run(tmp_path: Path) -> None:
    path, engine = registry(tmp_path), outcomes(a=[BAD, DONE])
    begin(
        engine,
        flow(step("a", retry=step("x").retry._replace(times=1, backoff_s=0)), step("b", condition="inputs.x")),
        inputs={"x": False},
    )
    log = log_of(engine, path, [])
    walk(engine, tmp_path, settings=Settings(took=log.took))
    log.close()
    found = events(path)
    assert [(each["event"], each.get("task"), each.get("status")) for each in found] == [
        ("started", "workflow nightly", None),
        ("started", "nightly/a", None),
        ("finished", None, "failed"),
        ("started", "nightly/a", None),
        ("finished", None, "succeeded"),
        ("finished", None, "succeeded"),
    ]
    assert found[0]["id"] == found[-1]["id"] == RUN_ID
    assert {each["run"] for each in found} == {RUN_ID}
    assert found[1]["id"] != found[3]["id"]


def test_what_a_crash_kept_out_of_the_registry_comes_in_once(tmp_path: Path) -> None:
    path, engine = registry(tmp_path), MemoryEngine()
    begin(engine, flow(step("a"), step("b", "a")))
    walk(engine, tmp_path)
    log_of(engine, path, []).close()
    once = events(path)
    assert len(once) == 6
    log_of(engine, path, []).close()
    assert events(path) == once


def test_a_run_that_was_opened_again_is_a_task_of_its_own(tmp_path: Path) -> None:
    path, engine = registry(tmp_path), outcomes(a=[BAD, DONE])
    begin(engine, flow(step("a")))
    walk(engine, tmp_path)
    engine.tell(RUN_ID, "step/a/again/1", {"by": "ana"})
    walk(engine, tmp_path)
    log_of(engine, path, []).close()
    whole = [
        each for each in events(path) if "step" not in each and not each.get("exit_code") and each["event"] == "started"
    ]
    assert [each["task"] for each in whole] == ["workflow nightly", "workflow nightly"]
    assert len({each["id"] for each in whole}) == 2


def test_a_registry_that_cannot_be_written_is_said_once_and_stops_nothing(tmp_path: Path) -> None:
    path, engine, told = tmp_path / "task_registry.json", MemoryEngine(), list[str]()
    path.write_text("this is no registry", "utf-8")
    begin(engine, flow(step("a"), step("b", "a")))
    log = log_of(engine, path, told)
    assert walk(engine, tmp_path, settings=Settings(took=log.took)).status == "succeeded"
    log.close()
    assert len(told) == 1
    assert told[0].startswith("not logged: ")


def test_the_registry_knows_what_a_run_began_with_and_what_its_attempts_made(tmp_path: Path) -> None:
    digest = "ab" * 32
    made = Outcome("succeeded", 0, artifacts=(Artifact("dist/app.whl", digest, 7),))
    path, engine = registry(tmp_path), outcomes(a=made)
    begin(engine, flow(step("a")))
    walk(engine, tmp_path)
    log_of(engine, path, []).close()
    found = events(path)
    assert {each.get("commit") for each in found if each["event"] == "started"} == {"c0ffee"}
    ends = [each.get("artifacts") for each in found if each["event"] == "finished"]
    assert ends == [[{"path": "dist/app.whl", "sha256": digest, "size": 7}], None]


def test_a_pipe_in_the_place_of_the_registry_is_said_and_waited_for_by_nobody(tmp_path: Path) -> None:
    path, engine, told = tmp_path / "task_registry.json", outcomes(a=[DONE]), list[str]()
    os.mkfifo(path)
    begin(engine, flow(step("a")))
    log_of(engine, path, told)
    assert len(told) == 1
    assert "not logged" in told[0]
