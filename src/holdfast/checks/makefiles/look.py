"""The whole of the check `makefile`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from holdfast.checks.facts import text_of
from holdfast.checks.interface import Context
from holdfast.checks.linters.program import given
from holdfast.checks.makefile import GLOBS, MAIN, NAME, UNIT, is_makefile
from holdfast.checks.makefiles.parts import Directory, Parts
from holdfast.checks.makefiles.reading import Makefile, Problem, is_for_gnu_make, parse
from holdfast.checks.makefiles.rules import Known, severity
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Checked, Finding, Location, Result, Status, concluded
from holdfast.core.git import submodules

MOST_ASKED = 500


def look(context: Context) -> Result:
    """What is found. Raises CannotRun where there is no Makefile for GNU make."""
    files = given(context, NAME, filter(is_makefile, context.matching(*GLOBS)), UNIT)
    read = {file: parse(text) for file in files if is_for_gnu_make(text := text_of(context.project / file))}
    if not read:
        raise CannotRun(NAME, "no Makefile of the project is for GNU make", status=Status.SKIPPED)
    findings = [
        Finding(problem.id, severity(problem.id), problem.message, Location(file, problem.line))
        for file, makefile in read.items()
        for problem in (*makefile.problems, *_of_main(context, file, makefile))
    ]
    return concluded(NAME, findings, checked=Checked(len(read), len(files), UNIT))


def _of_main(context: Context, file: str, makefile: Makefile) -> Iterator[Problem]:
    """What is wrong among the rules. A part that others include says too little: its rules may stand elsewhere."""
    if makefile.problems:
        return  # what make cannot read it does not run
    known = Known([makefile], makefile)
    yield from known.twice()
    yield from known.circles()
    if posixpath.basename(file) in MAIN:
        there = Directory(context.project, context.files, submodules(context.project), posixpath.dirname(file))
        parts = Parts(there)
        parts.follow(makefile, known)
        yield from parts.problems
        if not parts.unsure:
            known = Known([makefile, *parts.read], makefile)
            yield from known.phony_without_rule()
            if not any(variable.name == "VPATH" for variable in makefile.variables) and not makefile.searches:
                yield from _unless_ignored(context, there, known.missing(there))


def _unless_ignored(context: Context, there: Directory, found: Iterator[tuple[str, Problem]]) -> Iterator[Problem]:
    """The problems, without those about files that git ignores: who works here is to make them."""
    from holdfast.core.git import git

    problems = {there.path(name): problem for name, problem in found}
    said = git(context.project, "check-ignore", "--", *list(problems)[:MOST_ASKED]) if problems else None
    ignored = (said or b"").decode("utf-8", "replace").splitlines()
    yield from (problem for path, problem in problems.items() if path not in ignored)
