from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.registries import finished, started, text_of, ulid, write

from holdfast.core.errors import HoldfastError
from holdfast.core.registry_reader import opened
from holdfast.tasks.query import Wanted, find_task, last_tasks, parse_since

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    events = []
    for number in range(1, 41):
        events += [started(number, ("lint", "test")[number % 2], agent=("ana", "bo")[number % 2])]
        events += [finished(number, "failed" if number % 10 == 0 else "succeeded")]
    return write(tmp_path / "task_registry.json", *events)


def numbers(path: Path, last: int | None = None, **wanted: Any) -> list[int]:
    with opened(path) as snapshot:
        ids = [task.id for task in last_tasks(snapshot, Wanted(**wanted), last)]
    return [number for identity in ids for number in range(100) if ulid(number) == identity]


def test_the_last_tasks_come_oldest_first(path: Path) -> None:
    assert numbers(path, 3) == [38, 39, 40]
    assert numbers(path) == list(range(1, 41))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"status": "failed"}, [10, 20, 30, 40]),
        ({"task": "test", "status": "failed"}, []),
        ({"task": "l*", "status": "failed"}, [10, 20, 30, 40]),
        ({"last": 2, "agent": "bo"}, [37, 39]),
        ({"since": datetime(2026, 11, 20, 6, 0, 38, tzinfo=UTC)}, [38, 39, 40]),
    ],
)
def test_tasks_are_chosen(path: Path, wanted: dict[str, Any], found: list[int]) -> None:
    assert numbers(path, **wanted) == found


def test_a_task_whose_end_was_merged_before_its_start_is_whole(tmp_path: Path) -> None:
    path = write(tmp_path / "r.json", finished(1), started(1), started(2), started(1))
    with opened(path) as snapshot:
        one, two = last_tasks(snapshot, Wanted(), None)
    assert (one.id, one.finished, two.id, two.finished) == (ulid(2), None, ulid(1), finished(1))


def test_only_the_end_of_a_large_file_is_read(path: Path) -> None:
    content = path.read_bytes()
    header, rest = content.split(b"\n", 1)
    with path.open("wb") as file:
        file.write(header + b"\n")
        file.truncate(2**33)  # eight gigabytes of nothing between the first line and the last ones
        file.seek(0, 2)
        file.write(b"\n" + rest)
    assert numbers(path, 20) == list(range(21, 41))


def test_odd_moments_are_no_reason_to_stop(tmp_path: Path) -> None:
    odd = [started(1) | {"at": value} for value in (5, "soon", "0001-01-01T00:00:00+23:00")]
    path = write(tmp_path / "r.json", *[event | {"id": ulid(number)} for number, event in enumerate(odd)], started(9))
    assert numbers(path, since=NOW - timedelta(days=1)) == [9]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("90s", NOW - timedelta(seconds=90)),
        ("5m", NOW - timedelta(minutes=5)),
        ("2h", NOW - timedelta(hours=2)),
        ("3d", NOW - timedelta(days=3)),
        ("1w", NOW - timedelta(weeks=1)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T05:00+02:00", datetime(2026, 11, 20, 3, tzinfo=UTC)),
    ],
)
def test_a_moment_is_a_span_or_a_date(text: str, moment: datetime) -> None:
    assert parse_since(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "soon", "2 h", "h", "-1d", "999999w", "9999999h", "2026-13-01", "\u0662h"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(HoldfastError, match="is no moment"):
        parse_since(text, NOW)


def test_a_task_is_found_by_its_id_or_its_beginning_in_either_case(path: Path) -> None:
    with opened(path) as snapshot:
        assert find_task(snapshot, ulid(7)).finished == finished(7)
        assert find_task(snapshot, ulid(7).lower()).id == ulid(7)


def test_a_beginning_of_several_ids_names_some_of_them(path: Path) -> None:
    with opened(path) as snapshot, pytest.raises(HoldfastError, match="beginning of 40 ids") as raised:
        find_task(snapshot, "01JD")
    assert ulid(1) in raised.value.message
    assert "and 35 more" in raised.value.message


def test_an_id_that_is_the_beginning_of_another_is_found(tmp_path: Path) -> None:
    path = write(tmp_path / "r.json", started(1) | {"id": "AB"}, started(1) | {"id": "ABC"})
    with opened(path) as snapshot:
        assert find_task(snapshot, "ab").id == "AB"


@pytest.mark.parametrize("prefix", ["", "ZZZ", '"', "\udcff"])
def test_a_task_that_is_not_there_is_said(path: Path, prefix: str) -> None:
    with opened(path) as snapshot, pytest.raises(HoldfastError, match="no task"):
        find_task(snapshot, prefix)


def test_a_task_that_begins_on_the_first_line_is_found(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(text_of().replace('"event":"created"', f'"event":"started","id":"{ulid(3)}"'), "utf-8")
    with opened(path) as snapshot:
        assert find_task(snapshot, ulid(3)).id == ulid(3)
        assert [task.id for task in last_tasks(snapshot, Wanted(), None)] == [ulid(3)]
