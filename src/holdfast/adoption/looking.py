"""What stands in the place of a file that is to be written, before anything is."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NamedTuple

LIMIT = 16 * 2**20


class Blocked(ValueError):
    """A file that cannot be written, or must not be; the text says why."""


class Found(NamedTuple):
    """A file's content, and whether it begins with a byte order mark; no content where there is no such file."""

    content: bytes | None
    text: str = ""
    """Bytes that are not UTF-8 are kept as lone surrogates; without the mark."""
    mark: bool = False

    def encoded(self, text: str) -> bytes:
        """The bytes of a new text for the file."""
        return (b"\xef\xbb\xbf" if self.mark else b"") + text.encode("utf-8", "surrogateescape")


def look_at(project: Path, name: str) -> Found:
    """What the file of that name holds. Raises Blocked where it is no text, or no file of the project's."""
    path = project / name
    try:
        _require_inside(project, path)
        if not os.path.lexists(path):
            return Found(None)
        _require_file(path)
        content = path.read_bytes()
    except OSError as error:
        raise Blocked(f"cannot be read: {error.strerror or error}") from error
    return as_text(content)


def as_text(content: bytes) -> Found:
    """Content as text. Raises Blocked where it is none that a block can be put into."""
    if b"\0" in content:
        raise Blocked("not text in UTF-8 (it has null bytes)")
    if b"\r" in content and b"\n" not in content:
        raise Blocked("its lines end in carriage returns alone")
    mark = content.startswith(b"\xef\xbb\xbf")
    return Found(content, content[3 * mark :].decode("utf-8", "surrogateescape"), mark)


def _require_inside(project: Path, path: Path) -> None:
    root, real = os.path.realpath(project), os.path.realpath(path)
    if not real.startswith(root + os.sep):
        raise Blocked(f"a link that leads out of the project, to {real}")
    for parent in path.relative_to(project).parents:
        where = project / parent
        if os.path.lexists(where) and not where.is_dir():
            raise Blocked(f"{parent} is not a directory")


def _require_file(path: Path) -> None:
    try:
        state = path.stat()
    except FileNotFoundError:
        raise Blocked(f"a link to {os.path.realpath(path)}, which is not there") from None
    if stat.S_ISDIR(state.st_mode):
        raise Blocked("a directory")
    if not stat.S_ISREG(state.st_mode):
        raise Blocked("not a regular file")
    if state.st_size > LIMIT:
        raise Blocked(f"larger than {LIMIT // 2**20} MiB")


def require_writable(path: Path) -> None:
    """Raises Blocked where a file is there that its owner made read-only, or that this user may not write."""
    if path.exists() and not (path.stat().st_mode & stat.S_IWUSR and os.access(path, os.W_OK)):
        raise Blocked("read-only")
