"""Which advisories concern a version, and which of them are about the same vulnerability."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from holdfast.checks.dependencies.advisories.model import FIXED, Advisory
from holdfast.checks.dependencies.advisories.spans import holds, parsed, version_of

if TYPE_CHECKING:
    from packaging.version import Version

_KINDS = ("PYSEC-", "GHSA-", "MAL-", "CVE-")
_SEVERITIES = ("", "low", "moderate", "high", "critical")


class Vulnerability(NamedTuple):
    """One vulnerability of one package, out of all the records that tell of it."""

    package: str
    ids: tuple[str, ...]
    """Its own ids first, then what others call it."""
    summary: str
    severity: str
    fixed: tuple[str, ...]
    """The versions that mend those that were asked about, in order; empty where none is known."""


def affects(advisory: Advisory, version: str) -> bool | None:
    """Whether a version is affected; None where that cannot be told, because something is no PEP 440 version."""
    if version in advisory.versions:
        return True
    asked = parsed(version)
    if asked is None:
        return None
    if any(holds(span, asked) for span in advisory.spans) or _named(advisory.versions, asked):
        return True
    return None if advisory.unclear else False


def _named(versions: Iterable[str], asked: Version) -> bool:
    public = parsed(asked.public)
    return any((one := parsed(text)) is not None and one in (asked, public) for text in versions)


def fixes(advisory: Advisory, version: str) -> set[str]:
    """The versions that end the spans in which a version lies."""
    asked = parsed(version)
    if asked is None:
        return set()
    return {span.end for span in advisory.spans if span.kind == FIXED and holds(span, asked)}


def grouped(advisories: Iterable[Advisory]) -> list[tuple[Advisory, ...]]:
    """The advisories of one package, those together that share an id or an alias."""
    groups: list[tuple[set[str], list[Advisory]]] = []
    for advisory in advisories:
        names, members = {name.upper() for name in advisory.ids}, [advisory]
        apart = []
        for known, others in groups:
            if known & names:
                names |= known
                members = [*others, *members]
            else:
                apart.append((known, others))
        groups = [*apart, (names, members)]
    return [tuple(members) for _names, members in groups]


def vulnerability(group: tuple[Advisory, ...], versions: Iterable[str]) -> Vulnerability:
    """What a group of advisories comes to, for the versions that it affects."""
    own = sorted({advisory.id for advisory in group}, key=_rank)
    others = sorted({alias for advisory in group for alias in advisory.aliases} - set(own), key=_rank)
    said = sorted((advisory for advisory in group if advisory.summary), key=lambda one: len(one.summary))
    ends = {end for version in versions for advisory in group for end in fixes(advisory, version)}
    return Vulnerability(
        group[0].package,
        (*own, *others),
        said[0].summary if said else "",
        max((advisory.severity for advisory in group), key=_SEVERITIES.index),
        tuple(sorted(ends, key=version_of)),
    )


def _rank(name: str) -> tuple[int, str]:
    """PyPA's ids before GitHub's, and both before CVE numbers."""
    kind = next((number for number, prefix in enumerate(_KINDS) if name.upper().startswith(prefix)), len(_KINDS))
    return kind, name
