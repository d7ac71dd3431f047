"""uv.lock as a document: TOML, of which the lists of files are read for their hashes alone.

Source of the format: uv's crates/uv-resolver/src/lock, version 1 with revisions 0 to 5; a higher revision is one that
older programs can read too, a higher version is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from holdfast.checks.dependencies import lockfile
from holdfast.checks.dependencies.model import Unreadable, normal
from holdfast.checks.venv_probe.values import cut

VERSION = 1
HEADER = "[[package]]"
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
        raise Unreadable(lockfile.error("LOCK004", said, file, lockfile.key_line(text, "version")))
    packages = table.get("package", [])
    if not isinstance(packages, list):
        raise lockfile.unreadable(file, "package is not a list of tables", lockfile.key_line(text, "package"), FIX)
    for index, package in enumerate(packages):
        _require_sound(package, index, text, file)
    return Document(table, tuple(packages), hashes)


def _require_sound(package: object, index: int, text: str, file: str) -> None:
    wrong = _wrong(package)
    if wrong:
        raise lockfile.unreadable(file, wrong, lockfile.numbered_line(text, HEADER, index), FIX)


def _wrong(package: object) -> str:
    """Why a package cannot be read, or nothing."""
    wrong = lockfile.wrong_name_or_version(package)
    if wrong or not isinstance(package, dict):
        return wrong
    name = package["name"]
    if not isinstance(package.get("source"), dict):
        return f"package {name} has no source"
    unnamed = next((each for each in _needs(package) if not lockfile.is_name(each.get("name"))), None)
    return f"package {name} needs what has no name: {cut(repr(unnamed.get('name')))}" if unnamed is not None else ""


def _needs(package: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from lockfile.tables(package.get("dependencies"))
    for key in ("optional-dependencies", "dev-dependencies"):
        lists = package.get(key)
        for each in lists.values() if isinstance(lists, dict) else ():
            yield from lockfile.tables(each)


def _quick(text: str, file: str) -> tuple[dict[str, Any], tuple[tuple[str, ...], ...]] | None:
    """The document without the lists of files, as uv writes them; None where the text might be no such thing."""
    parted = lockfile.without_files(text, HEADER)
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


def pairs(query: str) -> Iterator[tuple[str, str]]:
    """The keys and values of a URL's query, decoded."""
    from urllib.parse import unquote

    for part in query.split("&") if query else ():
        key, _, value = part.partition("=")
        yield key, unquote(value)
