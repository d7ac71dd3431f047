"""Advisory locks on open files that give up at a deadline and say who holds the file."""

from __future__ import annotations

import fcntl
import os
import re
import time
from pathlib import Path

from holdfast.core.errors import HoldfastError

_PAUSES_S = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02)
_TABLE = Path("/proc/locks")


class LockTimeout(HoldfastError):
    """Another process held the file until the deadline was over."""


def lock(handle: int, path: Path, *, exclusive: bool, wait_s: float, pause_s: float = 0.02) -> None:
    """Takes the flock on an open file, waiting at most `wait_s` seconds; `os.close` or `unlock` gives it back.

    It is tried for again after `pause_s` seconds at most. Raises LockTimeout, which names the holder where the system
    tells it.
    """
    kind = (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB
    if not _taken(handle, kind, path):
        _lock_by(time.monotonic() + wait_s, handle, kind, path, wait_s, pause_s)


def lock_in_turn(handle: int, turn: int, path: Path, *, wait_s: float) -> None:
    """Takes the flock on `handle` alone, so that who writes again and again does not keep others out.

    `turn` is an open file of its own: whoever holds its flock is the next one, and gives it back when it got in.
    Raises LockTimeout.
    """
    until = time.monotonic() + wait_s
    lock(turn, path, exclusive=True, wait_s=wait_s)
    try:
        lock(handle, path, exclusive=True, wait_s=max(0.0, until - time.monotonic()), pause_s=0.002)
    finally:
        unlock(turn)


def unlock(handle: int) -> None:
    """Gives the flock back; harmless where it is not held."""
    fcntl.flock(handle, fcntl.LOCK_UN)


def _taken(handle: int, kind: int, path: Path) -> bool:
    try:
        fcntl.flock(handle, kind)
    except BlockingIOError:
        return False
    except OSError as error:
        raise HoldfastError(
            f"cannot lock {path}: {error.strerror or error}",
            hint="keep the file on a local file system that supports flock",
        ) from error
    return True


def _lock_by(deadline: float, handle: int, kind: int, path: Path, wait_s: float, pause_s: float) -> None:
    tries = 0
    while time.monotonic() < deadline:
        time.sleep(min(pause_s, _PAUSES_S[min(tries, len(_PAUSES_S) - 1)]))
        tries += 1
        if _taken(handle, kind, path):
            return
    holder = holder_of(handle)
    raise LockTimeout(
        f"{path}: locked for {wait_s:g} s by {f'process {holder}' if holder else 'another process'}",
        hint=f"look at it with: ps -p {holder}" if holder else "is another command stopped while it writes?",
    )


def holder_of(handle: int) -> int | None:
    """The process that took the flock on this file, as Linux's /proc/locks (proc(5)) says; None where unknown."""
    try:
        table = _TABLE.read_bytes()
    except OSError:
        return None
    inode = b"%d" % os.fstat(handle).st_ino
    match = re.search(rb"^\d+: FLOCK +\w+ +\w+ +(\d+) \S+:" + inode + b" ", table, re.MULTILINE)  # "->" marks who waits
    return int(match[1]) if match else None
