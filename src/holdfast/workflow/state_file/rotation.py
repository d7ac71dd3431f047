"""Keeping the file small enough to be read in one call: old lines of the Log move elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from holdfast.core.digests import sha256
from holdfast.core.files import file_errors, write_atomic
from holdfast.workflow.state_file.document import Document
from holdfast.workflow.state_file.problems import LIMIT
from holdfast.workflow.state_file.spans import COMMENT, TEXT

SMALLEST = 4096
"""Bytes of Log below which nothing is moved: where the rest of the file is too large, that would not help."""


class Rotated(NamedTuple):
    """A document whose Log is short enough, and what was taken from it; empty where nothing had to be."""

    document: Document
    moved: bytes = b""


def rotate(document: Document, *, limit: int = LIMIT) -> Rotated:
    """Takes the oldest entries of the Log until the file has three quarters of `limit` bytes.

    Comments stay, and so do the newest 2 KiB of the Log. The document is the same one where it is within the limit.
    """
    section, size = document.section("Log"), len(bytes(document))
    if section is None or size <= limit:
        return Rotated(document)
    kinds, lines = document.scan.kinds, document.lines
    log = [at for at in range(section.start, section.end) if kinds[at] != COMMENT]
    sizes = {at: len(lines[at].encode("utf-8", "surrogateescape")) for at in log}
    total = sum(sizes.values())
    if total <= SMALLEST:
        return Rotated(document)
    wanted = min(size - limit * 3 // 4, total - SMALLEST // 2)
    taken: list[int] = []
    count = 0
    for at in log:
        if count >= wanted and kinds[at] == TEXT and lines[at].strip() and not lines[at].startswith((" ", "\t")):
            break
        taken.append(at)
        count += sizes[at]
    return _without(document, taken)


def _without(document: Document, taken: list[int]) -> Rotated:
    gone = set(taken)
    while taken and not document.lines[taken[0]].strip():  # the empty lines under the heading stay
        gone.discard(taken.pop(0))
    moved = "".join(document.lines[at] for at in taken).encode("utf-8", "surrogateescape")
    kept = [line for at, line in enumerate(document.lines) if at not in gone]
    return Rotated(Document(kept, document.mark), moved)


def keep_log(folder: Path, content: bytes, *, date: str) -> Path:
    """Writes what was taken from a Log into a file of its own, named by date and digest; returns it.

    Content that was kept before, as by a command that was killed, is not kept twice. Raises HoldfastError.
    """
    digest = sha256(content)[:12]
    with file_errors(folder, "write into"):
        folder.mkdir(parents=True, exist_ok=True)
        there = next(folder.glob(f"*-{digest}.md"), None)
    if there is not None:
        return there
    path = folder / f"{date}-{digest}.md"
    write_atomic(path, content)
    return path
