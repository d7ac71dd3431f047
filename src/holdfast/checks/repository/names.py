"""Names that are one name where a file system does not tell case, or ways of writing an accent, apart."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Collision(NamedTuple):
    """Paths, of files or directories, of which some file systems can hold only one."""

    paths: tuple[str, ...]
    unicode_only: bool
    """They look the same: they differ in how Unicode composes a letter."""


def collisions(paths: Iterable[str]) -> Iterator[Collision]:
    """Each group of colliding paths once, at the topmost level at which they differ."""
    spelled: dict[tuple[str, str], set[str]] = {}
    seen: set[str] = set()
    for path in paths:
        end = len(path)
        while end > 0 and path[:end] not in seen:
            one = path[:end]
            seen.add(one)
            parent, _, name = one.rpartition("/")
            spelled.setdefault((parent, folded(name)), set()).add(one)
            end = len(parent)
    for group in spelled.values():
        if len(group) > 1:
            yield Collision(tuple(sorted(group)), len({unicodedata.normalize("NFC", each) for each in group}) == 1)


def folded(name: str) -> str:
    """A name as macOS and Windows compare names."""
    return (
        name.lower() if name.isascii() else unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    )
