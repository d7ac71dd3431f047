"""How task_registry.json is laid out (docs/specs/001-task-registry.md): its lines, its closer, and its torn tails.

The file is one JSON object. Its first line opens it and holds the first event, every other event has a line of its
own that starts with a comma, and the closer `]}` stands on the last line. Appending writes over the closer.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from holdfast.core.errors import HoldfastError

SCHEMA = "holdfast/task-registry/1"
CLOSER = b"]}\n"
HEADER_LIMIT = 64 * 2**10
TORN_LIMIT = 64 * 2**20
REPAIR = "run: holdfast task-log repair"
MARKERS = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")
_BLOCK = 64 * 2**10
_PEEK = 128

Event = dict[str, Any]


class RegistryError(HoldfastError):
    """The file is no task registry that this version understands; it was not written to."""


class Tail(NamedTuple):
    """Where a registry ends: `end` is the offset of its closer, or where that belongs when the tail is torn."""

    end: int
    size: int
    torn: bool = False


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if value in (inf, -inf):
        raise ValueError(f"{text} is too large")
    return value


_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)
_ENCODER = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def encode(event: object) -> bytes:
    """An event as one line of ASCII JSON, without the leading comma or a line end.

    Raises HoldfastError for values that JSON has no form for.
    """
    try:
        return _ENCODER.encode(event).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise HoldfastError(f"this event cannot be stored: {error}") from error


def decode(text: bytes) -> object:
    """The JSON value in `text`. Raises ValueError for all that is not strict JSON in UTF-8, or nested too deep."""
    try:
        return _DECODER.decode(text.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def decode_first(text: str, at: int) -> tuple[object, int]:
    """The JSON value that begins at an index of a text, and where it ends; None and `at` where none does."""
    try:
        return _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None, at


def parse_event(line: bytes) -> Event | None:
    """The event on a line `,{...}`; None for any other line. What an object's keys mean is not looked at."""
    if not line.startswith(b",{"):
        return None
    try:
        value = decode(line[1:])
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def header_line(project: str, created_at: str, **more: str) -> bytes:
    """The first line of a new registry, with its line end; `more` are fields of its one event."""
    created = {"event": "created", "at": created_at, **more}
    opening = encode({"schema": SCHEMA, "project": project, "events": [created]})
    return opening.removesuffix(b"]}") + b"\n"


def parse_header(line: bytes) -> Event | None:
    """The document that a first line opens, with the one event on it; None where it is no header of any version."""
    try:
        document = decode(line.strip() + b"]}")
    except ValueError:
        return None
    registry = as_registry(document)
    return registry if registry and all(isinstance(event, dict) for event in registry["events"]) else None


def as_registry(value: object) -> Event | None:
    """A JSON value where it is a task registry, of this or another version of the format; else None."""
    if not isinstance(value, dict) or not isinstance(value.get("events"), list):
        return None
    schema = value.get("schema")
    return value if isinstance(schema, str) and schema.startswith(SCHEMA.rstrip("1")) else None


def require_version(document: Event, path: Path) -> None:
    """Raises RegistryError where a document is of a version of the format that this Holdfast does not know."""
    if document["schema"] != SCHEMA:
        raise RegistryError(
            f"{path}:1: written by another version of holdfast ({document['schema']}; this one knows {SCHEMA})",
            hint="upgrade holdfast",
        )


def read_header(handle: int, path: Path) -> tuple[Event, int]:
    """The opening document of a file and the length of its first line. Raises RegistryError."""
    start = os.pread(handle, HEADER_LIMIT, 0)
    line = start[: start.find(b"\n") + 1] or start
    document = parse_header(line)
    if document is None:
        raise RegistryError(f"{path}:1: not the first line of a task registry", hint=REPAIR)
    require_version(document, path)
    return document, len(line)


def closed_end(last: bytes) -> int | None:
    """The offset of the closer in a file's last bytes, where they are an event's end, the closer and white space."""
    kept = last.rstrip()
    return len(kept) - 2 if kept.endswith((b"}\n]}", b"}\r\n]}")) else None


def find_tail(handle: int, size: int, path: Path) -> Tail:
    """Where the file ends. A torn tail is one that a writer left when it was killed or the power failed.

    Raises RegistryError where the last lines are neither whole nor the torn end of one append.
    """
    peek_at = max(0, size - _PEEK)
    end = closed_end(os.pread(handle, _PEEK, peek_at))
    return Tail(peek_at + end, size) if end is not None else _torn_tail(handle, size, path)


def _torn_tail(handle: int, size: int, path: Path) -> Tail:
    """Scans back to the last whole line; what follows it is torn unless it is the closer and white space."""
    closer_at, torn = None, False
    for offset, line in lines_backward(handle, size, max(0, size - TORN_LIMIT)):
        text = line.strip()
        if parse_event(text) is not None or (offset == 0 and parse_header(text) is not None):
            end = offset + len(line.rstrip()) if closer_at is None else closer_at
            return Tail(end, size, torn=closer_at is None)
        if text and (closer_at is not None or text.startswith(MARKERS) or _is_whole(text)):
            _refuse(handle, offset, path)
        if text == b"]}" and not torn:
            closer_at = offset  # before its indentation, or the next event would not begin its line
        torn = torn or bool(text)
    read_header(handle, path)  # says what is wrong, unless the file has the first line of a registry
    raise RegistryError(f"{path}: no whole event in its last {min(size, TORN_LIMIT)} bytes", hint=REPAIR)


def _is_whole(text: bytes) -> bool:
    """Whether a line holds a whole object in a layout that is not ours: then it was edited, not torn."""
    try:
        return isinstance(decode(text.removesuffix(b"]}").strip(b", ")), dict)
    except ValueError:
        return False


def _refuse(handle: int, offset: int, path: Path) -> NoReturn:
    number = line_number(handle, offset)
    raise RegistryError(f"{path}:{number}: not a line of a task registry (a merge conflict?)", hint=REPAIR)


def line_number(handle: int, offset: int) -> int:
    """The number, from 1, of the line that begins at an offset."""
    number, at = 1, 0
    while at < offset:
        block = os.pread(handle, min(_BLOCK, offset - at), at)
        if not block:
            break
        number += block.count(b"\n")
        at += len(block)
    return number


def lines_backward(handle: int, end: int, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """The lines between two offsets, last first, each with its offset and its line end where it has one."""
    parts: list[bytes] = []  # of the line under way, last first
    at = end
    while at > start:
        stop = at
        at = max(start, at - _BLOCK)
        first, *others = os.pread(handle, stop - at, at).split(b"\n")
        for piece in reversed(others):
            stop -= len(piece)
            if piece or parts:
                yield stop, b"".join((piece, *reversed(parts)))
            parts = [b"\n"]
            stop -= 1
        parts.append(first)
    if parts and (line := b"".join(reversed(parts))):
        yield start, line
