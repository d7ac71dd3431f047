"""Bringing a damaged registry back: torn, reformatted, with a merge's markers or another system's line ends."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.core import registry_format as form
from holdfast.core.clock import iso, now_ms
from holdfast.core.files import backup, write_atomic
from holdfast.core.ids import new_id
from holdfast.core.registry import Registry

_VERSION = re.compile(re.escape(form.SCHEMA.rstrip("1").encode()) + rb"[^\"\s]*")


@dataclass(slots=True)
class Recovered:
    """What a file's bytes hold: the document's own keys, whole events as JSON, and what is neither."""

    header: form.Event | None = None
    events: list[bytes] = field(default_factory=list)
    cut: list[bytes] = field(default_factory=list)

    def add_document(self, document: form.Event) -> None:
        """Takes a registry's own keys, if it is the first one seen, and its events."""
        if self.header is None:
            self.header = {key: value for key, value in document.items() if key != "events"}
        for event in document["events"]:
            (self.events if _is_event(event) else self.cut).append(form.encode(event))


@dataclass(frozen=True, slots=True)
class Repaired:
    """What `repair` did: how many events the file holds, the copy of the old file, and what was cut from it."""

    events: int
    copy: Path | None = None
    cut: Path | None = None
    cut_bytes: int = 0


def repair(path: Path) -> Repaired:
    """Rewrites a registry from the whole events that it holds, with a copy of the old file and the rest beside it.

    A file in which nothing is wrong is left alone. Raises HoldfastError where it holds nothing of a registry, or is
    another version's.
    """
    with Registry(path) as registry, registry.locked(check=False) as handle:
        content = os.pread(handle, os.fstat(handle).st_size, 0)
        found = recover(content, path)
        new = rebuilt(found, path)
        if new == content:
            return Repaired(len(found.events))
        copy = backup(path, "before-repair")
        cut, size = None, sum(map(len, found.cut))
        if size:
            cut = path.with_name(f"{path.name}.cut-{new_id(now_ms())}")
            write_atomic(cut, b"".join(piece if piece.endswith(b"\n") else piece + b"\n" for piece in found.cut))
        registry.replace(new)
        return Repaired(len(found.events), copy, cut, size)


def recover(content: bytes, path: Path) -> Recovered:
    """The whole events in a file's bytes, in their order. Raises RegistryError where there is nothing of a registry."""
    by_line = _by_line(content.removeprefix(b"\xef\xbb\xbf"))
    found = by_line
    if by_line.cut and (document := _whole_document(content)) is not None:
        found = Recovered()
        found.add_document(document)
    _require_ours(found, content, path)
    return found


def _require_ours(found: Recovered, content: bytes, path: Path) -> None:
    if found.header is not None:
        form.require_version(found.header, path)
        return
    named = _VERSION.search(content)
    if named is not None:
        form.require_version({"schema": named[0].decode("utf-8", "replace")}, path)
    elif not found.events and content.strip():
        raise form.RegistryError(f"{path}: holds nothing of a task registry", hint="move it away to begin a new one")


def _whole_document(content: bytes) -> form.Event | None:
    try:
        return form.as_registry(form.decode(content.removeprefix(b"\xef\xbb\xbf")))
    except ValueError:
        return None


def _is_event(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("event"), str)


def _by_line(content: bytes) -> Recovered:
    found = Recovered()
    odd: list[bytes] = []
    for line in content.split(b"\n"):
        text = line.strip().strip(b", ")
        if text in (b"", b"]}"):
            continue
        document = form.parse_header(text)
        whole = document is not None or _is_whole_event(text)
        if odd and (whole or text.startswith(form.MARKERS)):
            _from_text(b"\n".join(odd), found)
            odd = []
        if document is not None:
            found.add_document(document)
        elif whole:
            found.events.append(text)
        elif text.startswith(form.MARKERS):
            found.cut.append(line)
        else:
            odd.append(line)
    if odd:
        _from_text(b"\n".join(odd), found)
    return found


def _is_whole_event(text: bytes) -> bool:
    try:
        return _is_event(form.decode(text))
    except ValueError:
        return False


def _from_text(content: bytes, found: Recovered) -> None:
    """Takes the events out of text that is laid out over several lines, or has several on one."""
    text = content.decode("utf-8", "surrogateescape")
    at = 0
    for start, end, value in _objects(text):
        if (document := form.as_registry(value)) is not None:
            found.add_document(document)
        else:
            found.events.append(form.encode(value))
        _cut(text[at:start], found)
        at = end
    _cut(text[at:], found)


def _cut(text: str, found: Recovered) -> None:
    if text.strip(", \t\r\n]}"):
        found.cut.append(text.encode("utf-8", "surrogateescape"))


def _objects(text: str) -> Iterator[tuple[int, int, object]]:
    """The outermost events and registries in a text, each with where it begins and ends."""
    at = text.find("{")
    while at >= 0:
        value, end = form.decode_first(text, at)
        if _is_event(value) or form.as_registry(value) is not None:
            yield at, end, value
            at = text.find("{", end)
        else:
            at = text.find("{", at + 1)


def _name(event: bytes) -> object:
    value = form.decode(event)
    return value.get("event") if isinstance(value, dict) else None


def rebuilt(found: Recovered, path: Path) -> bytes:
    """The registry file that holds what was found."""
    events = found.events
    header = found.header or {"schema": form.SCHEMA, "project": path.resolve().parent.name}
    if events and _name(events[0]) == "created":
        first, *events = events
    else:
        first = form.encode({"event": "created", "at": iso(now_ms())})
    opening = form.encode(header | {"events": []}).removesuffix(b"]}")
    return b"".join([opening, first, b"\n", *(b",%b\n" % event for event in events), form.CLOSER])
