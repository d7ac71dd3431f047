"""Reads poetry.lock, formats 1.0 to 2.1, quickly.

Source: poetry/packages/locker.py of Poetry 2.5, which reads the same generations of hashes and extras.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from holdfast.checks.dependencies import lockfile
from holdfast.checks.dependencies.constraints import Unclear, specifiers
from holdfast.checks.dependencies.model import MAIN, Lock, Locked, Need, Source, Unreadable, When, normal
from holdfast.checks.dependencies.poetry_dependency import poetry_need
from holdfast.checks.dependencies.requirement import NotARequirement, need_of
from holdfast.checks.dependencies.subject import Subject
from holdfast.checks.facts import table
from holdfast.checks.venv_probe.values import cut
from holdfast.core.errors import HoldfastError
from holdfast.core.files import read_text
from holdfast.core.findings import Finding, Location, Severity

LIMIT = 16 * 2**20
"""Bytes; the largest locks that are known have a fifth of it."""
KNOWN = (2, 1)
"""The newest format that is known."""
_WIDE = 20_000
_FILES = re.compile(
    r'(?m)^((?:[A-Za-z0-9_-]+|"[^"\\\n]*") = )'
    r'\[\r?\n((?:[ \t]+\{(?:file|hash|name) = "[^"\\\n]*", (?:file|hash) = "[^"\\\n]*"\},?\r?\n)+)\](?=\r?$)'
)
_SAID = re.compile(r'(?m)^(\[\[package\]\]\nname = "[^"\\\n]*"\nversion = "[^"\\\n]*"\n)description = "[^"\\\n]*"\n')
"""What a package says of itself, which nobody here reads."""
_TEXT = r'"(?:[^"\\\n]|\\["\\])*"'
_EXTRAS = re.compile(
    rf'(?m)^\[package\.extras\]\n((?:(?:[A-Za-z0-9_-]+|"[^"\\\n]*") = \[(?:{_TEXT}(?:, {_TEXT})*)?\]\n)+)(?=\n|\Z)'
)
_HASH = re.compile(r'hash = "([^"]*)"')
_CONFLICT = r"(?m)^(?:<{7}|\|{7}|={7}|>{7})(?: .*)?\r?$"
_PACKAGE = r"(?m)^[ \t]*\[\[[ \t]*package[ \t]*\]\]"
_BLOCK = "\ue000files:"
"""Stands for a list of files that tomllib need not read; a private character, which no lock has."""


_UNQUICK = ('"""', "'''", r"\ue000", r"\uE000", r"\U0000e000", r"\U0000E000")
"""A list of files may stand inside of a long string; and nobody but us may write the stand-in."""


class Document(NamedTuple):
    """A parsed lock, with the lists of files that were left out."""

    data: Mapping[str, Any]
    blocks: tuple[str, ...]

    def hashes(self, value: object) -> tuple[str, ...]:
        """The hashes of a list of files, or of its stand-in."""
        if self.blocks and isinstance(value, str) and value.startswith(_BLOCK):
            return tuple(_HASH.findall(self.blocks[int(value.removeprefix(_BLOCK))]))
        if not isinstance(value, list):
            return ()
        return tuple(str(each.get("hash", "")) if isinstance(each, dict) else _prefixed(each) for each in value)


def read_lock(subject: Subject, file: str) -> Lock:
    """The lock. Raises Unreadable with LOCK002, LOCK003 or LOCK004."""
    try:
        text = read_text(subject.project / file, limit=LIMIT)
    except HoldfastError as error:
        place = re.fullmatch(r"(?:cannot read )?.*?poetry\.lock(?::(\d+))?: (.*)", error.message, re.DOTALL)
        reason, line = (place[2], place[1]) if place else (error.message, None)
        raise unreadable(file, f"{file} cannot be read: {cut(reason)}", int(line) if line else None) from error
    document = parsed(text, file)
    packages = tuple(_packages(document, file))
    stated = subject.declarations
    found = {when.group for package in packages for when in package.when or ()}
    groups = (stated.groups | found) - {MAIN}
    return Lock(
        "poetry",
        file,
        text,
        packages,
        roots=stated.requirements,
        groups=groups,
        default_groups=groups - stated.optional_groups,
        extras=stated.extras | frozenset(map(normal, table(document.data, "extras"))),
        project=own_name(subject.context.pyproject) if _packaged(subject.context.pyproject) else "",
    )


def own_name(pyproject: Mapping[str, Any]) -> str:
    """The project's name, normalised; empty where it has none."""
    name = table(pyproject, "project").get("name") or table(pyproject, "tool", "poetry").get("name")
    return normal(name) if isinstance(name, str) else ""


