"""Whether installed packages meet what each of them asks for, with the extras that something asks for."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from holdfast.checks.dependencies.model import MAIN, Declared, Need, normal
from holdfast.checks.dependencies.requirement import NotARequirement, need_of
from holdfast.checks.dependencies.site import Distribution
from holdfast.checks.dependencies.target import Target, readable
from holdfast.checks.dependencies.versions import allows
from holdfast.checks.venv_probe.values import cut
from holdfast.core.findings import Finding, Location, Severity

_EXTRA_ALONE = re.compile(r";(?!.*\bor\b).*\bextra\s*==\s*['\"]")
_EXTRA_NAMED = r"extra\s*==\s*['\"]([^'\"]+)['\"]"

Mend = Callable[[Need], str]
"""The command that brings what is asked for."""


class Asked(NamedTuple):
    """That something asks for a package."""

    who: str
    need: Need
    extra: str = ""
    """The extra of the asking package that adds it."""
    because: str = ""
    """Who asks for that extra."""
    location: Location | None = None


def disagreements(
    distributions: Iterable[Distribution],
    target: Target,
    declared: Iterable[Declared] = (),
    *,
    extras: Iterable[tuple[str, str]] = (),
    mend: Mend,
) -> Iterator[Finding]:
    """What is missing, in another version than asked for, or not to be understood.

    `declared` is what the project itself asks for; `extras` are pairs of a distribution and an extra of it that the
    user says is wanted. What the base interpreter's own packages ask for is not this environment's concern.
    """
    asking = _Asking(distributions, target)
    for name, extra in extras:
        asking.want(name, extra, "the user")
    asking.hear_project(declared)
    asking.hear_all()
    yield from asking.troubles
    for each in asking.asked:
        yield from _judged(each, asking.installed, mend)
    for one in asking.installed.values():
        if not one.place.base and not _supports(one.requires_python, target.python):
            message = f"{cut(one.label)} is for Python {cut(one.requires_python)}; this is Python {target.python}"
            yield Finding("CONF004", Severity.ERROR, message)


class _Asking:
    """Gathers who asks for what; extras that are asked for add to it, until nothing new comes."""

    def __init__(self, distributions: Iterable[Distribution], target: Target) -> None:
        self.installed = {each.name: each for each in distributions}
        self.asked: dict[Asked, None] = {}
        self.troubles: list[Finding] = []
        self._target = target
        self._wanted: set[tuple[str, str]] = set()
        self._waiting: deque[tuple[str, str, str]] = deque()

    def hear_project(self, declared: Iterable[Declared]) -> None:
        for one in declared:
            if self._target.holds(one.need.marker, (one.extra,) if one.extra else ()):
                who = f"{one.file} (group {cut(one.group)})" if one.group != MAIN else one.file
                self._hear(Asked(who, one.need, location=Location(one.file, one.line)))

    def hear_all(self) -> None:
        for one in self.installed.values():
            for text in () if one.place.base else one.requires:
                if not ("extra" in text and _EXTRA_ALONE.search(text)):
                    self._hear_line(one, text)
        while self._waiting:
            name, extra, who = self._waiting.popleft()
            if name in self.installed:
                self._hear_extra(self.installed[name], extra, who)

    def want(self, name: str, extra: str, who: str) -> None:
        if (name, extra) not in self._wanted:
            self._wanted.add((name, extra))
            self._waiting.append((name, extra, who))

    def _hear_extra(self, one: Distribution, extra: str, who: str) -> None:
        if one.trouble:
            return
        if extra not in one.extras and extra not in _mentioned(one):
            message = f"{who} asks for {cut(one.name)}[{cut(extra)}]; {cut(one.label)} has no extra {cut(extra)}"
            self.troubles.append(Finding("CONF005", Severity.WARNING, message))
            return
        for text in one.requires:
            if "extra" in text:
                self._hear_line(one, text, extra, who)

    def _hear_line(self, one: Distribution, text: str, extra: str = "", because: str = "") -> None:
        try:
            need = _read(text)
        except NotARequirement as error:
            message = f"{cut(one.label)} has a requirement that cannot be read: {cut(text)} ({cut(error)})"
            self.troubles.append(Finding("CONF006", Severity.WARNING, message))
            return
        here = self._target.holds(need.marker)
        if here if not extra else self._target.holds(need.marker, (extra,)) and not here:
            self._hear(Asked(one.label, need, extra, because))

    def _hear(self, asked: Asked) -> None:
        self.asked[asked] = None
        for extra in asked.need.extras:
            self.want(asked.need.name, extra, cut(asked.who))


def _read(text: str) -> Need:
    """A requirement; the part before the marker is read for itself, which is much faster. Raises NotARequirement."""
    before, semicolon, marker = text.partition(";")
    if not semicolon or "@" in before:
        return need_of(text)
    if not readable(marker.strip()):
        raise NotARequirement(f"its marker: {cut(marker.strip())}")
    return need_of(before.strip())._replace(marker=marker.strip())


def _mentioned(one: Distribution) -> set[str]:
    """The extras that markers speak of: old metadata names them nowhere else."""
    return {normal(name) for text in one.requires for name in re.findall(_EXTRA_NAMED, text)}


def _judged(asked: Asked, installed: dict[str, Distribution], mend: Mend) -> Iterator[Finding]:
    need, found = asked.need, installed.get(asked.need.name)
    wants = cut(as_text(need))
    who = f"{cut(asked.who)} with its extra {cut(asked.extra)}" if asked.extra else cut(asked.who)
    because = f" ({asked.because} asks for that extra)" if asked.because else ""
    if found is None:
        message = f"{who} asks for {wants}, which is not installed{because}"
        yield Finding(
            "CONF003" if asked.extra else "CONF001", Severity.ERROR, message, asked.location, mend(need) or None
        )
    elif need.source is None and found.version:
        allowed = allows(need.constraint, found.version)
        if allowed is None:
            message = f"{who} asks for {wants}; that cannot be compared with the installed {cut(found.label)}{because}"
            yield Finding("CONF006", Severity.WARNING, message, asked.location)
        elif not allowed:
            message = f"{who} asks for {wants}; {cut(found.label)} is installed{because}"
            yield Finding("CONF002", Severity.ERROR, message, asked.location, mend(need) or None)


def as_text(need: Need) -> str:
    """A need as a requirement, without its marker: `uvicorn[standard]>=0.30`."""
    extras = f"[{','.join(need.extras)}]" if need.extras else ""
    return f"{need.name}{extras}{need.constraint.replace('||', ' or ')}"


def _supports(requires_python: str, python: str) -> bool:
    """Whether a Python is allowed; a patch level of 0 may stand for one that no file tells."""
    if not requires_python or allows(requires_python, python) is not False:
        return True
    return python.endswith(".0") and allows(requires_python, f"{python}99") is not False
