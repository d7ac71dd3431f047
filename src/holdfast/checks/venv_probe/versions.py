"""Which Pythons a project asks for: PEP 440 specifiers and Poetry's constraints, as far as Pythons need them.

Sources: packaging.python.org/en/latest/specifications/version-specifiers,
python-poetry.org/docs/dependency-specification
"""

from __future__ import annotations

import re
from typing import Tuple

from .values import Version

_CLAUSE = re.compile(
    r"\s*(===|==|!=|~=|>=|<=|>|<|\^|~|=|)\s*v?(?:([0-9]{1,6}(?:\.[0-9]{1,6}){0,8})(\.\*)?|(\*))"
    r"((?:[-_.]?(?:alpha|beta|preview|pre|post|dev|rc|a|b|c)[-_.]?[0-9]{0,6})*)(?:\+[\w.]{1,99})?\s*",
    re.IGNORECASE,
)
_LEADING = re.compile(r"\s*(?:cpython[-@]?|python[-@]?|v)?([0-9]{1,6}(?:\.[0-9]{1,6}){0,3})")
_WIDTH = 10
_PATCHES = (*range(64), 9999)

Bound = Tuple[str, Tuple[int, ...], bool, int]


def leading_version(text: str) -> Version:
    """The numbers that a text begins with: (3, 11, 7) of `3.11.7.final.0`; empty where it begins with none."""
    match = _LEADING.match(text)
    return tuple(int(part) for part in match.group(1).split("."))[:3] if match else ()


def allows(spec: str, version: Version) -> bool | None:
    """Whether a Python satisfies a specifier or constraint; None where that turns on a patch level not known.

    Raises ValueError where the text is neither.
    """
    alternatives = [_clauses(part) for part in re.split(r"\|\|?", spec)]
    candidates = [version] if len(version) >= 3 else [(*version, patch) for patch in _PATCHES]
    said = {any(all(_holds(clause, one) for clause in clauses) for clauses in alternatives) for one in candidates}
    return said.pop() if len(said) == 1 else None


def _clauses(text: str) -> list[Bound]:
    found: list[Bound] = []
    at = 0
    while at < len(text) or not found:
        match = _CLAUSE.match(text, at)
        if match is None or (match.group(1) == "~=" and "." not in (match.group(2) or "")):
            raise ValueError(f"not a version specifier: {text.strip() or 'empty'}")
        operator, numbers, wild, anything, suffix = match.groups()
        release = (0,) if anything else tuple(map(int, numbers.split(".")))
        found.append((">=" if anything else operator, release, bool(wild), _phase(suffix)))
        at = match.end()
        if at < len(text) and text[at] == ",":
            at += 1
    return found


def _phase(suffix: str) -> int:
    """Where a version stands by the release of its numbers: -1 before it, 0 is it, 1 after it."""
    if not suffix:
        return 0
    return 1 if suffix.lower().lstrip("-_.").startswith("post") else -1


def _key(release: Version, phase: int = 0) -> Version:
    return (*release, *(0,) * (_WIDTH - len(release)), phase)


def _bumped(release: Version, index: int) -> Version:
    return _key((*release[:index], release[index] + 1), -1)


def _holds(clause: Bound, version: Version) -> bool:
    operator, release, wild, phase = clause
    low, mine = _key(release, phase), _key(version)
    if operator in ("==", "===", "=", "", "!="):
        equal = version[: len(release)] == release if wild else mine == low
        return equal != (operator == "!=")
    if operator in ("~=", "^", "~"):
        return low <= mine < _bumped(release, _fixed(operator, release))
    return {">=": mine >= low, "<=": mine <= low, ">": mine > low, "<": mine < low}[operator]


def _fixed(operator: str, release: Version) -> int:
    """The index of the number that must not grow: the next to last, the first that is not 0, or the second."""
    if operator == "~=":
        return len(release) - 2
    if operator == "~":
        return min(1, len(release) - 1)
    return next((index for index, number in enumerate(release) if number), len(release) - 1)
