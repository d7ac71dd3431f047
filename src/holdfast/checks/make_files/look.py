"""The whole of the check `makefile`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path

from holdfast.checks.facts import start_of
from holdfast.checks.interface import Context
from holdfast.checks.make_files.reading import Include, Makefile, Problem, is_for_gnu_make, parse
from holdfast.checks.make_files.rules import Known, severity
from holdfast.checks.makefile import GLOBS, MAIN, NAME, UNIT, is_makefile
from holdfast.checks.optional import given
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Checked, Finding, Location, Result, Status, judged
from holdfast.core.git import submodules

INCLUDE = "MAKE006"
LIMIT = 2**20
MOST_PARTS, MOST_ASKED = 50, 500
UNSURE = "$*?["


def look(context: Context) -> Result:
    """What is found. Raises CannotRun where there is no Makefile for GNU make."""
    files = given(context, NAME, filter(is_makefile, context.matching(*GLOBS)), UNIT)
    read = {file: parse(text) for file in files if is_for_gnu_make(text := _text(context.project / file))}
    if not read:
        raise CannotRun(NAME, "no Makefile of the project is for GNU make", status=Status.SKIPPED)
    findings = [
        Finding(problem.id, severity(problem.id), problem.message, Location(file, problem.line))
        for file, makefile in read.items()
        for problem in (*makefile.problems, *_of_main(context, file, makefile))
    ]
    return judged(Result(NAME, Status.PASSED, tuple(findings), checked=Checked(len(read), len(files), UNIT)))


def _text(path: Path) -> str:
    return start_of(path, LIMIT).decode("utf-8", "replace")


def _of_main(context: Context, file: str, makefile: Makefile) -> Iterator[Problem]:
    """What is wrong among the rules. A part that others include says too little: its rules may stand elsewhere."""
    if makefile.problems:
        return  # what make cannot read it does not run
    known = Known([makefile], makefile)
    yield from known.twice()
    yield from known.circles()
    if posixpath.basename(file) in MAIN:
        there = _Directory(context, posixpath.dirname(file))
        parts = _Parts(there)
        parts.follow(makefile, known)
        yield from parts.problems
        if not parts.unsure:
            known = Known([makefile, *parts.read], makefile)
            yield from known.phony_without_rule()
            if not any(variable.name == "VPATH" for variable in makefile.variables) and not makefile.searches:
                yield from _unless_ignored(context, there, known.missing(there))


def _unless_ignored(context: Context, there: _Directory, found: Iterator[tuple[str, Problem]]) -> Iterator[Problem]:
    """The problems, without those about files that git ignores: who works here is to make them."""
    from holdfast.core.git import git

    problems = {there.path(name): problem for name, problem in found}
    said = git(context.project, "check-ignore", "--", *list(problems)[:MOST_ASKED]) if problems else None
    ignored = (said or b"").decode("utf-8", "replace").splitlines()
    yield from (problem for path, problem in problems.items() if path not in ignored)


class _Directory:
    """Where a Makefile lies, and what is there."""

    def __init__(self, context: Context, directory: str) -> None:
        self._context, self._directory = context, directory
        self._names = frozenset(context.files)
        self._others = submodules(context.project)
        self._stems = {posixpath.splitext(name)[0] for name in context.files}

    def path(self, name: str) -> str:
        """A name as the project's root sees it."""
        return posixpath.normpath(posixpath.join(self._directory, name))

    def has(self, name: str) -> bool:
        path = self.path(name)
        if path in self._names or path.startswith(("../", *(f"{other}/" for other in self._others))):
            return True
        try:
            return (self._context.project / path).exists()
        except (OSError, ValueError):
            return False

    def has_source(self, name: str) -> bool:
        return posixpath.splitext(self.path(name))[0] in self._stems

    def text(self, name: str) -> str | None:
        """What a file of the project holds; None where it is none."""
        path = self.path(name)
        return _text(self._context.project / path) if path in self._names else None


class _Parts:
    """What a Makefile includes, and what that includes in turn."""

    def __init__(self, there: _Directory) -> None:
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
        if any(sign in name for sign in UNSURE) or len(self._seen) > MOST_PARTS:
            self.unsure = True
        elif (text := self._there.text(name)) is not None:
            if name not in self._seen:
                self._seen.add(name)
                part = parse(text)
                self.read.append(part)
                self.follow(part, Known([makefile, part], part), main=False)
        elif self._there.has(name) or known.makes(name):
            self.unsure = True
        elif main and not include.optional:
            message = f"includes {name}, which is no file, and no rule makes it"
            self.problems.append(Problem(INCLUDE, include.line, message))
            self.unsure = True
