"""RECORD: which files a distribution installed, and whether they are still there and what they were.

Source: packaging.python.org/en/latest/specifications/recording-installed-packages
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from holdfast.checks.dependencies.site import Distribution, Site
from holdfast.checks.venv_probe.disk import inside, names, reason

RECORD_LIMIT = 16 * 2**20
HASHED_LIMIT = 2 * 2**30
"""A file larger than this is judged by its size alone."""
_RUN = re.compile(rb'(?m)^([^/,"\r\n]+)([/,])[^\n]*(?:\n\1/[^\n]*){0,1000}')
"""Lines that begin with the same name, which stand together as a rule: far fewer than lines."""
MOST_RUNS = 100_000
"""What comes after so many of them is not looked at: no distribution is like that."""
FILE, DIRECTORY, PACKAGE = range(3)
_UNJUDGED = frozenset({"..", ".", "__pycache__"})
_ALGORITHMS = frozenset({"sha256", "sha384", "sha512", "sha224", "sha1", "md5", "blake2b"})
GONE, CHANGED, OUTSIDE = "gone", "changed", "outside"


class Survey(NamedTuple):
    """What a look at a RECORD tells without reading any other file."""

    gone: tuple[str, ...] = ()
    """Packages and modules that are not there any more."""
    links: bool = False
    """It installed a path file or a finder, as an editable installation does."""
    trouble: str = ""
    """Why RECORD could not be read."""


class Deviation(NamedTuple):
    """A file that is not as RECORD says: GONE, CHANGED, or OUTSIDE the environment and therefore not looked at."""

    kind: str
    file: str


def read_record(distribution: Distribution) -> bytes | None:
    """A distribution's RECORD; None where it has none. Raises OSError or ValueError where it cannot be read."""
    try:
        handle = os.open(os.path.join(distribution.path, "RECORD"), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise ValueError("not a regular file")
        if about.st_size > RECORD_LIMIT:
            raise ValueError(f"larger than {RECORD_LIMIT // 2**20} MiB")
        return os.read(handle, about.st_size)
    finally:
        os.close(handle)


def surveys(site: Site) -> dict[str, Survey]:
    """A look at the RECORD of each distribution that has one, by the path of its metadata; not at the base's."""
    return {
        one.path: _survey(one, site.names[one.place.path])
        for one in site.distributions
        if one.kind == "dist-info" and not one.place.base and not one.trouble
    }


def _survey(one: Distribution, listed: frozenset[str]) -> Survey:
    try:
        record = read_record(one)
    except (OSError, ValueError) as error:
        return Survey(trouble=f"RECORD cannot be read: {reason(error)}")
    if not record:
        return Survey()
    tops = tops_of(record)
    links = any(name.endswith(".pth") or "__editable__" in name for name in tops)
    return Survey(tuple(gone(one.place.path, tops, listed, record)), links)


def tops_of(record: bytes) -> dict[str, int]:
    """What RECORD names at the top: FILE, DIRECTORY, or PACKAGE where an `__init__.py` is in it.

    A name in quotes is left out: no module can have it.
    """
    found: dict[str, int] = {}
    for run in islice(_RUN.finditer(record), MOST_RUNS):
        raw, kind = run[1], FILE if run[2] == b"," else DIRECTORY
        if kind == DIRECTORY and b"\n%s/__init__.py," % raw in b"\n" + run[0]:
            kind = PACKAGE
        name = os.fsdecode(raw)
        if name not in _UNJUDGED and not name.endswith(".dist-info"):
            found[name] = max(kind, found.get(name, FILE))
    return found


def gone(directory: str, tops: dict[str, int], listed: frozenset[str], record: bytes) -> Iterator[str]:
    """The packages and modules that are not there any more.

    A directory without `__init__.py` may be shared by many distributions; of such a one the next level is looked at.
    """
    for name, kind in sorted(tops.items()):
        if name not in listed:
            yield name
        elif kind == PACKAGE and not os.access(os.path.join(directory, name, "__init__.py"), os.F_OK):
            yield f"{name}/__init__.py"
        elif kind == DIRECTORY:
            yield from _gone_in(directory, name, record)


def _gone_in(directory: str, name: str, record: bytes) -> Iterator[str]:
    pattern = rb'(?m)^%s/([^/,"\r\n]+)' % re.escape(os.fsencode(name))
    inner = {os.fsdecode(raw) for raw in re.findall(pattern, record)} - _UNJUDGED
    yield from (f"{name}/{each}" for each in sorted(inner.difference(names(os.path.join(directory, name)))))


def deviations(distribution: Distribution, record: bytes, root: str) -> Iterator[Deviation]:
    """Every file that is not as RECORD says. What lies outside the environment's root is not opened.

    Compiled files are left out: they come and go, and so do their directories, which virtualenv lists for pip.
    """
    for file, digest, size in _rows(record):
        path = os.path.normpath(os.path.join(distribution.place.path, file))
        if file.endswith((".pyc", "__pycache__")) or not file:
            continue
        if "\0" in path or not inside(path, os.path.normpath(root)):
            yield Deviation(OUTSIDE, file)
            continue
        kind = _kind(path, digest, size)
        if kind:
            yield Deviation(kind, file)


def _rows(record: bytes) -> Iterator[tuple[str, str, str]]:
    import csv

    for line in os.fsdecode(record).splitlines():
        try:
            row = next(csv.reader([line])) if '"' in line else line.split(",")
        except (csv.Error, StopIteration):
            continue
        yield row[0], row[1] if len(row) > 1 else "", row[2] if len(row) > 2 else ""


def _kind(path: str, said: str, size: str) -> str | None:
    """What became of one file; None where it is as it was. One that may not be read is judged by its size."""
    try:
        about = os.stat(path)
    except OSError:
        return GONE
    if not stat.S_ISREG(about.st_mode) or (size.isdecimal() and about.st_size != int(size[:18])):
        return CHANGED
    algorithm, _, expected = said.partition("=")
    if algorithm not in _ALGORITHMS or about.st_size > HASHED_LIMIT or not os.access(path, os.R_OK):
        return None
    return None if _digest(path, algorithm) == expected.rstrip("=") else CHANGED


def _digest(path: str, algorithm: str) -> str:
    import base64
    import hashlib

    try:
        with open(path, "rb") as file:
            found = hashlib.file_digest(file, algorithm).digest()
    except OSError:
        return ""
    return base64.urlsafe_b64encode(found).decode().rstrip("=")
