"""The versions of the tools in the lock, in pyproject.toml and in the environment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.checks import facts
from holdfast.checks.dependencies.subject import Subject, subject_of
from holdfast.checks.interface import Context
from holdfast.checks.lockstep.on_path import installed_in
from holdfast.checks.lockstep.pins import Kind, Pin
from holdfast.checks.lockstep.releases import release
from holdfast.checks.lockstep.tools_known import TOOLS
from holdfast.core.findings import Location

CONFIGURATION = {
    "flake8": (".flake8",),
    "mypy": ("mypy.ini", ".mypy.ini"),
    "pylint": (".pylintrc", "pylintrc"),
    "ruff": ("ruff.toml", ".ruff.toml"),
}


def uses(context: Context, tool: str) -> bool:
    """Whether the project itself asks for the tool: it may also be there because another package needs it."""
    files = CONFIGURATION.get(tool, ())
    return facts.depends_on(context, tool) or facts.configures(context, tool, files=files, sections=(tool,))


def pins_in_lock(context: Context) -> Iterator[Pin]:
    """What the lock says. One that cannot be read says nothing here, for the check `lock` tells of it."""
    from holdfast.checks.dependencies.model import Unreadable

    subject = subject_of(context)
    try:
        lock = None if subject.found and subject.found[0] == "requirements" else subject.lock
    except Unreadable:
        return
    for package in lock.packages if lock else ():
        if package.name in TOOLS and package.version and lock:
            place = Location(lock.file, subject.line_of(package))
            yield Pin(package.name, package.version, Kind.LOCK, place)


def pins_declared(context: Context) -> Iterator[Pin]:
    """The exact pins in pyproject.toml."""
    subject = subject_of(context)
    if not any(tool in TOOLS for tool in facts.dependency_names(context)):
        return
    for each in subject.declarations.located():
        match = re.fullmatch(r"={2,3}\s*([0-9][\w.]*)", each.need.constraint.strip())
        if each.need.name in TOOLS and match and release(match[1]):
            yield Pin(
                each.need.name, match[1], Kind.DECLARED, Location(each.file, each.line), line=f"{each.need.name}=={{}}"
            )


def ranges_declared(subject: Subject) -> Iterator[tuple[str, str, Location]]:
    """The tools that pyproject.toml asks for by a range: name, PEP 440 specifiers, place."""
    for each in subject.declarations.located():
        constraint = each.need.constraint
        if each.need.name in TOOLS and constraint and not constraint.startswith("==") and not each.need.marker:
            yield each.need.name, constraint, Location(each.file, each.line)


def pins_in_environment(context: Context) -> Iterator[Pin]:
    """What is installed in the project's environment."""
    if context.environment is None:
        return
    root = context.environment.root
    shown = root.relative_to(context.project) if root.is_relative_to(context.project) else root
    for tool, version in installed_in(context.environment).items():
        if tool in TOOLS:
            yield Pin(tool, version, Kind.ENVIRONMENT, None, f"the environment {shown}")
