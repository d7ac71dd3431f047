from __future__ import annotations

import os
from itertools import permutations

import pytest
from tests.registries import finished, started, ulid

from holdfast.core.process_identity import identity
from holdfast.core.tasklog import STATUSES
from holdfast.tasks.fold import Task, as_json, fold, state

HERE = identity(os.getpid())
NOTE: dict[str, object] = {
    "event": "note",
    "id": ulid(1),
    "text": "half way",
    "at": "2026-11-20T06:30:00.000Z",
    "agent": "ana",
}


@pytest.mark.parametrize("status", STATUSES)
def test_a_finished_task_has_the_status_that_was_logged(status: str) -> None:
    (task,) = fold([started(1), finished(1, status)]).values()
    assert state(task) == (status, "")


def test_the_order_of_events_and_duplicates_change_nothing() -> None:
    events: list[dict[str, object]] = [started(1), finished(1), NOTE, finished(1, "failed", reported=True)]
    answers = [fold([*order, *order]) for order in permutations(events)]
    assert all(answer == answers[0] for answer in answers)
    task = answers[0][ulid(1)]
    assert state(task)[0] == "succeeded"
    assert task.notes == [NOTE]


def test_what_was_seen_weighs_more_than_what_was_typed_in_before() -> None:
    typed = finished(1, "succeeded", reported=True) | {"at": "2026-11-20T06:00:00.000Z"}
    (task,) = fold([started(1), typed, finished(1, "failed")]).values()
    assert state(task)[0] == "failed"


def test_events_of_a_newer_version_and_odd_values_are_passed_over() -> None:
    odd: list[dict[str, object]] = [{"event": "blessed", "id": ulid(1)}, {"event": ["started"], "id": ulid(1)}, {}]
    assert fold([*odd, {"event": "started", "id": 5}, {"event": "note", "text": "of no task"}]) == {}


@pytest.mark.parametrize(
    ("process", "answer"),
    [
        (HERE, ("running", "")),
        (HERE | {"pid_start": "1"}, ("interrupted", f"process {os.getpid()} is gone")),
        (HERE | {"boot": "earlier"}, ("interrupted", "the machine was restarted")),
        (HERE | {"host": "elsewhere"}, ("unknown", "started on elsewhere")),
        ({"host": HERE["host"]}, ("unknown", "no process was named")),
    ],
)
def test_a_task_without_an_end_is_what_its_process_is(process: dict[str, object], answer: tuple[str, str]) -> None:
    (task,) = fold([started(1) | process]).values()
    assert state(task) == answer


@pytest.mark.parametrize("status", ["green", None, ["succeeded"]])
def test_a_status_that_this_version_does_not_know_is_unknown(status: object) -> None:
    name, reason = state(Task(ulid(1), None, finished(1) | {"status": status}))
    assert name == "unknown"
    assert "another version" in reason


def test_an_end_alone_is_an_end_and_a_note_alone_is_no_state() -> None:
    assert state(fold([finished(1)])[ulid(1)])[0] == "succeeded"
    assert state(fold([NOTE])[ulid(1)]) == ("unknown", "its start is not in this file")


def test_a_task_as_json_has_both_ends_and_its_notes() -> None:
    begin = started(1, commit="abc", dirty=False, pid=4)
    end = finished(1, "cancelled", signal="SIGTERM", commit="abd", dirty=True, reason="asked to")
    assert as_json(fold([begin, end, NOTE])[ulid(1)]) == {
        "id": ulid(1),
        "state": "cancelled",
        "reason": "asked to",
        "task": "lint",
        "agent": "ana@laptop",
        "started_at": begin["at"],
        "commit": "abc",
        "dirty": False,
        "pid": 4,
        "exit_code": 1,
        "signal": "SIGTERM",
        "duration_s": 1.5,
        "finished_at": end["at"],
        "finished_commit": "abd",
        "finished_dirty": True,
        "notes": [{"at": NOTE["at"], "agent": "ana", "text": "half way"}],
    }


def test_a_commit_that_only_the_end_names_is_the_tasks() -> None:
    document = as_json(fold([started(1), finished(1, commit="abc", dirty=True)])[ulid(1)])
    assert (document["commit"], document["dirty"]) == ("abc", True)
    assert "finished_commit" not in document
