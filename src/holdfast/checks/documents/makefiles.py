"""The targets of a project's Makefiles (GNU make's manual), as far as they can be told without running make."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from holdfast.checks.facts import start_of

NAMES = ("GNUmakefile", "makefile", "Makefile")
LIMIT = 2**20
RULE = re.compile(r"([^\s:=#][^:=#]*?)[ \t]*&?::?(?!=)")
ASSIGNED = re.compile(r"(?:(?:export|override)[ \t]+)?([\w.-]+)[ \t]*(?:::?:?|\+|\?)?=[ \t]*(.*)")
VARIABLE = re.compile(r"\$(?:\(([\w.-]+)\)|\{([\w.-]+)\})")
INCLUDE = re.compile(r"(-|s)?include[ \t]+(.*)")
CALL = re.compile(r"\$[({](?:eval|call|foreach)\b")
DEEPEST = 10
LONGEST = 10_000


class Targets(NamedTuple):
    """What can be made: names, names with one `%`, and whether more may be than could be told."""

    names: frozenset[str]
    patterns: tuple[str, ...] = ()
    more: bool = False

    def has(self, name: str) -> bool:
        """Whether the name may be a target."""
        return self.more or name in self.names or any(_fits(name, pattern) for pattern in self.patterns)

    def __or__(self, other: object) -> Targets:
        if not isinstance(other, Targets):
            return NotImplemented
        return Targets(self.names | other.names, self.patterns + other.patterns, self.more or other.more)


def _fits(name: str, pattern: str) -> bool:
    before, _, after = pattern.partition("%")
    return len(name) >= len(before) + len(after) and name.startswith(before) and name.endswith(after)


def targets(project: Path, files: frozenset[str], makefile: str) -> Targets:
    """The targets of a Makefile, and of those that it includes."""
    return _read(project, files, makefile, frozenset())


def _read(project: Path, files: frozenset[str], makefile: str, seen: frozenset[str]) -> Targets:
    if makefile in seen or len(seen) > DEEPEST:
        return Targets(frozenset())
    text = start_of(project / makefile, LIMIT).decode("utf-8", "replace")
    assigned: dict[str, str] = {}
    found = Targets(frozenset())
    for line in _lines(text):
        if match := INCLUDE.fullmatch(line):
            names = _expanded(match[2], assigned).split()
            found |= _included(project, files, makefile, names, seen, may_miss=bool(match[1]))
        elif match := ASSIGNED.fullmatch(line):
            before = assigned.get(match[1], "") if "+=" in line else ""
            assigned[match[1]] = f"{before} {match[2]}"[:LONGEST].strip()
        elif CALL.search(line):
            found |= Targets(frozenset(), more=True)
        elif match := RULE.match(line):
            found |= _rule(match[1], line[match.end() :], assigned)
    return found


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


def _rule(said: str, rest: str, assigned: dict[str, str]) -> Targets:
    words = _expanded(said, assigned).split()
    if words == [".PHONY"]:
        words = _expanded(rest, assigned).split()
    if ".DEFAULT" in words or any("$" in word for word in words):
        unknown = [word for word in words if "$" in word or word == ".DEFAULT"]
        return Targets(frozenset(words).difference(unknown), more=not all(_is_path(word) for word in unknown))
    return Targets(frozenset(word for word in words if "%" not in word), tuple(word for word in words if "%" in word))


def _is_path(word: str) -> bool:
    """Whether a word with a variable in it is the path of a file, which nobody calls by hand."""
    return "/" in word or bool(re.search(r"\.\w+$", word) and word != ".DEFAULT")


def _included(
    project: Path, files: frozenset[str], makefile: str, names: list[str], seen: frozenset[str], *, may_miss: bool
) -> Targets:
    found = Targets(frozenset())
    for name in names:
        places = [name, posixpath.join(posixpath.dirname(makefile), name)]
        there = next((path for path in map(posixpath.normpath, places) if path in files), None)
        if there is not None:
            found |= _read(project, files, there, seen | {makefile})
        elif not may_miss or "*" in name or "$" in name:  # one that may be missing adds nothing where it is
            found |= Targets(frozenset(), more=True)
    return found
