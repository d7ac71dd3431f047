"""What is installed against what a lock says: values in, findings out."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from holdfast.checks.dependencies.model import Lock, Locked
from holdfast.checks.dependencies.origins import INDEX, Origin, described, origin_of, without_credentials
from holdfast.checks.dependencies.record import Survey
from holdfast.checks.dependencies.selection import Selection
from holdfast.checks.dependencies.site import Distribution, Site
from holdfast.checks.dependencies.versions import same_version
from holdfast.checks.venv_probe.disk import real
from holdfast.checks.venv_probe.installed import other_checkout
from holdfast.checks.venv_probe.values import cut
from holdfast.core.findings import Finding, Location, Severity

TOOLS = frozenset({"pip", "setuptools", "wheel", "distribute", "pkg-resources"})
"""What makes or fills an environment, and is in no lock."""
_COMMIT = re.compile("[0-9a-f]{7,64}")


class Mends(Protocol):
    """The commands that mend; see Remedies."""

    @property
    def install(self) -> str: ...

    def remove(self, name: str) -> str: ...

    def replace(self, name: str) -> str: ...


class Case(NamedTuple):
    """What is compared."""

    project: Path
    own: str
    """The project's own name, normalised; empty where it has none."""
    root: str
    """The environment's directory."""
    lock: Lock
    selection: Selection
    site: Site
    mends: Mends
    line_of: Callable[[Locked], int | None]
    surveys: Mapping[str, Survey]
    ignored: frozenset[str] = frozenset()
    own_line: Callable[[], int | None] = lambda: None
    """The line of the project's name in pyproject.toml."""


class Comparison(NamedTuple):
    """What came of it."""

    findings: tuple[Finding, ...]
    matching: int
    """How many of the required packages are there as the lock says."""
    required: int


def compare(case: Case) -> Comparison:
    """INST001 to INST005 and INST011: each package that the lock requires, the project itself, and what is beyond."""
    findings: list[Finding] = []
    required: dict[str, list[Locked]] = {}
    for package in case.selection.required:
        if package.name != case.lock.project:
            required.setdefault(package.name, []).append(package)
    installed = {each.name: each for each in case.site.distributions}
    parts = {name: _package(case, installed.get(name), blocks) for name, blocks in required.items()}
    if case.lock.project:
        parts[case.lock.project] = _project(case, installed)
    broken = {each.name for each in case.site.distributions if each.trouble}
    broken.update(group[0].name for group in case.site.twice)
    matching = 0
    for name, part in parts.items():
        found = list(part)
        matching += name not in broken and all(finding.severity is not Severity.ERROR for finding in found)
        findings += found
    for one in case.site.distributions:
        findings += _beyond(case, one, required)
    return Comparison(tuple(findings), matching, len(parts))


def _package(case: Case, one: Distribution | None, blocks: list[Locked]) -> Iterator[Finding]:
    """What is wrong with one package. One that is installed twice or broken is told of elsewhere."""
    block = blocks[0]
    if one is None:
        said = cut(f"{block.name} {block.version}".strip())
        yield _error(case, "INST001", f"{said} is not installed", block, case.mends.install)
        return
    fitting = [each for each in blocks if _fits(each, one)]
    if fitting:
        yield from _source(case, one, fitting[0])
    elif not any(one.name == group[0].name for group in case.site.twice):
        versions = " or ".join(dict.fromkeys(each.version for each in blocks))
        message = f"{cut(one.label)} is installed; {case.lock.file} says {cut(versions)}"
        yield _error(case, "INST002", message, block, case.mends.install)


def _fits(block: Locked, one: Distribution) -> bool:
    """Whether the versions are the same, as far as both are said."""
    return not one.version or not block.version or same_version(block.version, one.version)


def _error(case: Case, identifier: str, message: str, block: Locked, fix: str) -> Finding:
    place = Location(case.lock.file, case.line_of(block))
    return Finding(identifier, Severity.ERROR, message, place, fix or None)


def _beyond(case: Case, one: Distribution, required: dict[str, list[Locked]]) -> Iterator[Finding]:
    """A package that the lock does not ask for here: unknown to it, or known in other versions."""
    if (
        one.trouble
        or one.name in required
        or one.place.base
        or one.name in TOOLS | case.ignored | {case.own, case.lock.project}
    ):
        return
    if one.name not in case.selection.allowed:
        message = f"{cut(one.label)} is installed, and {case.lock.file} does not know it"
        yield Finding("INST003", Severity.WARNING, message, fix=case.mends.remove(one.name) or None)
        return
    blocks = [each for each in case.lock.packages if each.name == one.name]
    if not any(_fits(each, one) for each in blocks):
        versions = " or ".join(dict.fromkeys(each.version for each in blocks))
        message = f"{cut(one.label)} is installed, is not asked for here, and {case.lock.file} says {cut(versions)}"
        place = Location(case.lock.file, case.line_of(blocks[0]))
        yield Finding("INST002", Severity.WARNING, message, place, case.mends.remove(one.name) or None)


