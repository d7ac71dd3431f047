"""Where a project says which version of a tool it uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from holdfast.checks.interface import Context
from holdfast.checks.lockstep.files import Files, container_files, requirements_files, without_comment, workflow_files
from holdfast.checks.lockstep.releases import release
from holdfast.checks.lockstep.tools_known import ACTIONS, NAMED_BY_REF, TOOLS
from holdfast.checks.lockstep.workflows import Step, jobs
from holdfast.core.findings import Location

BY_HAND = re.compile(
    r"(?:[Mm]akefile|GNUmakefile|[^/]*\.mk|[Jj]ustfile|tox\.ini|noxfile\.py|setup\.cfg|\.gitlab-ci\.yml|Taskfile\.ya?ml)"
)
"""Files in the root that may name a version in a command or in a list of requirements."""
_NAMES = "|".join(tool.replace("-", "[-_.]") for tool in TOOLS)
_VERSION = r"v?([0-9][0-9A-Za-z.]*)(?![\w.*+!-])"
_EQUAL = re.compile(rf"(?<![\w./@\[-])({_NAMES})(?:\[[\w,. -]*\])?[ ]?={{2,3}}[ ]?{_VERSION}", re.IGNORECASE)
_AT = re.compile(rf"(?<![\w./-])({_NAMES})@{_VERSION}", re.IGNORECASE)
_RUNS_AT = re.compile(r"\buvx\b|\buv tool\b|\bpipx\b|\buv run\b")


class Kind(IntEnum):
    """What kind of place it is; where two differ, the one that comes first is the one to follow."""

    LOCK = 1
    DECLARED = 2
    """An exact pin in pyproject.toml."""
    ENVIRONMENT = 3
    REQUIREMENTS = 4
    HOOK = 5
    CI = 6
    COMMAND = 7
    """A Makefile, tox.ini, noxfile.py and their like."""
    PATH = 8


class Pin(NamedTuple):
    """That a place says a version of a tool."""

    tool: str
    version: str
    kind: Kind
    location: Location | None
    shown: str = ""
    """What the place is called, where it is no file."""
    line: str = ""
    """What to write there, with `{}` for a version; empty where that is not a matter of a line."""

    @property
    def where(self) -> str:
        """ "tox.ini:12", or what the place is called."""
        return self.shown or str(self.location)


def named(text: str, kind: Kind, place: Location) -> Iterator[Pin]:
    """The pins in a command or a requirement: `ruff==0.1.2`, and `ruff@0.1.2` where uv or pipx runs it."""
    for pattern, sign in ((_EQUAL, "=="), (_AT, "@")) if _RUNS_AT.search(text) else ((_EQUAL, "=="),):
        for match in pattern.finditer(text):
            tool = re.sub(r"[-_.]+", "-", match[1]).lower()
            yield Pin(tool, match[2].rstrip("."), kind, place, line=f"{tool}{sign}{{}}")


def pins_in_files(context: Context, files: Files) -> Iterator[Pin]:
    """What requirements files, Makefiles, tox.ini and their like pin.

    A file that pins a tool to several versions tries them on purpose, or parts them by a marker: it says none.
    """
    for kind, names in (
        (Kind.REQUIREMENTS, requirements_files(context)),
        (Kind.COMMAND, [*filter(BY_HAND.fullmatch, context.files), *container_files(context)]),
    ):
        for file in names:
            yield from _single(_in_lines(files, file, kind))


def _in_lines(files: Files, file: str, kind: Kind) -> Iterator[Pin]:
    for number, line in enumerate(files.text(file).splitlines(), 1):
        yield from named(without_comment(line), kind, Location(file, number))


def _single(found: Iterator[Pin]) -> list[Pin]:
    """The first pin of each tool, where all of one file agree."""
    pins: dict[str, list[Pin]] = {}
    for pin in found:
        pins.setdefault(pin.tool, []).append(pin)
    return [each[0] for each in pins.values() if len({pin.version for pin in each}) == 1]


def pins_in_workflows(context: Context, files: Files) -> Iterator[Pin]:
    """What the workflows and the project's own actions pin, in commands and for the actions that they use."""
    for file in workflow_files(context):
        text = files.text(file).lower()
        if any(tool in text for tool in (*TOOLS, "detect_secrets")):
            steps = (step for job in jobs(files.yaml(file)) for step in job.steps())
            yield from _by_line(pin for step in steps for pin in (*_of_action(step), *_of_commands(step)))


def _by_line(found: Iterator[Pin]) -> Iterator[Pin]:
    """Each pin once: the same version in several jobs is one fact."""
    seen = set()
    for pin in found:
        if (pin.tool, pin.version) not in seen:
            seen.add((pin.tool, pin.version))
            yield pin


def _of_commands(step: Step) -> Iterator[Pin]:
    for line, number in step.commands():
        yield from named(without_comment(line), Kind.CI, Location(step.document.name, number))


def _of_action(step: Step) -> Iterator[Pin]:
    name, ref = step.action
    if name not in ACTIONS:
        return
    tool, key = ACTIONS[name]
    said = step.inputs.get(key)
    path = (*step.path, "with", key) if said else (*step.path, "uses")
    text = said if isinstance(said, str) else ref if name in NAMED_BY_REF else ""
    version = release(text.removeprefix("=="))
    if version:
        place = Location(step.document.name, step.document.line(path))
        yield Pin(tool, version, Kind.CI, place, line=f"{key}: {{}}" if said else f"uses: {name}@{{}}")
