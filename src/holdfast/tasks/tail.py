"""Following a registry while others write to it, and while it is archived or repaired."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from holdfast.core.registry_format import Event, lines_backward, parse_event
from holdfast.core.registry_reader import Snapshot, opened

_REMEMBERED = 100


def last_events(path: Path, last: int) -> list[Event]:
    """The last events, oldest first. Raises HoldfastError where there is no registry."""
    with opened(path) as snapshot:
        return list(_events(_last_lines(snapshot, last), deque()))


def follow(path: Path, last: int) -> Iterator[Event | None]:
    """The last events, then each new one as it comes; None when there is none now, and the caller should wait.

    Events that come back when the file is replaced by an archive or a repair are not given again.
    """
    recent: deque[bytes] = deque(maxlen=_REMEMBERED)
    with opened(path) as snapshot:
        at, seen = snapshot.end, _identity(os.fstat(snapshot.handle))
        recent.extend(line.strip() for line in _last_lines(snapshot, _REMEMBERED))
        first = list(_events(_last_lines(snapshot, last), deque()))
    yield from first
    while True:
        yield None
        try:
            now = _identity(path.stat())
        except OSError:  # between two files; the next look finds the new one
            continue
        if now == seen:
            continue
        with opened(path) as snapshot:
            now = _identity(os.fstat(snapshot.handle))
            if now[0] == seen[0] and snapshot.end >= at:
                lines = list(snapshot.lines(at))
            else:
                lines = _lines_after(snapshot, recent)
            at, seen = snapshot.end, now
        yield from _events(lines, recent)


def _identity(state: os.stat_result) -> tuple[int, int, int]:
    return state.st_ino, state.st_size, state.st_mtime_ns


def _last_lines(snapshot: Snapshot, last: int) -> list[bytes]:
    lines = islice(lines_backward(snapshot.handle, snapshot.end, snapshot.start), last)
    return [line for _, line in lines][::-1]


def _lines_after(snapshot: Snapshot, recent: deque[bytes]) -> list[bytes]:
    """The lines of a new file after the last one known; where it holds none of those, the lines of a later time."""
    known = set(recent)
    found: list[bytes] = []
    for _, line in lines_backward(snapshot.handle, snapshot.end, snapshot.start):
        if line.strip() in known:
            return found[::-1]
        found.append(line)
    latest = max((_at(line) for line in recent), default="")
    return [line for line in reversed(found) if _at(line) > latest]


def _at(line: bytes) -> str:
    return str((parse_event(line) or {}).get("at", ""))


def _events(lines: Iterable[bytes], recent: deque[bytes]) -> Iterator[Event]:
    for line in lines:
        if (event := parse_event(line)) is not None:
            recent.append(line.strip())
            yield event