def _origin(case: Case, one: Distribution) -> Origin:
    return origin_of(one, links=case.surveys.get(one.path, Survey()).links)


def _source(case: Case, one: Distribution, block: Locked) -> Iterator[Finding]:
    """INST004 and INST005: is it from where the lock says? The base interpreter's packages may be from anywhere."""
    if one.place.base or one.trouble:
        return
    origin, source = _origin(case, one), block.source
    fix = case.mends.replace(one.name)
    if source is None or origin.kind != source.kind:
        if origin.kind != (source.kind if source else INDEX):
            message = f"{cut(one.label)} is installed from {described(origin)}; {case.lock.file} says "
            yield _error(case, "INST005", message + described(source), block, fix)
    elif source.kind == "git":
        if _commits_differ(origin.commit, source.commit):
            message = f"{cut(one.label)} is at commit {cut(origin.commit[:12])}; {case.lock.file} says "
            yield _error(case, "INST004", message + cut(source.commit[:12]), block, fix)
    elif source.kind == "url":
        if _bare(origin.url) != _bare(source.url):
            message = f"{cut(one.label)} is installed from {described(origin)}; {case.lock.file} says "
            yield _error(case, "INST005", message + described(source), block, fix)
    else:
        yield from _path(case, one, origin, block)


def _commits_differ(installed: str, locked: str) -> bool:
    """Where one of the two is no commit, as a branch's name, nothing can be said."""
    if not (_COMMIT.fullmatch(installed) and _COMMIT.fullmatch(locked)):
        return False
    return not (installed.startswith(locked) or locked.startswith(installed))


def _bare(url: str) -> str:
    return without_credentials(url).partition("#")[0].rstrip("/")


def _path(case: Case, one: Distribution, origin: Origin, block: Locked) -> Iterator[Finding]:
    source = block.source
    if source is None:
        return
    expected = real(os.path.join(case.project, source.url.replace("\0", ""), source.subdirectory))
    if origin.kind == "file":
        if real(origin.url) != expected:
            message = f"{cut(one.label)} is installed from {described(origin)}, not from {cut(expected)}"
            yield _error(case, "INST005", message, block, case.mends.replace(one.name))
        return
    found = list(_imported(one, origin, expected, case.mends.replace(one.name), needs_link=source.editable))
    place = Location(case.lock.file, case.line_of(block)) if found else None
    yield from (finding._replace(location=place) for finding in found)


def _project(case: Case, installed: dict[str, Distribution]) -> Iterator[Finding]:
    """INST011 and INST005 for the project itself; the words are those of `venv`."""
    one = installed.get(case.lock.project)
    if one is None:
        message = f"{cut(case.lock.project)}, the project itself, is not installed in {cut(case.root)}"
        place = Location("pyproject.toml", case.own_line())
        yield Finding("INST011", Severity.ERROR, message, place, case.mends.install or None)
    elif not one.trouble:
        root = real(case.project)
        for finding in _imported(one, _origin(case, one), root, case.mends.replace(one.name), needs_link=True):
            yield finding._replace(location=Location("pyproject.toml", case.own_line()))


def _imported(one: Distribution, origin: Origin, expected: str, fix: str, *, needs_link: bool) -> Iterator[Finding]:
    """Whether a distribution's code is that of a checkout; with `needs_link`, also whether it follows its edits."""
    stray = [path for path in origin.paths if other_checkout(real(path), expected)]
    gone = [path for path in origin.paths if origin.editable and not os.path.exists(path)]
    if origin.kind != "directory" or not origin.paths:
        message = f"{cut(one.label)} was installed from a wheel or an index, not from {cut(expected)}"
        yield Finding("INST005", Severity.ERROR, f"{message}: edits here are not seen", fix=fix or None)
    elif stray:
        state = "" if os.path.exists(stray[0]) else ", which is not there"
        message = f"{cut(one.label)} is imported from {cut(stray[0])}{state}, not from {cut(expected)}"
        yield Finding("INST005", Severity.ERROR, f"{message}: you are testing other code", fix=fix or None)
    elif gone:
        message = f"{cut(one.label)} is imported from {cut(gone[0])}, which is not there"
        yield Finding("INST009", Severity.ERROR, message, fix=fix or None)
    elif needs_link and not origin.editable:
        message = (
            f"{cut(one.label)} is a copy of {cut(expected)} as it was when it was installed: edits since are not seen"
        )
        yield Finding("INST005", Severity.WARNING, message, fix=fix or None)
