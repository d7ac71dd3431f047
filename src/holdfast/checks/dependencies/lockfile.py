"""Reading a lock's file: a stranger's text of any size, encoding and shape."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from holdfast.checks.dependencies.model import Unreadable, normal
from holdfast.checks.venv_probe.values import cut
from holdfast.core.errors import HoldfastError
from holdfast.core.files import read_text
from holdfast.core.findings import Finding, Location, Severity

LIMIT = 16 * 2**20
"""The largest lock that is read, in bytes; real ones with a thousand packages take a quarter of it."""
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.!+_-]*")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_CONFLICT = r"(?m)^(?:<{7}|>{7}|\|{7})(?: |$)"


_DEEP = r"(?:\.[ \t]{0,4}[\"']?[\w-]{1,40}[\"']?[ \t]{0,4})"
FEW = 12
"""So many parts a key may have in a text that is `dense`."""


def error(id_: str, message: str, file: str, line: int | None = None, fix: str | None = None) -> Finding:
    """A finding of severity error."""
    return Finding(id_, Severity.ERROR, message, Location(file, line), fix)


def unreadable(file: str, message: str, line: int | None = None, fix: str | None = None) -> Unreadable:
    """LOCK002 for a file."""
    return Unreadable(error("LOCK002", message, file, line, fix))


def text_of(project: Path, file: str, fix: str | None = None) -> str:
    """A lock's text, with line ends as TOML has them. Raises Unreadable, also for merge conflict markers."""
    path = project / file
    try:
        text = read_text(path, limit=LIMIT)
    except HoldfastError as problem:
        said = problem.message.removeprefix(f"{path}: ").replace(str(path), file)
        place = re.fullmatch(rf"{re.escape(file)}:(\d+): (.*)", said)
        line, why = (int(place[1]), place[2]) if place else (None, said)
        raise unreadable(file, f"the lock cannot be read: {cut(why)}", line, fix) from problem
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if "<<<<<<<" in text or ">>>>>>>" in text:
        _refuse_conflict(text, file, fix)
    return text


def _refuse_conflict(text: str, file: str, fix: str | None) -> None:
    marker = re.search(_CONFLICT, text)
    if marker:
        line = line_at(text, marker.start())
        why = "the lock has merge conflict markers: take one side, then lock again"
        raise Unreadable(error("LOCK003", why, file, line, fix))


def line_at(text: str, offset: int) -> int:
    """The line, from 1, of an offset."""
    return text.count("\n", 0, offset) + 1


def dense(text: str) -> bool:
    """Whether so much of a text is dots that most of it may be dotted keys, of which tomllib makes a table a part."""
    return text.count(".") * 10 > len(text)


def key_line(text: str, key: str) -> int | None:
    """The line of the first line that begins with a key."""
    found = re.search(rf"(?m)^{key}\b", text)
    return line_at(text, found.start()) if found else None


def toml(text: str, file: str, fix: str | None = None) -> dict[str, Any]:
    """A lock's document. Raises Unreadable."""
    import tomllib

    most = FEW if dense(text) else 100
    deep = re.search(_DEEP + f"{{{most}}}", text)
    if deep:  # tomllib's time grows with the square of it
        raise unreadable(file, f"a key has {most} parts and more", line_at(text, deep.start()), fix)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        where = re.search(r" \(at line (\d+), column \d+\)$", str(problem))
        line = int(where[1]) if where else line_at(text, len(text))
        said = str(problem)[: where.start()] if where else str(problem).removesuffix(" (at end of document)")
        raise unreadable(file, f"the lock is not TOML: {cut(said)}", line, fix) from problem
    except (RecursionError, ValueError) as problem:  # nested a thousand deep, a number of 5000 digits, a 13th month
        raise unreadable(file, f"the lock is not TOML that can be read: {cut(problem)}", None, fix) from problem


_FILES = r"^(?:sdist = \{[^\n]*\}|wheels = \[\n(?:    \{[^\n]*\},\n)*\]|wheels = \[\{[^\n]*\}\])\n"
"""What makes up nine tenths of a lock of uv's: a list has no bracket at the beginning of a line before its last."""


