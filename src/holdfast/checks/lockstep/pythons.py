"""Versions of Python as configuration files write them, and the range that a project supports."""

from __future__ import annotations

import re
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from holdfast.checks.dependencies.versions import allows
from holdfast.core.findings import Location

Minor = tuple[int, int]
MINORS: tuple[Minor, ...] = ((2, 6), (2, 7), *((3, minor) for minor in range(40)))
_PATCHES = 40
_WRITTEN = re.compile(
    r"(?P<kind>pypy|cpython|python|py)?[- ]?v?(?P<major>[23])\.(?P<minor>[0-9]{1,2})(?:\.(?P<patch>[0-9]{1,2}))?"
    r"(?P<early>-dev|-?(?:alpha|beta|a|b|rc)[0-9.]*)?(?:t|-slim)?(?:-(?:v?[0-9][\w.]*|nightly))?",
    re.IGNORECASE,
)
_TARGET = re.compile(r"py([23])([0-9]{1,2})")
_TRAP = re.compile(r"3\.[0-9]*0")


class Role(Enum):
    """What a place says a version for."""

    CLASSIFIER = "classifier"
    WRITER = "writer"
    """The oldest Python that a tool which writes or judges syntax has in mind."""
    TYPES = "types"
    """The Python that a type checker has in mind."""
    MATRIX = "matrix"
    """One of the Pythons that CI tests with."""
    JOB = "job"
    """The one Python of a CI job."""
    TESTED = "tested"
    """One of those that tox or nox test with."""
    RUNS = "runs"
    """What runs the project: an image, a pin, the environment."""


class Said(NamedTuple):
    """That a place says a version of Python."""

    role: Role
    what: str
    """What says it, in words: "the classifier", "ruff's target-version"."""
    minor: Minor
    text: str
    location: Location | None
    patch: int | None = None
    early: bool = False
    """A pre-release, or one that may fail: it is tried, and not promised."""

    @property
    def where(self) -> str:
        """What says it, and where."""
        return f"{self.what} ({self.location})" if self.location else self.what


class Written(NamedTuple):
    """A version as it is written."""

    minor: Minor
    patch: int | None
    early: bool


def written(text: str) -> Written | None:
    """`3.11`, `3.11.4`, `pypy3.10-7.3`, `3.15-dev` and their like; None for a range, an alias or another runtime."""
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        return None
    patch = int(match["patch"]) if match["patch"] and (match["kind"] or "").lower() != "pypy" else None
    return Written((int(match["major"]), int(match["minor"])), patch, bool(match["early"]))


def target(text: str) -> Minor | None:
    """`py39` as ruff, black and tox write it."""
    match = _TARGET.fullmatch(text.strip())
    return (int(match[1]), int(match[2])) if match else None


def is_trap(text: str) -> bool:
    """Whether a number loses its last digit when it is read as one: 3.10 is 3.1."""
    return _TRAP.fullmatch(text) is not None and len(text) > len("3.0")


def dotted(minor: Minor) -> str:
    """`3.11`."""
    return f"{minor[0]}.{minor[1]}"


class Supported:
    """The Pythons that a project says it supports."""

    def __init__(self, what: str, text: str, constraint: str, location: Location) -> None:
        self.what, self.text, self.constraint, self.location = what, text, constraint, location

    @property
    def where(self) -> str:
        """ "requires-python >=3.9 (pyproject.toml:5)"."""
        return f"{self.what} {self.text} ({self.location})"

    def allows(self, minor: Minor, patch: int | None = None) -> bool:
        """Whether it allows a version; where the patch level is not known, any of them will do."""
        if patch is not None:
            return allows(self.constraint, f"{dotted(minor)}.{patch}") is not False
        return minor in self.minors or (minor not in MINORS)

    @cached_property
    def minors(self) -> tuple[Minor, ...]:
        """The minor versions, past and to come, of which a release is allowed."""
        return tuple(minor for minor in MINORS if self._some(minor))

    @property
    def lowest(self) -> Minor | None:
        """The oldest one; None where there is no lower bound, or nothing is allowed."""
        return self.minors[0] if self.minors and self.minors[0] != MINORS[0] else None

    def _some(self, minor: Minor) -> bool:
        return any(allows(self.constraint, f"{dotted(minor)}.{patch}") for patch in range(_PATCHES))
