"""Is a lock whole in itself: blocks, hashes, and what they need of each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from holdfast.checks.dependencies.model import MAIN, UNLISTED, Declared, Lock, Locked
from holdfast.checks.dependencies.poetry.graph import Unmet
from holdfast.checks.dependencies.poetry.reader import line_of
from holdfast.checks.dependencies.subject import Subject
from holdfast.checks.venv_probe.values import cut
from holdfast.core.findings import Finding, Location, Severity

MOST = 100
"""Findings of one kind; a lock with more is beyond mending by hand."""
SHOWN = 5
"""Of those who ask for one package."""
LENGTHS = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}


def graph_findings(subject: Subject, lock: Lock, unmet: Iterable[Unmet], fix: str) -> Iterator[Finding]:
    """LOCK008 for each block that does not fit and LOCK009 for each that is not there, with all who ask for it."""
    gathered: dict[tuple[str, ...], list[Unmet]] = {}
    for each in unmet:
        block = each.instead
        gathered.setdefault((each.need.name, block.origin if block else ""), []).append(each)
    lines: dict[Declared, int | None] = {}
    if any(isinstance(several[0].by, Declared) and several[0].instead is None for several in gathered.values()):
        lines = {each._replace(line=None): each.line for each in subject.declarations.located()}
    for several in list(gathered.values())[:MOST]:
        need, by, instead = several[0]
        who = " and ".join(list(dict.fromkeys(map(_who, several)))[:SHOWN])
        if instead is not None:
            line = line_of(lock, instead.name, instead.version, instead.origin)
            message = f"{lock.file} has {need.name} {cut(instead.version)}, and {who}"
            yield Finding("LOCK008", Severity.ERROR, message, Location(lock.file, line), fix)
        else:
            message = f"{lock.file} lacks {need.name}, and {who}"
            yield Finding("LOCK009", Severity.ERROR, message, _place(lock, by, lines), fix)


def asked(each: Declared) -> str:
    """A requirement as it is written, with its group or extra."""
    from holdfast.core.masking import mask_text

    text = cut(mask_text(each.text))
    if each.group != MAIN:
        return f"{text} (group {cut(each.group)})"
    return f"{text} (extra {cut(each.extra)})" if each.extra not in ("", UNLISTED) else text


def _who(each: Unmet) -> str:
    if isinstance(each.by, Declared):
        return f"{each.by.file} asks for {asked(each.by)}"
    wanted = f"{each.need.name} {cut(each.need.constraint)}".rstrip()
    return f"{each.by.name} {cut(each.by.version)} asks for {wanted}"


def _place(lock: Lock, by: Declared | Locked, lines: Mapping[Declared, int | None]) -> Location:
    if isinstance(by, Declared):
        return Location(by.file, lines.get(by))
    return Location(lock.file, line_of(lock, by.name, by.version, by.origin))


def twice(subject: Subject, lock: Lock, fix: str) -> Iterator[Finding]:
    """LOCK013: blocks that are there twice, and versions that would be installed beside each other."""
    counts = Counter(package.name for package in lock.packages)
    if len(counts) == len(lock.packages):
        return
    for name in [name for name, count in counts.items() if count > 1][:MOST]:
        blocks = [package for package in lock.packages if package.name == name]
        same = _same_block(blocks)
        selected = (
            [package for package in subject.selection.required if package.name == name] if subject.selection else []
        )
        if same is not None:
            line = line_of(lock, name, same.version, same.origin)
            message = f"{lock.file} has {name} {cut(same.version)} in two blocks"
            yield Finding("LOCK013", Severity.ERROR, message, Location(lock.file, line), fix)
        elif len(selected) > 1:
            line = line_of(lock, name, selected[1].version, selected[1].origin)
            versions = " and ".join(cut(package.version) for package in selected)
            message = f"{lock.file} has {name} {versions} for this environment at once"
            yield Finding("LOCK013", Severity.ERROR, message, Location(lock.file, line), fix)


def _same_block(blocks: list[Locked]) -> Locked | None:
    """The second of two blocks with one version and one source."""
    seen = set()
    for block in blocks:
        key = (block.version, block.source)
        if key in seen:
            return block
        seen.add(key)
    return None


def hash_findings(lock: Lock, fix: str) -> Iterator[Finding]:
    """LOCK012 and LOCK014."""
    found = 0
    usual = re.compile("sha256:[0-9a-f]{64}").fullmatch
    for package in lock.packages:
        bad = [each for each in package.hashes if not usual(each) and not _sound(each)]
        if bad or (not package.hashes and package.source is None):
            found += 1
            if found <= MOST:
                yield _hash_finding(lock, package, bad, fix)


def _hash_finding(lock: Lock, package: Locked, bad: list[str], fix: str) -> Finding:
    place = Location(lock.file, line_of(lock, package.name, package.version, package.origin))
    who = f"{package.name} {cut(package.version)}"
    if not bad:
        return Finding("LOCK014", Severity.WARNING, f"{lock.file} has no hashes for {who}", place, fix)
    count = f"{len(bad)} of {len(package.hashes)} hashes" if len(package.hashes) > 1 else "the hash"
    are = "are" if len(bad) > 1 else "is"
    message = f"{lock.file}: {count} of {who} {are} malformed: {cut(bad[0]) or 'empty'}"
    return Finding("LOCK012", Severity.ERROR, message, place, fix)


def _sound(text: str) -> bool:
    algorithm, _, digits = text.partition(":")
    return len(digits) == LENGTHS.get(algorithm) and re.fullmatch("[0-9a-f]+", digits) is not None
