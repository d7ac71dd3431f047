"""Reading task_registry.json without changing it or holding up those who write it."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from holdfast.core import registry_format as form
from holdfast.core.errors import HoldfastError
from holdfast.core.locks import lock

LOCK_WAIT_S = 10.0
_BLOCK = 2**20


class Snapshot(NamedTuple):
    """A registry as it was when it was opened: what lies before `end` is never changed by those who append."""

    path: Path
    handle: int
    header: form.Event
    start: int
    end: int
    torn: int
    """How many bytes at the end of the file a torn write left; the next append mends them."""

    def lines(self, start: int | None = None) -> Iterator[bytes]:
        """The lines of the events after the first, in the file's order, each with its line end."""
        at = self.start if start is None else start
        rest = b""
        while at < self.end:
            block = os.pread(self.handle, min(_BLOCK, self.end - at), at)
            if not block:
                break
            at += len(block)
            *whole, rest = (rest + block).split(b"\n")
            yield from (line + b"\n" for line in whole)
        if rest:
            yield rest

    def events(self) -> Iterator[form.Event]:
        """All events in the file's order. Lines that are none are left out; `task-log verify` names them."""
        yield from self.header["events"]
        yield from (event for line in self.lines() if (event := form.parse_event(line)) is not None)

    def events_backward(self) -> Iterator[form.Event]:
        """All events, last first; what is read depends on how many are taken, not on the size of the file."""
        for _, line in form.lines_backward(self.handle, self.end, self.start):
            if (event := form.parse_event(line)) is not None:
                yield event
        yield from reversed(self.header["events"])


@contextmanager
def opened(path: Path, *, wait_s: float = LOCK_WAIT_S) -> Iterator[Snapshot]:
    """The registry at `path`, to read from. Raises HoldfastError where it is missing or no registry."""
    handle = open_for_reading(path)
    try:
        lock(handle, path, exclusive=False, wait_s=wait_s)
        try:
            size = os.fstat(handle).st_size
            header, start = form.read_header(handle, path) if size else ({"events": []}, 0)
            tail = form.find_tail(handle, size, path) if size else form.Tail(0, 0)
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)
        yield Snapshot(path, handle, header, start, max(start, tail.end), tail.size - tail.end if tail.torn else 0)
    finally:
        os.close(handle)


def open_for_reading(path: Path) -> int:
    """A descriptor of a regular file. Raises HoldfastError where there is none that can be read."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise HoldfastError(
            f"{path}: no task registry yet", hint="log a first task with: holdfast task-log run -- COMMAND"
        ) from None
    except OSError as error:
        raise HoldfastError(f"cannot read {path}: {error.strerror or error}") from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise HoldfastError(f"{path}: not a regular file")
    return handle
