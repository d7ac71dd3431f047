"""Constraints and markers of the usual shapes, answered without packaging, whose import alone takes 10 ms.

Whatever is not usual is left to packaging; tests hold the two to the same answers.
Sources: packaging.python.org/en/latest/specifications/version-specifiers and dependency-specifiers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from holdfast.checks.dependencies.model import normal

LONGEST = 1000
_NUMBERS = r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,9}"
_RELEASE = re.compile(_NUMBERS)
_CLAUSE = re.compile(rf"\s*(==|!=|<=|>=|<|>|~=)\s*({_NUMBERS})(\.\*)?\s*")
_TERM = re.compile(r"([a-z_]+)\s*(==|!=|<=|>=|<|>|~=)\s*(?:'([^'\"\\]*)'|\"([^'\"\\]*)\")")
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


class Simple(NamedTuple):
    """A marker whose comparisons are joined by one kind of word alone, so that its parentheses mean nothing."""

    terms: tuple[Term, ...]
    every: bool
    """All have to hold; else one of them."""


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
    opened, closed = marker.count("("), marker.count(")")
    words = re.split(r"\s+(and|or)\s+", marker)
    joins = set(words[1::2])
    if len(joins) > 1 or opened != closed or (opened and not _balanced(words[::2])):
        return None
    terms = tuple(map(_term, words[::2]))
    known = tuple(term for term in terms if term is not None)
    return Simple(known, "or" not in joins) if len(known) == len(terms) else None


def _balanced(parts: list[str]) -> bool:
    """Whether parentheses stand around whole comparisons alone, and each closes after it opens."""
    depth = 0
    for part in parts:
        lead, trail = len(part) - len(part.lstrip("( ")), len(part) - len(part.rstrip(") "))
        if "(" in part[lead:] or ")" in part[: len(part) - trail]:
            return False
        depth += part[:lead].count("(") - part[len(part) - trail :].count(")")
        if depth < 0:
            return False
    return depth == 0


def _term(part: str) -> Term | None:
    match = _TERM.fullmatch(part.strip("() "))
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
    found = [
        _holds(term, normal(extra) if term.variable == "extra" else variables[term.variable]) for term in marker.terms
    ]
    if None in found:
        return None
    return all(found) if marker.every else any(found)


def _holds(term: Term, value: str) -> bool | None:
    if term.variable in _VERSIONS:
        return quick_allows(f"{term.operator}{term.value}", value)
    return (value == term.value) == (term.operator == "==")
