"""The check `installed`: does the environment hold exactly what the lock says, whole?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from holdfast.checks.dependencies.subject import Subject, subject_of
from holdfast.checks.dependencies.visible import seen_by_inputs
from holdfast.checks.interface import Context, Inputs
from holdfast.checks.tools import CannotRun
from holdfast.core.config.documents import parsed_pyproject
from holdfast.core.findings import Checked, Result, Status, concluded

if TYPE_CHECKING:
    from holdfast.checks.dependencies.comparison import Comparison
    from holdfast.checks.dependencies.model import Lock
    from holdfast.checks.dependencies.selection import Selection
    from holdfast.checks.dependencies.site import Site

NAME = "installed"


class Installed:
    name = NAME
    summary = "the environment holds exactly what the lock says, whole"

    def wanted(self, context: Context) -> bool:
        return context.environment is not None and subject_of(context).found is not None

    def inputs(self, context: Context) -> Inputs | None:
        return seen_by_inputs(subject_of(context))

    def run(self, context: Context) -> Result:
        """What differs between the lock and the environment, and what in the environment is not whole."""
        from holdfast.checks.dependencies.model import Unreadable

        subject = subject_of(context)
        try:
            lock, selection = subject.lock, subject.selection
        except Unreadable as error:
            finding = error.finding
            place = f"{finding.location}: " if finding.location else ""
            raise CannotRun(NAME, f"the lock cannot be read: {place}{finding.message}", hint=finding.fix) from error
        if lock is None or selection is None:
            raise CannotRun(NAME, "the project keeps no lock", status=Status.SKIPPED)
        return _result(subject, lock, selection, subject.require_site(NAME))


CHECK = Installed()


def _result(subject: Subject, lock: Lock, selection: Selection, site: Site) -> Result:
    from holdfast.checks.dependencies.comparison import Case, compare
    from holdfast.checks.dependencies.model import normal
    from holdfast.checks.dependencies.record import surveys
    from holdfast.checks.dependencies.remedies import Remedies
    from holdfast.checks.dependencies.wholeness import Whole, unwhole

    environment = subject.context.environment
    root = os.fspath(environment.root) if environment else ""
    remedies = Remedies(subject)
    seen = surveys(site)
    case = Case(
        project=subject.project,
        own=subject.own_name,
        root=root,
        lock=lock,
        selection=selection,
        site=site,
        mends=remedies,
        line_of=subject.line_of,
        surveys=seen,
        own_line=lambda: _own_line(subject),
        ignored=frozenset(map(normal, subject.context.config.dependencies.ignore)),
    )
    compared = compare(case)
    whole = Whole(subject.project, root, site, remedies, seen, deep=subject.context.config.dependencies.deep)
    findings = (*compared.findings, *unwhole(whole))
    checked = _checked(compared, site, lock)
    return concluded(NAME, findings, checked=checked, tool=lock.file)


def _checked(compared: Comparison, site: Site, lock: Lock) -> Checked:
    """What was looked at: the packages that the lock asks for, and where it asks for none, what is there."""
    if compared.required:
        return Checked(compared.matching, compared.required, "packages")
    there = len(site.distributions)
    if not there:
        reason = f"{lock.file} asks for no package here, and none is installed"
        raise CannotRun(NAME, reason, status=Status.SKIPPED)
    return Checked(there, there, "installed packages")


def _own_line(subject: Subject) -> int | None:
    from holdfast.checks.venv_probe.toml import line_of

    text = parsed_pyproject(subject.project)[0]
    return line_of(text, ("project", "name")) or line_of(text, ("tool", "poetry", "name"))
