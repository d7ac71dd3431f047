"""Files that are whole at every moment: a reader sees the old content or the new, whatever happens in between."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from holdfast.core.errors import HoldfastError


class FileError(HoldfastError):
    """A file that cannot be used: the reason without its name, and the line where that is known."""

    def __init__(self, message: str, reason: str, *, line: int | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.reason, self.line = reason, line


@contextmanager
def file_errors(path: Path, doing: str) -> Iterator[None]:
    """Turns an OSError from the block into a FileError that names the file: "cannot write x: No space left"."""
    if "\0" in str(path):  # which the operating system's calls refuse with a ValueError
        raise HoldfastError(f"cannot {doing} {str(path)!r}: a name cannot hold a null character")
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(f"cannot {doing} {path}: {reason}", reason) from error


def fsync_directory(path: Path) -> None:
    """Makes the names in a directory as durable as the files behind them."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_atomic(path: Path, content: bytes, *, sync: bool = True) -> None:
    """Replaces a file's content in one step; the mode of an existing file and a symbolic link to it are kept.

    With `sync`, it is on disk when this returns. Raises HoldfastError where it cannot be written; then the old file
    is untouched and nothing is left beside it. A device or a pipe (`/dev/stdout`) is written to, not replaced.
    """
    with file_errors(path, "write"):
        mode = _mode_of(path)
        if mode is not None and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            path.write_bytes(content)
            return
        target = Path(os.path.realpath(path))  # resolve() trips over a loop of links
        beside = target.with_name(f".holdfast-{os.urandom(8).hex()}.tmp")
        _write_new(beside, content, mode=mode, sync=sync)
        try:
            beside.replace(target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        if sync:
            fsync_directory(target.parent)


def _mode_of(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _write_new(path: Path, content: bytes, *, mode: int | None, sync: bool) -> None:
    """Writes a file that must not exist yet; what could not be written whole is removed."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            if mode is not None:  # before the content, which nobody else may get to read meanwhile
                os.fchmod(handle, stat.S_IMODE(mode))
            file.write(content)
            file.flush()
            if sync:
                os.fsync(handle)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def write_cache(path: Path, content: bytes) -> bool:
    """Replaces a file whose loss costs time and nothing else: whether that could be done. Makes its directory."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, content, sync=False)
    except (HoldfastError, OSError):
        return False
    return True


def backup(path: Path, label: str) -> Path:
    """Copies a file to `<name>.<label>` beside it, or `<name>.<label>.2` ... where that is taken; returns the copy."""
    with file_errors(path, "back up"):
        content = path.read_bytes()
        number = 1
        while True:
            copy = path.with_name(f"{path.name}.{label}" + (f".{number}" if number > 1 else ""))
            try:
                _write_new(copy, content, mode=_mode_of(path), sync=True)
            except FileExistsError:
                number += 1
                continue
            fsync_directory(copy.parent)
            return copy


def read_text(path: Path, *, limit: int = 64 * 2**20) -> str:
    """A file's text, decoded as UTF-8 with or without a byte order mark.

    Raises FileError where it cannot be read, is no regular file, is not UTF-8, or is larger than `limit` bytes.
    """
    with file_errors(path, "read"):
        if not stat.S_ISREG(path.stat().st_mode):  # reading a pipe or a device may never end
            raise _unfit(path, "not a regular file")
        with path.open("rb") as file:
            content = file.read(limit + 1)
    if len(content) > limit:
        raise _unfit(path, f"larger than {limit // 2**20} MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1  # its object is the content without the mark
        reason = "not UTF-8"
        raise FileError(f"{path}:{line}: {reason}", reason, line=line, hint="save the file as UTF-8") from error


def open_regular(path: Path) -> BufferedReader:
    """A file opened for reading: a pipe or a device in its place is not waited for. Raises FileError, or OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise _unfit(path, "not a regular file")
    return os.fdopen(handle, "rb")


def _unfit(path: Path, reason: str) -> FileError:
    return FileError(f"{path}: {reason}", reason, hint="is this the file you meant?")
