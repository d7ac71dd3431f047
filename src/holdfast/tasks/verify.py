"""Saying what is wrong with a registry file, line by line."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.core import registry_format as form
from holdfast.core.locks import lock
from holdfast.core.registry_reader import LOCK_WAIT_S, open_for_reading
from holdfast.core.tasklog import STATUSES

_BLOCK = 2**20
_TAIL = 4096
_REQUIRED = {"started": ("id", "task", "at"), "finished": ("id", "status", "at"), "note": ("text", "at")}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a line, counted from 1."""

    line: int
    reason: str


@dataclass(slots=True)
class _Seen:
    started: dict[str, int] = field(default_factory=dict)
    """A hash of each task's start by its id: two different ones are a mistake, the same one twice is a merge's."""
    finished: dict[str, int] = field(default_factory=dict)
    """The line of each task's end by its id."""
    events: int = 0


def verify(path: Path) -> tuple[list[Problem], int]:
    """All that is wrong with a registry, by line, and how many events it holds. Raises HoldfastError if unreadable."""
    seen = _Seen()
    problems = list(_problems(path, seen))
    for name, line in seen.finished.items():
        if name not in seen.started:
            problems.append(Problem(line, f"task {name} ends here and starts nowhere"))
    return sorted(problems, key=lambda problem: problem.line), seen.events


def _problems(path: Path, seen: _Seen) -> Iterator[Problem]:
    number, closed = 0, False
    for number, line in enumerate(_lines(path), 1):
        text = line.strip()
        if closed:
            if text:
                yield Problem(number, "text after the closing ]}")
            continue
        closed = text == b"]}"
        reason = "" if closed else _wrong(number, line, seen)
        if reason or line.endswith(b"\r\n"):
            yield Problem(number, reason or "the line ends in CRLF")
    if not closed:
        yield Problem(max(number, 1), "the closing ]} is missing: a torn write, which the next event mends")


def _lines(path: Path) -> Iterator[bytes]:
    """The lines of a file as it was at one moment, though others append to it."""
    handle = open_for_reading(path)
    try:
        lock(handle, path, exclusive=False, wait_s=LOCK_WAIT_S)
        size = os.fstat(handle).st_size
        stop = max(0, size - _TAIL)
        tail = os.pread(handle, _TAIL, stop)
        fcntl.flock(handle, fcntl.LOCK_UN)
        rest, at = b"", 0
        while at < stop:
            block = os.pread(handle, min(_BLOCK, stop - at), at)
            at = at + len(block) if block else stop
            *whole, rest = (rest + block).split(b"\n")
            yield from (line + b"\n" for line in whole)
        *whole, rest = (rest + tail).split(b"\n")
        yield from (line + b"\n" for line in whole)
        if rest:
            yield rest
    finally:
        os.close(handle)


def _wrong(number: int, line: bytes, seen: _Seen) -> str:
    """What is wrong with a line before the closer; empty if nothing."""
    if number == 1:
        return _wrong_header(line, seen)
    event = form.parse_event(line)
    if event is not None:
        return _wrong_event(event, number, seen)
    if line.startswith(form.MARKERS):
        return "a merge conflict"
    return "not an event: a line is ,{...} and strict JSON" if line.strip() else "an empty line"


def _wrong_header(line: bytes, seen: _Seen) -> str:
    document = form.parse_header(line)
    if document is None:
        return "not the first line of a task registry"
    if document["schema"] != form.SCHEMA:
        return f"written by another version of holdfast ({document['schema']})"
    seen.events += len(document["events"])
    return ""


def _wrong_event(event: form.Event, number: int, seen: _Seen) -> str:
    name = event.get("event")
    if not isinstance(name, str):
        return "an event has no name"
    seen.events += 1
    for key in _REQUIRED.get(name, ()):
        if not isinstance(event.get(key), str):
            return f"a {name} event without {key}"
    if name == "finished":
        seen.finished.setdefault(event["id"], number)
        if event["status"] not in STATUSES:
            return f"{event['status']!r} is no status (known: {', '.join(STATUSES)})"
    if name == "started":
        start = hash(form.encode(event))
        if seen.started.setdefault(event["id"], start) != start:
            return f"another task has the id {event['id']}"
    return ""
