"""A person's word on a plan, and what is to be done at each place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.workflow.rules.advance import Asked, advance
from holdfast.workflow.rules.desk import Desk, ticked
from holdfast.workflow.rules.moves import Refused
from holdfast.workflow.rules.outlook import outlook
from holdfast.workflow.rules.plans import approve, question, reject
from holdfast.workflow.rules.writing import add_log
from tests.workflow.rules.desks import (
    STATE,
    approved,
    desk_at,
    edit,
    images,
    make_project,
    place,
)


def events(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(desk.registry.read_text("utf-8"))["events"]
    return found


def runs(desk: Desk, kind: str) -> list[dict[str, Any]]:
    return [each for each in events(desk) if each.get("evidence", {}).get("kind") == kind]


def test_a_plan_that_was_changed_while_it_was_looked_at_is_not_approved(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    ticked(desk)
    advance(desk, Asked())
    advance(desk, Asked())
    asked = question(desk, "approval")
    edit(desk, "First this", "First something else")
    with pytest.raises(HoldfastError, match="changed while you looked"):
        approve(desk, asked)
    assert not runs(desk, "approval")


def test_a_rejected_plan_goes_back_and_is_not_handed_through(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    ticked(desk)
    advance(desk, Asked())
    advance(desk, Asked())
    reject(desk, question(desk, "rejection"), "too vague\n## State")
    assert place(desk) == "BLUEPRINT/RUNNING"
    assert "rejected by ana@laptop: too vague ## State" in desk.file.read().log_text
    advance(desk, Asked())
    with pytest.raises(Refused, match="a person rejected this plan"):
        advance(desk, Asked())


def test_nobody_is_asked_where_no_plan_waits(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    ticked(desk)
    for kind in ("approval", "rejection"):
        with pytest.raises(HoldfastError, match="no plan waits"):
            question(desk, kind)


def test_what_is_to_be_done_is_said_at_each_place(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    said = [outlook(desk)["do"]]
    ticked(desk)
    advance(desk, Asked("BLOCKED", reason="no key"))
    said.append(outlook(desk)["do"])
    advance(desk, Asked())
    advance(desk, Asked())
    advance(desk, Asked())
    said.append(outlook(desk)["do"])
    approved(desk)
    advance(desk, Asked())
    advance(desk, Asked())
    said.append(outlook(desk)["do"])
    assert outlook(desk)["moves"] == []
    ticked(desk)
    said.append(outlook(desk)["do"])
    assert [line.partition(":")[0] for line in said] == [
        "choose what to work on",
        "what blocks the work is in the Log; once it is gone",
        "wait",
        "the item is done; the next one begins with",
        "begin",
    ]
    with pytest.raises(Refused, match=r"ANALYZE/READY: no move leads to NOWHERE"):
        advance(desk, Asked("NOWHERE"))


def test_a_plan_of_nothing_or_of_no_item_is_not_asked_about(tmp_path: Path) -> None:
    waiting = STATE.replace("INIT", "BLUEPRINT").replace("READY", "NEEDS_PLAN_APPROVAL")
    desk = desk_at(make_project(tmp_path, state=waiting))
    with pytest.raises(HoldfastError, match="CurrentItem names no item"):
        question(desk, "approval")
    edit(desk, "First this, then that.", "")
    with pytest.raises(HoldfastError, match="nothing to approve"):
        question(desk, "approval")


def test_a_dry_run_of_an_approval_writes_nothing(tmp_path: Path) -> None:
    desk = desk_at(make_project(tmp_path))
    ticked(desk)
    advance(desk, Asked())
    advance(desk, Asked())
    dry = desk._replace(dry_run=True)
    before = images(desk), desk.registry.read_bytes()
    assert len(approve(dry, question(dry, "approval")).lines) == 2
    assert len(reject(dry, question(dry, "rejection"), "").lines) == 2
    assert (images(desk), desk.registry.read_bytes()) == before


@pytest.mark.parametrize("text", ["", " \n ", "x" * 10_001])
def test_an_entry_of_nothing_or_of_too_much_is_refused(tmp_path: Path, text: str) -> None:
    desk = desk_at(make_project(tmp_path))
    with pytest.raises(HoldfastError):
        add_log(desk, text)
