"""Which packages a project has, by its lock and in its environment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from holdfast.checks.dependencies.model import Lock
from holdfast.checks.dependencies.origins import INDEX, origin_of
from holdfast.checks.dependencies.subject import Subject


class Package(NamedTuple):
    """One version of a package that is locked, installed, or both."""

    name: str
    version: str
    locked: bool
    installed: bool
    indexed: bool
    """Whether it comes from a package index, which is what advisories are about; else from git, a path or a URL."""
    origin: str = ""
    """Where in the lock; see Locked.origin."""


def packages_of(subject: Subject, check: str) -> tuple[Package, ...]:
    """Every package of every block of the lock, and what is installed beyond, by name.

    Raises Unreadable, and CannotRun in the name of a check where an environment is there and cannot be looked into.
    """
    lock = subject.lock
    found = {(package.name, package.version): package for package in _locked(lock)} if lock else {}
    if subject.site is not None and subject.site.troubles:
        subject.require_site(check)
    private = {package.name for package in found.values()} - {each.name for each in found.values() if each.indexed}
    for each in subject.distributions:
        if lock is not None and each.name == lock.project:
            continue
        indexed = bool(each.version) and each.name not in private and origin_of(each, links=False).kind == INDEX
        known = found.get((each.name, each.version))
        beyond = Package(each.name, each.version, locked=False, installed=True, indexed=indexed)
        found[each.name, each.version] = known._replace(installed=True) if known else beyond
    return tuple(sorted(found.values()))


def _locked(lock: Lock) -> Iterator[Package]:
    for each in lock.packages:
        if each.source is not None and each.source.kind != "git" and each.source.url in ("", "."):
            continue  # the project itself
        indexed = each.source is None and bool(each.version)
        yield Package(each.name, each.version, locked=True, installed=False, indexed=indexed, origin=each.origin)
