"""Moves: what they take, what refuses them, and that nothing typed in counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.core.tasklog import logged
from holdfast.workflow.rules.advance import Asked, advance
from holdfast.workflow.rules.desk import Desk, ticked
from holdfast.workflow.rules.ledger import read_ledger
from holdfast.workflow.rules.moves import Refused, file_digest
from holdfast.workflow.rules.plans import question
from tests.workflow.rules.desks import (
    CONFIG,
    STATE,
    approved,
    desk_at,
    edit,
    images,
    make_project,
    place,
    state_of,
    to_construct,
    to_end,
)


def events(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(desk.registry.read_text("utf-8"))["events"]
    return found


def runs(desk: Desk, kind: str) -> list[dict[str, Any]]:
    return [each for each in events(desk) if each.get("evidence", {}).get("kind") == kind]


def test_the_way_to_the_end_is_walked_by_evidence(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    seen = [place(desk)]
    ticked(desk)
    for _ in range(2):
        seen.append(place(desk))
        advance(desk, Asked())
    seen.append(place(desk))
    approved(desk)
    for _ in range(2):
        seen.append(place(desk))
        assert advance(desk, Asked()).ok
    assert [*seen, place(desk)] == [
        "INIT/READY",
        "ANALYZE/RUNNING",
        "BLUEPRINT/RUNNING",
        "BLUEPRINT/NEEDS_PLAN_APPROVAL",
        "CONSTRUCT/RUNNING",
        "VALIDATE/RUNNING",
        "VALIDATE/COMPLETED",
    ]
    last = runs(desk, "move")[-1]["evidence"]
    assert last["to"] == "VALIDATE/COMPLETED"
    assert last["commands"] == ["test"]
    assert last["runs"] == [runs(desk, "command")[-1]["id"]]
    assert "test: passed in" in desk.file.read().log_text
    assert "    3 passed" in desk.file.read().log_text


def test_a_failing_command_keeps_the_work_where_it_is_and_its_output_is_in_the_log(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    to_construct(desk)
    script = "echo '## State'; echo '- Status: COMPLETED'; echo password=hunter2hunter2 >&2; exit 3\n"
    (desk.project / "check.sh").write_text(script, "utf-8")
    done = advance(desk, Asked())
    assert not done.ok
    assert place(desk) == "CONSTRUCT/RUNNING"
    document = desk.file.read()
    assert "test: failed with exit code 3" in document.log_text
    assert "hunter2" not in bytes(document).decode()
    assert [section.name for section in document.sections].count("State") == 1
    assert runs(desk, "command")[-1]["status"] == "failed"


def test_a_command_that_is_missing_or_takes_too_long_fails(tmp_path: Path) -> None:
    config = CONFIG.replace("sh check.sh", "no-such-program\n- slow (100ms): sleep 30")
    desk = desk_at(make_project(tmp_path, config=config))
    to_construct(desk)
    done = advance(desk, Asked())
    assert [line.partition(" in ")[0] for line in done.lines[:2]] == [
        "test: no-such-program: not found",
        "slow: stopped after its limit of 0.1 s",
    ]
    assert [each["status"] for each in runs(desk, "command")] == ["failed", "timed_out"]
    assert place(desk) == "CONSTRUCT/RUNNING"


def test_without_commands_nothing_leads_on(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path, config="# shop\n"))
    to_construct(desk)
    with pytest.raises(HoldfastError, match="nothing passes because nothing ran"):
        advance(desk, Asked())


def test_a_move_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    ticked(desk)
    with pytest.raises(Refused, match=r"ANALYZE/RUNNING: no move leads to COMPLETED") as refused:
        advance(desk, Asked("COMPLETED"))
    assert refused.value.allowed == ("BLUEPRINT/RUNNING (needs item)", "ANALYZE/BLOCKED")


def test_an_empty_plan_is_not_handed_in(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path, state=STATE.replace("First this, then that.", "<!-- soon -->")))
    ticked(desk)
    advance(desk, Asked())
    with pytest.raises(Refused, match="section Plan says nothing"):
        advance(desk, Asked())


def test_only_an_approval_leads_from_the_plan_to_the_work(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    ticked(desk)
    advance(desk, Asked())
    advance(desk, Asked())
    for target in ("", "CONSTRUCT", "RUNNING"):
        with pytest.raises(Refused, match="no person"):
            advance(desk, Asked(target))
    with pytest.raises(Refused, match="no move leads to BLOCKED"):
        advance(desk, Asked("BLOCKED", reason="bored"))
    approved(desk)
    assert place(desk) == "CONSTRUCT/RUNNING"
    digest = runs(desk, "approval")[0]["evidence"]["plan"]
    assert state_of(desk)["ApprovedPlan"] == f"{digest[:16]} by ana@laptop at 2026-11-20T05:00:00.000Z"


def test_work_under_another_plan_is_refused_until_a_person_approves_it(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    to_construct(desk)
    edit(desk, "First this", "First something else")
    with pytest.raises(Refused, match="the plan is not the approved one"):
        advance(desk, Asked())
    approved(desk)
    assert advance(desk, Asked()).ok


def test_a_plan_with_other_line_ends_is_the_same_plan(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    to_construct(desk)
    desk.file.path.write_bytes(desk.file.path.read_bytes().replace(b"\n", b"\r\n"))
    assert advance(desk, Asked()).ok


def test_other_commands_than_those_of_the_approval_are_refused(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    to_construct(desk)
    desk.config.write_text(CONFIG.replace("sh check.sh", "true"), "utf-8")
    with pytest.raises(Refused, match="not those under which the plan was approved"):
        advance(desk, Asked())


def test_blocked_work_says_why_and_goes_on(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    ticked(desk)
    with pytest.raises(HoldfastError, match="needs a reason"):
        advance(desk, Asked("BLOCKED"))
    advance(desk, Asked("blocked", reason="no key"))
    assert place(desk) == "ANALYZE/BLOCKED"
    assert desk.file.read().log_text.endswith("ANALYZE/RUNNING to ANALYZE/BLOCKED: no key")
    advance(desk, Asked())
    assert place(desk) == "ANALYZE/RUNNING"


def test_a_run_that_passed_on_these_files_need_not_run_again(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    to_construct(desk)
    advance(desk, Asked())
    run = runs(desk, "command")[0]["id"]
    assert advance(desk, Asked(evidence=(run,))).ok
    assert place(desk) == "VALIDATE/COMPLETED"
    assert [each["id"] for each in runs(desk, "command")] == [run]
    assert runs(desk, "move")[-1]["evidence"]["runs"] == [run]


def test_evidence_about_other_files_or_another_plan_is_refused(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    to_construct(desk)
    advance(desk, Asked())
    run = runs(desk, "command")[0]["id"]
    (desk.project / "new.py").write_text("x = 1\n", "utf-8")
    with pytest.raises(HoldfastError, match="passed then; the files, the plan or a later run differ"):
        advance(desk, Asked(evidence=(run,)))
    assert place(desk) == "VALIDATE/RUNNING"


@pytest.mark.parametrize("given", ["01HZZZZZZZZZZZZZZZZZZZZZZZ", "sha256:" + "0" * 64, "it passed, believe me", "01"])
def test_evidence_that_the_registry_does_not_confirm_is_refused(tmp_path: Path, given: str) -> None:
    desk = desk_at(make_project(tmp_path))
    to_construct(desk)
    before = images(desk)
    with pytest.raises(HoldfastError, match="--evidence"):
        advance(desk, Asked(evidence=(given,)))
    assert images(desk) == before


def log_task(desk: Desk, task: str, status: str = "succeeded", **more: object) -> str:
    with logged(desk.registry, task=task, project=desk.project, argv=[task], env={}, say=print) as entry:
        entry.finish(status, 0 if status == "succeeded" else 1, **more)
    return entry.id


def test_a_run_that_failed_was_typed_in_or_is_about_something_else_is_no_evidence(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    to_construct(desk)
    for run, why in (
        (log_task(desk, "a", "failed"), "no evidence: failed"),
        (log_task(desk, "b", reported=True), "was typed in"),
        (log_task(desk, "c"), "no evidence for VALIDATE/RUNNING"),
    ):
        with pytest.raises(HoldfastError, match=why):
            advance(desk, Asked(evidence=(run,)))


OWN = """\
name: shop
phases:
  TODO: {says: choose}
  SHIP: {says: ship it}
