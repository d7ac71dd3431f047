"""Whether what is installed is whole: metadata, RECORD and files, whatever a lock says."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from holdfast.checks.dependencies.record import CHANGED, GONE, OUTSIDE, Survey, deviations, read_record
from holdfast.checks.dependencies.site import Distribution, Site
from holdfast.checks.venv_probe.disk import loose_text
from holdfast.checks.venv_probe.values import cut
from holdfast.core.findings import Finding, Location, Severity

MOST_FILES = 20
"""Files of one distribution that are told of one by one."""
NAMED = 3


class Mends(Protocol):
    """The commands that mend; see Remedies."""

    def renew(self, name: str, times: int = 1) -> str: ...

    def clear(self, path: str, *, install: bool = False) -> str: ...


class Whole(NamedTuple):
    """What is looked at."""

    project: Path
    root: str
    """The environment's directory."""
    site: Site
    mends: Mends
    surveys: Mapping[str, Survey]
    deep: bool = False
    """Read every file that RECORD lists."""


def unwhole(case: Whole) -> Iterator[Finding]:
    """INST006 to INST010. The base interpreter's packages are not this environment's concern."""
    yield from (_twice(case, group) for group in case.site.twice)
    for one in case.site.distributions:
        if one.trouble and not one.place.base:
            yield _incomplete(case, one, one.trouble)
    for path in case.site.leftovers:
        message = f"{cut(os.path.basename(path))} is left of an interrupted installation"
        yield Finding("INST008", Severity.WARNING, message, _place(case, path), case.mends.clear(path))
    for one in case.site.distributions:
        if one.path in case.surveys:
            yield from _files(case, one, case.surveys[one.path])


def _place(case: Whole, path: str) -> Location | None:
    root = os.path.join(case.project, "")
    return Location(cut(path.removeprefix(root))) if path.startswith(root) else None


def _twice(case: Whole, group: tuple[Distribution, ...]) -> Finding:
    versions = [cut(one.version) or "unknown" for one in group]
    message = f"{cut(group[0].name)} is installed {len(group)} times: {', '.join(versions)}"
    fix = case.mends.renew(group[0].name, len(group))
    return Finding("INST006", Severity.ERROR, message, _place(case, group[0].path), fix)


def _incomplete(case: Whole, one: Distribution, trouble: str) -> Finding:
    message = f"{cut(os.path.basename(one.path))} is incomplete: {trouble}"
    fix = case.mends.clear(one.path, install=True)
    return Finding("INST007", Severity.ERROR, message, _place(case, one.path), fix)


def _files(case: Whole, one: Distribution, seen: Survey) -> Iterator[Finding]:
    if seen.trouble:
        yield _incomplete(case, one, seen.trouble)
    elif case.deep:
        yield from _deep(case, one, read_record(one) or b"")
    elif seen.gone:
        yield _gone(case, one, list(seen.gone))


def _gone(case: Whole, one: Distribution, missing: list[str]) -> Finding:
    message = f"{cut(one.label)} lacks files that it installed: {_some(missing)}"
    return Finding("INST009", Severity.ERROR, message, _place(case, one.path), case.mends.renew(one.name))


def _some(files: Iterable[str]) -> str:
    listed = [cut(file) for file in files]
    more = f" and {len(listed) - NAMED} more" if len(listed) > NAMED else ""
    return ", ".join(listed[:NAMED]) + more


def _deep(case: Whole, one: Distribution, record: bytes) -> Iterator[Finding]:
    found: dict[str, list[str]] = {GONE: [], CHANGED: [], OUTSIDE: []}
    for kind, file in deviations(one, record, case.root):
        found[kind].append(file)
    if found[GONE]:
        yield _gone(case, one, found[GONE])
    place, fix = _place(case, one.path), case.mends.renew(one.name)
    changed = [] if _relocated(one) else found[CHANGED]
    for file in changed[:MOST_FILES]:
        yield Finding("INST010", Severity.ERROR, f"{cut(file)} of {cut(one.label)} was changed", place, fix)
    if len(changed) > MOST_FILES:
        message = f"{len(changed) - MOST_FILES} more files of {cut(one.label)} were changed"
        yield Finding("INST010", Severity.ERROR, message, place, fix)
    if found[OUTSIDE]:
        message = f"{cut(one.label)} lists files outside the environment, not looked at: {_some(found[OUTSIDE])}"
        yield Finding("INST010", Severity.WARNING, message, place)


def _relocated(one: Distribution) -> bool:
    """conda writes the environment's own path into files, after their hashes were taken."""
    return loose_text(os.path.join(one.path, "INSTALLER")).strip() == "conda"
