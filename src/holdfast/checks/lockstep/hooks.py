"""What .pre-commit-config.yaml says of the tools that it runs (pre-commit.com, "Adding pre-commit plugins")."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from holdfast.checks.facts import PRE_COMMIT
from holdfast.checks.lockstep.files import Files, listed, mapping
from holdfast.checks.lockstep.pins import Kind, Pin, named
from holdfast.checks.lockstep.releases import release, repository_of
from holdfast.checks.lockstep.tools_known import BY_REPOSITORY
from holdfast.core.config.documents import Document
from holdfast.core.config.table import KeyPath
from holdfast.core.findings import Location

_FROZEN = re.compile(r"#\s*frozen:\s*(\S+)")


class Loose(NamedTuple):
    """A repository at a revision that is no version."""

    tool: str
    revision: str
    location: Location


class Hook(NamedTuple):
    """One hook, with its repository."""

    id: str
    repository: str
    said: Mapping[str, Any]
    location: Location


def hooks(files: Files) -> Iterator[Hook]:
    """Every hook of the configuration."""
    document = files.yaml(PRE_COMMIT)
    for path, repository in _repositories(document):
        for number, hook in enumerate(listed(repository.get("hooks"))):
            said = mapping(hook)
            place = Location(PRE_COMMIT, document.line((*path, "hooks", number, "id")))
            yield Hook(str(said.get("id", "")), repository_of(str(repository.get("repo", ""))), said, place)


def hook_pins(files: Files) -> tuple[list[Pin], list[Loose]]:
    """The versions that hooks run: by the revision of their repository, and by `additional_dependencies`."""
    document = files.yaml(PRE_COMMIT)
    pins: list[Pin] = []
    loose: list[Loose] = []
    for path, repository in _repositories(document):
        found = _by_revision(document, path, repository)
        loose += [found] if isinstance(found, Loose) else []
        pins += [found] if isinstance(found, Pin) else []
        pins += _added(document, path, repository)
    return pins, loose


def _repositories(document: Document) -> Iterator[tuple[KeyPath, Mapping[str, Any]]]:
    for index, repository in enumerate(listed(mapping(document.value).get("repos"))):
        yield ("repos", index), mapping(repository)


def _by_revision(document: Document, path: KeyPath, repository: Mapping[str, Any]) -> Pin | Loose | None:
    url, revision = repository.get("repo"), repository.get("rev")
    tool = BY_REPOSITORY.get(repository_of(url)) if isinstance(url, str) else None
    if tool is None or not isinstance(revision, str):
        return None
    line = document.line((*path, "rev"))
    place = Location(PRE_COMMIT, line)
    frozen = _FROZEN.search(document.text.splitlines()[line - 1]) if line else None
    tag = frozen[1] if frozen else revision
    version = release(tag)
    line_there = "rev: v{}" if tag.startswith("v") else "rev: {}"
    return Pin(tool, version, Kind.HOOK, place, line=line_there) if version else Loose(tool, revision, place)


def _added(document: Document, path: KeyPath, repository: Mapping[str, Any]) -> Iterator[Pin]:
    for number, hook in enumerate(listed(repository.get("hooks"))):
        for index, text in enumerate(listed(mapping(hook).get("additional_dependencies"))):
            line = document.line((*path, "hooks", number, "additional_dependencies", index))
            yield from named(str(text), Kind.HOOK, Location(PRE_COMMIT, line))