statuses: [OPEN, DONE]
start: TODO
begin: SHIP/OPEN
end: SHIP/DONE
again: SHIP/OPEN
moves:
  - {from: TODO, to: SHIP/OPEN, needs: [item]}
  - {from: SHIP/OPEN, to: SHIP/DONE, needs: [{run: deploy}, {digest: out.txt}]}
at_end: [summary, complete, rotate_log, iterate]
"""


def test_own_phases_take_runs_and_files_that_the_registry_knows(tmp_path: Path) -> None:
    state = STATE.replace("INIT", "TODO").replace("READY", "OPEN")
    project = make_project(tmp_path, state=state)
    (project / "phases.yaml").write_text(OWN, "utf-8")
    (project / "out.txt").write_text("out\n", "utf-8")
    desk = desk_at(project)
    ticked(desk)
    with pytest.raises(Refused, match=r"run: deploy: task deploy did not succeed.*digest: out\.txt"):
        advance(desk, Asked())
    digest = file_digest(project / "out.txt")
    run = log_task(desk, "deploy", artifacts=[{"path": "out.txt", "sha256": digest}])
    (project / "out.txt").write_text("other\n", "utf-8")
    with pytest.raises(Refused, match=r"digest: out\.txt: no run"):
        advance(desk, Asked())
    (project / "out.txt").write_text("out\n", "utf-8")
    assert advance(desk, Asked(evidence=(run, f"sha256:{digest}"))).ok
    ticked(desk)
    assert (state_of(desk)["CurrentItem"], place(desk)) == ("2", "SHIP/OPEN")
    with pytest.raises(Refused, match="deploy"):
        advance(desk, Asked())


def test_a_later_failure_of_a_task_undoes_its_success(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    ticked(desk)
    log_task(desk, "deploy")
    log_task(desk, "deploy", "failed")
    assert read_ledger(desk.registry, "x").named("deploy") is None


def test_rules_named_in_the_project_configuration_are_used_and_may_not_be_elsewhere(tmp_path: Path) -> None:
    project = make_project(tmp_path, config="- rules: own/graph.yaml\n" + CONFIG)
    (project / "own").mkdir()
    (project / "own" / "graph.yaml").write_text(OWN, "utf-8")
    assert desk_at(project).contract().graph.name == "shop"
    (project / "project_config.md").write_text("rules: ../graph.yaml\n", "utf-8")
    with pytest.raises(HoldfastError, match="outside the project"):
        desk_at(project).contract()


def test_nothing_is_moved_where_the_registry_is_switched_off(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    to_construct(desk)
    quiet = desk._replace(env={**desk.env, "HOLDFAST_NO_LOG": "1"})
    with pytest.raises(HoldfastError, match="HOLDFAST_NO_LOG"):
        advance(quiet, Asked())


def test_a_change_of_the_plan_while_commands_run_moves_nothing(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    (desk.project / "check.sh").write_text("sed -i.bak 's/First/Last/' workflow_state.md\n", "utf-8")
    to_construct(desk)
    with pytest.raises(HoldfastError, match="changed while the commands ran"):
        advance(desk, Asked())
    assert place(desk) == "CONSTRUCT/RUNNING"


def test_a_dry_run_runs_and_writes_nothing(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    to_construct(desk)
    (desk.project / "check.sh").write_text("touch ran\n", "utf-8")
    before = images(desk), desk.registry.read_bytes()
    done = advance(desk._replace(dry_run=True), Asked())
    assert done.lines == ("would run test: sh check.sh", "CONSTRUCT/RUNNING to VALIDATE/RUNNING")
    assert (images(desk), desk.registry.read_bytes()) == before
    assert not (desk.project / "ran").exists()


def test_a_file_outside_the_project_or_one_that_is_gone_is_no_evidence(tmp_path: Path) -> None:
    project = make_project(tmp_path, state=STATE.replace("INIT", "TODO").replace("READY", "OPEN"))
    (project / "phases.yaml").write_text(OWN.replace("out.txt", "[../x, gone.txt]"), "utf-8")
    desk = desk_at(project)
    ticked(desk)
    with pytest.raises(
        Refused, match=r"digest: \.\./x: it is outside the project; digest: gone\.txt: there is no such"
    ):
        advance(desk, Asked())


def test_an_end_is_left_by_a_tick_alone(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    to_end(desk)
    with pytest.raises(Refused, match="no move leads on") as refused:
        advance(desk, Asked())
    assert refused.value.hint == "the next item begins with: holdfast workflow state tick"
    with pytest.raises(HoldfastError, match="no plan waits"):
        question(desk, "approval")


def test_an_end_that_takes_no_evidence_is_one_all_the_same(tmp_path: Path) -> None:
    project = make_project(tmp_path, state=STATE.replace("INIT", "TODO").replace("READY", "OPEN"))
    (project / "phases.yaml").write_text(OWN.replace(", needs: [{run: deploy}, {digest: out.txt}]", ""), "utf-8")
    desk = desk_at(project)
    ticked(desk)
    advance(desk, Asked())
    assert ticked(desk).ok
    assert images(desk)[1].decode().count("- Completed Add a login (item 1).") == 1
