"""What is wrong within one file of environment variables: lines, names, quotes, duplicates, and kinds of values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from holdfast.checks.environment_files.declarations import Declared
from holdfast.checks.environment_files.kinds import ANYTHING, Kind, kind_of
from holdfast.checks.environment_files.reading import NAME, Binding, EnvFile
from holdfast.checks.environment_files.spelling import slips, twice
from holdfast.checks.environment_files.wording import Say
from holdfast.core.findings import Finding, Location, Severity

UNREADABLE_LINE, BAD_NAME, TWICE, WRONG_KIND, SLIP = ("DOTENV001", "DOTENV002", "DOTENV003", "DOTENV008", "DOTENV011")
BAD_DECLARATION = "DOTENV013"


class Wanted(NamedTuple):
    """What one variable's value has to be, and who says so."""

    kind: Kind
    source: str


def written(file: EnvFile, say: Say, *, severity: Severity) -> Iterator[Finding]:
    """What is wrong with how a file is written; lines that cannot be read weigh `severity`."""
    for broken in file.broken:
        message = f"this line cannot be read: {broken.reason}"
        yield Finding(UNREADABLE_LINE, severity, message, Location(file.path, broken.line))
    if file.marked:
        message = "the file begins with a byte order mark, which some readers take for a part of the first name"
        yield Finding(SLIP, Severity.WARNING, message, Location(file.path, 1))
    for binding in file.bindings:
        yield from _written(file, binding, say)
    for again, before in twice(file):
        message = f"{say(again.name, again.line)} is set twice: this value counts, and not the one above"
        if again.value == before.value:
            message = f"{say(again.name, again.line)} is set twice, to the same value"
        yield Finding(TWICE, Severity.WARNING, message, Location(file.path, again.line))
    exported = next((each for each in file.bindings if each.exported), None)
    if exported:
        message = "export stands before a variable: shells and python-dotenv accept it, docker --env-file does not"
        yield Finding(SLIP, Severity.INFO, message, Location(file.path, exported.line))


def _written(file: EnvFile, binding: Binding, say: Say) -> Iterator[Finding]:
    place = Location(file.path, binding.line)
    if not NAME.fullmatch(binding.name):
        message = "this is no name of a variable: it may have letters, digits and underscores, and no digit first"
        yield Finding(BAD_NAME, Severity.WARNING, message, place)
    # without a =, what stands there may be anything
    subject = say(binding.name, binding.line) if binding.value is not None else "this line"
    for slip in slips(binding):
        yield Finding(SLIP, Severity.WARNING, f"{subject} {slip}", place)


def misread(file: EnvFile, declared: Declared) -> Iterator[Finding]:
    """Declarations in comments that say nothing known."""
    for each in declared.misread:
        meant = f"; did you mean {each.meant}?" if each.meant else ""
        message = f"the comment declares something that is not known{meant}"
        yield Finding(BAD_DECLARATION, Severity.WARNING, message, Location(file.path, each.line))


def of_wrong_kind(file: EnvFile, wanted: Mapping[str, Wanted], say: Say, severity: Severity) -> Iterator[Finding]:
    """Values that are not of the kind that is declared, or that the code wants. An empty one is another matter."""
    for name, binding in file.last().items():
        want = wanted.get(name) or wanted.get(name.upper())
        if not binding.value or binding.computed or want is None or want.kind is ANYTHING:
            continue
        if not want.kind.holds(binding.value):
            message = f"the value of {say(name, binding.line)} is not {want.kind.must}, as {want.source} wants it"
            yield Finding(WRONG_KIND, severity, message, Location(file.path, binding.line))


def kind_wanted(kind: str) -> Kind | None:
    """The kind that the code wants, where it is known."""
    return kind_of(kind) if kind else None
