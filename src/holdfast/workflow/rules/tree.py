"""A digest of what a project's files hold, the same before and after a commit."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from pathlib import Path

from holdfast.core.digests import sha256
from holdfast.core.git import git

_SHA1_LENGTH = 40


def tree_digest(project: Path, *, apart_from: Collection[str]) -> str | None:
    """The sha256 over the names, modes and blobs of all files that git tracks or would track; None without git.

    The files in `apart_from`, relative to the project, and what is below them do not count.
    """
    tracked = git(project, "ls-files", "-s", "-z", "--", ".")
    changed = git(project, "ls-files", "-z", "--modified", "--deleted", "--others", "--exclude-standard", "--", ".")
    if tracked is None or changed is None:
        return None
    blobs = dict(_entry(line) for line in tracked.split(b"\0") if line)
    length = next((len(blob) for _, blob in blobs.values()), _SHA1_LENGTH)
    for name in {name for name in changed.split(b"\0") if name}:
        found = _blob(project / os.fsdecode(name), length)
        if found is None:
            blobs.pop(name, None)
        else:
            blobs[name] = found
    ignored = tuple(os.fsencode(path) for path in apart_from)
    kept = {name: blob for name, blob in blobs.items() if not _is_below(name, ignored)}
    return sha256(b"\0".join(b"%b %b %b" % (mode, blob, name) for name, (mode, blob) in sorted(kept.items())))


def _entry(line: bytes) -> tuple[bytes, tuple[bytes, bytes]]:
    about, _, name = line.partition(b"\t")
    mode, blob, _ = about.split(b" ")
    return name, (mode, blob)


def _is_below(name: bytes, ignored: tuple[bytes, ...]) -> bool:
    return any(name == path or name.startswith(path + b"/") for path in ignored)


def _blob(path: Path, length: int) -> tuple[bytes, bytes] | None:
    """A file's mode and blob id as git has them (gitformat-loose(5)), without filters; None where it is gone."""
    try:
        state = path.lstat()
        if stat.S_ISLNK(state.st_mode):
            mode, content = b"120000", os.fsencode(path.readlink())
        elif stat.S_ISREG(state.st_mode):
            mode, content = b"100755" if state.st_mode & stat.S_IXUSR else b"100644", path.read_bytes()
        else:
            return None
    except OSError:
        return None
    import hashlib

    kind = "sha1" if length == _SHA1_LENGTH else "sha256"
    digest = hashlib.new(kind, b"blob %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    return mode, digest.hexdigest().encode()
