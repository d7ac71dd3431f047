"""The index of advisories: one file that is searched by package.

The first line is a table that says what the file is, of when its data is and how long the rest is. Every further line
is the name of a package, a checksum of the line, and its advisories as JSON, with tabs between; the lines are sorted
by name, so that a package is found by halving. Each line that is looked at on the way is held to its checksum: nothing
that was damaged can lead astray, and no time goes into reading the rest.
"""

from __future__ import annotations

import json
import os
import stat
import zlib
from collections.abc import Iterable, Mapping
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, NamedTuple

from holdfast.checks.dependencies.advisories.kept import INDEX
from holdfast.checks.dependencies.advisories.model import Advisory, Span
from holdfast.checks.dependencies.advisories.spans import version_of
from holdfast.core.errors import HoldfastError
from holdfast.core.files import file_errors

SCHEMA = "holdfast/advisories/1"
FAMILY = "holdfast/advisories/"
LIMIT = 256 * 2**20
_HEADER_LIMIT = 65536


class Header(NamedTuple):
    """What an index says of itself."""

    advisories: int
    packages: int
    modified_ms: int
    """When the newest of its records was changed: milliseconds since 1970, UTC. This is the age that counts."""
    taken_in_ms: int
    source: str


def encode(advisories: Iterable[Advisory], *, modified_ms: int, taken_in_ms: int, source: str) -> tuple[Header, bytes]:
    """The index as bytes, with what its first line says."""
    packages: dict[str, list[Advisory]] = {}
    count = 0
    for advisory in advisories:
        packages.setdefault(advisory.package, []).append(advisory)
        count += 1
    body = b"".join(_line(name.encode(), _written(packages[name]).encode()) for name in sorted(packages))
    header = Header(count, len(packages), modified_ms, taken_in_ms, source)
    first = {"schema": SCHEMA, **header._asdict(), "bytes": len(body)}
    return header, json.dumps(first).encode() + b"\n" + body


def _written(advisories: list[Advisory]) -> str:
    found = [advisory[1:] for advisory in sorted(advisories)]
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _line(name: bytes, advisories: bytes) -> bytes:
    return b"%s\t%08x\t%s\n" % (name, _checksum(name, advisories), advisories)


def _checksum(name: bytes, advisories: bytes) -> int:
    return zlib.crc32(advisories, zlib.crc32(name))


class Index:
    """An index that is there to be searched."""

    def __init__(self, path: Path, header: Header, content: bytes | mmap) -> None:
        self.path = path
        self.header = header
        self._content = content
        self._start = content.find(b"\n") + 1

    def of(self, package: str) -> tuple[Advisory, ...]:
        """The advisories of a package, by its normalised name. Raises Damaged."""
        line = self._found(package.encode("utf-8", "replace"))
        if line is None:
            return ()
        try:
            return tuple(_read(package, fields) for fields in json.loads(line))
        except (ValueError, TypeError, RecursionError) as error:
            raise Damaged(self.path, f"{package}: {error}") from error

    def _found(self, name: bytes) -> bytes | None:
        low, high = self._start, len(self._content)
        while low < high:
            start = max(low, self._content.rfind(b"\n", low, (low + high) // 2) + 1)
            end = self._content.find(b"\n", start)
            here, advisories = self._parts(start, end)
            if here == name:
                return advisories
            if here < name:
                low = end + 1
            else:
                high = start
        return None

    def _parts(self, start: int, end: int) -> tuple[bytes, bytes]:
        """Name and advisories of the line between two places."""
        name, _, rest = self._content[start:end].partition(b"\t")
        checksum, _, advisories = rest.partition(b"\t")
        if end < 0 or checksum != b"%08x" % _checksum(name, advisories):
            raise Damaged(self.path, "its content is not what it was written as")
        return name, advisories


def _read(package: str, fields: list[Any]) -> Advisory:
    name, aliases, summary, severity, spans, versions, unclear = fields
    found = tuple(Span(*span) for span in spans)
    for bound in (bound for span in found for bound in span[:2] if bound):
        version_of(bound)
    return Advisory(package, name, tuple(aliases), summary, severity, found, tuple(versions), tuple(unclear))


class Damaged(HoldfastError):
    """An index that cannot be trusted."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: damaged: {why}", hint="take the advisories in again with --update-advisories")


def load(directory: Path) -> Index | None:
    """The index in a directory, or None where there is none.

    Raises Damaged where it is not whole (as far as its length tells; `of` sees the rest), and HoldfastError where it
    cannot be read or was written by another version.
    """
    path = directory / INDEX
    content = _content(path)
    if content is None:
        return None
    end = content.find(b"\n", 0, _HEADER_LIMIT)
    said = _first_line(path, content[: max(end, 0)])
    header = _header(path, said)
    if said.get("bytes") != len(content) - end - 1:
        raise Damaged(path, "its content is not what it was written as")
    return Index(path, header, content)


def _content(path: Path) -> bytes | mmap | None:
    """The file, of which only those pages are read that a search touches: all of it takes 10 ms."""
    with file_errors(path, "read"):
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return None
        with os.fdopen(handle, "rb"):
            about = os.fstat(handle)
            if not stat.S_ISREG(about.st_mode) or about.st_size > LIMIT:
                raise Damaged(path, "it is no file, or too large")
            return mmap(handle, 0, access=ACCESS_READ) if about.st_size else b""


def _first_line(path: Path, line: bytes) -> dict[str, Any]:
    """What the first line says, whatever version wrote it."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        said = None
    schema = said.get("schema") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not isinstance(schema, str) or not schema.startswith(FAMILY):
        raise Damaged(path, "it does not begin as an index does")
    if schema != SCHEMA:
        raise HoldfastError(
            f"{path}: written by another version of Holdfast ({schema}; this one knows {SCHEMA})",
            hint="use that version, or remove the file and take the advisories in again",
        )
    return said


def _header(path: Path, said: Mapping[str, Any]) -> Header:
    numbers = [said.get(name) for name in Header._fields[:4]]
    if not all(isinstance(number, int) for number in numbers) or not isinstance(said.get("source"), str):
        raise Damaged(path, "its first line lacks something")
    return Header(*(said[name] for name in Header._fields))
