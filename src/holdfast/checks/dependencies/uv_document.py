"""uv.lock as a document: TOML, of which the lists of files are read for their hashes alone.

Source of the format: uv's crates/uv-resolver/src/lock, version 1 with revisions 0 to 5; a higher revision is one that
older programs can read too, a higher version is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from holdfast.checks.dependencies import lockfile
from holdfast.checks.dependencies.model import Unreadable, normal
from holdfast.checks.venv_probe.values import cut

VERSION = 1
FIX = "uv lock"
_HASH = r' hash = "([^"\n]*)"'


class Document(NamedTuple):
    """A uv.lock whose shape was looked at: each package is a table with a sound name and version."""

    table: Mapping[str, Any]
    packages: tuple[Mapping[str, Any], ...]
    hashes: tuple[tuple[str, ...], ...]
    """Of each package's files."""

    @property
    def revision(self) -> int:
        found = self.table.get("revision")
        return found if isinstance(found, int) else 0


@lru_cache(maxsize=4)
def document(text: str, file: str) -> Document:
    """The document of a lock's text, which nobody may change: it is shared. Raises Unreadable."""
    table, hashes = _quick(text, file) or _whole(text, file)
    version = table.get("version")
    if type(version) is not int:
        raise lockfile.unreadable(file, "the lock has no version, which uv.lock begins with", 1, FIX)
    if version != VERSION:
        said = f"the lock's format is version {version}; this Holdfast knows version {VERSION}"
        raise Unreadable(lockfile.error("LOCK004", said, file, _line(text, r"(?m)^version\b")))
    packages = table.get("package", [])
    if not isinstance(packages, list):
        raise lockfile.unreadable(file, "package is not a list of tables", _line(text, r"(?m)^package\b"), FIX)
    for index, package in enumerate(packages):
        _require_sound(package, index, text, file)
    return Document(table, tuple(packages), hashes)


def _line(text: str, pattern: str, number: int = 0) -> int | None:
    for index, found in enumerate(re.finditer(pattern, text)):
        if index == number:
            return lockfile.line_at(text, found.start())
    return None


def _require_sound(package: object, index: int, text: str, file: str) -> None:
    if isinstance(package, dict) and lockfile.is_name(package.get("name")):
        version = package.get("version")
        if (version is None or lockfile.is_version(version)) and isinstance(package.get("source"), dict):
            return
        wrong = f"package {package['name']} has no source" if version is None or lockfile.is_version(version) else ""
        message = wrong or f"package {package['name']} has no version that can be read: {cut(repr(version))}"
    else:
        named = package.get("name") if isinstance(package, dict) else package
        message = f"a package has no name that can be read: {cut(repr(named))}"
    raise lockfile.unreadable(file, message, _line(text, r"(?m)^\[\[package\]\]", index), FIX)


def _quick(text: str, file: str) -> tuple[dict[str, Any], tuple[tuple[str, ...], ...]] | None:
    """The document without the lists of files, as uv writes them; None where the text might be no such thing."""
    parted = lockfile.without_files(text, "[[package]]")
    if parted is None:
        return None
    short, blocks = parted
    find = re.compile(_HASH).findall
    hashes = tuple(tuple(find(block)) for block in blocks)
    if sum(map(len, hashes)) != len(re.findall(r"hash[ \t\"']*=", text)):
        return None  # somebody else wrote them, in some other way
    try:
        table = lockfile.toml(short, file)
    except Unreadable:
        return None  # the whole text has the right line
    packages = table.get("package")
    return (table, hashes) if isinstance(packages, list) and len(packages) == len(blocks) else None


def _whole(text: str, file: str) -> tuple[dict[str, Any], tuple[tuple[str, ...], ...]]:
    table = lockfile.toml(text, file, FIX)
    packages = table.get("package")
    return table, tuple(_hashes(each) for each in packages) if isinstance(packages, list) else ()


def _hashes(package: object) -> tuple[str, ...]:
    if not isinstance(package, dict):
        return ()
    files = [*lockfile.tables([package.get("sdist")]), *lockfile.tables(package.get("wheels"))]
    return tuple(each["hash"] for each in files if isinstance(each.get("hash"), str))


def names(table: object) -> dict[str, object]:
    """A table's values by their normalised names; empty for anything that is no table."""
    return {normal(name): value for name, value in table.items()} if isinstance(table, dict) else {}
