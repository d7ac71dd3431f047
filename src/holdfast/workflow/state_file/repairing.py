"""Mending a state file, on request only: what is damaged is replaced by the newest version that is whole."""

from __future__ import annotations

from typing import NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.workflow.state_file.document import Document, parse
from holdfast.workflow.state_file.problems import conflict_line
from holdfast.workflow.state_file.spans import SECTIONS
from holdfast.workflow.state_file.store import RESTORE, StateFile
from holdfast.workflow.state_file.table import delimiter_for
from holdfast.workflow.state_file.versions import Version


class Repaired(NamedTuple):
    """The file as it should be, and what was done to it, in words; nothing where it is whole."""

    document: Document
    done: tuple[str, ...]


def damage(content: bytes | None) -> str | None:
    """Why a content cannot be what anybody wrote; None where it can."""
    if content is None:
        return "it was deleted"
    if not content.strip():
        return "it is empty"
    return "it holds null characters, as a torn write leaves" if b"\0" in content else None


def repaired(file: StateFile) -> Repaired:
    """What `repair` would write. Raises HoldfastError where no version is whole, or a merge conflict is left."""
    content = file.content()
    reason = damage(content)
    if reason is None:
        document = parse(content or b"")
        if line := conflict_line(document):
            raise HoldfastError(
                f"{file.path}:{line}: a merge left its conflict here; nothing was written",
                hint=f"resolve it by hand, or {RESTORE}",
            )
        return mended(document)
    version = newest_whole(file)
    if version is None:
        raise HoldfastError(
            f"{file.path}: {reason}, and no whole version of it is kept",
            hint="take it from git, or run: holdfast workflow state init",
        )
    document, done = mended(parse(file.content_of(version)))
    return Repaired(document, (f"{reason}: taken from version {version.number} of {version.at}", *done))


def repair(file: StateFile) -> Repaired:
    """Mends the file; what was there is kept as a version. Raises HoldfastError as `repaired` does."""
    found = repaired(file)
    if found.done:
        file.replace(bytes(found.document), why=f"repaired: {'; '.join(found.done)}")
    return found


def newest_whole(file: StateFile) -> Version | None:
    """The newest kept version that is not damaged."""
    for version in reversed(file.history()):
        content = file.versions.get(version.digest)
        if content is not None and damage(content) is None and conflict_line(parse(content)) is None:
            return version
    return None


def mended(document: Document) -> Repaired:
    """The document with bytes that are not UTF-8 read as Windows-1252, delimiter rows, and every section."""
    done = []
    text = bytes(document).decode("utf-8", "surrogateescape")
    clean = "".join(map(_as_windows, text)) if any("\udc80" <= sign <= "\udcff" for sign in text) else text
    if clean != text:
        document = parse(clean.encode())
        done.append("bytes that are not UTF-8 were read as Windows-1252")
    while (header := next((table.header for table in document.tables if table.delimiter is None), None)) is not None:
        document = document.inserted(header + 1, [delimiter_for(document.lines[header])])
        done.append(f"line {header + 1}: the row under the header of the table was missing")
    for name in SECTIONS:
        if document.section(name) is None:
            document = document.with_section(name)
            done.append(f"section {name} was missing")
    return Repaired(document, tuple(done))


def _as_windows(sign: str) -> str:
    if not "\udc80" <= sign <= "\udcff":
        return sign
    return bytes([ord(sign) - 0xDC00]).decode("cp1252", "replace")
