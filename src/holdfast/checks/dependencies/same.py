"""Whether two requirements mean the same, however they are written: tried out on versions and environments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice, product

_TRIED = 2000
"""Environments that two markers are tried out on, at most."""
_ATOM = (
    r"(?:(?P<name>[a-z_.]+)\s*(?:[<>=!~]=?=?|(?P<among>(?:not\s+)?in))\s*(?P<q>[\"'])(?P<value>[^\"']*)(?P=q))"
    r"|(?:(?P<r>[\"'])(?P<first>[^\"']*)(?P=r)\s*(?:[<>=!~]=?=?|not\s+in|in)\s*(?P<second>[a-z_.]+))"
)
_PYTHON = ("python_version", "python_full_version", "implementation_version")
_NEVER = "\0"
_LONGEST = 2000
"""Characters of specifiers; longer ones are compared as they are written, for trying them takes their square."""


def same_specifiers(one: str, other: str) -> bool:
    """Whether two sets of PEP 440 specifiers allow the same versions."""
    if _plain(one) == _plain(other):
        return True
    try:
        return _allow_the_same(one, other)
    except ValueError:  # not PEP 440, or a number of more digits than Python reads
        return False


def _allow_the_same(one: str, other: str) -> bool:
    from packaging.specifiers import SpecifierSet

    first, second = SpecifierSet(one), SpecifierSet(other)
    if "===" in one + other or len(one) + len(other) > _LONGEST:
        return first == second
    tried = _around(re.findall(r"[0-9][^,\s]*", f"{one},{other}"))
    return all(first.contains(each, prereleases=True) == second.contains(each, prereleases=True) for each in tried)


def _plain(specifiers: str) -> list[str]:
    return sorted(set(re.sub(r"\s+", "", specifiers).split(",")))


def _around(versions: Iterable[str]) -> Iterator[str]:
    """Versions, and those just below and above them."""
    from packaging.version import Version

    yield from ("0", "99999")
    for text in versions:
        try:
            base = Version(text.removesuffix(".*"))
        except ValueError:
            continue
        yield from (str(base), f"{base.public}+local")
        release = base.release
        epoch = f"{base.epoch}!" if base.epoch else ""
        for length in range(1, len(release) + 1):
            for step in (-1, 1):
                last = release[length - 1] + step
                if last >= 0:
                    yield epoch + ".".join(map(str, (*release[: length - 1], last)))
        whole = f"{epoch}{base.base_version.rpartition('!')[2]}"
        yield from (f"{whole}{suffix}" for suffix in (".dev0", "a0", "rc1", ".post1", ".0.1", ".999"))


def same_pythons(one: str, other: str) -> bool:
    """Whether two values of requires-python take in the same releases of Python."""
    from packaging.specifiers import SpecifierSet

    try:
        first, second = SpecifierSet(one), SpecifierSet(other)
        return all(first.contains(each) == second.contains(each) for each in _pythons(f"{one} {other}"))
    except ValueError:  # not PEP 440, or a number of more digits than Python reads
        return one == other


def _pythons(text: str) -> tuple[str, ...]:
    """Releases of Python on both sides of every one that a text names, and of each minor one."""
    minors = {(3, minor) for minor in range(6, 20)} | {(2, 7), (4, 0)}
    found = {(*minor, 0) for minor in minors} | {(*minor, 9) for minor in minors}
    for major, minor, patch in re.findall(r"\b(\d+)\.(\d+)(?:\.(\d+))?", text):
        number = tuple(int(part[:6] or 0) for part in (major, minor, patch))
        found |= {(number[0], number[1], max(0, number[2] + step)) for step in (-1, 0, 1)}
    return tuple(".".join(map(str, release)) for release in sorted(found))


@lru_cache(maxsize=1024)
def same_markers(one: str, other: str, pythons: str = "", extra: str = "") -> bool:
    """Whether two markers hold in the same environments, of those with a Python that `pythons` (specifiers) allows.

    `extra` is the one that both are asked for. Every variable takes each value that the markers name, and another.
    """
    if one == other:
        return True
    from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName

    try:
        first, second = (Marker(text) if text else None for text in (one, other))
        return all(
            (first is None or first.evaluate(each)) == (second is None or second.evaluate(each))
            for each in islice(_environments(f"{one} and {other}", pythons, extra), _TRIED)
        )
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName, RecursionError):
        return False


def _environments(text: str, pythons: str, extra: str) -> Iterator[dict[str, str]]:
    named: dict[str, set[str]] = {}
    for atom in re.finditer(_ATOM, text):
        name, value = (atom["name"], atom["value"]) if atom["name"] else (atom["second"], atom["first"])
        named.setdefault(name, {_NEVER}).update(value.replace(",", " ").split() if atom["among"] else {value})
    about_python = bool(named.keys() & set(_PYTHON))
    for name in (*_PYTHON, "extra"):
        named.pop(name, None)
    choices = [sorted(values) for values in named.values()]
    releases = _allowed(_pythons(text), pythons) if about_python else ("3.11.0",)
    for release in releases:
        minor = release.rpartition(".")[0]
        python = {"python_version": minor, "python_full_version": release, "implementation_version": release}
        for values in product(*choices):
            yield {**python, **dict(zip(named, values, strict=True)), "extra": extra}


def _allowed(releases: tuple[str, ...], pythons: str) -> tuple[str, ...]:
    from packaging.specifiers import SpecifierSet

    try:
        allowed = SpecifierSet(pythons)
        return tuple(each for each in releases if allowed.contains(each)) or releases
    except ValueError:  # not PEP 440, or a number of more digits than Python reads
        return releases
