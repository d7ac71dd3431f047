from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.core.locks import LockTimeout, holder_of, lock, unlock

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
            assert f"by process {other.pid}" in raised.value.message
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
    with pytest.raises(HoldfastError, match="cannot lock") as raised:
        lock(handle, tmp_path, exclusive=True, wait_s=0)
    assert raised.value.hint
