"""A step's output, which it writes straight into a file: kept within bounds by taking out the middle.

On Linux the middle becomes a hole (fallocate(2), FALLOC_FL_PUNCH_HOLE) while the step writes on: nothing races, and
the file's length still says how much there was. At the end the file is written anew without the hole, with a line
that says what was cut. Where holes are not to be had, the file is shortened instead; what is written at that very
moment is lost with the middle.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

PUNCH_HOLE = 0x02 | 0x01  # with FALLOC_FL_KEEP_SIZE
CHUNK = 2**20
TAIL_BYTES = 2**15
TAIL_LINES = 20


class LogFile:
    """The log of one attempt: `handle` is open for reading and appending, and is closed by `finish`."""

    def __init__(self, path: str, handle: int, limit: int) -> None:
        self.path = path
        self._handle, self._half = handle, max(1, limit // 2)
        self._dropped = 0
        self._hole_end = self._half
        self._holes = sys.platform.startswith("linux")

    def bound(self) -> None:
        """Frees what is between the first half and the last. Never waits for the writer."""
        size = os.fstat(self._handle).st_size
        if size <= self._hole_end + 2 * self._half:
            return
        if self._holes and punch_hole(self._handle, self._half, size - 2 * self._half):
            self._hole_end = size - self._half
            return
        self._holes = False
        self._shorten(size)

    def finish(self) -> tuple[int, bool]:
        """Closes the log; how many bytes were said, and whether some of them were cut."""
        try:
            size = os.fstat(self._handle).st_size
            cut = max(0, size - 2 * self._half) + self._dropped
            if cut:
                self._write_anew(size, cut)
            return size + self._dropped, bool(cut)
        finally:
            os.close(self._handle)

    def _shorten(self, size: int) -> None:
        last = os.pread(self._handle, self._half, size - self._half)
        os.ftruncate(self._handle, self._half)
        os.write(self._handle, last)
        self._dropped += size - 2 * self._half

    def _write_anew(self, size: int, cut: int) -> None:
        """Beside it and then over it, so that a reader has the one or the other."""
        beside = f"{self.path}.new"
        writing = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            self._copy(writing, 0, self._half)
            os.write(writing, b"\n[holdfast: %d bytes were cut here]\n" % cut)
            self._copy(writing, max(self._half, size - self._half), size)
            Path(beside).replace(self.path)
        finally:
            os.close(writing)

    def _copy(self, writing: int, begin: int, end: int) -> None:
        while begin < end and (chunk := os.pread(self._handle, min(CHUNK, end - begin), begin)):
            begin += os.write(writing, chunk)


def last_lines(path: str) -> str:
    """The last TAIL_LINES lines of a log, whatever bytes are in it."""
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - TAIL_BYTES))
            text = file.read(TAIL_BYTES).decode("utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(text.rstrip("\n").split("\n")[-TAIL_LINES:])


def _without_waiting(path: str, flags: int) -> int:
    """Opens a log; where the step put a pipe in its place, nobody may ever write into that."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)


def punch_hole(handle: int, begin: int, length: int) -> bool:
    """Frees a part of a file and leaves its length; False where the file system or the C library cannot."""
    import ctypes  # 3 ms, for the few steps that say too much

    try:
        fallocate = ctypes.CDLL(None, use_errno=True).fallocate64
    except (OSError, AttributeError):
        return False
    fallocate.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
    return bool(fallocate(handle, PUNCH_HOLE, begin, length) == 0)