def _packaged(pyproject: Mapping[str, Any]) -> bool:
    return table(pyproject, "tool", "poetry").get("package-mode") is not False


def unreadable(file: str, message: str, line: int | None = None, about: str = "LOCK002") -> Unreadable:
    """A lock that cannot be read, as the finding of an id. What mends it is for those who know the project."""
    return Unreadable(Finding(about, Severity.ERROR, message, Location(file, line)))


def parsed(text: str, file: str) -> Document:
    """The document of a lock. Raises Unreadable."""
    _require_reasonable(text, file)
    data, blocks = _quick(text) or (_whole(text, file), ())
    metadata = data.get("metadata")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("lock-version"), str):
        raise unreadable(file, f"{file} lacks [metadata] lock-version, so its format is not known")
    version = metadata["lock-version"]
    match = re.match(r"(\d{1,9})(?:\.(\d{1,9}))?(?![\w.])", version)
    if match is None or match[1] == "0":
        raise unreadable(file, f"{file}: lock-version {cut(repr(version))} is no known format")
    if int(match[1]) > KNOWN[0]:
        known = ".".join(map(str, KNOWN))
        message = f"{file} has format {cut(version)}; the newest that this Holdfast knows is {known}"
        line = line_at(text, r"lock-version[ \t]*=")
        raise unreadable(file, message, line, about="LOCK004")
    return Document(data, blocks)


@lru_cache(maxsize=4)
def section(text: str, name: str) -> Mapping[str, Any]:
    """One top-level table of a lock, without what lies below it; found again, as Lock has no place for it."""
    import tomllib

    match = re.search(rf"(?m)^[ \t]*\[[ \t]*{name}[ \t]*\][^\n]*\n((?:(?![ \t]*\[)[^\n]*\n?)*)", text)
    if match is None and line_at(text, rf"{name}[ \t]*[.=]") is None:
        return {}
    try:
        return tomllib.loads(match[1]) if match else table(tomllib.loads(text), name)
    except (ValueError, RecursionError):
        return {}


def newer(document_version: str) -> bool:
    """Whether a lock-version is newer than KNOWN."""
    return tuple(int(part) for part in re.findall(r"\d{1,9}", document_version)[:2]) > KNOWN


def line_at(text: str, pattern: str) -> int | None:
    """The line of the first line that begins with a pattern."""
    match = re.search(rf"(?m)^[ \t]*{pattern}", text)
    return text.count("\n", 0, match.start()) + 1 if match else None


def _require_reasonable(text: str, file: str) -> None:
    """Each part of a dotted key takes tomllib a kilobyte, and time that grows with the square of their number."""
    lines, dense = text.split("\n"), lockfile.dense(text)
    if not dense and ("." not in text or max(map(len, lines)) <= _WIDE):
        return
    most = lockfile.FEW if dense else 100
    deep = re.compile(rf"""(?<![\w"'-])(?:[\w"'-]++[ \t]*+\.[ \t]*+){{{most}}}""")
    for number, line in enumerate(lines, 1):
        if (dense or len(line) > _WIDE) and deep.search(line):
            raise unreadable(file, f"{file}:{number}: nested too deep", number)


def _quick(text: str) -> tuple[dict[str, Any], tuple[str, ...]] | None:
    """The document without the lists of files and extras, most of a lock; None where that may not be right."""
    import tomllib

    if _BLOCK[0] in text:
        return None
    blocks: list[str] = []

    def stand_in(match: re.Match[str]) -> str:
        blocks.append(match[2])
        return f'{match[1]}"{_BLOCK}{len(blocks) - 1}"'

    def extras(match: re.Match[str]) -> str:
        lines = match[1].splitlines()
        if len({line.partition(" = ")[0] for line in lines}) < len(lines):
            return match[0]  # the same key twice is for tomllib to refuse
        blocks.append(match[1])
        return f'[package.extras]\n"{_BLOCK}" = {len(blocks) - 1}\n'

    shorter = _EXTRAS.sub(extras, _SAID.sub(r"\1", _FILES.sub(stand_in, text)))
    if any(mark in shorter for mark in _UNQUICK):  # what was taken out has none of them
        return None
    try:
        return tomllib.loads(shorter), tuple(blocks)
    except (ValueError, RecursionError):
        return None


