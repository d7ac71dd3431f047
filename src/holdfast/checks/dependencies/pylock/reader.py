"""pylock.toml as a Lock."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from holdfast.checks.dependencies import lockfile
from holdfast.checks.dependencies.lockfile import error, tables, word, words
from holdfast.checks.dependencies.model import MAIN, Lock, Locked, Source, Unreadable, When, normal
from holdfast.checks.dependencies.subject import Subject
from holdfast.checks.dependencies.versions import allows
from holdfast.checks.venv_probe.values import cut
from holdfast.core.findings import Finding

HEADER = "[[packages]]"
_HASHES = r" hashes = \{([^}\n]*)\}"
_PAIR = r'([\w-]+) = "([^"\n]*)"'
_KINDS = ("vcs", "directory", "archive")
Table = Mapping[str, Any]
Hashes = tuple[tuple[str, ...], ...]


def read(file: str, text: str) -> Lock:
    """The lock. Raises Unreadable."""
    document, hashes = _document(text, file)
    _require_known(document, text, file)
    packages = document.get("packages")
    if not isinstance(packages, list):
        raise lockfile.unreadable(file, "the lock has no packages, which its format requires")
    for index, package in enumerate(packages):
        wrong = _wrong(package)
        if wrong:
            raise lockfile.unreadable(file, wrong, lockfile.numbered_line(text, HEADER, index))
    own = next((each for each in packages if _is_project(each, file)), None)
    return Lock(
        "pylock",
        file,
        text,
        tuple(_locked(packages, hashes, file)),
        (),
        frozenset(map(normal, words(document.get("dependency-groups")))),
        frozenset(map(normal, words(document.get("default-groups")))),
        frozenset(map(normal, words(document.get("extras")))),
        normal(own["name"]) if own else "",
    )


@lru_cache(maxsize=4)
def _document(text: str, file: str) -> tuple[dict[str, Any], Hashes]:
    return _quick(text, file) or _whole(text, file)


def _require_known(document: Table, text: str, file: str) -> None:
    version = document.get("lock-version")
    if not isinstance(version, str) or not re.fullmatch(r"\d+\.\d+", version):
        raise lockfile.unreadable(file, "the lock has no lock-version, which its format requires", 1)
    if not version.startswith("1."):
        message = f"the lock's format is version {cut(version)}; this Holdfast knows version 1"
        raise Unreadable(error("LOCK004", message, file, lockfile.key_line(text, "lock-version")))
    if not isinstance(document.get("created-by"), str):
        raise lockfile.unreadable(file, "the lock does not say what it was created by, which its format requires", 1)


def _wrong(package: object) -> str:
    """Why a package cannot be read, or nothing."""
    wrong = lockfile.wrong_name_or_version(package)
    if wrong or not isinstance(package, dict):
        return wrong
    name = package["name"]
    kinds = [kind for kind in _KINDS if kind in package]
    if len(kinds) + bool(package.keys() & {"sdist", "wheels"}) > 1:
        return f"package {name} says more than one place that it comes from: {', '.join(kinds)}"
    placeless = [kind for kind in kinds if _source(package, "") is None]
    return f"package {name}: {placeless[0]} says no place that can be read" if placeless else ""


def _quick(text: str, file: str) -> tuple[dict[str, Any], Hashes] | None:
    """The document without the lists of files, as uv writes them; None where the text might be no such thing."""
    parted = lockfile.without_files(text, HEADER)
    if parted is None or "archive" in text:
        return None
    short, blocks = parted
    find, pairs = re.compile(_HASHES).findall, re.compile(_PAIR).findall
    found = [find(block) for block in blocks]
    if sum(map(len, found)) != len(re.findall(r"hashes[ \t\"']*[=.\]]", text)):
        return None  # somebody else wrote them, in some other way
    try:
        document = lockfile.toml(short, file)
    except Unreadable:
        return None  # the whole text has the right line
    packages = document.get("packages")
    if not isinstance(packages, list) or len(packages) != len(blocks):
        return None
    return document, tuple(tuple(f"{pair[0]}:{pair[1]}" for one in each for pair in pairs(one)) for each in found)


def _whole(text: str, file: str) -> tuple[dict[str, Any], Hashes]:
    document = lockfile.toml(text, file)
    packages = document.get("packages")
    return document, tuple(_hashes(each) for each in packages) if isinstance(packages, list) else ()


def _hashes(package: object) -> tuple[str, ...]:
    if not isinstance(package, dict):
        return ()
    files = [*tables([package.get("sdist"), package.get("archive")]), *tables(package.get("wheels"))]
    pairs = [pair for each in files if isinstance(each.get("hashes"), dict) for pair in each["hashes"].items()]
    return tuple(f"{algorithm}:{digits if isinstance(digits, str) else ''}" for algorithm, digits in pairs)


def _is_project(package: Table, file: str) -> bool:
    source = _source(package, file)
    return source is not None and source.kind == "directory" and source.url == "." and not source.subdirectory


def _locked(packages: list[Table], hashes: Hashes, file: str) -> Iterator[Locked]:
    """All but the project itself, which is no package of its own lock."""
    seen: set[tuple[str, str]] = set()
    for index, (package, files) in enumerate(zip(packages, hashes, strict=True)):
        if _is_project(package, file):
            continue
        name, version = normal(package["name"]), word(package.get("version"))
        origin = str(index) if (name, version) in seen else ""
        seen.add((name, version))
        when = (When(MAIN, word(package.get("marker"))),)
        yield Locked(name, version, (), {}, _source(package, file), when, "", files, origin)


def _source(package: Table, file: str) -> Source | None:
    for kind in _KINDS:
        table = package.get(kind)
        if isinstance(table, dict):
            return _placed(kind, table, file)
    return None


def _placed(kind: str, table: Table, file: str) -> Source | None:
    path, url, subdirectory = word(table.get("path")), word(table.get("url")), word(table.get("subdirectory"))
    place = posixpath.normpath(posixpath.join(posixpath.dirname(file), path)) if path else ""
    if kind == "directory":
        editable = table.get("editable") is True
        return Source("directory", place, subdirectory=subdirectory, editable=editable) if path else None
    if not path and not url:
        return None
    if kind == "vcs":
        return Source("git", url or place, word(table.get("commit-id")), subdirectory)
    return Source("url", url, "", subdirectory) if url else Source("file", place, "", subdirectory)


def elsewhere(subject: Subject, lock: Lock) -> Iterator[Finding]:
    """LOCK017: the lock is for other Pythons or environments than the one that is there."""
    if subject.context.environment is None:
        return
    document, _ = _document(lock.text, lock.file)
    asked = word(document.get("requires-python"))
    if asked and allows(asked, subject.target.python) is False:
        message = f"{lock.file} is for Python {cut(asked)}, the environment has {subject.target.python}"
        yield error("LOCK017", message, lock.file, lockfile.key_line(lock.text, "requires-python"))
    markers = words(document.get("environments"))
    if markers and not any(subject.target.holds(marker) for marker in markers):
        message = f"{lock.file} is for other environments than this one: {cut(', '.join(markers))}"
        yield error("LOCK017", message, lock.file, lockfile.key_line(lock.text, "environments"))
