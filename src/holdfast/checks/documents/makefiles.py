"""The targets of a project's Makefiles (GNU make's manual), as far as they can be told without running make."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from holdfast.checks.facts import start_of

NAMES = ("GNUmakefile", "makefile", "Makefile")
LIMIT = 2**20
RULE = re.compile(r"([^\s:=#][^:=#]*?)[ \t]*&?::?(?!=)")
ASSIGNED = re.compile(r"(?:(?:export|override)[ \t]+)?([\w.-]+)[ \t]*(?:::?:?|\+|\?)?=[ \t]*(.*)")
VARIABLE = re.compile(r"\$(?:\(([\w.-]+)\)|\{([\w.-]+)\})")
INCLUDE = re.compile(r"(-|s)?include[ \t]+(.*)")
WILDCARD = re.compile(r"\$\(wildcard ([^$*?\[()]+)\)")
ITSELF = "$(lastword $(MAKEFILE_LIST))"
CALL = re.compile(r"\$[({](?:eval|call|foreach)\b")
DEEPEST = 10
LONGEST = 10_000
MOST = 50
"""How many files a Makefile includes, at most."""


class Targets(NamedTuple):
    """What can be made: names, names with one `%`, and whether more may be than could be told."""

    names: frozenset[str]
    patterns: tuple[str, ...] = ()
    more: bool = False

    def has(self, name: str) -> bool:
        """Whether the name may be a target."""
        return self.more or name in self.names or any(_fits(name, pattern) for pattern in self.patterns)


def _fits(name: str, pattern: str) -> bool:
    before, _, after = pattern.partition("%")
    return len(name) >= len(before) + len(after) and name.startswith(before) and name.endswith(after)


class _Reading:
    """What has been read so far."""

    def __init__(self, project: Path, files: frozenset[str]) -> None:
        self._project, self._files = project, files
        self._seen = set[str]()
        self._assigned: dict[str, str] = {}
        self.names, self.patterns, self.more = set[str](), set[str](), False

    def read(self, makefile: str) -> None:
        if makefile in self._seen or len(self._seen) > MOST:
            return
        self._seen.add(makefile)
        text = start_of(self._project / makefile, LIMIT).decode("utf-8", "replace")
        for line in _lines(text.replace(ITSELF, makefile)):
            self._line(makefile, line)

    def _line(self, makefile: str, line: str) -> None:
        if match := INCLUDE.fullmatch(line):
            named = WILDCARD.sub(r"\1", match[2])  # a name in `wildcard` is one that may be missing
            may_miss = bool(match[1]) or named != match[2]
            self._include(makefile, _expanded(named, self._assigned).split(), may_miss=may_miss)
        elif match := ASSIGNED.fullmatch(line):
            before = self._assigned.get(match[1], "") if "+=" in line else ""
            self._assigned[match[1]] = f"{before} {match[2]}"[:LONGEST].strip()
        elif CALL.search(line):
            self.more = True
        elif match := RULE.match(line):
            self._rule(match[1], line[match.end() :])

    def _rule(self, said: str, rest: str) -> None:
        words = _expanded(said, self._assigned).split()
        if words == [".PHONY"]:
            words = _expanded(rest, self._assigned).split()
        for word in words:
            if "$" in word or word == ".DEFAULT":
                self.more = self.more or not _is_path(word)
            else:
                (self.patterns if "%" in word else self.names).add(word)

    def _include(self, makefile: str, names: list[str], *, may_miss: bool) -> None:
        for name in names:
            places = [name, posixpath.join(posixpath.dirname(makefile), name)]
            there = next((path for path in map(posixpath.normpath, places) if path in self._files), None)
            if there is not None:
                self.read(there)
            elif not may_miss or "*" in name or "$" in name:  # one that may be missing adds nothing where it is
                self.more = True


def targets(project: Path, files: frozenset[str], paths: Iterable[str]) -> Targets:
    """The targets of Makefiles, and of those that they include."""
    found, more = Targets(frozenset()), False
    for path in paths:
        reading = _Reading(project, files)
        reading.read(path)
        more = more or reading.more
        found = Targets(found.names | reading.names, (*found.patterns, *reading.patterns))
    return found._replace(more=more)


def _lines(text: str) -> Iterator[str]:
    """The lines that are no recipe, comment or definition, joined where a backslash continues them."""
    defining = False
    for line in re.sub(r"\\\r?\n[ \t]*", " ", text).splitlines():
        if re.match(r"[ \t]*define\b", line):
            defining = True
        elif re.match(r"[ \t]*endef\b", line):
            defining = False
        elif not defining and not line.startswith("\t"):
            bare = line.strip()
            if bare and not bare.startswith("#"):
                yield bare if "#" not in bare or ASSIGNED.fullmatch(bare) else bare.partition(" #")[0].rstrip()


def _expanded(text: str, assigned: dict[str, str]) -> str:
    """The text with the variables expanded that the Makefile assigns, as far as it stays short."""
    text = text[:LONGEST]
    for _ in range(DEEPEST):
        after = VARIABLE.sub(lambda match: assigned.get(match[1] or match[2], match[0]), text)
        if after == text or len(after) > LIMIT:
            break
        text = after
    return text


def _is_path(word: str) -> bool:
    """Whether a word with a variable in it is the path of a file, which nobody calls by hand."""
    return "/" in word or bool(re.search(r"\.\w+$", word) and word != ".DEFAULT")
