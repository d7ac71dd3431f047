"""A changelog in the form of Keep a Changelog 1.1.0 (keepachangelog.com), where it says that it is, or plainly is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from holdfast.checks import facts
from holdfast.checks.documents.blocks import Heading
from holdfast.checks.documents.library import Document
from holdfast.core.findings import Finding, Location, Severity

if TYPE_CHECKING:
    from packaging.version import Version

NAMES = re.compile(r"(?i)(?:docs?/)?(?:changelog|changes|history|release[-_]?notes|news)\.(?:md|markdown)$")
SAYS_SO = re.compile(r"(?i)keepachangelog\.com|keep a changelog")
HEAD = 3000
UNRELEASED = re.compile(r"(?i)\[?unreleased\]?(?:\([^)]*\)|\[[^\]]*\])?(?:\s.*)?$")
RELEASE = re.compile(
    r"(?P<open>\[)?v?(?P<version>\d[\w.+!-]*+)(?(open)\](?P<link>\([^)]*\)|\[[^\]]*\])?)"
    r"(?:\s+(?:-|\u2013|\u2014)\s+(?P<date>.+?)|\s*(?P<loose>[(:,].*|\d.*|-.*))??(?P<yanked>\s+\[YANKED\])?$"
)
DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
NEW = 5
"""Of so many releases the whole form is asked; older ones are history, which nobody rewrites."""
MADE_AT_RELEASE = frozenset(("towncrier", "scriv", "commitizen", "semantic_release", "git-cliff", "changie"))
"""Tools that write the section of a release when it is made: nothing waits in the file itself."""
SECTIONS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")


class Release(NamedTuple):
    """A release's heading."""

    heading: Heading
    version: str
    parsed: Version | None
    said: str | None
    """What stands where the date belongs."""
    on: date | None
    bracketed: bool
    loose: bool
    """Written in another form than `[version] - date`."""


def is_changelog(document: Document) -> bool:
    """Whether the rules are for this document: its name is a changelog's, and it follows the form or says so."""
    if not NAMES.match(document.path):
        return False
    if SAYS_SO.search(document.text[:HEAD]):
        return True
    second = [heading.text for heading in document.blocks.headings if heading.level == 2]
    strict = [
        text
        for text in second
        if (match := RELEASE.match(text)) and match["open"] and DATE.fullmatch(match["date"] or "")
    ]
    return len(strict) >= 3 and len(strict) + sum(bool(UNRELEASED.match(text)) for text in second) == len(second)


def judge(document: Document, pyproject: Mapping[str, Any]) -> Iterator[Finding]:
    """What in a changelog is not in the form."""
    second = [heading for heading in document.blocks.headings if heading.level == 2]
    releases = [release for heading in second if (release := _release(heading)) is not None]
    unreleased = [heading for heading in second if UNRELEASED.match(heading.text)]
    if not MADE_AT_RELEASE & set(facts.table(pyproject, "tool")):
        yield from _unreleased(document, unreleased, releases)
    history = releases[NEW].heading.line if len(releases) > NEW else len(document.text)
    yield from _forms(document, releases, history)
    yield from _order(document, releases)
    yield from _sections(document, history)
    yield from _links(document, releases)
    yield from _own_version(document, releases, pyproject)


def _at(document: Document, heading: Heading) -> Location:
    return Location(document.path, heading.line)


def _release(heading: Heading) -> Release | None:
    from packaging.version import InvalidVersion, Version

    match = RELEASE.match(heading.text)
    if match is None:
        return None
    try:
        parsed = Version(match["version"])
    except InvalidVersion:
        parsed = None
    said = match["date"]
    loose = match["loose"] is not None or heading.text.lstrip("[").startswith("v")
    return Release(
        heading, match["version"], parsed, said, _date(said), match["open"] is not None and not match["link"], loose
    )


def _date(said: str | None) -> date | None:
    match = DATE.fullmatch(said or "")
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _unreleased(document: Document, unreleased: Sequence[Heading], releases: Sequence[Release]) -> Iterator[Finding]:
    if not unreleased and releases:
        message = "there is no section [Unreleased], in which changes wait for their release"
        yield Finding("DOC031", Severity.WARNING, message, _at(document, releases[0].heading))
    for heading in unreleased:
        if releases and heading.line > releases[0].heading.line:
            yield Finding("DOC031", Severity.ERROR, "[Unreleased] stands below a release", _at(document, heading))


