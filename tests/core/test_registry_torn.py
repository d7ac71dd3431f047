"""What killed writers, power cuts and full disks leave, and how the next append mends it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.registries import append, events_in, finished, started, text_of, uncovered_env, write

from holdfast.core.errors import HoldfastError
from holdfast.core.registry_reader import opened

WHOLE = text_of(started(1)).encode()
RECORD = b',{"event":"note","text":"' + b"x" * 40 + b'"}\n]}\n'
AT = len(WHOLE) - len(b"]}\n")
END = len(RECORD) - len(b"\n]}\n")


def image(written: int) -> bytes:
    """The file after a writer was killed when it had written so many bytes of RECORD."""
    return WHOLE[:AT] + RECORD[:written] + WHOLE[AT + written :]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "task_registry.json"


def side_files(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}.torn-*"))


@pytest.mark.parametrize("written", range(len(RECORD) + 1))
def test_every_torn_append_is_mended_and_keeps_what_was_there(path: Path, written: int) -> None:
    path.write_bytes(image(written))
    append(path, finished(1))
    names = [event["event"] for event in events_in(path)]
    assert names == (["started", "note", "finished"] if written >= END else ["started", "finished"])


@pytest.mark.parametrize("written", range(1, END))
def test_what_is_cut_stays_beside_the_file_and_is_reported(path: Path, written: int) -> None:
    path.write_bytes(image(written))
    (notice,) = append(path, finished(1))
    (side,) = side_files(path)
    assert side.read_bytes().strip() == image(written)[AT:].strip()
    assert side.name in notice


@pytest.mark.parametrize("rest", [b"", b"]", b"]}"])
def test_a_missing_closer_is_put_back_without_a_side_file(path: Path, rest: bytes) -> None:
    path.write_bytes(WHOLE[:AT] + rest)
    notices = append(path, finished(1))
    assert ["no event was lost" in notice for notice in notices] == ([] if rest == b"]}" else [True])
    assert side_files(path) == []
    assert events_in(path) == [started(1), finished(1)]


def test_zeros_that_a_power_cut_left_are_cut(path: Path) -> None:
    path.write_bytes(WHOLE[:AT] + b"\0" * 5000)
    append(path, finished(1))
    assert events_in(path) == [started(1), finished(1)]
    assert side_files(path)[0].read_bytes().strip() == b"\0" * 5000


def test_a_torn_record_longer_than_a_block_is_cut_whole(path: Path) -> None:
    torn = b',{"event":"note","text":"' + b"y" * 300_000
    path.write_bytes(WHOLE[:AT] + torn)
    append(path, finished(1))
    assert events_in(path) == [started(1), finished(1)]
    assert side_files(path)[0].read_bytes().strip() == torn


def test_a_mend_that_was_killed_before_the_file_was_cut_is_mended_again(path: Path) -> None:
    path.write_bytes(WHOLE + b"rest of a torn record that is longer than the closer")
    append(path, finished(1))
    assert events_in(path) == [started(1), finished(1)]
    assert len(side_files(path)) == 1


@pytest.mark.parametrize("written", range(1, len(RECORD)))
def test_reading_a_torn_file_gives_its_whole_events_and_writes_nothing(path: Path, written: int) -> None:
    path.write_bytes(image(written))
    with opened(path) as snapshot:
        forward = [event["event"] for event in snapshot.events()]
        backward = [event["event"] for event in snapshot.events_backward()]
        assert (snapshot.torn > 0) is (written not in (END, len(RECORD) - 1))
    assert forward == (["created", "started", "note"] if written >= END else ["created", "started"])
    assert backward == forward[::-1]
    assert path.read_bytes() == image(written)
    assert side_files(path) == []


LIMITED = """
import json, resource, sys
from pathlib import Path
from holdfast.core.errors import HoldfastError
from holdfast.core.registry import Registry
path, room = Path(sys.argv[1]), int(sys.argv[2])
if room >= 0:
    size = path.stat().st_size + room
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
said = []
with Registry(path) as registry:
    for number in range(int(sys.argv[3])):
        try:
            registry.append({"event": "note", "text": "z" * 3000})
            said.append("")
        except HoldfastError as error:
            said.append(f"{error.message}; {error.hint}")
print(json.dumps(said))
"""


@pytest.mark.parametrize("room", [0, 1, 5, 1000, 3028, 3029])
def test_an_event_that_does_not_fit_leaves_the_file_as_it_was(path: Path, room: int) -> None:
    write(path, started(1))
    before = path.read_bytes()
    run = [sys.executable, "-c", LIMITED, str(path), str(room), "2"]
    said = json.loads(subprocess.run(run, env=uncovered_env(), check=True, capture_output=True).stdout)
    fits = room >= len(',{"event":"note","text":""}\n') + 3000
    assert bool(said[0]) is not fits
    assert said[1] == f"cannot write {path}: File too large; no event was lost; the file is whole"
    assert (path.read_bytes() == before) is not fits
    assert append(path, finished(1)) == []
    assert events_in(path)[-1] == finished(1)


def test_a_full_disk_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    disk, after = tmp_path / "disk", tmp_path / "after.json"
    disk.mkdir()
    write(tmp_path / "seed", started(1))
    script = (
        f"mount -t tmpfs -o size=64k tmpfs {disk} || exit 77; cp {tmp_path}/seed {disk}/r.json && "
        f'"{sys.executable}" -c "$LIMITED" {disk}/r.json -1 40 && cp {disk}/r.json {after} && ls {disk}'
    )
    run = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script]
    try:
        done = subprocess.run(run, env={**uncovered_env(), "LIMITED": LIMITED}, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no unshare here")
    if not done.stdout:
        pytest.skip(f"mounting is not permitted: {done.stderr.strip()}")
    first, *names = done.stdout.splitlines()
    said = json.loads(first)
    stored = said.count("")
    assert 0 < stored < 40
    assert "No space left" in said[-1]
    assert events_in(after)[0] == started(1)
    assert len(events_in(after)) == stored + 1
    assert names == ["r.json"]


def test_a_torn_tail_that_cannot_be_mended_now_is_left_for_later(path: Path) -> None:
    path.write_bytes(image(30))
    run = [sys.executable, "-c", LIMITED.replace("path.stat().st_size + room", "10"), str(path), "0", "1"]
    (said,) = json.loads(subprocess.run(run, env=uncovered_env(), check=True, capture_output=True).stdout)
    assert "cannot write" in said
    append(path, finished(1))
    assert events_in(path) == [started(1), finished(1)]


def test_what_was_cut_and_the_mended_file_are_synced(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    sync = os.fsync

    def spy(handle: int) -> None:
        synced.append(os.fstat(handle).st_ino)
        sync(handle)

    monkeypatch.setattr(os, "fsync", spy)
    path.write_bytes(image(30))
    append(path, finished(1))
    assert synced == [side_files(path)[0].stat().st_ino, path.parent.stat().st_ino, path.stat().st_ino]


def test_a_file_that_ends_in_more_than_one_write_can_be_is_refused(path: Path) -> None:
    path.write_bytes(WHOLE[:AT])
    os.truncate(path, 2**33)  # eight gigabytes of nothing
    with pytest.raises(HoldfastError) as raised:
        append(path, finished(1))
    assert raised.value.message == f"{path}: no whole event in its last {2**26} bytes"
    assert raised.value.hint == "run: holdfast task-log repair"
    assert path.stat().st_size == 2**33
