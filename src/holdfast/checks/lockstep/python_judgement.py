"""What the places that name a Python say of each other.

Two that cannot both be true are an error. What is claimed and nowhere tried or told is a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from holdfast.checks.lockstep.pythons import Minor, Role, Said, Supported, dotted
from holdfast.core.findings import Finding, Location, Severity

_WRITERS_OLDEST: Minor = (3, 7)
"""The oldest Python that ruff knows; whoever supports an older one cannot name it."""
_TRIES = frozenset({Role.MATRIX, Role.JOB, Role.TESTED})
_LISTS = frozenset({Role.MATRIX, Role.TESTED})
_ADVICE = {
    Role.MATRIX: "take it out of the matrix",
    Role.TESTED: "take it out of there",
    Role.JOB: "give it a newer one",
    Role.RUNS: "change it",
}


class Places(NamedTuple):
    """All that was found of one project."""

    supported: Supported
    others: Sequence[Supported]
    """What else says a range."""
    said: Sequence[Said]
    whole: bool
    """Whether all the Pythons are known that it is tested with."""

    def of(self, *roles: Role) -> list[Said]:
        """What says a version in one of these roles."""
        return [each for each in self.said if each.role in roles]


def judged_places(places: Places) -> Iterator[Finding]:
    """Everything that is wrong."""
    yield from _ranges(places)
    yield from _targets(places)
    yield from _excluded(places)
    yield from _classifiers(places)
    yield from _untested(places)


def _targets(places: Places) -> Iterator[Finding]:
    """PYTHON001 and PYTHON002: what tools take the oldest Python to be, against the oldest that is supported."""
    lowest = places.supported.lowest
    for each in places.of(Role.WRITER, Role.TYPES):
        if (
            lowest is None
            or each.minor == lowest
            or (each.minor < lowest and each.role is Role.WRITER and not _ours(each))
        ):
            continue
        both = f"{each.what} is {each.text}, and {places.supported.where} begins with {dotted(lowest)}"
        if each.minor < lowest:
            message = f"{both}: it could be {_target(each, lowest)}"
            yield Finding("PYTHON002", Severity.WARNING, message, each.location, _line(each, lowest))
        elif each.role is Role.TYPES:
            message = f"{both}: what {dotted(lowest)} does not have is not seen; set it to {dotted(lowest)}"
            yield Finding("PYTHON001", Severity.WARNING, message, each.location, _line(each, lowest))
        elif lowest >= _WRITERS_OLDEST:
            message = f"{both}: it may write what {dotted(lowest)} cannot run; set it to {_target(each, lowest)}"
            yield Finding("PYTHON001", Severity.ERROR, message, each.location, _line(each, lowest))


def _ours(said: Said) -> bool:
    """Whether being too low is worth a word: pyupgrade's options are raised when somebody gets to it."""
    return not said.text.startswith("--")


def _target(said: Said, minor: Minor) -> str:
    short = f"py{minor[0]}{minor[1]}"
    if said.text.startswith("--"):
        return f"--{short}-plus"
    return short if said.text.startswith("py") else dotted(minor)


def _line(said: Said, minor: Minor) -> str | None:
    """The line to write."""
    text = _target(said, minor)
    if said.text.startswith("--"):
        return f"args: [{text}]"
    if said.what.startswith("black"):
        return None  # it lists all that it has in mind
    name = said.what.rpartition(" ")[2]
    ini = said.location is not None and said.location.file.endswith((".ini", ".cfg"))
    return f"{name} = {text}" if ini else f'{name} = "{text}"'


def _excluded(places: Places) -> Iterator[Finding]:
    """PYTHON005: what runs or tests the project with a Python that it does not support."""
    for each in _once(places.of(Role.MATRIX, Role.JOB, Role.TESTED, Role.RUNS)):
        if each.early or places.supported.allows(each.minor, each.patch):
            continue
        severity = Severity.WARNING if each.role is Role.JOB else Severity.ERROR
        name = f"{each.what} has {each.text}" if each.role is not Role.RUNS else f"{each.what} is {each.text}"
        message = f"{name}, which {places.supported.where} does not allow: {_ADVICE[each.role]}, or change the range"
        yield Finding("PYTHON005", severity, message, each.location)


def _classifiers(places: Places) -> Iterator[Finding]:
    """PYTHON003 and PYTHON004: the classifiers against the range, and against what is tested."""
    classifiers = places.of(Role.CLASSIFIER)
    for each in classifiers:
        if not places.supported.allows(each.minor):
            wanted = places.supported.where
            message = f"the classifier {dotted(each.minor)} is not in {wanted}: remove it, or change the range"
            yield Finding("PYTHON003", Severity.ERROR, message, each.location)
    named = {each.minor for each in classifiers}
    if not named:
        return
    lowest = places.supported.lowest
    missing = {lowest: f"{places.supported.where} begins with it"} if lowest and lowest not in named else {}
    for each in places.of(Role.MATRIX):
        if each.minor not in named and not each.early and places.supported.allows(each.minor):
            missing.setdefault(each.minor, f"{each.where} tests with it")
    for minor, why in sorted(missing.items()):
        message = f"there is no classifier for Python {dotted(minor)}, and {why}"
        line = f'"Programming Language :: Python :: {dotted(minor)}",'
        yield Finding("PYTHON004", Severity.WARNING, message, classifiers[0].location, line)


def _untested(places: Places) -> Iterator[Finding]:
    """PYTHON006: the oldest Python is the one that breaks first, and nothing tries it."""
    lowest, tries = places.supported.lowest, places.of(*_TRIES)
    lists = [each for each in tries if each.role in _LISTS]
    if lowest is None or not places.whole or not lists or any(each.minor == lowest for each in tries):
        return
    oldest = min(lists, key=lambda each: each.minor)
    message = (
        f"{places.supported.where} begins with {dotted(lowest)}, and nothing tests with it:"
        f" {oldest.where} begins with {dotted(oldest.minor)}; add it there, or raise the range"
    )
    yield Finding("PYTHON006", Severity.WARNING, message, oldest.location)


def _ranges(places: Places) -> Iterator[Finding]:
    """PYTHON008: two ranges that begin differently."""
    for other in places.others:
        if other.lowest != places.supported.lowest and other.minors:
            message = f"{other.where} and {places.supported.where} do not begin with the same Python"
            yield Finding("PYTHON008", Severity.ERROR, message, other.location)


def trap(text: str, place: Location) -> Finding:
    """PYTHON007."""
    message = f"{text} without quotes is the number {text.rstrip('0')}: write it in quotes"
    return Finding("PYTHON007", Severity.ERROR, message, place, f'"{text}"')


def _once(said: Iterable[Said]) -> list[Said]:
    """Each version once for each file: the same in several jobs is one mistake."""
    found = {
        (each.role, each.minor, each.patch, each.location.file if each.location else ""): each
        for each in reversed(list(said))
    }
    return list(reversed(found.values()))
