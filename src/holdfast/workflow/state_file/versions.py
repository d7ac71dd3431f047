"""The last versions of a state file, kept by their digests, and which of them was written last.

`index.json` names them; `images/<sha256>` holds them. A version that is about to be written is named first, with the
digest of what it replaces: whoever comes after a crash can tell whether it was written.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from holdfast.core.digests import sha256
from holdfast.core.errors import HoldfastError
from holdfast.core.files import file_errors, write_atomic

KEPT = 20
SCHEMA = "holdfast/state-versions/1"


class Version(NamedTuple):
    """One content that the file had."""

    number: int
    digest: str
    at: str
    by: str
    """`engine`, or `hand` for what somebody else wrote."""
    why: str
    size: int
    """Bytes."""


class Index(NamedTuple):
    """What is known of a file's past."""

    versions: tuple[Version, ...] = ()
    """The oldest first."""
    written: tuple[str, ...] = ()
    """Digests of the lines in the Log that the engine wrote."""
    replaces: str | None = None
    """While the last version is being written: the digest of what was there before it; `-` for no file."""
    written_before: tuple[str, ...] = ()

    @property
    def last(self) -> Version | None:
        return self.versions[-1] if self.versions else None

    def landed(self) -> Index:
        """The same when the last version is in its place."""
        return self._replace(replaces=None, written_before=())

    def not_landed(self) -> Index:
        """The same when the last version never came into its place."""
        return Index(self.versions[:-1], self.written_before)

    def with_version(self, digest: str, at: str, *, by: str, why: str, size: int) -> Index:
        """With a newer version, and without those that are too many."""
        number = self.versions[-1].number + 1 if self.versions else 1
        return self._replace(versions=(*self.versions, Version(number, digest, at, by, why, size))[-KEPT:])


class Versions:
    """The directory that keeps them. Whoever writes holds the lock of the state file."""

    def __init__(self, keep: Path) -> None:
        self.keep, self.images, self.file = keep, keep / "images", keep / "index.json"

    def load(self) -> Index:
        """The index; an empty one where there is none. Raises HoldfastError where it cannot be understood."""
        with file_errors(self.file, "read"):
            try:
                content = self.file.read_bytes()
            except FileNotFoundError:
                return Index()
        try:
            found = json.loads(content)
            if found["schema"] != SCHEMA:
                raise HoldfastError(f"{self.file}: is of another version", hint="run a newer holdfast")
            return Index(
                tuple(Version(**version) for version in found["versions"]),
                tuple(found["written"]),
                found["replaces"],
                tuple(found["written_before"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise HoldfastError(
                f"{self.file}: cannot be understood: {error}",
                hint=f"move {self.keep} away; the state file itself is not touched",
            ) from error

    def save(self, index: Index, *, sync: bool = True) -> None:
        """Replaces the index."""
        document: dict[str, Any] = {"schema": SCHEMA, **index._asdict()}
        document["versions"] = [version._asdict() for version in index.versions]
        write_atomic(self.file, json.dumps(document).encode(), sync=sync)

    def put(self, content: bytes) -> str:
        """Keeps a content; returns its digest."""
        digest = sha256(content)
        if self.get(digest) is None:
            with file_errors(self.images, "make"):
                self.images.mkdir(parents=True, exist_ok=True)
            write_atomic(self.images / digest, content)
        return digest

    def get(self, digest: str) -> bytes | None:
        """A kept content; None where it is gone or damaged."""
        path = self.images / digest
        with file_errors(path, "read"):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                return None
        return content if sha256(content) == digest else None

    def prune(self, index: Index) -> None:
        """Deletes the images that no version needs."""
        needed = {version.digest for version in index.versions} | {index.replaces}
        with file_errors(self.images, "look into"):
            for path in self.images.iterdir():
                if path.name not in needed:
                    path.unlink(missing_ok=True)

    def recovered(self, index: Index, content: bytes | None) -> Index:
        """The index once it is known whether its last version came into its place: `content` is the file's.

        Where a crash was followed by a hand edit, both are possible; the content that has more lines of it wins.
        """
        if index.replaces is None or index.last is None:
            return index
        digest = "-" if content is None else sha256(content)
        if digest == index.replaces:
            return index.not_landed()
        if digest == index.last.digest or content is None:
            return index.landed()
        after, before = self.get(index.last.digest), self.get(index.replaces)
        is_older = before is not None and _distance(content, before) < _distance(content, after or b"")
        return index.not_landed() if is_older else index.landed()


def _distance(one: bytes, other: bytes) -> int:
    """How many lines two contents do not have in common."""
    first, second = Counter(one.splitlines()), Counter(other.splitlines())
    return ((first - second) + (second - first)).total()
