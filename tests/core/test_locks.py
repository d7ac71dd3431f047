from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.core import locks
from holdfast.core.errors import HoldfastError
from holdfast.core.locks import LockTimeout, holder_of, lock, lock_in_turn, unlock

HOLD = (
    "import fcntl, sys; f = open(sys.argv[1], 'rb'); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); input()"
)


def test_a_lock_that_another_process_holds_is_given_up_with_its_id(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout
    assert other.stdout.readline() == b"held\n"
    handle = os.open(path, os.O_RDWR)
    try:
        with pytest.raises(LockTimeout, match="locked for") as raised:
            lock(handle, path, exclusive=False, wait_s=0.05)
        if sys.platform == "linux":
            assert raised.value.message == f"{path}: locked for 0.05 s by process {other.pid}"
            assert raised.value.hint == f"look at it with: ps -p {other.pid}"
        other.communicate(b"\n")
        lock(handle, path, exclusive=True, wait_s=5)
    finally:
        os.close(handle)


def test_a_lock_is_taken_when_its_holder_gives_it_back(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout
    assert other.stdin
    other.stdout.readline()
    handle = os.open(path, os.O_RDWR)
    other.stdin.write(b"\n")
    other.stdin.flush()
    lock(handle, path, exclusive=True, wait_s=10)
    unlock(handle)
    os.close(handle)
    other.communicate()


def test_where_the_system_does_not_tell_the_holder_is_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "_TABLE", tmp_path / "missing")
    path = tmp_path / "file"
    path.touch()
    holder, handle = os.open(path, os.O_RDWR), os.open(path, os.O_RDWR)
    lock(holder, path, exclusive=True, wait_s=0)
    with pytest.raises(LockTimeout) as raised:
        lock(handle, path, exclusive=True, wait_s=0.01)
    assert raised.value.message == f"{path}: locked for 0.01 s by another process"
    assert raised.value.hint == "is another command stopped while it writes?"
    os.close(holder)
    os.close(handle)


def test_who_waits_for_a_lock_or_holds_one_of_another_file_is_not_its_holder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = os.open(tmp_path, os.O_RDONLY)
    inode = os.fstat(handle).st_ino
    table = tmp_path / "locks"
    monkeypatch.setattr(locks, "_TABLE", table)
    others = (
        f"1: POSIX  ADVISORY  WRITE 11 fd:00:{inode} 0 EOF\n"
        f"2: FLOCK  ADVISORY  WRITE 12 fd:00:{inode}1 0 EOF\n"
        f"3: FLOCK  ADVISORY  WRITE 13 fd:00:1{inode} 0 EOF\n"
        f"3: -> FLOCK  ADVISORY  WRITE 14 fd:00:{inode} 0 EOF\n"
        "4: FLOCK\n"
    )
    table.write_text(others, "ascii")
    assert holder_of(handle) is None
    table.write_text(f"{others}5: FLOCK  ADVISORY  READ  15 00:1c:{inode} 0 EOF\n", "ascii")
    assert holder_of(handle) == 15
    os.close(handle)


def test_nobody_holds_a_file_that_is_not_locked(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    handle = os.open(tmp_path / "file", os.O_RDWR)
    assert holder_of(handle) is None
    os.close(handle)


def test_two_readers_share(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    handles = [os.open(tmp_path / "file", os.O_RDONLY) for _ in range(2)]
    for handle in handles:
        lock(handle, tmp_path, exclusive=False, wait_s=0)
    for handle in handles:
        os.close(handle)


def test_a_file_that_cannot_be_locked_is_said(tmp_path: Path) -> None:
    handle = os.open(tmp_path, os.O_RDONLY)
    os.close(handle)
    with pytest.raises(HoldfastError) as raised:
        lock(handle, tmp_path, exclusive=True, wait_s=0)
    assert raised.value.message == f"cannot lock {tmp_path}: Bad file descriptor"
    assert raised.value.hint == "keep the file on a local file system that supports flock"


def test_who_has_the_turn_gets_in_next_and_gives_the_turn_back(tmp_path: Path) -> None:
    path, turn = tmp_path / "file", tmp_path / "turn"
    handles = [os.open(each, os.O_RDWR | os.O_CREAT) for each in (path, turn, path, turn)]
    try:
        lock_in_turn(handles[0], handles[1], path, wait_s=1)
        lock(handles[3], turn, exclusive=True, wait_s=0)  # nobody waits: the turn is free
        with pytest.raises(LockTimeout):  # the next one has the turn, and who writes again stays behind it
            lock_in_turn(handles[2], handles[1], path, wait_s=0.01)
        unlock(handles[3])
        with pytest.raises(LockTimeout):
            lock_in_turn(handles[2], handles[3], path, wait_s=0.01)
        lock(handles[1], turn, exclusive=True, wait_s=0)  # given back though it did not get in
    finally:
        for handle in handles:
            os.close(handle)
