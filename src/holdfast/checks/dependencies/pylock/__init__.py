"""Locks of kind pylock: pylock.toml and pylock.NAME.toml (PEP 751, packaging.python.org/specifications/pylock-toml)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.checks.dependencies import lockfile
from holdfast.checks.dependencies.model import MAIN, Lock
from holdfast.checks.dependencies.subject import Subject
from holdfast.core.findings import Finding

HEADER = "[[packages]]"


def read(subject: Subject, file: str) -> Lock:
    """The lock. Raises Unreadable."""
    from holdfast.checks.dependencies.pylock import reader

    return reader.read(file, lockfile.text_of(subject.project, file))


def check(subject: Subject, lock: Lock) -> Iterator[Finding]:
    """What is wrong with the lock, by itself and against pyproject.toml."""
    from holdfast.checks.dependencies import direct, sound
    from holdfast.checks.dependencies.pylock.reader import elsewhere

    yield from elsewhere(subject, lock)
    yield from direct.against_pyproject(subject, lock, lock.groups | {MAIN}, lock.extras)
    yield from sound.gone(subject, lock)
    yield from sound.hashes(subject, lock)
    yield from sound.without_hashes(subject, lock)
    yield from sound.twice(subject, lock)


def lock_command(subject: Subject) -> str:
    """The command that the lock says made it, else the one of the tool that it names."""
    from holdfast.checks.dependencies.header import command_in

    file = subject.found[1] if subject.found else "pylock.toml"
    lock = subject.lock
    text = lock.text if lock else ""
    made = re.search(r'(?m)^created-by = "([a-z]+)"', text[:4096])
    usual = {"uv": f"uv export --format pylock.toml --output-file {file}", "pdm": f"pdm lock --lockfile {file}"}
    return command_in(text) or usual.get(made[1] if made else "", f"pip lock --output {file} .")


def install_command(subject: Subject, lock: Lock) -> str:
    """`uv pip sync` for a lock that uv made, else pip's, which takes a pylock.toml as if it were requirements."""
    import shlex

    if 'created-by = "uv"' not in lock.text:
        return shlex.join(["pip", "install", "-r", lock.file])
    choice = subject.choice
    words = [word for extra in choice.extras for word in ("--extra", extra)]
    words += [word for group in choice.groups if group != MAIN for word in ("--group", group)]
    return shlex.join(["uv", "pip", "sync", *words, lock.file])


def line_of(lock: Lock, name: str, version: str = "", origin: str = "") -> int | None:
    """The line of a package's block."""
    return lockfile.line_of(lock.text, HEADER, name, version, origin)
