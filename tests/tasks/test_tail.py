from __future__ import annotations

from pathlib import Path

import pytest
from tests.registries import append, finished, started, text_of, ulid, write

from holdfast.core.errors import HoldfastError
from holdfast.core.registry import Registry
from holdfast.tasks.archive import archive, parse_before
from holdfast.tasks.tail import follow, last_events


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "task_registry.json", started(1), finished(1), started(2))


@pytest.mark.parametrize(("last", "count"), [(0, 0), (1, 1), (2, 2), (3, 3), (50, 3)])
def test_the_last_events_come_in_their_order(path: Path, last: int, count: int) -> None:
    assert last_events(path, last) == [started(1), finished(1), started(2)][3 - count :]


def test_new_events_come_as_they_are_written(path: Path) -> None:
    events = follow(path, 1)
    assert [next(events), next(events), next(events)] == [started(2), None, None]
    append(path, finished(2), started(3))
    assert [next(events), next(events), next(events)] == [finished(2), started(3), None]
    append(path, finished(3))
    assert [next(events), next(events)] == [finished(3), None]


def test_following_begins_with_nothing_if_asked_to(path: Path) -> None:
    events = follow(path, 0)
    assert next(events) is None
    append(path, finished(2))
    assert [next(events), next(events)] == [finished(2), None]


def test_after_an_archive_only_what_is_later_is_given(path: Path) -> None:
    events = follow(path, 0)
    assert next(events) is None
    append(path, finished(2))
    archive(path, parse_before("2027-01-01"))
    append(path, started(9) | {"at": "2026-11-21T00:00:00.000Z"})
    assert [event and event["id"] for event in (next(events), next(events))] == [ulid(9), None]


def test_a_replaced_file_goes_on_after_the_last_event_that_was_given(path: Path) -> None:
    events = follow(path, 0)
    assert next(events) is None
    with Registry(path) as registry, registry.locked():
        registry.replace(text_of(finished(1), started(2), finished(2)).encode())
    assert [next(events), next(events)] == [finished(2), None]


def test_a_file_that_is_away_for_a_moment_is_waited_for(path: Path) -> None:
    events = follow(path, 0)
    assert next(events) is None
    away = path.rename(path.with_name("away"))
    assert next(events) is None
    append(away, finished(2))
    away.rename(path)
    assert [next(events), next(events)] == [finished(2), None]


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(HoldfastError, match="no task registry yet"):
        next(follow(tmp_path / "r.json", 5))
    with pytest.raises(HoldfastError, match="no task registry yet"):
        last_events(tmp_path / "r.json", 5)
