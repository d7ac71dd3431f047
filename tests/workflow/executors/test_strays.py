"""What an attempt leaves behind outside of its process group: found by its environment, which only Linux shows."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from holdfast.core.clock import now_ms
from holdfast.core.ids import new_id
from holdfast.workflow.engines.interface import Work
from holdfast.workflow.executors.interface import Place
from holdfast.workflow.executors.local import LocalExecutor
from holdfast.workflow.executors.perform import perform
from holdfast.workflow.records import Outcome

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux shows other environments")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    project = tmp_path / "shop"
    project.mkdir()
    return Place(project, project / ".holdfast/workflow/runs", {}, grace_s=0.3)


def shell(place: Place, script: str) -> Outcome:
    env = {"PATH": os.environ["PATH"]}
    todo = Work(new_id(now_ms()), "a", 1, ("/bin/sh", "-c", script), env)
    return perform(LocalExecutor(), todo, place, on_process=lambda _: None, stopped=lambda: None)


def test_processes_that_went_out_of_the_group_are_ended_and_named(place: Place) -> None:
    outcome = shell(place, "setsid sleep 1000 & echo $! > inner; until [ -s inner ]; do :; done")
    assert outcome.status == "succeeded"
    pid = (place.project / "inner").read_text("utf-8").strip()
    assert outcome.notes == (f"left its process group and was ended: {pid}",)
    assert not Path(f"/proc/{pid}/cmdline").exists() or not Path(f"/proc/{pid}/cmdline").read_bytes()


def test_a_process_that_went_away_is_found_among_many_that_were_started_since(place: Place) -> None:
    many = "for each in $(seq 100); do /bin/true; done"
    outcome = shell(place, f"setsid sleep 1000 & echo $! > inner; until [ -s inner ]; do :; done; {many}")
    pid = (place.project / "inner").read_text("utf-8").strip()
    assert outcome.notes == (f"left its process group and was ended: {pid}",)


@pytest.mark.parametrize("near_s", [0.0, 1000.0])
def test_what_is_left_is_found_whether_the_step_began_just_now_or_long_ago(
    place: Place, near_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.workflow.executors.strays.NEAR_S", near_s)
    outcome = shell(place, "setsid sh -c 'sleep 1000 & echo $! > inner; wait' & until [ -s inner ]; do :; done")
    assert outcome.notes[0].startswith("left its process group and was ended: ")
    assert (place.project / "inner").read_text("utf-8").strip() in outcome.notes[0]
