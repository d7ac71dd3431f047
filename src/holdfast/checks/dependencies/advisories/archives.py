"""Records in directories and archives that anybody may have made: nothing is unpacked, everything has a limit."""

from __future__ import annotations

import gzip
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.core.files import file_errors

RECORD_LIMIT = 8 * 2**20
"""The size of one record, in bytes."""
COUNT_LIMIT = 250_000
TOTAL_LIMIT = 4 * 2**30
"""What all of a source comes to when it is unpacked."""
DIRECTORY_LIMIT = 32 * 2**20
"""The list of files in a zip archive, which is read as a whole."""
BETWEEN_LIMIT = 64 * 2**20
"""What of a tar archive is read from one member to the next."""
_ZIP_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BAD_MEMBER = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, struct.error, ValueError)
_BAD_ARCHIVE = (tarfile.TarError, zipfile.BadZipFile, zlib.error, gzip.BadGzipFile, EOFError, struct.error, ValueError)


class Member(NamedTuple):
    """A file that may be a record."""

    name: str
    content: bytes
    problem: str = ""
    """Why it could not be read."""


class _Budget:
    """What may still be read. Raises HoldfastError where it is used up."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._files = 0
        self._bytes = 0

    def take(self, count: int) -> None:
        self._bytes += count
        if self._bytes > TOTAL_LIMIT:
            raise self.refusal(f"holds more than {TOTAL_LIMIT // 2**30} GiB")

    def file(self) -> None:
        self._files += 1
        if self._files > COUNT_LIMIT:
            raise self.refusal(f"holds more than {COUNT_LIMIT:,} files")

    def refusal(self, why: str) -> HoldfastError:
        return HoldfastError(f"{self.path}: {why}", hint="is this the file you meant?")


def is_record(name: str) -> bool:
    """Whether a file is one by its name: any JSON, and the YAML of PyPA's database, which keeps other YAML too."""
    *above, last = name.split("/")
    return not last.startswith(".") and (
        last.endswith(".json") or (last.endswith((".yaml", ".yml")) and "vulns" in above[-3:])
    )


def directory_members(path: Path) -> Iterator[Member]:
    """The records below a directory; links to directories are not followed."""
    budget = _Budget(path)
    inside = "/".join(os.path.realpath(path).split("/")[-3:])
    closed: list[OSError] = []
    for where, directories, names in os.walk(path, onerror=closed.append):
        directories[:] = sorted(name for name in directories if not name.startswith("."))
        for name in sorted(names):
            budget.file()
            whole = Path(where, name)
            shown = whole.relative_to(path).as_posix()
            if is_record(f"{inside}/{shown}"):
                yield _file_member(whole, shown, budget)
    yield from (Member(str(error.filename), b"", str(error.strerror or error)) for error in closed)


def _file_member(path: Path, shown: str, budget: _Budget) -> Member:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return Member(shown, b"", "no regular file")
            return _member(shown, file, budget)
    except OSError as error:
        return Member(shown, b"", str(error.strerror or error))


def _member(name: str, file: IO[bytes], budget: _Budget) -> Member:
    content = file.read(RECORD_LIMIT + 1)
    budget.take(len(content))
    if len(content) > RECORD_LIMIT:
        return Member(name, b"", f"larger than {RECORD_LIMIT // 2**20} MiB")
    return Member(name, content)


def zip_members(path: Path, file: IO[bytes]) -> Iterator[Member]:
    """The records in a zip archive. Raises HoldfastError where it is none, or is beyond all measure."""
    budget = _Budget(path)
    if _zip_directory_size(file) > DIRECTORY_LIMIT:
        raise budget.refusal("its list of files is too long")
    with file_errors(path, "read"):
        try:
            archive = zipfile.ZipFile(file)
        except (*_BAD_MEMBER,) as error:
            raise budget.refusal(f"no whole zip archive: {error}") from error
        for entry in archive.infolist():
            budget.file()
            if not entry.is_dir() and is_record(entry.filename):
                yield _zip_member(archive, entry, budget)


def _zip_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: _Budget) -> Member:
    if entry.compress_type not in _ZIP_METHODS:  # the others unpack without a limit
        return Member(entry.filename, b"", "compressed in a way that is not read")
    try:
        with archive.open(entry) as file:
            return _member(entry.filename, file, budget)
    except _BAD_MEMBER as error:
        return Member(entry.filename, b"", str(error))


def _zip_directory_size(file: IO[bytes]) -> int:
    """How large a zip archive says that its list of files is (APPNOTE.TXT 4.3.14 to 4.3.16), before it is read."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - 65557 - 20)
    file.seek(start)
    tail = file.read()
    end = tail.rfind(b"PK\5\6")
    if end < 0 or len(tail) < end + 22:
        return 0
    said = int(struct.unpack_from("<L", tail, end + 12)[0])
    if tail[max(0, end - 20) : end].startswith(b"PK\6\7"):  # a large archive says it elsewhere
        file.seek(min(size, struct.unpack_from("<Q", tail, end - 12)[0]))
        record = file.read(56)
        return int(struct.unpack_from("<Q", record, 40)[0]) if len(record) == 56 else said
    return said


class _Bounded:
    """A stream for tarfile that ends with an error where too much comes between two members, or in all."""

    def __init__(self, file: IO[bytes] | gzip.GzipFile, budget: _Budget) -> None:
        self._file = file
        self._budget = budget
        self._between = 0

    def next_member(self) -> None:
        self._between = 0

    def read(self, count: int) -> bytes:
        content = self._file.read(count)
        self._budget.take(len(content))
        self._between += len(content)
        if self._between > BETWEEN_LIMIT:
            raise self._budget.refusal(f"holds a file of more than {BETWEEN_LIMIT // 2**20} MiB")
        return content


def tar_members(path: Path, file: IO[bytes], *, zipped: bool) -> Iterator[Member]:
    """The records in a tar archive, packed by gzip or not. Raises HoldfastError as `zip_members` does."""
    budget = _Budget(path)
    stream = _Bounded(gzip.GzipFile(fileobj=file, mode="rb") if zipped else file, budget)
    with file_errors(path, "read"):
        try:
            # the stream has the one method that a mode with "|" calls, which typeshed does not tell apart
            with tarfile.open(fileobj=stream, mode="r|", errorlevel=0) as archive:  # type: ignore[call-overload]
                for entry in archive:
                    budget.file()
                    stream.next_member()
                    content = archive.extractfile(entry) if entry.isreg() and is_record(entry.name) else None
                    if content is not None:
                        yield _member(entry.name, content, budget)
        except _BAD_ARCHIVE as error:
            raise budget.refusal(f"no whole tar archive: {error}") from error
