"""Constraints and markers of the usual shapes, answered without packaging, whose import alone takes 10 ms.

Whatever is not usual is left to packaging; tests hold the two to the same answers.
Sources: packaging.python.org/en/latest/specifications/version-specifiers and dependency-specifiers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from holdfast.checks.dependencies.model import normal

LONGEST = 1000
_NUMBERS = r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,9}"
_RELEASE = re.compile(_NUMBERS)
_CLAUSE = re.compile(rf"\s*(==|!=|<=|>=|<|>|~=)\s*({_NUMBERS})(\.\*)?\s*")
_OPERATOR = r"\s*(==|!=|<=|>=|<|>|~=)\s*"
_TERM = re.compile(rf"([a-z_]+){_OPERATOR}(?:'([^'\"\\]*)'|\"([^'\"\\]*)\")")
_PIECE = re.compile(r"(\s*)([a-z_]+\s*[=!<>~]=?\s*(?:'[^'\"\\]*'|\"[^'\"\\]*\")|\b(?:and|or)\b|[()]|$)")
DEEPEST = 20
"""Parentheses within parentheses; what is nested deeper is left to packaging."""
_VERSIONS = frozenset({"python_version", "python_full_version"})
_NAMES = frozenset(
    {
        "extra",
        "implementation_name",
        "os_name",
        "platform_machine",
        "platform_python_implementation",
        "platform_system",
        "sys_platform",
    }
)

Release = tuple[int, ...]


class Term(NamedTuple):
    """One comparison of a marker."""

    variable: str
    operator: str
    value: str


class Joined(NamedTuple):
    """Comparisons of a marker that are joined by `and` or by `or`."""

    every: bool
    """All have to hold; else one of them."""
    parts: tuple[Simple, ...]


Simple = Term | Joined


def quick_allows(constraint: str, version: str) -> bool | None:
    """Whether a constraint allows a version; None where either is not of a usual shape."""
    if len(constraint) > LONGEST or not _RELEASE.fullmatch(version):
        return None
    mine, found = _release(version), []
    for part in constraint.split(","):
        clause = _CLAUSE.fullmatch(part)
        said = _allowed(clause, mine) if clause else None
        if said is None:
            return None
        found.append(said)
    return all(found)


def _release(text: str) -> Release:
    return tuple(map(int, text.split(".")))


def _allowed(clause: re.Match[str], mine: Release) -> bool | None:
    operator, text, wild = clause.groups()
    asked = _release(text)
    if wild or operator == "~=":
        if (wild and operator not in ("==", "!=")) or (not wild and len(asked) == 1):
            return None
        start = asked if wild else asked[:-1]
        same = _padded(mine, len(start))[: len(start)] == start
        return same != (operator == "!=") if wild else same and _ordered(mine, ">=", asked)
    return _ordered(mine, operator, asked)


def _padded(release: Release, length: int) -> Release:
    return release + (0,) * (length - len(release))


def _ordered(mine: Release, operator: str, asked: Release) -> bool:
    length = max(len(mine), len(asked))
    mine, asked = _padded(mine, length), _padded(asked, length)
    equal = mine == asked
    if operator in ("==", "!="):
        return equal == (operator == "==")
    if operator in ("<=", ">=") and equal:
        return True
    return mine < asked if operator[0] == "<" else mine > asked


@lru_cache(maxsize=4096)
def simple(marker: str) -> Simple | None:
    """A marker taken apart, or None where it is not of a usual shape."""
    if len(marker) > LONGEST:
        return None
    pieces = [(match[1], match[2]) for match in _PIECE.finditer(marker)]
    if sum(len(before) + len(piece) for before, piece in pieces) != len(marker):
        return None
    waiting = [piece for _, piece in pieces if piece]
    found = _any(waiting, DEEPEST)
    return None if waiting else found


def _any(waiting: list[str], depth: int) -> Simple | None:
    """The alternatives that the pieces begin with; what is understood is taken from them."""
    return _joined(waiting, "or", lambda: _joined(waiting, "and", lambda: _atom(waiting, depth)))


def _joined(waiting: list[str], word: str, read: Callable[[], Simple | None]) -> Simple | None:
    parts = []
    while True:
        part = read()
        if part is None:
            return None
        parts.append(part)
        if not waiting or waiting[0] != word:
            return parts[0] if len(parts) == 1 else Joined(word == "and", tuple(parts))
        del waiting[0]


def _atom(waiting: list[str], depth: int) -> Simple | None:
    if not waiting or not depth:
        return None
    piece = waiting.pop(0)
    if piece != "(":
        return _term(piece)
    inner = _any(waiting, depth - 1)
    return inner if inner is not None and waiting and waiting.pop(0) == ")" else None


def as_packaging_writes(marker: str) -> str | None:
    """The canonical text of a marker, or None where it is not of a usual shape or has parentheses."""
    usual = simple(marker) if "(" not in marker else None
    return None if usual is None else _written(usual)


def _written(marker: Simple) -> str:
    if isinstance(marker, Term):
        return f'{marker.variable} {marker.operator} "{marker.value}"'
    return (" and " if marker.every else " or ").join(map(_written, marker.parts))


def _term(part: str) -> Term | None:
    match = _TERM.fullmatch(part)
    if match is None:
        return None
    variable, operator = match[1], match[2]
    value = match[3] if match[3] is not None else match[4]
    if variable in _VERSIONS:
        return Term(variable, operator, value) if quick_allows(f"{operator}{value}", "0") is not None else None
    if variable not in _NAMES or operator not in ("==", "!=") or not re.fullmatch("[A-Za-z][A-Za-z0-9_.-]*", value):
        return None
    return Term(variable, operator, normal(value) if variable == "extra" else value)


def quick_holds(marker: Simple, variables: Mapping[str, str], extra: str) -> bool | None:
    """Whether a marker holds for an extra; None where a variable's value is not of a usual shape."""
    if isinstance(marker, Term):
        return _holds(marker, normal(extra) if marker.variable == "extra" else variables[marker.variable])
    found = [quick_holds(part, variables, extra) for part in marker.parts]
    if None in found:
        return None
    return all(found) if marker.every else any(found)


def _holds(term: Term, value: str) -> bool | None:
    if term.variable in _VERSIONS:
        return quick_allows(f"{term.operator}{term.value}", value)
    return (value == term.value) == (term.operator == "==")
