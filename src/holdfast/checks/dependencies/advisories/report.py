"""What is known of what is locked and installed, and of when that knowledge is: a run of `vulnerabilities`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

from holdfast.checks.dependencies.advisories.ignores import Ignore, ignores_of, ignoring, judged
from holdfast.checks.dependencies.advisories.index import Header, load
from holdfast.checks.dependencies.advisories.kept import directory_for
from holdfast.checks.dependencies.advisories.matching import Vulnerability, affects, grouped, vulnerability
from holdfast.checks.dependencies.advisories.model import Advisory
from holdfast.checks.dependencies.advisories.packages import Package, packages_of
from holdfast.checks.dependencies.advisories.spans import version_of
from holdfast.checks.dependencies.model import Unreadable
from holdfast.checks.dependencies.subject import Subject, subject_of
from holdfast.checks.interface import Context
from holdfast.checks.tools import CannotRun, relative
from holdfast.core.clock import iso
from holdfast.core.findings import Checked, Finding, Location, Result, Severity, Status
from holdfast.core.findings import judged as status_judged

NAME = "vulnerabilities"
KNOWN, OLD, UNCLEAR = "VULN001", "VULN002", "VULN006"
SNAPSHOT = "https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip"
"""Where the OSV project puts all advisories for Python packages."""
UPDATE = f"holdfast check-deps --update-advisories {SNAPSHOT}"
_DAY_MS = 86_400_000
_UPGRADES = {"poetry": "poetry update {}", "uv": "uv lock --upgrade-package {}"}
_EXPORTED = {
    "poetry export": _UPGRADES["poetry"],
    "uv export": _UPGRADES["uv"],
    "pdm export": "pdm update --no-sync {}",
}
"""What makes a lock out of another one, and how that one takes a newer version."""
_COMPILERS = ("pip-compile", "uv pip compile")
"""What keeps the versions that its own output has, unless it is told otherwise."""

Found = Mapping[tuple[str, str], tuple[Advisory, ...]]
"""The advisories that affect a package's name and version."""


class Answer(NamedTuple):
    """What a source of advisories says of a project's packages."""

    found: Found
    says: str
    """Of when it is, or who said it."""
    findings: tuple[Finding, ...] = ()
    """About the source, and about what it could not tell."""


def look(context: Context) -> Result:
    """What is known. Raises CannotRun: skipped where there is no data; where it cannot be read, an error."""
    subject = subject_of(context)
    packages = _packages(subject)
    asked = tuple(package for package in packages if package.indexed)
    answer = _online(context, asked) if context.config.advisories.online else _offline(context, asked)
    ignores = ignores_of(context.config, context.now_ms)
    findings = (*_known(subject, asked, answer.found, ignores), *answer.findings)
    checked = Checked(len(asked), len(packages), "packages")
    reason = f"{checked}; {answer.says}"
    result = Result(NAME, Status.PASSED, findings, reason, checked=checked, tool=answer.says)
    return status_judged(result, strict=False)


def _packages(subject: Subject) -> tuple[Package, ...]:
    """What there is to look at: something that comes from an index, or there is no check."""
    try:
        packages = packages_of(subject, NAME)
    except Unreadable as error:
        raise CannotRun(NAME, f"{error.finding.location}: {error.finding.message}", hint=error.finding.fix) from error
    if not any(package.indexed for package in packages):
        why = "none of the packages comes from an index" if packages else "nothing is locked, and nothing installed"
        raise CannotRun(NAME, f"{why}: no advisory can concern it", status=Status.SKIPPED)
    return packages


def _offline(context: Context, packages: tuple[Package, ...]) -> Answer:
    directory = directory_for(context.env)
    index = load(directory) if directory else None
    if index is None:
        raise CannotRun(NAME, "no advisory data", hint=UPDATE, status=Status.SKIPPED)
    found, unclear = {}, []
    for package in packages:
        judgements = [(advisory, affects(advisory, package.version)) for advisory in index.of(package.name)]
        found[package.name, package.version] = tuple(advisory for advisory, hit in judgements if hit)
        unclear += [_unclear(package, advisory) for advisory, hit in judgements if hit is None]
    return Answer(found, _age(index.header, context.now_ms), (*unclear, *_old(index.header, context)))


def _unclear(package: Package, advisory: Advisory) -> Finding:
    why = (
        f"it has no bounds but {', '.join(advisory.unclear[:3])}" if advisory.unclear else "the version is not PEP 440"
    )
    message = f"{package.name} {package.version} could not be compared with {advisory.id}: {why}"
    return Finding(UNCLEAR, Severity.WARNING, message)


def _age(header: Header, now_ms: int) -> str:
    days = max(0, now_ms - header.modified_ms) // _DAY_MS
    old = f"{days} day{'' if days == 1 else 's'} old"
    return f"advisory data of {_day(header.modified_ms)}, {old}, taken in {_day(header.taken_in_ms)}"