def _forms(document: Document, releases: Sequence[Release], history: int) -> Iterator[Finding]:
    """Headings of another form, said once; and dates that are none."""
    loose = [release for release in releases if release.loose and release.heading.line < history]
    for release in loose[:1]:
        message = f"{release.heading.text[:60]}: the form is [{release.version}] - YYYY-MM-DD"
        yield Finding("DOC030", Severity.WARNING, message, _at(document, release.heading))
    for release in releases:
        if not release.loose and (release.heading.line < history or DATE.fullmatch(release.said or "")):
            yield from _dated(document, release)


def _dated(document: Document, release: Release) -> Iterator[Finding]:
    place = _at(document, release.heading)
    if release.said is None:
        yield Finding("DOC032", Severity.ERROR, f"release {release.version} has no date: YYYY-MM-DD", place)
    elif release.on is None:
        message = f"release {release.version} has no date of the form YYYY-MM-DD: {release.said}"
        yield Finding("DOC032", Severity.ERROR, message, place)


def _order(document: Document, releases: Sequence[Release]) -> Iterator[Finding]:
    """Doubles, and what is newer than the release above it both by version and by date."""
    seen: dict[Version | str, int] = {}
    for release in releases:
        first = seen.setdefault(release.parsed or release.version, release.heading.line)
        if first != release.heading.line:
            message = f"release {release.version} is there twice: in line {first} too"
            yield Finding("DOC033", Severity.ERROR, message, _at(document, release.heading))
    for above, below in pairwise(releases):
        if above.parsed is None or below.parsed is None or below.parsed <= above.parsed:
            continue
        if above.on is None or below.on is None or below.on >= above.on:
            message = f"release {below.version} stands below {above.version}, which is older"
            yield Finding("DOC033", Severity.ERROR, message, _at(document, below.heading))


def _sections(document: Document, history: int) -> Iterator[Finding]:
    """Other sections than the six, each name once."""
    inside, said = False, set[str]()
    for heading in document.blocks.headings:
        if heading.line >= history:
            return
        if heading.level <= 2:
            inside = bool(UNRELEASED.match(heading.text) or RELEASE.match(heading.text))
        elif heading.level == 3 and inside and heading.text.strip(" :*_") not in {*SECTIONS, *said}:
            said.add(heading.text.strip(" :*_"))
            message = f"{heading.text[:60]}: no section of Keep a Changelog, which has {', '.join(SECTIONS)}"
            yield Finding("DOC034", Severity.WARNING, message, _at(document, heading))


def _links(document: Document, releases: Sequence[Release]) -> Iterator[Finding]:
    """Versions in brackets without a link, where others have one."""
    labels = document.inlines.labels
    bracketed = [release for release in releases if release.bracketed]
    linked = [release for release in bracketed if _label(release) in labels]
    for release in bracketed if linked else ():
        if release not in linked:
            message = f"[{release.version}] leads nowhere: there is no line [{release.version}]: URL"
            yield Finding("DOC035", Severity.WARNING, message, _at(document, release.heading))


def _label(release: Release) -> str:
    return release.heading.text[1 : release.heading.text.find("]")].lower()


def _own_version(document: Document, releases: Sequence[Release], pyproject: Mapping[str, Any]) -> Iterator[Finding]:
    from packaging.version import InvalidVersion, Version

    said = facts.table(pyproject, "project").get("version") or facts.table(pyproject, "tool", "poetry").get("version")
    if not isinstance(said, str) or not releases or "/" in document.path:
        return
    try:
        own = Version(said)
    except InvalidVersion:
        return
    known = [release.parsed for release in releases if release.parsed is not None]
    if known and not own.is_prerelease and own not in known and own != Version("0"):
        message = f"there is no release {said}, which is the project's version"
        yield Finding("DOC036", Severity.WARNING, message, _at(document, releases[0].heading))
