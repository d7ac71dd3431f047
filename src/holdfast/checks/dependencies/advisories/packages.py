"""Which packages a project has, by its lock and in its environment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from holdfast.checks.dependencies.model import Lock, normal
from holdfast.checks.dependencies.subject import Subject
from holdfast.checks.interface import Environment

_UNPACKED = (".dist-info", ".egg-info")


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


def packages_of(subject: Subject) -> tuple[Package, ...]:
    """Every package of every block of the lock, and what is installed beyond, by name. Raises Unreadable."""
    lock = subject.lock
    found = {(package.name, package.version): package for package in _locked(lock)} if lock else {}
    for name, version, indexed in installed(subject.context.environment):
        if lock is not None and name == lock.project:
            continue
        known = found.get((name, version)) or Package(name, version, locked=False, installed=True, indexed=indexed)
        found[name, version] = known._replace(installed=True)
    return tuple(sorted(found.values()))


def _locked(lock: Lock) -> Iterator[Package]:
    for each in lock.packages:
        indexed = each.source is None and bool(each.version)
        yield Package(each.name, each.version, locked=True, installed=False, indexed=indexed, origin=each.origin)


def installed(environment: Environment | None) -> Iterator[tuple[str, str, bool]]:
    """Name and version of each distribution, by its metadata directory, and whether it came from an index."""
    for directory in environment.site_packages if environment else ():
        try:
            names = sorted(os.listdir(directory))
        except OSError:
            continue
        for name in names:
            stem, suffix = os.path.splitext(name)
            package, dash, version = stem.partition("-")
            if suffix in _UNPACKED and dash and not package.startswith("~"):
                indexed = not os.path.exists(directory / name / "direct_url.json")
                yield normal(package), version.partition("-")[0], indexed
