"""Taking advisories in: from a file, a directory or a URL into the index, which stays as it was where that fails."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from holdfast.checks.dependencies.advisories import index
from holdfast.checks.dependencies.advisories.archives import Member
from holdfast.checks.dependencies.advisories.kept import INDEX
from holdfast.checks.dependencies.advisories.model import Record
from holdfast.checks.dependencies.advisories.osv import BadRecord, read_record
from holdfast.checks.dependencies.advisories.sources import KINDS, document, members, opened_members
from holdfast.core.clock import iso
from holdfast.core.errors import HoldfastError
from holdfast.core.files import file_errors, write_atomic
from holdfast.core.locks import lock

BAD_PERCENT = 5
"""More records than this that cannot be read, and the whole is refused."""
WEIGHT_LIMIT = index.LIMIT
"""What all advisories may come to, in bytes; see Advisory.weight."""
DOWNLOAD_SIZE = 2**30
DOWNLOAD_S = 1800.0
WAIT_S = 30.0
_EXAMPLES = 3
_EVERY_S = 2.0

Say = Callable[[str], None]


class Taken(NamedTuple):
    """What came of an update."""

    path: Path
    header: index.Header
    withdrawn: int
    elsewhere: int
    """Records about other ecosystems alone."""
    unreadable: tuple[str, ...]
    """The first few of them, each with its reason."""
    unreadable_count: int
    before_ms: int | None
    """Of when the data was that this replaced."""

    def __str__(self) -> str:
        """What is known now, of when it is, and where it is kept."""
        header = self.header
        return (
            f"{_counted(header.advisories, 'advisory', 'advisories')} for {_counted(header.packages, 'package')}, "
            f"the newest of {iso(header.modified_ms)[:10]}, kept in {self.path}"
        )

    def notes(self) -> Iterator[str]:
        """What else a user should know of it."""
        if self.unreadable_count:
            yield f"{_counted(self.unreadable_count, 'record')} could not be read, such as {'; '.join(self.unreadable)}"
        if self.withdrawn or self.elsewhere:
            yield f"left out: {self.withdrawn:,} withdrawn, {self.elsewhere:,} without a version of a Python package"
        if self.before_ms is not None and self.before_ms > self.header.modified_ms:
            yield f"older than what was there before, the newest of which was of {iso(self.before_ms)[:10]}"


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


class _Read:
    """Records as they come in: the newest of each id, and what could not be read."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self.seen = 0
        self.bad = 0
        self.examples: list[str] = []
        self._weight = 0

    def take(self, member: Member) -> None:
        self.seen += 1
        try:
            value = document(member)
            for one in value if isinstance(value, list) else [value]:
                self._keep(read_record(one))
        except BadRecord as error:
            self.bad += 1
            if len(self.examples) < _EXAMPLES:
                self.examples.append(f"{member.name}: {error}")

    def _keep(self, record: Record) -> None:
        self._weight += 500 + sum(advisory.weight for advisory in record.advisories)
        if self._weight > WEIGHT_LIMIT:
            raise HoldfastError("more advisories than there can be", hint="is this the source you meant?")
        known = self.records.get(record.id)
        if known is None or (record.modified_ms or 0) >= (known.modified_ms or 0):
            self.records[record.id] = record


def update(source: str, directory: Path, env: Mapping[str, str], *, now_ms: int, say: Say) -> Taken:
    """Makes the index anew from a source; `say` is told how it goes.

    Raises HoldfastError where the source cannot be read, holds no advisories, too many of its records cannot be
    read, or the index cannot be written; then the old index is untouched.
    """
    if not source.strip():
        raise HoldfastError("the source of the advisories is empty", hint=f"give {KINDS}")
    before = _before(directory)
    read = _Read()
    name = _shown(source)
    said = time.monotonic()
    for member in _members(source, env, say):
        read.take(member)
        if time.monotonic() - said > _EVERY_S:
            said = time.monotonic()
            say(f"read {read.seen:,} records")
    return _kept(read, name, directory, now_ms, before)


