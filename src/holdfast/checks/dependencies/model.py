"""What a project declares and what its lock holds, whatever tool wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from holdfast.checks import facts
from holdfast.core.findings import Finding

normal = facts.normal
"""A name as all names here are: as PyPA compares them (PEP 503)."""
MAIN = "main"
"""The group of what the project itself needs to run."""
UNLISTED = "-"
"""The `extra` of an optional requirement that no extra lists: Poetry locks it and installs it for nobody."""


class Source(NamedTuple):
    """Where a package comes from when it does not come from an index."""

    kind: str
    """`git`, `directory`, `file` or `url`; `virtual` for a directory that is not installed itself, only its needs."""
    url: str
    """The URL, or the path as it is written: relative to the project, or absolute."""
    commit: str = ""
    """For git: the full hash that the lock resolved."""
    subdirectory: str = ""
    editable: bool = False


class Need(NamedTuple):
    """That something asks for a package."""

    name: str
    """Normalised, as all names here are (PEP 503)."""
    constraint: str = ""
    """PEP 440 specifiers such as ">=1.2,<2"; alternatives are parted by "||"; empty: any version."""
    marker: str = ""
    """PEP 508; empty: always."""
    extras: tuple[str, ...] = ()
    """The extras of the package that are asked for, normalised."""
    source: Source | None = None


class Declared(NamedTuple):
    """A requirement that the project itself states."""

    need: Need
    text: str
    """As it is written."""
    group: str = MAIN
    extra: str = ""
    """The project's own extra that it belongs to; such a requirement has group MAIN."""
    line: int | None = None
    """In pyproject.toml, or in the file that `file` names."""
    file: str = "pyproject.toml"


class When(NamedTuple):
    """That a package is to be installed with a group, where a marker holds."""

    group: str
    marker: str = ""


class Locked(NamedTuple):
    """One package of a lock. A name may be locked more than once, under different markers."""

    name: str
    version: str
    """Empty where the lock states none, as for a directory in uv.lock."""
    needs: tuple[Need, ...] = ()
    extras: Mapping[str, tuple[Need, ...]] = {}
    """What each extra of the package adds."""
    source: Source | None = None
    when: tuple[When, ...] | None = None
    """Where the lock says itself what a package is for; None: that follows from walking the needs from the roots."""
    marker: str = ""
    """Holds for every use of this block, as uv's resolution markers."""
    hashes: tuple[str, ...] = ()
    """`sha256:...` of its files, as far as they were read."""
    origin: str = ""
    """What tells blocks apart for `line_of`, such as the place in a file with several."""


class Lock(NamedTuple):
    """A lock file."""

    kind: str
    """`poetry`, `uv`, `pylock` or `requirements`."""
    file: str
    """Relative to the project."""
    text: str
    packages: tuple[Locked, ...]
    roots: tuple[Declared, ...] = ()
    """What the walk starts from; unused where packages say `when`."""
    groups: frozenset[str] = frozenset()
    """Every group that the project or its lock knows, apart from MAIN."""
    default_groups: frozenset[str] = frozenset()
    """Those that are installed when nothing is said."""
    extras: frozenset[str] = frozenset()
    """The project's own extras."""
    project: str = ""
    """The project's own name where it is to be installed too, else empty."""


class Choice(NamedTuple):
    """Which groups and extras a user says are installed, beyond or below the usual."""

    groups: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()


class Unreadable(Exception):
    """A file that cannot be understood. `finding` says where and why; a check that needs the file could not run."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding
