"""The state file on disk: one writer at a time, nothing lost, and the last versions kept."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from holdfast.core.clock import iso, now_ms
from holdfast.core.digests import sha256
from holdfast.core.errors import HoldfastError
from holdfast.core.files import file_errors, write_atomic
from holdfast.core.locks import lock_in_turn
from holdfast.workflow.state_file.document import Document, parse
from holdfast.workflow.state_file.merging import (
    Claim,
    Judge,
    Refusal,
    Settled,
    Verdict,
    settle,
    without_evidence,
    written_lines,
)
from holdfast.workflow.state_file.problems import conflict_line
from holdfast.workflow.state_file.rotation import keep_log, rotate
from holdfast.workflow.state_file.spans import SECTIONS
from holdfast.workflow.state_file.versions import Index, Version, Versions

LARGEST = 64 * 2**20
"""Bytes of a state file above which it is not read."""
TRIES = 20
"""How often a write begins anew because somebody saved the file meanwhile."""
MARKDOWN = (".md", ".markdown")
"""How the name of a state file ends; a file of another name is one where it has a section of one."""
RESTORE = "run: holdfast workflow state restore last"

Change = Callable[[Document], Document]


class Written(NamedTuple):
    """What a write came to."""

    document: Document
    """The file as it is now."""
    changed: bool
    """Whether the file is another one than before."""
    version: Version | None = None
    """The newest version that is kept; None before the first."""
    refused: tuple[Refusal, ...] = ()
    """Claims made by hand that were put back. The Log has them too."""
    accepted: tuple[Claim, ...] = ()
    rotated: Path | None = None
    """The file that old lines of the Log were moved to."""


class StateFile:
    """A state file, and the directory of its versions, `keep`. The clock gives milliseconds since 1970."""

    def __init__(
        self, path: Path, *, keep: Path, clock: Callable[[], int] = now_ms, wait_s: float = 30, logs: Path | None = None
    ) -> None:
        self.path, self.keep, self.clock, self.wait_s = path, keep, clock, wait_s
        self.logs = logs or keep.parent / "log"
        self.versions = Versions(keep)

    def exists(self) -> bool:
        return os.path.lexists(self.path)

    def content(self) -> bytes | None:
        """The bytes of the file; None where there is none. Raises HoldfastError where it cannot be read."""
        with file_errors(self.path, "read"):
            try:
                if not stat.S_ISREG(self.path.stat().st_mode):  # reading a pipe or a device may never end
                    raise HoldfastError(f"{self.path}: not a regular file", hint="is this the file you meant?")
                with self.path.open("rb") as file:
                    content = file.read(LARGEST + 1)
            except FileNotFoundError:
                return None
        if len(content) > LARGEST:
            raise HoldfastError(f"{self.path}: larger than {LARGEST // 2**20} MiB", hint="is this the file you meant?")
        return content

    def read(self) -> Document:
        """The file as it is. Writes nothing. Raises HoldfastError where it is not there or cannot be read."""
        content = self.content()
        if content is None:
            raise self._missing(self.versions.load())
        return parse(content)

    def pending(self, judge: Judge = without_evidence) -> Settled:
        """What the next write will say of the hand edits since the last one. Writes nothing."""
        content = self.content()
        index = self.versions.recovered(self.versions.load(), content)
        return self._settled(parse(content or b""), index, judge)

    def change(
        self,
        function: Change,
        *,
        why: str = "",
        judge: Judge = without_evidence,
        create: bool = False,
        dry_run: bool = False,
    ) -> Written:
        """Judges what was changed by hand, applies the function to the result, and writes it if that changes a byte.

        The function is called again where somebody saves the file meanwhile: it must have no other effect. With
        `create`, it is given an empty document where there is no file. Raises HoldfastError, and writes nothing, where
        the file is missing, holds the signs of a merge conflict, or stays locked.
        """
        with self._locked(dry_run):
            for _ in range(TRIES):
                content = self.content()
                index = self.versions.recovered(self.versions.load(), content)
                document = self._fit(content, index, create=create)
                settled = self._settled(document, index, judge)
                changed = function(settled.document)
                if dry_run:
                    return _said(changed, settled, bytes(changed) != (content or b""), index.last)
                done = self._written(content, settled, changed, index, why)
                if done is not None:
                    return done
        raise HoldfastError(
            f"{self.path}: was changed {TRIES} times while it was written", hint="is another program writing it?"
        )

    def history(self) -> tuple[Version, ...]:
        """The versions that are kept, the oldest first."""
        return self.versions.load().versions

    def version(self, reference: str) -> Version:
        """A version by its number, `last`, or at least four characters of its digest. Raises HoldfastError."""
        versions = self.history()
        if reference == "last" and versions:
            return versions[-1]
        for version in reversed(versions):
            by_digest = len(reference) >= 4 and version.digest.startswith(reference)
            if reference == str(version.number) or by_digest:
                return version
        raise HoldfastError(
            f"no version {reference!r} of {self.path} is kept", hint="list them: holdfast workflow state history"
        )

    def content_of(self, version: Version) -> bytes:
        """What the file was. Raises HoldfastError where the kept content is gone or damaged."""
        content = self.versions.get(version.digest)
        if content is None:
            raise HoldfastError(
                f"version {version.number} of {self.path} is damaged",
                hint="choose another: holdfast workflow state history",
            )
        return content

    def restore(self, reference: str, *, judge: Judge = without_evidence, dry_run: bool = False) -> Written:
        """Makes an older version the file's content, as a new version; what is there is kept.

        The claims that a version which a hand wrote makes of the work are judged anew; that lines of the Log are gone
        again is what was asked for. Raises HoldfastError where it is not kept.
        """
        version = self.version(reference)
        restored = parse(self.content_of(version))
        index = self.versions.recovered(self.versions.load(), self.content())

        def of_work(claim: Claim) -> Verdict:
            return Verdict(accepted=True) if claim.kind == "log" else judge(claim)

        settled = self._settled(restored, index, of_work) if version.by == "hand" else Settled(restored)
        if dry_run:
            return _said(settled.document, settled, bytes(settled.document) != self.content(), index.last)
        return self.replace(bytes(settled.document), why=f"restored version {version.number}", settled=settled)

    def replace(self, content: bytes, *, why: str, settled: Settled | None = None) -> Written:
        """Puts another content in place of whatever is there, which is kept as a version. No claim in it is judged."""
        with self._locked(dry_run=False):
            for _ in range(TRIES):
                there = self.content()
                index = self.versions.recovered(self.versions.load(), there)
                done = self._put(there, content, index, index.written, why)
                if done is not None:
                    document = parse(content)
                    return _said(document, settled or Settled(document), there != content, done.last)
        raise HoldfastError(f"{self.path}: was changed {TRIES} times while it was written")

    def keep_log(self, text: str) -> Path:
        """Writes a raw log beside the records of runs; returns the file. The same text is kept once."""
        date = iso(self.clock())[:10]
        return keep_log(self.logs, text.encode("utf-8", "surrogateescape"), date=date)

    def _written(
        self, content: bytes | None, settled: Settled, changed: Document, index: Index, why: str
    ) -> Written | None:
        """None where the file is another one by now."""
        short, moved = rotate(changed)
        side = keep_log(self.logs, moved, date=iso(self.clock())[:10]) if moved else None
        if side is not None:
            short = _with_pointer(short, os.path.relpath(side, self.path.parent), moved)
        known = written_lines(settled.document, short, index.written)
        if settled.refused:  # their reports in the Log are ours
            known = tuple(dict.fromkeys((*known, *written_lines(parse(content or b""), short, index.written))))
        done = self._put(content, bytes(short), index, known, why)
        if done is None:
            return None
        said = _said(short, settled, bytes(short) != content, done.last)
        return said._replace(rotated=side)

    def _put(self, content: bytes | None, new: bytes, index: Index, known: tuple[str, ...], why: str) -> Index | None:
        """Keeps both contents, then writes the new one; None where the file is another one by now."""
        at, before = iso(self.clock()), index
        digest = "-" if content is None else sha256(content)
        if content is not None and (index.last is None or index.last.digest != digest):
            self.versions.put(content)
            index = index.with_version(digest, at, by="hand", why="changed by hand", size=len(content))
        if new == content:
            if (index.versions, known) != (before.versions, before.written):
                self.versions.save(index._replace(written=known))
            return index
        kept = self.versions.put(new)
        then = index.with_version(kept, at, by="engine", why=why, size=len(new))
        self.versions.save(then._replace(written=known, written_before=before.written, replaces=digest))
        if self.content() != content:
            self.versions.save(before)
            return None
        write_atomic(self.path, new)
        then = then._replace(written=known)
        self.versions.save(then, sync=False)
        self.versions.prune(then)
        return then

    def _settled(self, document: Document, index: Index, judge: Judge) -> Settled:
        base = None if index.last is None else self.versions.get(index.last.digest)
        return settle(None if base is None else parse(base), document, index.written, judge, at=iso(self.clock()))

    def _fit(self, content: bytes | None, index: Index, *, create: bool) -> Document:
        """The document that may be changed."""
        if content is None:
            if create and index.last is None:
                return parse(b"")
            raise self._missing(index)
        document = parse(content)
        if content.strip() and not (self.path.suffix.lower() in MARKDOWN or _has_sections(document)):
            raise HoldfastError(
                f"{self.path}: no workflow_state.md: it has none of the sections {', '.join(SECTIONS)}",
                hint="is this the file you meant? Nothing was written",
            )
        if line := conflict_line(document):
            raise HoldfastError(
                f"{self.path}:{line}: a merge left its conflict here; nothing was written",
                hint=f"resolve it by hand, or {RESTORE}",
            )
        return document

    def _missing(self, index: Index) -> HoldfastError:
        if index.last is None:
            return HoldfastError(f"{self.path}: no such file", hint="run: holdfast workflow state init")
        return HoldfastError(f"{self.path} was deleted; its version {index.last.number} is kept", hint=RESTORE)

    @contextmanager
    def _locked(self, dry_run: bool) -> Iterator[None]:
        """Holds the lock of the file; looking needs none."""
        if dry_run:
            yield
            return
        with ExitStack() as stack:
            handle, turn = (self._opened(name, stack) for name in ("lock", "turn"))
            lock_in_turn(handle, turn, self.path, wait_s=self.wait_s)
            yield

    def _opened(self, name: str, stack: ExitStack) -> int:
        path = self.keep / name
        with file_errors(path, "lock"):
            self.keep.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        stack.callback(os.close, handle)
        return handle


def in_project(project: Path, path: Path, *, clock: Callable[[], int] = now_ms) -> StateFile:
    """The state file at a path, with its versions under `.holdfast/` of the project.

    Whoever writes the file must come this way: the lock is beside the versions.
    """
    keep = project / ".holdfast" / "workflow" / "state"
    name = os.path.relpath(os.path.realpath(path), os.path.realpath(project))
    if name != "workflow_state.md":
        keep = keep.with_name(f"state-{sha256(os.fsencode(name))[:12]}")
    return StateFile(path, keep=keep, clock=clock)


def _has_sections(document: Document) -> bool:
    return any(section.name in SECTIONS for section in document.sections)


def _said(document: Document, settled: Settled, changed: bool, version: Version | None) -> Written:
    return Written(document, changed, version, settled.refused, settled.accepted)


def _with_pointer(document: Document, side: str, moved: bytes) -> Document:
    """Says at the end of the Log where its older lines are."""
    lines = moved.count(b"\n") or moved.count(b"\r") or 1
    return document.with_log(f"{lines} older lines are in {side}")