def _before(directory: Path) -> int | None:
    """Of when the data is that is there. Raises HoldfastError where a newer Holdfast wrote it."""
    try:
        there = index.load(directory)
    except index.Damaged:  # a good reason to take the advisories in again
        return None
    return there.header.modified_ms if there else None


def _is_url(source: str) -> bool:
    return "://" in source and not source.startswith("file:")


def _shown(source: str) -> str:
    if not _is_url(source):
        return source
    from holdfast.checks.dependencies.advisories.web import shown

    return shown(source)


def _members(source: str, env: Mapping[str, str], say: Say) -> Iterable[Member]:
    if _is_url(source):
        return _downloaded(source, env, say)
    return members(_local(source) if source.startswith("file:") else Path(source))


def _local(url: str) -> Path:
    from urllib.request import url2pathname

    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise HoldfastError(f"not a URL: {error}") from error
    if parts.netloc not in ("", "localhost"):
        raise HoldfastError(f"{url}: a file on another machine", hint="file:///PATH names one on this machine")
    return Path(url2pathname(parts.path))


def _downloaded(url: str, env: Mapping[str, str], say: Say) -> Iterator[Member]:
    import tempfile

    from holdfast.checks.dependencies.advisories.web import Limits, fetch, require_safe, shown

    require_safe(url)
    with file_errors(Path(tempfile.gettempdir()), "write into"), tempfile.TemporaryFile() as file:
        say(f"fetching {shown(url)}")
        size = fetch(url, env, Limits(DOWNLOAD_SIZE, DOWNLOAD_S), file.write)
        say(f"fetched {size / 2**20:.1f} MiB")
        file.seek(0)
        yield from opened_members(Path(shown(url)), file)


def _kept(read: _Read, source: str, directory: Path, now_ms: int, before: int | None) -> Taken:
    records = list(read.records.values())
    advisories = [advisory for record in records for advisory in record.advisories]
    if read.bad * 100 > BAD_PERCENT * read.seen:
        raise HoldfastError(
            f"{source}: {read.bad:,} of {read.seen:,} records could not be read, such as {'; '.join(read.examples)}",
            hint="nothing was taken in; what was known before still counts",
        )
    if not advisories:
        raise HoldfastError(
            f"{source}: no advisories for Python packages in {read.seen:,} files",
            hint="nothing was taken in; what was known before still counts",
        )
    header, content = index.encode(
        advisories, modified_ms=_newest(source, records, now_ms), taken_in_ms=now_ms, source=source
    )
    path = _write(directory, content)
    withdrawn = sum(record.withdrawn for record in records)
    elsewhere = sum(not record.advisories and not record.withdrawn for record in records)
    return Taken(path, header, withdrawn, elsewhere, tuple(read.examples), read.bad, before)


def _newest(source: str, records: Iterable[Record], now_ms: int) -> int:
    """When the newest record was changed. One from the future says nothing: it would make old data look fresh."""
    moments = [moment for record in records if (moment := record.modified_ms) is not None and moment <= now_ms]
    if not moments:
        raise HoldfastError(
            f"{source}: no record says when it was modified, so the age of the data cannot be told",
            hint="nothing was taken in; what was known before still counts",
        )
    return max(moments)


def _write(directory: Path, content: bytes) -> Path:
    """Replaces the index; what a killed update left beside it is cleared away, which only one may do at a time."""
    path = directory / INDEX
    with file_errors(directory, "make"):
        directory.mkdir(parents=True, exist_ok=True)
    with _alone(directory / "lock"):
        _before(directory)  # another Holdfast may have been here in the meantime
        for left in directory.glob(".holdfast-*.tmp"):
            left.unlink(missing_ok=True)
        write_atomic(path, content)
    return path


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with file_errors(path, "open"):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        lock(handle, path, exclusive=True, wait_s=WAIT_S)
        yield
    finally:
        os.close(handle)
