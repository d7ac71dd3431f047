"""Reading a disk that may hold anything: links that loop, names that are too long, files that never end.

os.path throughout: its predicates answer False where pathlib's raise.
"""

from __future__ import annotations

import os
import stat

from .values import Unusable, cut

LIMIT = 4 * 2**20


def real(path: str | os.PathLike[str]) -> str:
    """The path with every link resolved as far as it can be; also where the end does not exist."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return os.fspath(path)


def inside(path: str, directory: str) -> bool:
    """Whether a resolved path is the resolved directory or below it."""
    return path == directory or path.startswith(directory.rstrip("/") + "/")


def content(path: str | os.PathLike[str], limit: int = LIMIT) -> bytes | None:
    """A regular file's bytes, or None where there is nothing of that name.

    Raises OSError where it cannot be read, ValueError where it is not a regular file or larger than `limit` bytes.
    """
    try:
        about = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(about.st_mode):
        raise ValueError("not a regular file")
    if about.st_size > limit:
        raise ValueError(f"{about.st_size} bytes, more than the {limit} that are read")
    with open(path, "rb") as file:
        return file.read(limit)


def text_of(path: str | os.PathLike[str]) -> str | None:
    """A file of the project as text, without a byte order mark; None where there is none. Raises Unusable."""
    try:
        raw = content(path)
    except (OSError, ValueError) as error:
        raise Unusable(f"{cut(path)}: cannot be read: {reason(error)}", "make it a readable text file") from error
    if raw is None:
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Unusable(f"{cut(path)}:{line}: not UTF-8", "save the file as UTF-8") from error


def loose_text(path: str | os.PathLike[str], limit: int = LIMIT) -> str:
    """A file's text as far as it can be read, and nothing where it cannot: for looking, not for judging."""
    try:
        return (content(path, limit) or b"").decode("utf-8", "surrogateescape")
    except (OSError, ValueError):
        return ""


def start_of(path: str | os.PathLike[str], limit: int) -> str:
    """The text that a regular file of any size begins with; nothing where it cannot be read."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return ""
        with open(path, "rb") as file:
            return file.read(limit).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""


def names(directory: str | os.PathLike[str]) -> list[str]:
    """The sorted names in a directory; none where it cannot be listed."""
    try:
        return sorted(os.listdir(directory))
    except (OSError, ValueError):
        return []


def reason(error: Exception) -> str:
    """Why, without the path that the message names already."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
