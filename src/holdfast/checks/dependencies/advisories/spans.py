"""Versions between bounds, in the order of PEP 440."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from holdfast.checks.dependencies.advisories.model import FIXED, LAST, LIMIT, Span

if TYPE_CHECKING:
    from packaging.version import Version

FIRST = "0"
"""As the value of `introduced`, it comes before every version."""
NO_LIMIT = "*"


class Event(NamedTuple):
    """A point in the order of versions where something begins or ends."""

    kind: str
    """`introduced`, `fixed`, `last_affected` or `limit`."""
    version: str


@lru_cache(maxsize=65536)
def parsed(version: str) -> Version | None:
    """The version as PEP 440 reads it, or None."""
    from packaging.version import InvalidVersion, Version

    try:
        return Version(version)
    except (InvalidVersion, ValueError):  # ValueError: a number of more digits than Python reads
        return None


def spans_of(events: Sequence[Event]) -> tuple[tuple[Span, ...], tuple[str, ...]]:
    """The affected spans of one range, by the algorithm of the OSV schema; or none, and the bounds that are unclear."""
    bounds = [event for event in events if event.version not in (FIRST, NO_LIMIT)]
    unclear = tuple(event.version for event in bounds if parsed(event.version) is None)
    if unclear:
        return (), unclear
    limits = [event.version for event in events if event.kind == "limit"]
    rest = sorted((event for event in events if event.kind != "limit"), key=_order)
    return tuple(_limited(_walked(rest), limits)), ()


def _order(event: Event) -> tuple[bool, Any, bool]:
    """What is last affected at a version ends after what is introduced at it; else ties stay as they are written."""
    first = event.kind == "introduced" and event.version == FIRST
    return (not first, 0 if first else parsed(event.version), event.kind == "last_affected")


def _walked(events: Iterable[Event]) -> list[Span]:
    spans: list[Span] = []
    start: str | None = None
    for kind, version in events:
        if kind == "introduced":
            start = start if start is not None else "" if version == FIRST else version
        elif start is not None:
            spans.append(Span(start, version, FIXED if kind == "fixed" else LAST))
            start = None
    return [*spans, Span(start)] if start is not None else spans


def _limited(spans: Iterable[Span], limits: Sequence[str]) -> Iterable[Span]:
    known = [(version, limit) for limit in limits if (version := parsed(limit)) is not None]
    if NO_LIMIT in limits or not known:
        return spans
    last, text = max(known)
    kept = [span for span in spans if not span.start or version_of(span.start) < last]
    return [span if span.end and version_of(span.end) <= last else Span(span.start, text, LIMIT) for span in kept]


def version_of(bound: str) -> Version:
    """A span's bound as a version. Raises ValueError for what cannot be the bound of a span."""
    version = parsed(bound)
    if version is None:
        raise ValueError(f"{bound!r} is no version")
    return version


def holds(span: Span, version: Version) -> bool:
    """Whether a version lies in a span. A local build (`2.0+cu118`) is as affected as what it was built from."""
    if span.start and _against(version, span.start) < 0:
        return False
    return not span.end or _against(version, span.end) < (1 if span.kind == LAST else 0)


def _against(version: Version, bound: str) -> int:
    """-1, 0 or 1: before, at or after a bound."""
    other = version_of(bound)
    mine = version if other.local or not version.local else version_of(version.public)
    return (mine > other) - (mine < other)
