"""Locks of kind requirements: requirements files whose lines have hashes, one file for each group."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from holdfast.checks.dependencies import lockfile
from holdfast.checks.dependencies.model import MAIN, Lock, Locked, Source, When, normal
from holdfast.checks.dependencies.requirements.reader import File, Line, read_file
from holdfast.checks.dependencies.search import hashed_files, is_main, stem_of
from holdfast.checks.dependencies.subject import Subject
from holdfast.core.findings import Finding

OTHERS = ("dev", "develop", "development", "test", "tests", "testing", "doc", "docs", "lint", "ci", "build", "typing")
"""Names that a file has which is not the main one, though it may be the only one with hashes."""


def group_of(file: str) -> str:
    """The group that a file is for: MAIN, or what its name says."""
    return MAIN if is_main(file) else normal(stem_of(file))


def read(subject: Subject, file: str) -> Lock:
    """The lock: the named file and the others beside it. Raises Unreadable."""
    files = _files(subject, file)
    packages = tuple(_packages(files))
    groups = frozenset(files) - {MAIN}
    main = files.get(MAIN)
    included = {group for group, each in files.items() if main and each.file in main.includes}
    own = next((each for each in packages if each.source and _is_project(each.source)), None)
    text = next(each.text for each in files.values() if each.file == file)
    kept = tuple(each for each in packages if each is not own)
    return Lock("requirements", file, text, kept, (), groups, frozenset(included), frozenset(), own.name if own else "")


def _is_project(source: Source) -> bool:
    return source.kind == "directory" and source.url == "." and not source.subdirectory


def _files(subject: Subject, main: str) -> dict[str, File]:
    """The files by their groups. One that the user named is the main one, unless its name says what else it is for."""
    group = group_of(main)
    if group not in OTHERS and not any(group_of(file) == MAIN for file in hashed_files(subject.project)):
        group = MAIN
    found = {group: read_file(subject.project, main)}
    for file in hashed_files(subject.project):
        if file != main and group_of(file) not in found:
            found[group_of(file)] = read_file(subject.project, file)
    return found


def _packages(files: Mapping[str, File]) -> Iterator[Locked]:
    """Each package once, with the groups that have it."""
    found: dict[tuple[str, str, Source | None], list[tuple[str, Line]]] = {}
    for group, file in files.items():
        for line in file.lines:
            if line.name and not line.limits:
                found.setdefault((line.name, line.version, line.source), []).append((group, line))
    for (name, version, source), lines in found.items():
        when = dict.fromkeys(When(group, line.marker) for group, line in lines)
        hashes = dict.fromkeys(digest for _, line in lines for digest in line.hashes)
        first = lines[0][1]
        yield Locked(name, version, (), {}, source, tuple(when), "", tuple(hashes), f"{first.file}:{first.line}")


def check(subject: Subject, lock: Lock) -> Iterator[Finding]:
    """What is wrong with the lock, by itself and against pyproject.toml."""
    from holdfast.checks.dependencies import direct
    from holdfast.checks.dependencies.requirements.rules import lines, versions

    files = _files(subject, lock.file)
    yield from lines(subject, files)
    yield from direct.against_pyproject(subject, lock, frozenset(files), frozenset(files) - {MAIN})
    yield from versions(subject, files)


def lock_command(subject: Subject) -> str:
    """The command that the file's first lines say made it, else the usual one."""
    from holdfast.checks.dependencies.header import command_in

    lock = subject.lock
    file = lock.file if lock else "requirements.txt"
    usual = f"pip-compile --generate-hashes --output-file {file} pyproject.toml"
    if (subject.project / "poetry.lock").is_file():
        usual = f"poetry export --output {file}"
    return (command_in(lock.text) if lock else "") or usual


def install_command(subject: Subject, lock: Lock) -> str:
    """The command that installs the main file and those of the groups that were chosen."""
    import shlex

    from holdfast.checks.dependencies.selection import groups_of

    wanted = groups_of(lock, subject.choice)
    files = [each.file for group, each in _files(subject, lock.file).items() if group in wanted]
    if re.search(r"(?m)^#\s+uv (?:pip compile|export)\b", lock.text[:4096]):
        return shlex.join(["uv", "pip", "sync", *files])
    return shlex.join(["pip", "install", "--require-hashes", *(word for file in files for word in ("-r", file))])


def line_of(lock: Lock, name: str, version: str = "", origin: str = "") -> int | None:
    """The line of a package in the lock's main file; `origin` is the file and line of its first mention."""
    file, _, line = origin.rpartition(":")
    if file:
        return int(line) if file == lock.file and line.isdigit() else None
    spelled = "[-_.]+".join(map(re.escape, name.split("-")))
    wanted = rf"(?mi)^{spelled}\s*(?:\[[^\]]*\])?\s*===?\s*{re.escape(version)}"
    found = re.search(wanted, lock.text)
    return lockfile.line_at(lock.text, found.start()) if found else None