def without_files(text: str, header: str) -> tuple[str, list[str]] | None:
    """A document without its lists of files, and the text of each package's block, for locks as uv writes them.

    tomllib takes seven times as long for the whole. None where the text has what might be mistaken for such a list.
    """
    if '"""' in text or "'''" in text:
        return None
    head, *blocks = text.split(f"\n{header}\n")
    short, dropped = re.subn(_FILES, "", text, flags=re.MULTILINE)
    return (short, blocks) if dropped and not head.startswith(header) else None


def tables(value: object) -> list[Mapping[str, Any]]:
    """The tables of a list; whatever else there is, is left out."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def words(value: object) -> tuple[str, ...]:
    """The strings of a list, or a string alone."""
    if isinstance(value, str):
        return (value,)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def word(value: object) -> str:
    """A string, or an empty one for anything else."""
    return value if isinstance(value, str) else ""


def is_name(value: object) -> bool:
    """Whether it is a package's name as PyPA has them; so no path and no control character is in it."""
    return isinstance(value, str) and len(value) <= 200 and _NAME.fullmatch(value) is not None


def is_version(value: object) -> bool:
    """Whether it may be a version."""
    return isinstance(value, str) and len(value) <= 200 and VERSION.fullmatch(value) is not None


def wrong_name_or_version(package: object) -> str:
    """Why a package's table cannot be read, as far as its name and version tell, or nothing."""
    if not isinstance(package, dict) or not is_name(package.get("name")):
        named = package.get("name") if isinstance(package, dict) else package
        return f"a package has no name that can be read: {cut(repr(named))}"
    version = package.get("version")
    if version is not None and not is_version(version):
        return f"package {package['name']} has no version that can be read: {cut(repr(version))}"
    return ""


DIGITS = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128, "blake2b": 128}
_HEX = re.compile(r"[0-9a-fA-F]+")


@lru_cache(maxsize=1)
def _sha256() -> re.Pattern[str]:
    return re.compile(r"sha256:[0-9a-f]{64}")


def malformed(hashes: tuple[str, ...]) -> str:
    """How many of them are no `algorithm:hex` of the algorithm's length, with the first of these; or nothing."""
    bad = [each for each in hashes if not _sound(each)]
    if not bad:
        return ""
    count = f"{len(bad)} of {len(hashes)} hashes" if len(hashes) > 1 else "the hash"
    return f"{count} {'are' if len(bad) > 1 else 'is'} malformed: {cut(bad[0]) or 'empty'}"


def _sound(text: str) -> bool:
    if _sha256().fullmatch(text):
        return True
    algorithm, _, digits = text.partition(":")
    return _HEX.fullmatch(digits) is not None and len(digits) == DIGITS.get(algorithm, len(digits))


class Blocks(NamedTuple):
    """Where the tables under a header such as `[[package]]` begin."""

    lines: tuple[int, ...]
    """Of each, in their order."""
    named: Mapping[tuple[str, str], int]
    """Of the first with a name and version, and with a name and any version (empty)."""


@lru_cache(maxsize=4)
def blocks(text: str, header: str) -> Blocks:
    """The lines of a lock's blocks, found in one pass over its text."""
    at = re.compile(rf"(?m)^{re.escape(header)}[ \t]*(?:#.*)?$")
    starts = [found.start() for found in at.finditer(text)]
    lines: list[int] = []
    named: dict[tuple[str, str], int] = {}
    line, before = 1, 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=False):  # without a start there is still an end
        line, before = line + text.count("\n", before, start), start
        lines.append(line)
        name, version = _value(text, "name", start, end), _value(text, "version", start, end)
        for key in ((normal(name), version), (normal(name), "")):
            named.setdefault(key, line)
    return Blocks(tuple(lines), named)


def _value(text: str, key: str, start: int, end: int) -> str:
    pattern = re.compile(rf'\n{key}[ \t]*=[ \t]*["\']([^"\'\n]*)["\']')
    found = pattern.search(text, start, end)
    return found[1] if found else ""


def block_line(text: str, header: str, name: str, version: str = "") -> int | None:
    """The line of the table under a header that has this name and version."""
    return blocks(text, header).named.get((name, version))


def line_of(text: str, header: str, name: str, version: str, origin: str) -> int | None:
    """The line of a package's table; `origin` is its number where others have its name and version too."""
    return numbered_line(text, header, int(origin)) if origin.isdigit() else block_line(text, header, name, version)


def numbered_line(text: str, header: str, number: int) -> int | None:
    """The line of a table under a header, by its number from 0."""
    lines = blocks(text, header).lines
    return lines[number] if number < len(lines) else None
