"""Files that are whole at every moment: a reader sees the old content or the new, whatever happens in between."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from holdfast.core.errors import HoldfastError


@contextmanager
def file_errors(path: Path, doing: str) -> Iterator[None]:
    """Turns an OSError from the block into one line that names the file: "cannot write x: No space left"."""
    try:
        yield
    except OSError as error:
        raise HoldfastError(f"cannot {doing} {path}: {error.strerror or error}") from error


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
    is untouched and nothing is left beside it.
    """
    target = path.resolve() if path.is_symlink() else path
    beside = target.with_name(f".{target.name}.{secrets.token_hex(6)}.tmp")
    with file_errors(path, "write"):
        try:
            _write_new(beside, content, mode=_mode_of(target), sync=sync)
            beside.replace(target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        if sync:
            fsync_directory(target.parent)


def _mode_of(path: Path) -> int | None:
    try:
        return path.stat().st_mode & 0o7777
    except FileNotFoundError:
        return None


def _write_new(path: Path, content: bytes, *, mode: int | None, sync: bool) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        if mode is not None:
            os.fchmod(handle, mode)
        if sync:
            file.flush()
            os.fsync(handle)


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

    Raises HoldfastError where it cannot be read, is not UTF-8, or is larger than `limit` bytes.
    """
    with file_errors(path, "read"):
        if path.stat().st_size > limit:
            raise HoldfastError(f"{path}: larger than {limit // 2**20} MiB", hint="is this the file you meant?")
        content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise HoldfastError(f"{path}:{line}: not UTF-8", hint="save the file as UTF-8") from error
