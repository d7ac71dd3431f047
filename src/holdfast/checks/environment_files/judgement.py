"""What the check `dotenv` says of a project: each group of files by itself, with the code below its directory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from holdfast.checks.environment_files.comparison import Sides, empty, lacking, left_out, unknown
from holdfast.checks.environment_files.contents import misread, of_wrong_kind, written
from holdfast.checks.environment_files.declarations import Declared, declared_in
from holdfast.checks.environment_files.demand import Demand, demand_of
from holdfast.checks.environment_files.places import Group, is_kept_apart, places_of
from holdfast.checks.environment_files.reading import EnvFile, read
from holdfast.checks.environment_files.wording import Say, sayer
from holdfast.checks.facts import text_of
from holdfast.checks.interface import Context
from holdfast.checks.patterns import matching
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Checked, Finding, Location, Result, Severity, Status, concluded
from holdfast.core.git import tracked_files

TRACKED, NOT_IGNORED, NO_VALUES, NOT_KNOWN = ("DOTENV009", "DOTENV010", "DOTENV016", "DOTENV017")
HARMLESS = frozenset({"test", "tests", "testing", "ci", "dev", "development", "default", "defaults", "docker"})
"""Stages whose values are often meant to be shared."""
EXAMPLE_COMMAND = "holdfast env example --write"


class _Read(NamedTuple):
    """A group with its files read."""

    group: Group
    files: dict[str, EnvFile]
    declared: Declared
    sides: Sides


def judge(context: Context, name: str, mentions: tuple[str, ...]) -> Result:
    """What is wrong; skipped where there is no file of environment variables."""
    places = places_of(context)
    chosen = context.config.dotenv.example
    if chosen and not (context.project / chosen).is_file():
        raise CannotRun(name, f"there is no {chosen}", hint="[tool.holdfast.dotenv] example names it")
    findings = [*_exposed(context, places.exposed), *_not_ignored(places.listed)]
    read_groups = [
        _read(context, group, [each.directory for each in places.groups], mentions) for group in places.groups
    ]
    for one in read_groups:
        findings += _group(one)
    files = sum(len(one.files) for one in read_groups) or len(places.exposed)
    if not files and not findings:
        hint = "holdfast env example writes a .env.example from the code"
        raise CannotRun(name, "there is no .env and no .env.example", hint=hint, status=Status.SKIPPED)
    variables = sum(len(file.bindings) for one in read_groups for file in one.files.values())
    asked = sum(len(one.sides.demand.variables) for one in read_groups)
    amount = Checked(variables + asked, variables + asked, "variables")
    if not variables + asked:
        amount = Checked(max(files, 1), max(files, 1), "files")
    from dotenv.version import __version__

    tool = f"python-dotenv {__version__}"
    return concluded(name, findings, checked=amount, tool=tool)


def _read(context: Context, group: Group, directories: list[str], mentions: tuple[str, ...]) -> _Read:
    files = {name: read(context.project, name) for name in group.files}
    example = files.get(group.example) if group.example else None
    declared = declared_in(example) if example else Declared({}, ())
    demand = demand_of(context, group.directory, directories)
    ignored = tuple(context.config.dotenv.ignore)
    say = sayer(example, demand.knows)
    sides = Sides(demand, example, declared.by_name, ignored, _mentioned(context, group.directory, mentions), say)
    return _Read(group, files, declared, sides)


def _mentioned(context: Context, directory: str, globs: tuple[str, ...]) -> Callable[[Iterable[str]], frozenset[str]]:
    """Which of some names are words in the files that the globs match, or in Python code that is not below a directory.

    The files are read when that is asked.
    """

    def mentioned(names: Iterable[str]) -> frozenset[str]:
        left = set(names)
        code = (name for name in context.files if name.endswith(".py") and not name.startswith(directory))
        for file in (*matching(context.files, globs), *code):
            if not left:
                break
            text = text_of(context.project / file)
            left.difference_update(re.findall(r"\w+", text))
        return frozenset(names) - left

    return mentioned


def _group(one: _Read) -> Iterator[Finding]:
    group, sides = one.group, one.sides
    say = {name: _say(file, sides) for name, file in one.files.items()}
    yield from (
        Finding(NOT_KNOWN, Severity.INFO, "not a regular file, and not read", Location(odd)) for odd in group.odd
    )
    for name, file in one.files.items():
        is_example = name == group.example or name in group.more_examples
        severity = Severity.WARNING if is_example else Severity.ERROR
        yield from written(file, say[name], severity=Severity.ERROR)
        wanted = sides.wanted() if name not in group.more_examples else {}
        yield from of_wrong_kind(file, wanted, say[name], severity)
        if not is_example:
            yield from empty(file, sides)
            yield from unknown(file, sides, say[name])
    if sides.example:
        yield from misread(sides.example, one.declared)
    yield from _against(one)
    yield from _not_known(sides.demand)


def _say(file: EnvFile, sides: Sides) -> Say:
    example = sides.in_example()
    known = sides.demand.knows
    return sayer(file, lambda name: known(name) or (name in example and sides.told(name) == name))


def _against(one: _Read) -> Iterator[Finding]:
    """The values against the example and the code, and the example against the code."""
    group, sides = one.group, one.sides
    command = EXAMPLE_COMMAND if not group.directory else f"holdfast env example --output {group.example}"
    if group.values:
        values = {name: binding for file in group.values for name, binding in one.files[file].last().items()}
        hidden = frozenset(name for file in group.values for name in one.files[file].hidden)
        if all(one.files[file].bindings or not one.files[file].broken for file in group.values):
            yield from lacking(group.values[0], values, hidden, sides)
    elif sides.example:
        message = (
            f"there is no {group.directory}.env here, so that {sides.example.path} is compared with the code alone"
        )
        yield Finding(NO_VALUES, Severity.INFO, message, Location(sides.example.path))
    if sides.example is None and sides.demand.variables and group.values:
        message = "there is no .env.example, so that nobody else knows which variables there are"
        yield Finding(NO_VALUES, Severity.INFO, message, Location(group.values[0]), EXAMPLE_COMMAND)
    if sides.example and (sides.example.bindings or not sides.example.broken):
        yield from left_out(sides, command)


def _not_known(demand: Demand) -> Iterator[Finding]:
    if demand.computed:
        message = "the code reads variables whose names are known only when it runs, here first"
        yield Finding(NOT_KNOWN, Severity.INFO, message, demand.computed[0])
    for place in demand.unreadable:
        yield Finding(
            NOT_KNOWN,
            Severity.INFO,
            "what this file reads is not known: it does not parse, or is nested too deeply",
            place,
        )


def _exposed(context: Context, names: tuple[str, ...]) -> Iterator[Finding]:
    """What is for one machine alone and in git, or one `git add` away from it."""
    if not names:
        return
    from holdfast.core.git import ignore_command, untrack_command

    tracked = tracked_files(context.project, *names)
    if tracked is None:
        return  # no repository: nothing is tracked
    for name in names:
        if name in tracked:
            message = "git tracks this file: whoever has the repository has its values, and so does its history"
            yield Finding(TRACKED, Severity.ERROR, message, Location(name), untrack_command(name))
        else:
            message = "git does not ignore this file, so that one git add commits its values"
            fix = ignore_command(name.rpartition("/")[2])
            yield Finding(NOT_IGNORED, Severity.WARNING, message, Location(name), fix)


def _not_ignored(names: tuple[str, ...]) -> Iterator[Finding]:
    """Files of other stages that are not ignored, but for those whose values are often shared."""
    from holdfast.core.git import ignore_command

    for name in names:
        last = name.rpartition("/")[2]
        stage = last.removeprefix(".env.").partition(".")[0]
        staged = last.startswith(".env.") and not is_kept_apart(last) and stage not in HARMLESS
        if staged and not last.endswith((".example", ".sample", ".template", ".dist")):
            message = f"git does not ignore the values of {stage}: are none of them secret?"
            yield Finding(NOT_IGNORED, Severity.WARNING, message, Location(name), ignore_command(last))