def _whole(text: str, file: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise unreadable(file, f"{file}: nested too deep") from error
    except ValueError as error:
        conflict = re.search(_CONFLICT, text)
        if conflict is not None:
            line = text.count("\n", 0, conflict.start()) + 1
            message = f"{file} has merge conflict markers ({cut(conflict[0].strip())})"
            raise unreadable(file, message, line, about="LOCK003") from error
        place = re.search(r"at line (\d+)", str(error))
        reason = re.sub(r" \(at .*\)$", "", str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        raise unreadable(file, f"{file} is not TOML: {cut(reason)}", line) from error


def _packages(document: Document, file: str) -> Iterator[Locked]:
    found = document.data.get("package", [])
    if not isinstance(found, list):
        raise unreadable(file, f"{file}: package is not a list of tables")
    metadata = table(document.data, "metadata")
    says_when = re.match(r"2\.[1-9]", metadata["lock-version"]) is not None
    for index, block in enumerate(found):
        name, version = (block.get("name"), block.get("version")) if isinstance(block, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(version, str):
            raise unreadable(file, f"{file}: package {index + 1} has no name or no version")
        yield Locked(
            normal(name),
            version,
            tuple(_needs(table(block, "dependencies"))),
            _Extras(table(block, "extras"), document.blocks),
            _source(table(block, "source"), develop=block.get("develop") is True),
            _when(block) if says_when else None,
            hashes=_hashes(document, block, name),
            origin=str(index),
        )


def _needs(tables: Mapping[str, Any]) -> Iterator[Need]:
    for name, value in tables.items():
        for one in value if isinstance(value, list) else (value,):
            try:
                yield poetry_need(normal(name), one)
            except Unclear:
                yield Need(normal(name), cut(one))  # a constraint that nobody can judge


def _source(value: Mapping[str, Any], *, develop: bool) -> Source | None:
    kind, url = value.get("type"), value.get("url")
    if kind not in ("git", "directory", "file", "url") or not isinstance(url, str):
        return None
    commit, subdirectory = value.get("resolved_reference"), value.get("subdirectory")
    return Source(
        kind,
        url,
        commit if isinstance(commit, str) and kind == "git" else "",
        subdirectory if isinstance(subdirectory, str) else "",
        develop,
    )


def _when(block: Mapping[str, Any]) -> tuple[When, ...] | None:
    """The groups of a block, each with its marker: one for all of them, or a table."""
    groups, markers = block.get("groups"), block.get("markers", "")
    if not isinstance(groups, list):
        return None
    named = [normal(group) for group in groups if isinstance(group, str)]
    if isinstance(markers, dict):
        each = {normal(group): marker for group, marker in markers.items() if isinstance(marker, str)}
        return tuple(When(group, each.get(group, "")) for group in named)
    return tuple(When(group, markers if isinstance(markers, str) else "") for group in named)


def _hashes(document: Document, block: Mapping[str, Any], name: str) -> tuple[str, ...]:
    metadata = table(document.data, "metadata")
    if "files" in block:
        return document.hashes(block["files"])
    older = "hashes" if "hashes" in metadata else "files"
    return document.hashes(table(metadata, older).get(name))


def _prefixed(digest: object) -> str:
    """The oldest locks give the bare digits of a SHA-256."""
    text = str(digest)
    return f"sha256:{text}" if re.fullmatch("[0-9a-f]{64}", text) else text


class _Extras(Mapping[str, tuple[Need, ...]]):
    """A package's extras, understood when they are asked for: most are not, and there are hundreds."""

    def __init__(self, written: Mapping[str, Any], blocks: tuple[str, ...]) -> None:
        self._written, self._blocks = written, blocks

    @cached_property
    def _tables(self) -> Mapping[str, object]:
        import tomllib

        number = self._written.get(_BLOCK) if self._blocks else None
        written = self._written if number is None else tomllib.loads(self._blocks[number])
        return {normal(name): value for name, value in written.items()}

    def __getitem__(self, extra: str) -> tuple[Need, ...]:
        listed = self._tables[extra]
        return tuple(map(_extra_need, listed)) if isinstance(listed, list) else ()

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def _extra_need(each: object) -> Need:
    """Some old locks have requirements that are not PEP 508, such as "x (^1.2)"."""
    text = str(each)
    try:
        return need_of(text)
    except NotARequirement:
        match = re.fullmatch(r"\s*([\w.-]+)\s*(?:\[[^]]*\])?\s*(?:\(([^()]*)\))?\s*(?:;.*)?", text[:1000])
        try:
            return Need(normal(match[1]), specifiers(match[2] or "*")) if match else Need(cut(text))
        except Unclear:
            return Need(normal(match[1]), cut(match[2])) if match else Need(cut(text))


def line_of(lock: Lock, name: str, version: str = "", origin: str = "") -> int | None:
    """The line of a package's block."""
    fitting = [
        package.origin
        for package in lock.packages
        if package.name == name and version in ("", package.version) and origin in ("", package.origin)
    ]
    if not fitting:
        return None
    for index, match in enumerate(re.finditer(_PACKAGE, lock.text)):
        if index == int(fitting[0]):
            return lock.text.count("\n", 0, match.start()) + 1
    return None
