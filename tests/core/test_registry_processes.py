"""The registry among processes: many that write, some that are killed, and others that read all the while."""

from __future__ import annotations

import json
import subprocess
import sys
from fcntl import LOCK_SH, LOCK_UN, flock
from pathlib import Path

import pytest
from tests.registries import append, events_in, started, uncovered_env, write

from holdfast.core.registry_reader import opened
from holdfast.tasks.verify import verify

HERE = Path(__file__).parent
WRITERS, ROUNDS, EVENTS = 8, 20, 100


def look_at(path: Path) -> int:
    """Finds the file valid in each way of reading it; returns how many events it holds."""
    with path.open("rb") as file:
        flock(file, LOCK_SH)
        content = file.read()
        flock(file, LOCK_UN)
    json.loads(content)
    with opened(path) as snapshot:
        assert snapshot.torn == 0
        count = sum(1 for _ in snapshot.events())
    assert verify(path)[0] == []
    return count


def test_eight_processes_lose_no_event_and_every_look_at_the_file_finds_it_valid(tmp_path: Path) -> None:
    path = tmp_path / "task_registry.json"
    command = [sys.executable, str(HERE / "registry_writer.py"), str(path)]
    more = [str(ROUNDS), str(EVENTS)]
    writers = [
        subprocess.Popen([*command, str(name), *more], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for name in range(WRITERS)
    ]
    counts = []
    for turn in range(ROUNDS):
        for writer in writers:
            assert writer.stdout
            assert writer.stdout.readline() == f"{turn}\n".encode()
        for writer in writers:
            assert writer.stdin
            writer.stdin.write(b"\n")
            writer.stdin.flush()
        if path.exists():
            counts.append(look_at(path))
    for writer in writers:
        writer.communicate()
    assert [writer.returncode for writer in writers] == [0] * WRITERS
    assert len(counts) >= ROUNDS - 1
    assert counts == sorted(counts)
    assert look_at(path) == WRITERS * ROUNDS * EVENTS + 1
    ids = [event["id"] for event in events_in(path)]
    for name in range(WRITERS):
        mine = [identity for identity in ids if identity.startswith(f"{name}-")]
        assert mine == [f"{name}-{number}" for number in range(ROUNDS * EVENTS)]


@pytest.mark.parametrize("seed", range(10))
def test_fifty_writers_killed_at_random_points_lose_nothing_that_was_acknowledged(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "task_registry.json"
    run = [sys.executable, str(HERE / "registry_killed.py"), str(path), "50", str(seed)]
    said = json.loads(subprocess.run(run, env=uncovered_env(), check=True, capture_output=True).stdout)
    ids = {event["id"] for event in events_in(path)}
    assert set(said["acknowledged"]) <= ids
    assert len(said["acknowledged"]) >= 100
    cut = [notice for notice in said["notices"] if "were cut" in notice]
    sides = {side.name for side in tmp_path.glob("task_registry.json.torn-*")}
    assert {notice.rsplit(" ", 1)[-1] for notice in cut} == sides
    # a tail that lacks nothing but its closer is mended and told of, and there is nothing to cut
    assert len(cut) <= said["torn"] <= len(said["notices"])


def test_a_reader_does_not_see_what_is_appended_after_it_looked(tmp_path: Path) -> None:
    path = write(tmp_path / "task_registry.json", started(1))
    with opened(path) as snapshot:
        append(path, started(2), started(3))
        assert [event["event"] for event in snapshot.events()] == ["created", "started"]
        assert [event["event"] for event in snapshot.events_backward()] == ["started", "created"]
