from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.registries import events_in, finished, started, ulid, write

from holdfast.core.errors import HoldfastError
from holdfast.core.registry import Registry
from holdfast.tasks.archive import archive, parse_before
from holdfast.tasks.verify import verify

BEFORE = datetime(2026, 11, 1, tzinfo=UTC)


def ended(number: int, month: str) -> list[dict[str, object]]:
    at = f"2026-{month}-05T00:00:00.000Z"
    return [started(number) | {"at": at}, finished(number) | {"at": at}]


NOTE: dict[str, object] = {"event": "note", "id": ulid(1), "text": "x", "at": "2026-11-05T00:00:00.000Z"}
LOOSE: dict[str, object] = {"event": "note", "text": "of no task", "at": "2026-09-05T00:00:00.000Z"}
NEWER: dict[str, object] = {"event": "blessed", "id": ulid(2), "by": "ana"}
RUNNING = started(8) | {"at": "2026-08-01T00:00:00.000Z"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    events: list[dict[str, object]] = [*ended(1, "09"), LOOSE, *ended(2, "10"), RUNNING, NOTE, *ended(3, "11"), NEWER]
    return write(tmp_path / "task_registry.json", *events)


def contents(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.parent.glob("*.json")}


def test_finished_tasks_go_to_a_file_a_month_with_all_their_events(path: Path) -> None:
    done, notices = archive(path, BEFORE)
    assert (done.tasks, [file.name for file in done.files]) == (
        2,
        ["task_registry.2026-09.json", "task_registry.2026-10.json"],
    )
    assert notices == []
    assert events_in(path) == [LOOSE, RUNNING, *ended(3, "11")]
    september, october = done.files
    assert events_in(september) == [*ended(1, "09"), NOTE]
    assert events_in(october) == [*ended(2, "10"), NEWER]
    for file in (path, september, october):
        assert verify(file)[0] == []
        assert json.loads(file.read_bytes())["project"] == "shop"


def test_a_second_run_changes_nothing(path: Path) -> None:
    archive(path, BEFORE)
    before = contents(path)
    assert archive(path, BEFORE)[0].tasks == 0
    assert contents(path) == before


def test_a_run_that_was_killed_after_each_write_is_completed_by_the_next(path: Path) -> None:
    original = path.read_bytes()
    archive(path, BEFORE)
    whole = contents(path)
    path.write_bytes(original)  # killed before the registry itself was replaced
    archive(path, BEFORE)
    assert contents(path) == whole
    path.write_bytes(original)
    path.with_name("task_registry.2026-10.json").unlink()  # killed between the two archives
    archive(path, BEFORE)
    now = contents(path)
    october = "task_registry.2026-10.json"
    assert now[october].split(b"\n")[1:] == whole[october].split(b"\n")[1:]
    assert {name: now[name] for name in now if name != october} == {
        name: whole[name] for name in whole if name != october
    }


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from holdfast.tasks import archive
left = int(sys.argv[2])
def audit(event, args):
    global left
    if event == "os.rename":
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(audit)
archive.archive(Path(sys.argv[1]), datetime(2026, 11, 1, tzinfo=UTC))
"""


@pytest.mark.parametrize("writes", [0, 1, 2])
def test_a_kill_before_any_of_its_writes_loses_nothing(path: Path, writes: int) -> None:
    every = events_in(path)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path), str(writes)])
    assert killed.returncode == -9
    assert events_in(path) == every
    archive(path, BEFORE)
    files = [path, path.with_name("task_registry.2026-09.json"), path.with_name("task_registry.2026-10.json")]
    now = [event for file in files for event in events_in(file)]
    assert sorted(now, key=str) == sorted(every, key=str)


def test_later_tasks_are_added_to_a_months_file(path: Path) -> None:
    archive(path, BEFORE)
    with Registry(path) as registry:
        registry.append(*ended(5, "10"))
    done, _ = archive(path, BEFORE)
    assert events_in(done.files[0]) == [*ended(2, "10"), NEWER, *ended(5, "10")]


def test_a_file_with_a_bad_line_is_left_alone(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\nwhat is this\n", 1))
    before = contents(path)
    with pytest.raises(HoldfastError, match=r"task_registry\.json:2: not an event") as raised:
        archive(path, BEFORE)
    assert raised.value.hint == "run: holdfast task-log repair"
    assert contents(path) == before


def test_an_archive_that_is_no_registry_is_left_alone(path: Path) -> None:
    path.with_name("task_registry.2026-09.json").write_text("{}", "utf-8")
    before = contents(path)
    with pytest.raises(HoldfastError, match=r"2026-09\.json:1"):
        archive(path, BEFORE)
    assert contents(path) == before


def test_an_archive_that_cannot_be_read_is_said(path: Path) -> None:
    path.with_name("task_registry.2026-09.json").mkdir()
    with pytest.raises(HoldfastError, match=r"cannot read .*2026-09"):
        archive(path, BEFORE)


def test_a_torn_tail_is_mended_first_and_told(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3] + b",{half")
    done, notices = archive(path, BEFORE)
    assert done.tasks == 2
    assert len(notices) == 1


def test_an_end_without_a_date_stays(tmp_path: Path) -> None:
    path = write(
        tmp_path / "task_registry.json", started(1), finished(1) | {"at": 5}, started(2), finished(2) | {"at": "x"}
    )
    assert archive(path, BEFORE)[0].tasks == 0


@pytest.mark.parametrize(("text", "month"), [("2026-11", 11), ("2026-11-01", 11), ("2026-10-01T00:00Z", 10)])
def test_a_date_may_be_a_month(text: str, month: int) -> None:
    assert parse_before(text) == datetime(2026, month, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "2026-13", "2026"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(HoldfastError, match="is no date"):
        parse_before(text)
