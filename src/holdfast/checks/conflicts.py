"""The check `conflicts`: do the installed packages meet what each of them asks for, and what the project asks for?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.checks.dependencies.subject import Subject, subject_of
from holdfast.checks.dependencies.visible import seen_by_inputs
from holdfast.checks.interface import Context, Inputs
from holdfast.checks.tools import CannotRun
from holdfast.checks.venv_probe.values import cut
from holdfast.core.findings import Checked, Finding, Result, Status, concluded

if TYPE_CHECKING:
    from holdfast.checks.dependencies.model import Declared

NAME = "conflicts"


class Conflicts:
    name = NAME
    summary = "the installed packages meet what each of them asks for"

    def wanted(self, context: Context) -> bool:
        return context.environment is not None

    def inputs(self, context: Context) -> Inputs | None:
        return seen_by_inputs(subject_of(context))

    def run(self, context: Context) -> Result:
        """What disagrees among the installed packages, and with what the project asks for. No lock is needed."""
        subject = subject_of(context)
        site = subject.require_site(NAME)
        own = subject.own_name
        installed = any(each.name == own for each in site.distributions)
        declared = asked_of(subject, main=not installed)
        extras = [(own, extra) for extra in sorted(_chosen(subject)[1])] if installed else []
        found = _disagreements(subject, declared, extras)
        if any(finding.location for finding in found):  # then lines are worth a scan of pyproject.toml
            found = _disagreements(subject, asked_of(subject, main=not installed, located=True), extras)
        count = len(site.distributions) + (1 if declared and not installed else 0)
        if not count:
            root = cut(context.environment.root) if context.environment else ""
            raise CannotRun(NAME, f"nothing is installed in {root}", status=Status.SKIPPED)
        return concluded(NAME, found, checked=Checked(count, count, "packages"))


CHECK = Conflicts()


def _disagreements(
    subject: Subject, declared: tuple[Declared, ...], extras: list[tuple[str, str]]
) -> tuple[Finding, ...]:
    from holdfast.checks.dependencies.agreement import disagreements
    from holdfast.checks.dependencies.remedies import Remedies

    mend = Remedies(subject).get
    return tuple(disagreements(subject.distributions, subject.target, declared, extras=extras, mend=mend))


def asked_of(subject: Subject, *, main: bool, located: bool = False) -> tuple[Declared, ...]:
    """What the project itself asks for: for its groups, and with `main` for itself.

    With `located`, each has its line. Which groups are installed when nothing is said, only a lock tells; without
    one, those that are named.
    """
    from holdfast.checks.dependencies.model import MAIN

    groups, extras = _chosen(subject)
    groups -= frozenset() if main else {MAIN}
    own, said_there = subject.own_name, subject.declarations
    return tuple(
        one
        for one in (said_there.located() if located else said_there.requirements)
        if one.group in groups and (not one.extra or one.extra in extras) and one.need.name != own
    )


def _chosen(subject: Subject) -> tuple[frozenset[str], frozenset[str]]:
    """The groups and the project's own extras that are to be there, with those that its own requirements ask for."""
    from holdfast.checks.dependencies.model import MAIN, Unreadable, normal
    from holdfast.checks.dependencies.selection import groups_of

    said = subject.context.config.dependencies
    try:
        groups = groups_of(subject.lock, subject.choice) if subject.lock else frozenset(subject.choice.groups)
    except Unreadable:
        groups = frozenset(map(normal, said.groups))
    groups = (groups | {MAIN}) - frozenset(map(normal, said.without))
    own, extras = subject.own_name, frozenset(map(normal, said.extras))
    itself = [each for each in subject.declarations.requirements if each.need.name == own and each.group in groups]
    before = None
    while itself and extras != before:  # one may lead to another
        before = extras
        asking = [each for each in itself if not each.extra or each.extra in extras]
        extras = extras.union(*(each.need.extras for each in asking if subject.target.holds(each.need.marker)))
    return groups, extras
