"""What a Makefile includes, and what is there in the directory that it lies in."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from pathlib import Path

from holdfast.checks.facts import text_of
from holdfast.checks.makefiles.reading import Include, Makefile, Problem, parse
from holdfast.checks.makefiles.rules import Known

INCLUDE = "MAKE006"
MOST = 50
"""How many files a Makefile includes, at most."""
UNSURE = "$*?["


class Directory:
    """Where a Makefile lies, and what is there."""

    def __init__(self, project: Path, files: Iterable[str], submodules: Iterable[str], directory: str) -> None:
        self._project, self._directory = project, directory
        self._names = frozenset(files)
        self._others = tuple(f"{other}/" for other in submodules)
        self._stems = {posixpath.splitext(name)[0] for name in self._names}

    def path(self, name: str) -> str:
        """A name as the project's root sees it."""
        return posixpath.normpath(posixpath.join(self._directory, name))

    def has(self, name: str) -> bool:
        path = self.path(name)
        if path in self._names or path.startswith(("../", *self._others)):
            return True
        try:
            return (self._project / path).exists()
        except (OSError, ValueError):
            return False

    def has_source(self, name: str) -> bool:
        return posixpath.splitext(self.path(name))[0] in self._stems

    def text(self, name: str) -> str | None:
        """What a file of the project holds; None where it is none."""
        path = self.path(name)
        return text_of(self._project / path) if path in self._names else None


class Parts:
    """What a Makefile includes, and what that includes in turn."""

    def __init__(self, there: Directory) -> None:
        self._there = there
        self._seen: set[str] = set()
        self.read: list[Makefile] = []
        self.problems: list[Problem] = []
        self.unsure = False
        """Whether rules may stand where they cannot be seen."""

    def follow(self, makefile: Makefile, known: Known, *, main: bool = True) -> None:
        """Reads what it includes."""
        self.unsure |= makefile.computed
        for include in makefile.includes:
            for name in known.expanded(include.files):
                self._one(name, include, makefile, known, main=main)

    def _one(self, name: str, include: Include, makefile: Makefile, known: Known, *, main: bool) -> None:
        if any(sign in name for sign in UNSURE) or len(self._seen) > MOST:
            self.unsure = True
        elif (text := self._there.text(name)) is not None:
            if name not in self._seen:
                self._seen.add(name)
                part = parse(text)
                self.read.append(part)
                self.follow(part, Known([makefile, part], part), main=False)
        elif self._there.has(name) or known.makes(name):
            self.unsure = True
        elif not include.optional:
            self.unsure = True
            if main:
                message = f"includes {name}, which is no file, and no rule makes it"
                self.problems.append(Problem(INCLUDE, include.line, message))
