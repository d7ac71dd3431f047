"""What changed in pyproject.toml since poetry.lock was made, by what git knows or the hash itself proves."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from holdfast.checks.dependencies.model import Lock, normal
from holdfast.checks.dependencies.poetry.changes import Change, Entry, changes, entries
from holdfast.checks.dependencies.poetry.content import relevant, without_groups
from holdfast.checks.dependencies.poetry.edits import LOOKS, MOVED, NAMED, Edit, since
from holdfast.checks.dependencies.poetry.freshness import is_fresh
from holdfast.checks.dependencies.reading import FILE, Lines
from holdfast.checks.dependencies.subject import Subject
from holdfast.core.config.table import KeyPath
from holdfast.core.findings import Finding, Location, Severity

COMMITS = 50
"""Versions of pyproject.toml that are looked at."""
SHOWN = 20
"""Changes that are named one by one."""
DISTRIBUTIONS = 5000


class Told(NamedTuple):
    """What changed, and the names of the packages that it is about."""

    findings: tuple[Finding, ...]
    names: frozenset[str]


class _Proof(NamedTuple):
    """What changed in meaning, else in looks."""

    changes: tuple[Change, ...]
    looks: Change | None = None


def proved(subject: Subject, lock: Lock, said: str, fix: str) -> Told | None:
    """What changed, where git's history or the hash itself proves it; None where neither does."""
    proof = _by_history(subject, lock, said) or _by_hash(subject, lock, said)
    if proof is None:
        return None
    findings = _changed(subject, proof, lock, fix) if proof.changes else [_in_looks(subject, proof.looks, lock, fix)]
    return Told(tuple(findings), frozenset(change.name for change in proof.changes))


def _by_history(subject: Subject, lock: Lock, said: str) -> _Proof | None:
    """The difference to the newest pyproject.toml, of the last ones that git knows, that the lock was made from."""
    import tomllib

    from holdfast.core.git import git

    listed = git(subject.project, "log", f"-{COMMITS}", "--format=%H", "--", FILE) or b""
    for revision in ("", *listed.decode("ascii", "replace").split()):  # the first is what is staged
        text = git(subject.project, "show", f"{revision}:./{FILE}")
        try:
            old = tomllib.loads(text.decode("utf-8-sig")) if text else {}
        except (ValueError, RecursionError):
            continue
        if old and is_fresh(old, lock, said):
            new = subject.context.pyproject
            return _Proof(changes(old, new), _first_look(old, new))
    return None


def _first_look(old: Mapping[str, Any], new: Mapping[str, Any]) -> Change | None:
    """The first thing that is written otherwise, of two documents that mean the same."""
    before: dict[tuple[str, str], list[str]] = {}
    for entry in entries(old):
        before.setdefault((entry.section, entry.name), []).append(entry.text)
    for entry in entries(new):
        texts = before.get((entry.section, entry.name), [])
        if texts and entry.text not in texts:
            return Change(entry.section, entry.name, texts[0], entry.text, entry.path)
    return None


def _by_hash(subject: Subject, lock: Lock, said: str) -> _Proof | None:
    """The edit that, taken back in pyproject.toml, gives the hash."""
    pyproject = subject.context.pyproject
    names, extras = _true_names(subject), {package.name: tuple(package.extras) for package in lock.packages}
    for groups in (True, False) if without_groups(lock.text) else (True,):
        content = relevant(pyproject, groups=groups)
        try:
            edits = since(content, said, names, extras)
        except (TypeError, RecursionError):  # what Poetry cannot hash either
            return None
        if edits is not None:
            # Poetry 1 hashed the content of [tool.poetry] as if it stood alone.
            root: KeyPath = () if "tool" in content else ("tool", "poetry")
            found = tuple(_change(pyproject, edit._replace(path=(*root, *edit.path))) for edit in edits)
            return _Proof((), found[0]) if edits[0].kind in (LOOKS, NAMED) else _Proof(found)
    return None


def _change(pyproject: Mapping[str, Any], edit: Edit) -> Change:
    path = edit.path
    known = {entry.path: entry for entry in entries(pyproject)}
    entry = next((known[path[:end]] for end in range(len(path), 0, -1) if path[:end] in known), None)
    if entry is None:
        name = ".".join(map(str, path))
        return Change("", name, edit.old, name, path)
    if edit.kind == NAMED:
        return Change(entry.section, entry.name, edit.old, str(path[-1]), path)
    if edit.kind == MOVED:
        return Change(
            "", entry.name, f"{entry.text} ({edit.old})", f"{entry.text} ({entry.section or 'no group'})", path
        )
    return Change(entry.section, entry.name, _old(edit, entry), entry.text, path)


def _old(edit: Edit, entry: Entry) -> str:
    """What an entry was, as its text would have been."""
    if not edit.old or isinstance(edit.path[-1], int):
        return edit.old
    key = "" if edit.path == entry.path else f"{edit.path[-1]} = "
    return f"{entry.name} {key}{edit.old}"


def _true_names(subject: Subject) -> dict[str, str]:
    """Names as the installed distributions write them."""
    names: dict[str, str] = {}
    for directory in subject.context.environment.site_packages if subject.context.environment else ():
        try:
            listed = sorted(os.listdir(directory))
        except OSError:
            continue
        for name in listed[:DISTRIBUTIONS]:
            if name.endswith(".dist-info"):
                true = _name_in(os.path.join(directory, name, "METADATA")) or name.partition("-")[0]
                names.setdefault(normal(true), true)
    return names


def _name_in(path: str) -> str:
    """The name in a METADATA; opening a pipe would never end."""
    if not os.path.isfile(path):
        return ""
    try:
        with open(path, "rb") as file:
            head = file.read(2000)
    except OSError:
        return ""
    match = re.search(rb"(?m)^Name: *([A-Za-z0-9._-]+)", head)
    return match[1].decode() if match else ""


def _changed(subject: Subject, proof: _Proof, lock: Lock, fix: str) -> Iterator[Finding]:
    """LOCK005 for each change."""
    since_then = f"pyproject.toml changed since {lock.file} was made"
    lines = Lines(subject.declarations.text)
    for change in proof.changes[:SHOWN]:
        place = Location(FILE, lines.of(change.path) if change.path else None)
        yield Finding("LOCK005", Severity.ERROR, f"{since_then}: {change}", place, fix)
    if len(proof.changes) > SHOWN:
        message = f"{since_then}: {len(proof.changes) - SHOWN} changes more"
        yield Finding("LOCK005", Severity.ERROR, message, Location(FILE), fix)


def _in_looks(subject: Subject, looks: Change | None, lock: Lock, fix: str) -> Finding:
    """LOCK006."""
    line = Lines(subject.declarations.text).of(looks.path) if looks and looks.path else None
    what = f": {looks}" if looks and looks.old else ": the order of its requirements" if looks else ""
    message = f"pyproject.toml changed in looks only since {lock.file} was made{what}; poetry check --lock fails on it"
    return Finding("LOCK006", Severity.WARNING, message, Location(FILE, line), fix)
