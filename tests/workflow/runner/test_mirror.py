"""workflow_state.md says where the run stands."""

from __future__ import annotations

from pathlib import Path

from holdfast.workflow.model import Workflow
from holdfast.workflow.runner.loop import Settings
from holdfast.workflow.runner.mirror import Mirror
from holdfast.workflow.runner.state import fold
from holdfast.workflow.state_file.store import in_project
from tests.fakes.engine import MemoryEngine
from tests.workflow.runner.walking import BAD, RUN_ID, begin, flow, statuses, step, walk


def mirror(engine: MemoryEngine, project: Path, told: list[str]) -> Mirror:
    run, records = engine.load(RUN_ID)
    made = Mirror(
        in_project(project, project / "workflow_state.md"),
        fold(Workflow.from_json(run.document), run, records),
        told.append,
    )
    made.catch_up(records)
    return made


def log_lines(project: Path) -> list[str]:
    text = (project / "workflow_state.md").read_text("utf-8")
    return [line.partition(" ")[2].partition(" ")[2] for line in text.splitlines() if line.startswith(("- 19", "- 20"))]


def test_the_file_has_where_the_run_stands_and_a_line_when_a_step_ends(tmp_path: Path) -> None:
    (tmp_path / "workflow_state.md").write_text("# Shop\n\n## State\n\n- Phase: INIT\n\n## Notes\n\nkept\n", "utf-8")
    engine = MemoryEngine(lambda work: BAD if work.instance == "fan[1]" else MemoryEngine().perform(work))
    begin(engine, flow(step("a"), step("fan", "a", for_each="inputs.of"), step("b", "fan")), inputs={"of": [1, 2]})
    kept = mirror(engine, tmp_path, [])
    walk(engine, tmp_path)
    _, records = engine.load(RUN_ID)
    for record in records:
        kept._state.apply(record)
    kept.took(records)
    kept.write()
    text = (tmp_path / "workflow_state.md").read_text("utf-8")
    assert "- Phase: INIT\n" in text
    assert "- RunStatus: failed\n" in text
    assert f"- Run: {RUN_ID}\n" in text
    assert text.count("kept\n") == 1
    said = log_lines(tmp_path)
    assert "run 1RUN step a succeeded" in said
    assert "run 1RUN step fan[1] failed: exit 1" in said
    assert "run 1RUN step fan failed: 1 of 2 items failed" in said
    assert "run 1RUN step b skipped: fan failed" in said
    assert not [line for line in said if "fan[0]" in line]


def test_what_a_crash_kept_out_of_the_file_comes_in_once(tmp_path: Path) -> None:
    (tmp_path / "workflow_state.md").write_text("## State\n\n## Log\n", "utf-8")
    engine = MemoryEngine()
    begin(engine, flow(step("a"), step("b", "a")))
    walk(engine, tmp_path)
    mirror(engine, tmp_path, [])
    once = log_lines(tmp_path)
    assert len(once) == 3
    mirror(engine, tmp_path, [])
    assert log_lines(tmp_path) == once


def test_a_file_that_cannot_be_written_is_said_once_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "workflow_state.md").mkdir()
    engine, told = MemoryEngine(), list[str]()
    begin(engine, flow(step("a")))
    kept = mirror(engine, tmp_path, told)
    state = walk(engine, tmp_path, settings=Settings(took=kept.took))
    assert statuses(state) == {"a": "succeeded"}
    assert len(told) == 1
    assert told[0].startswith("workflow_state.md is not kept up: ")
