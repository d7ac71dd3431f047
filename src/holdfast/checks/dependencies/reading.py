"""What has been read of a pyproject.toml so far: requirements with their places, and what cannot be understood."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from holdfast.checks.dependencies.closure import TooMuch, closures
from holdfast.checks.dependencies.model import MAIN, Declared
from holdfast.checks.dependencies.requirement import NotARequirement, need_of
from holdfast.checks.venv_probe.values import cut
from holdfast.core.config.table import KeyPath
from holdfast.core.findings import Finding, Location, Severity

FILE = "pyproject.toml"

Row = tuple[Declared, KeyPath]


class Lines:
    """The lines of a TOML document's keys."""

    def __init__(self, text: str) -> None:
        from holdfast.core.config.toml_positions import toml_positions

        self._text = text
        self._offsets = toml_positions(text)

    def of(self, path: KeyPath) -> int | None:
        """The line of a key, or of the innermost table around it that has one."""
        for length in range(len(path), 0, -1):
            if (offset := self._offsets.get(path[:length])) is not None:
                return self._text.count("\n", 0, offset) + 1
        return None


class Reading:
    """What the readers of the several tables add to."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.groups: set[str] = set()
        self.optional: set[str] = set()
        self.extras: set[str] = set()
        self.includes: dict[tuple[str, str], KeyPath] = {}
        """Which group takes in which, and where that is written."""
        self._problems: list[tuple[str, KeyPath]] = []

    def add(self, declared: Declared, path: KeyPath) -> None:
        self.rows.append((declared, path))

    def wrong(self, message: str, path: KeyPath) -> None:
        self._problems.append((message, path))

    def requirement(self, text: object, path: KeyPath, group: str = MAIN, extra: str = "") -> None:
        """Adds a requirement as PEP 508 writes it."""
        if not isinstance(text, str):
            self.wrong(f"{place(path)}: a requirement must be a string", path)
            return
        try:
            self.add(Declared(need_of(text), text, group, extra), path)
        except NotARequirement as error:
            self.wrong(f"{place(path)}: {cut(text)!r} is not a requirement: {cut(error)}", path)

    def list_at(self, document: Mapping[str, Any], key: str, path: KeyPath) -> list[Any]:
        """The list at a key of the table at a path; anything else in its place is a problem, and empty."""
        found = document.get(key)
        if found is not None and not isinstance(found, list):
            self.wrong(f"{place((*path, key))}: must be a list", (*path, key))
        return found if isinstance(found, list) else []

    def resolve_groups(self) -> None:
        """Gives each group what those have that it includes; an unknown one, or itself, is a problem."""
        known: dict[str, list[str]] = {}
        for (group, other), path in self.includes.items():
            if other in self.groups:
                known.setdefault(group, []).append(other)
            else:
                self.wrong(f"group {cut(group)} includes {cut(other)}, which is not there", path)
        members = gathered((each.group, (each, path)) for each, path in self.rows)
        for group, others in self.closures(known, ("dependency-groups",)).items():
            if group in others:
                self._cycle(group, known)
            for each, path in (row for other in others if other != group for row in members.get(other, ())):
                self.add(each._replace(group=group), path)

    def closures(self, includes: Mapping[str, list[str]], path: KeyPath) -> dict[str, list[str]]:
        """`closure.closures`, where too much is a problem."""
        try:
            return closures(includes)
        except TooMuch as error:
            self.wrong(f"{place(path)}: {error}", path)
            return {}

    def _cycle(self, group: str, includes: Mapping[str, list[str]]) -> None:
        own = includes[group]
        through = "" if group in own else f" through {cut(own[0])}"
        self.wrong(
            f"group {cut(group)} includes itself{through}", self.includes[group, group if group in own else own[0]]
        )

    def findings(self, text: str) -> tuple[Finding, ...]:
        """LOCK016 for each problem; the text is scanned for lines where there is one."""
        lines = Lines(text) if self._problems else None
        return tuple(
            Finding("LOCK016", Severity.ERROR, message, Location(FILE, lines.of(path) if lines else None))
            for message, path in self._problems
        )


def gathered(pairs: Iterable[tuple[str, Row]]) -> dict[str, list[Row]]:
    """The rows of each name."""
    found: dict[str, list[Row]] = {}
    for name, row in pairs:
        found.setdefault(name, []).append(row)
    return found


def place(path: KeyPath) -> str:
    """`project.dependencies`: the tables of a path without the positions in lists."""
    return cut(".".join(part for part in path if isinstance(part, str)))
