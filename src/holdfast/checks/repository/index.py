"""What git's index holds."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from holdfast.core.git import git

FILE, EXECUTABLE, LINK, SUBMODULE = "100644", "100755", "120000", "160000"
AT_ONCE = 200


class Entry(NamedTuple):
    """One entry of the index: a path relative to the project, as git has it."""

    path: str
    mode: str
    stage: int
    """0, or 1 to 3 for the sides of a merge that is not resolved."""


def read_index(project: Path) -> list[Entry] | None:
    """The entries below a directory; None where git has no answer."""
    said = git(project, "ls-files", "--stage", "-z")
    return None if said is None else list(_entries(said))


def _entries(said: bytes) -> Iterator[Entry]:
    for line in said.split(b"\0"):
        facts, _, path = line.partition(b"\t")
        parts = facts.split()
        if path and len(parts) == 3:
            yield Entry(os.fsdecode(path), parts[0].decode("ascii", "replace"), int(parts[2]))


def kept_in_lfs(project: Path, paths: Iterable[str]) -> frozenset[str]:
    """Those of the paths that git's attributes hand to LFS, whose content is not in the repository itself."""
    found, rest = set(), list(paths)
    while rest:
        some, rest = rest[:AT_ONCE], rest[AT_ONCE:]
        fields = (git(project, "check-attr", "-z", "filter", "--", *some) or b"").split(b"\0")
        for path, value in zip(fields[0::3], fields[2::3], strict=False):
            if value == b"lfs":
                found.add(os.fsdecode(path))
    return frozenset(found)


def added(project: Path) -> frozenset[str]:
    """The paths that the next commit adds."""
    said = git(project, "diff", "--cached", "--relative", "--name-only", "--diff-filter=A", "-z") or b""
    return frozenset(map(os.fsdecode, said.split(b"\0")))
