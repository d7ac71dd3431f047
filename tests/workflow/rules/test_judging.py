"""What a hand wrote into the state file: kept, or put back with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.workflow.rules.advance import Asked, advance
from holdfast.workflow.rules.desk import Change, ticked, with_entry, written
from holdfast.workflow.rules.outlook import outlook
from tests.workflow.rules.desks import (
    STATE,
    desk_at,
    edit,
    images,
    make_project,
    place,
    state_of,
    to_construct,
    to_end,
)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("Status: RUNNING", "Status: COMPLETED", "no passing run of test on these files"),
        ("Phase: VALIDATE", "Phase: INVENTED", "is none of INIT"),
        ("a login | pending", "a login | completed", "no passing run of item 1"),
        ("ApprovedPlan: ", "ApprovedPlan: ffff", "mirrors what the engine recorded"),
    ],
)
def test_a_claim_made_by_hand_is_put_back_and_reported(tmp_path: Path, old: str, new: str, why: str) -> None:
    desk = desk_at(make_project(tmp_path))
    to_construct(desk)
    advance(desk, Asked())
    (desk.project / "check.sh").write_text("exit 1 # other files than those that were tested\n", "utf-8")
    before = state_of(desk), [dict(item.cells) for item in desk.file.read().items]
    edit(desk, old, new)
    assert any(why in line for line in outlook(desk)["refused"])
    done = ticked(desk)
    assert not done.ok
    assert (state_of(desk), [dict(item.cells) for item in desk.file.read().items]) == before
    assert why in desk.file.read().log_text


@pytest.mark.parametrize("phase", ["INIT", "ANALYZE", "BLUEPRINT", "CONSTRUCT", "VALIDATE"])
def test_completed_is_refused_in_every_phase_without_the_evidence(tmp_path: Path, phase: str) -> None:
    desk = desk_at(make_project(tmp_path))
    ticked(desk)
    before = place(desk)
    edit(desk, "Phase: ANALYZE", f"Phase: {phase}")
    edit(desk, "Status: RUNNING", "Status: COMPLETED")
    done = written(desk, lambda document, _: Change(with_entry(document, desk, "looked"), ("logged",)), why="log")
    assert {refusal.claim.name for refusal in done.refused} >= {"Status"}
    assert place(desk) == before
    assert "refused: Status: COMPLETED (by hand)" in desk.file.read().log_text


@pytest.mark.parametrize("phase", ["INIT", "CONSTRUCT"])
def test_completed_is_refused_in_a_file_that_was_never_written_here(tmp_path: Path, phase: str) -> None:
    text = STATE.replace("INIT", phase).replace("READY", "COMPLETED")
    desk = desk_at(make_project(tmp_path, state=text))
    written(desk, lambda document, _: Change(with_entry(document, desk, "looked")), why="log")
    assert state_of(desk)["Phase"] == phase
    assert state_of(desk)["Status"] != "COMPLETED"
    assert f"no move leads to {phase}/COMPLETED; the work is done at VALIDATE/COMPLETED" in desk.file.read().log_text


def test_a_claim_that_runs_bear_is_taken(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    to_construct(desk)
    advance(desk, Asked())
    edit(desk, "Status: RUNNING", "Status: BLOCKED")
    assert ticked(desk).ok
    assert place(desk) == "VALIDATE/BLOCKED"


def test_text_and_rows_of_a_hand_are_kept(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    to_end(desk)
    edit(desk, "| 2 | Add a logout | pending |\n", "| 2 | Add a logout | pending |\n| 9 | By hand | skipped |\n")
    edit(desk, "# Work", "# Our work")
    ticked(desk)
    assert "# Our work" in images(desk)[0].decode()
    assert "| 9 | By hand | skipped |" in images(desk)[0].decode()


def test_a_phase_taken_away_begins_anew_and_an_invented_one_stays_refused(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    to_construct(desk)
    edit(desk, "Phase: CONSTRUCT", "Phase: VALIDATE")
    (desk.config).write_text("# no commands\n", "utf-8")
    assert not ticked(desk).ok
    assert "names no commands" in desk.file.read().log_text
    assert place(desk) == "CONSTRUCT/RUNNING"


def test_a_row_that_runs_bear_may_be_marked_by_hand(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    to_end(desk)
    edit(desk, "Add a login | pending", "Add a login | done")
    assert ticked(desk).ok
    assert "| 1 | Add a login | done |" in images(desk)[0].decode()
    assert (state_of(desk)["CurrentItem"], place(desk)) == ("2", "ANALYZE/READY")


def test_an_end_written_by_hand_is_taken_where_all_commands_passed_on_these_files(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    to_construct(desk)
    advance(desk, Asked())
    edit(desk, "Status: RUNNING", "Status: COMPLETED")
    assert outlook(desk)["refused"] == []
    assert ticked(desk).ok
    assert "- Completed Add a login (item 1): test passed at" in images(desk)[1].decode()
    assert (state_of(desk)["CurrentItem"], place(desk)) == ("2", "ANALYZE/READY")