def _day(moment_ms: int) -> str:
    return iso(moment_ms)[:10]


def _old(header: Header, context: Context) -> Iterator[Finding]:
    limit_s = context.config.advisories.max_age
    if context.now_ms - header.modified_ms > limit_s * 1000:
        message = f"the {_age(header, context.now_ms)}: what became known since is not in it"
        yield Finding(OLD, Severity.WARNING, message, fix=UPDATE)


def _online(context: Context, packages: tuple[Package, ...]) -> Answer:
    from holdfast.checks.dependencies.advisories.online import ask
    from holdfast.checks.dependencies.advisories.web import shown

    service = context.config.advisories.service
    keys = sorted({(package.name, package.version) for package in packages})
    found = ask(service, keys, context.env, stop=context.stop)
    return Answer(found, f"asked {shown(service)}, which was told names and versions of {len(keys)} packages")


class _Hit(NamedTuple):
    """A vulnerability, the packages that have it, and whether the project ignores it."""

    packages: tuple[Package, ...]
    told: Vulnerability
    ignore: Ignore | None


def _known(
    subject: Subject, packages: tuple[Package, ...], found: Found, ignores: tuple[Ignore, ...]
) -> Iterator[Finding]:
    """Each vulnerability of each package once, then what is wrong with the ignores."""
    seen: list[str] = []
    for _, versions in groupby(packages, key=lambda package: package.name):
        hits = list(_hits(tuple(versions), found, ignores))
        mends = [end for hit in hits if not hit.ignore for end in hit.told.fixed]
        enough = max(mends, key=version_of) if mends else ""
        for hit in hits:
            seen += hit.told.ids
            yield _finding(subject, hit, enough)
    yield from judged(ignores, seen)


def _hits(versions: tuple[Package, ...], found: Found, ignores: tuple[Ignore, ...]) -> Iterator[_Hit]:
    advisories = {one: found.get((one.name, one.version), ()) for one in versions}
    for group in grouped(dict.fromkeys(advisory for each in advisories.values() for advisory in each)):
        hit = tuple(one for one, its in advisories.items() if set(group) & set(its))
        told = vulnerability(group, [one.version for one in hit])
        yield _Hit(hit, told, ignoring(ignores, told.ids))


def _finding(subject: Subject, hit: _Hit, enough: str) -> Finding:
    told, ignore = hit.told, hit.ignore
    versions = ", ".join(one.version if one.locked else f"{one.version} (installed)" for one in hit.packages)
    first, *others = told.ids
    more = ", ".join([*others, *([told.severity] if told.severity else [])])
    parts = [f"{told.package} {versions} has {first}{f' ({more})' if more else ''}"]
    parts[0] += f": {told.summary}" if told.summary else ""
    parts.append(f"mended in {' and '.join(told.fixed)}" if told.fixed else "no version is known to mend it")
    if ignore:
        parts.append(f"ignored until {ignore.until}: {ignore.reason}")
    severity = Severity.INFO if ignore else Severity.ERROR
    fix = _fix(subject, hit, enough) if told.fixed and not ignore else None
    return Finding(KNOWN, severity, "; ".join(parts), _place(subject, hit.packages), fix)


def _place(subject: Subject, packages: tuple[Package, ...]) -> Location | None:
    """The line of the package in the lock, where it is what the lock holds."""
    locked = next((one for one in packages if one.locked), None)
    if locked is None or subject.lock is None or subject.format is None:
        return None
    line = subject.format.line_of(subject.lock, locked.name, locked.version, locked.origin)
    return Location(subject.lock.file, line)


def _fix(subject: Subject, hit: _Hit, enough: str) -> str:
    """The command that brings a version which mends all that is known of the package."""
    lock, name = subject.lock, shlex.quote(hit.told.package)
    if lock is not None and subject.format is not None:
        if not any(one.locked for one in hit.packages):
            return subject.format.install_command(subject, lock)
        if lock.kind in _UPGRADES:
            return _UPGRADES[lock.kind].format(name)
        return _made_anew(subject.format.lock_command(subject), name)
    environment = subject.context.environment
    python = relative(subject.context, str(environment.python)) if environment else "python"
    return shlex.join([python, "-m", "pip", "install", f"{hit.told.package}>={enough}"])


def _made_anew(command: str, name: str) -> str:
    """The command that makes a flat lock, told to take a newer version of one package."""
    if command.startswith(_COMPILERS):
        return f"{command} --upgrade-package {name}"
    first = next((upgrade for maker, upgrade in _EXPORTED.items() if command.startswith(maker)), "")
    return f"{first.format(name)} && {command}" if first else command
