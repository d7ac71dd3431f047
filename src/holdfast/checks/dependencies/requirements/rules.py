"""What is wrong with requirements files that have hashes, line by line and among each other."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from holdfast.checks.dependencies.lockfile import error, malformed
from holdfast.checks.dependencies.requirements.reader import File, Line
from holdfast.checks.dependencies.subject import Subject
from holdfast.checks.dependencies.versions import allows
from holdfast.checks.venv_probe.values import cut
from holdfast.core.findings import Finding


def lines(subject: Subject, files: Mapping[str, File]) -> Iterator[Finding]:
    """LOCK010, LOCK012, LOCK014 and LOCK016: each line once, in however many files it is included."""
    for line in dict.fromkeys(line for file in files.values() for line in file.lines):
        if line.wrong:
            yield error("LOCK016", line.wrong, line.file, line.line)
        elif not line.limits:
            yield from _hashes(subject, line)
            yield from _gone(subject, line)


def _hashes(subject: Subject, line: Line) -> Iterator[Finding]:
    fix = subject.lock_command
    if wrong := malformed(line.hashes):
        message = f"{cut(f'{line.name} {line.version}'.rstrip())}: {wrong}"
        yield error("LOCK012", message, line.file, line.line, fix)
    if line.source is not None:
        return
    if not line.version:
        message = (
            f"{cut(line.name + line.constraint)} is not pinned with ==, which pip asks of every line beside hashes"
        )
        yield error("LOCK014", message, line.file, line.line, fix)
    elif not line.hashes:
        message = f"{cut(line.name)} {cut(line.version)} has no hashes among lines that have: pip refuses the file"
        yield error("LOCK014", message, line.file, line.line, fix)


def _gone(subject: Subject, line: Line) -> Iterator[Finding]:
    source = line.source
    if source is None or source.kind not in ("directory", "file"):
        return
    if not os.path.exists(os.path.join(subject.project, source.url.replace("\0", ""))):
        name = cut(line.name) or "a package"
        message = f"{name} is locked from the {source.kind} {cut(source.url)}, which is not there"
        yield error("LOCK010", message, line.file, line.line)


def versions(subject: Subject, files: Mapping[str, File]) -> Iterator[Finding]:
    """LOCK008 for what files of constraints forbid, LOCK013 for two versions that are both for this environment."""
    every = dict.fromkeys(line for file in files.values() for line in file.lines)
    here: dict[str, list[Line]] = {}
    for line in every:
        if line.name and not line.limits and subject.target.holds(line.marker):
            here.setdefault(line.name, []).append(line)
    for name, found in here.items():
        yield from _twice(subject, name, found)
    for limit in every:
        if limit.limits and subject.target.holds(limit.marker):
            yield from _forbidden(limit, here.get(limit.name, []))


def _forbidden(limit: Line, found: list[Line]) -> Iterator[Finding]:
    for line in found:
        if line.version and allows(limit.constraint, line.version) is False:
            place = f"{limit.file}:{limit.line}"
            message = f"{place} limits {cut(limit.name + limit.constraint)}; {line.file} has {line.version}"
            yield error("LOCK008", message, line.file, line.line)


def _twice(subject: Subject, name: str, found: list[Line]) -> Iterator[Finding]:
    first = found[0]
    for line in found[1:]:
        if line.version == first.version or allows(f"=={first.version}", line.version) is True:
            continue
        place = f"{first.file}:{first.line}"
        message = (
            f"{cut(name)} is locked as {line.version or 'a path'} here and as {first.version or 'a path'} in {place}"
        )
        yield error("LOCK013", message, line.file, line.line, subject.lock_command)
