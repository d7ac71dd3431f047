"""Whether the places that say a tool's version say one, and which of them is odd."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from holdfast.checks.dependencies.versions import allows, same_version
from holdfast.checks.lockstep.hooks import Loose
from holdfast.checks.lockstep.pins import Kind, Pin
from holdfast.core.findings import Finding, Location, Severity

Range = tuple[str, str, Location]
"""A tool, the PEP 440 specifiers that pyproject.toml asks for, and where."""


class Known(NamedTuple):
    """All that is known of one tool."""

    tool: str
    pins: tuple[Pin, ...]
    used: bool
    """The project itself asks for the tool; else its lock and its environment have it for another package's sake."""

    @property
    def binding(self) -> list[Pin]:
        """The pins that decide with which version the code is checked."""
        loose = {Kind.PATH} if self.used else {Kind.PATH, Kind.LOCK, Kind.ENVIRONMENT}
        return [pin for pin in _one_lock(self.pins) if pin.kind not in loose]

    @property
    def other(self) -> list[Pin]:
        """The pins of versions that are within reach all the same."""
        binding = self.binding
        return [pin for pin in _one_lock(self.pins) if pin not in binding]


def by_tool(pins: Sequence[Pin], uses: Callable[[str], bool]) -> list[Known]:
    """The pins of each tool that has any."""
    found: dict[str, list[Pin]] = {}
    for pin in pins:
        found.setdefault(pin.tool, []).append(pin)
    return [Known(tool, tuple(sorted(each, key=_order)), uses(tool)) for tool, each in sorted(found.items())]


def disagreements(known: Known, mend: Callable[[Pin, Pin], str | None]) -> Iterator[Finding]:
    """TOOL002 and TOOL003. `mend` gives the line or the command that makes one place say what another does."""
    groups = _groups(known.binding)
    if not groups:
        return
    followed = groups[0]
    if len(groups) > 1:
        odd = [pin for group in groups[1:] for pin in group]
        first = next((pin for pin in odd if pin.location), odd[0])
        message = f"{known.tool} is {'; '.join(map(_told, (*groups[1:], followed)))}"
        place = first.location or next((pin.location for pin in followed if pin.location), None)
        yield Finding("TOOL002", Severity.ERROR, message, place, mend(first, followed[0]))
    for pin in known.other:
        if not any(same_version(pin.version, each.version) for each in known.binding):
            why = "" if pin.kind is Kind.PATH else ", where it is for another package's sake"
            message = f"{known.tool} is {pin.version} in {pin.where}{why}; {_told(followed)}"
            yield Finding("TOOL003", Severity.WARNING, message, pin.location or followed[0].location)


def out_of_range(known: Known, ranges: Sequence[Range]) -> Iterator[Finding]:
    """TOOL002 for what is not in the range that pyproject.toml asks for, where no lock says which version is meant."""
    if any(pin.kind is Kind.LOCK for pin in known.pins):
        return
    for tool, specifiers, place in ranges:
        for pin in known.binding:
            if tool == known.tool and pin.kind >= Kind.REQUIREMENTS and allows(specifiers, pin.version) is False:
                message = f"{tool} is {pin.version} in {pin.where}, and {place} asks for {specifiers}"
                yield Finding("TOOL002", Severity.ERROR, message, pin.location)


def not_compared(known: Sequence[Known], loose: Sequence[Loose]) -> Iterator[Finding]:
    """TOOL004, for tools whose version something else says."""
    elsewhere = {each.tool: each for each in known}
    for each in loose:
        if each.tool in elsewhere:
            shown = _told(elsewhere[each.tool].pins[:1])
            message = f"{each.tool} is at {each.revision[:40]}, which is no version to compare; {shown}"
            yield Finding("TOOL004", Severity.INFO, message, each.location)


def _order(pin: Pin) -> tuple[Kind, str, int]:
    place = pin.location
    return pin.kind, place.file if place else "", (place.line or 0) if place else 0


def _one_lock(pins: Sequence[Pin]) -> list[Pin]:
    """The pins with one of those of the lock, which may hold several versions for several Pythons."""
    locked = [pin for pin in pins if pin.kind is Kind.LOCK]
    others = [pin for pin in pins if pin.kind is not Kind.LOCK]
    shared = [pin for pin in locked if any(same_version(pin.version, other.version) for other in others)]
    return [*(shared or locked)[-1:], *others]


def _groups(pins: Sequence[Pin]) -> list[list[Pin]]:
    """The pins by version: first those to follow, which more kinds of places say, or the more binding ones."""
    groups: list[list[Pin]] = []
    for pin in pins:
        for group in groups:
            if same_version(group[0].version, pin.version):
                group.append(pin)
                break
        else:
            groups.append([pin])
    return sorted(groups, key=lambda group: (-len({pin.kind for pin in group}), min(pin.kind for pin in group)))


def _told(pins: Sequence[Pin]) -> str:
    places = list(dict.fromkeys(pin.where for pin in pins))
    return f"{pins[0].version} in {', '.join(places[:-1])}{' and ' if len(places) > 1 else ''}{places[-1]}"
