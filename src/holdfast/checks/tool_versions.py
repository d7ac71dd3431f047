"""The check `tool-versions`: is each tool one version, wherever it is run from?"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from holdfast.checks.facts import PRE_COMMIT
from holdfast.checks.interface import Context, Inputs
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Checked, Finding, Result, Severity, Status, concluded

if TYPE_CHECKING:
    from holdfast.checks.lockstep.files import Files
    from holdfast.checks.lockstep.hooks import Loose
    from holdfast.checks.lockstep.pins import Pin

NAME = "tool-versions"
SEEN = re.compile(
    r"\.pre-commit-config\.yaml|\.github/(?:workflows/[^/]*|actions/.*)\.ya?ml"
    r"|poetry\.lock|uv\.lock|pylock(?:\.[^/]*)?\.toml"
)
"""Files of which one alone makes it worth a look."""
READ = (
    "pyproject.toml",
    "holdfast.yaml",
    "holdfast.json",
    PRE_COMMIT,
    ".github/**",
    "action.yml",
    "action.yaml",
    "*.lock",
    "pylock*.toml",
    "*.txt",
    "*.in",
    "*.mk",
    "[Mm]akefile",
    "GNUmakefile",
    "[Jj]ustfile",
    "Taskfile.y*",
    "tox.ini",
    "noxfile.py",
    "setup.cfg",
    ".gitlab-ci.yml",
    "*ockerfile*",
    "Containerfile*",
    ".flake8",
    "mypy.ini",
    ".mypy.ini",
    ".pylintrc",
    "pylintrc",
    "ruff.toml",
    ".ruff.toml",
)


class ToolVersions:
    name = NAME
    summary = "each tool is one version in hooks, lock, environment, CI and on PATH"

    def wanted(self, context: Context) -> bool:
        return any(map(SEEN.fullmatch, context.files))

    def inputs(self, context: Context) -> Inputs:
        """The tools on PATH count as programs: by their paths, since the names mean those of the environment."""
        from holdfast.checks.lockstep.path_search import found_on_path
        from holdfast.checks.lockstep.tools_known import TOOLS

        programs = tuple(found_on_path(context, TOOLS).values())
        return Inputs(READ, programs, ("HOLDFAST_DEPENDENCIES", "VIRTUAL_ENV", "CONDA_PREFIX"))

    def run(self, context: Context) -> Result:
        """What every place says, tool by tool. Where no tool has its version in two places: skipped."""
        from holdfast.checks.lockstep.files import Files

        files = Files(context)
        locked, unread = _locked(context)
        pins, loose = _gathered(context, files, locked)
        findings = (*_compared(context, pins, loose), *unread, *files.unread("TOOL005"))
        places = {pin.where for pin in pins} | {str(each.location) for each in loose} | set(files.troubles)
        if not findings and len(pins) == len({pin.tool for pin in pins}):
            raise CannotRun(NAME, "no tool has its version in two places", status=Status.SKIPPED)
        checked = Checked(len(places), len(places), "places")
        return concluded(NAME, findings, checked=checked)


def _locked(context: Context) -> tuple[list[Pin], list[Finding]]:
    """What the lock says, or that it cannot be read."""
    from holdfast.checks.dependencies.model import Unreadable
    from holdfast.checks.lockstep.installed_pins import pins_in_lock

    try:
        return list(pins_in_lock(context)), []
    except Unreadable as error:
        said = error.finding
        return [], [Finding("TOOL005", Severity.WARNING, f"not read: {said.message}", said.location)]


def _gathered(context: Context, files: Files, locked: list[Pin]) -> tuple[list[Pin], list[Loose]]:
    from holdfast.checks.lockstep import installed_pins as installed
    from holdfast.checks.lockstep.hooks import hook_pins
    from holdfast.checks.lockstep.on_path import pins_on_path
    from holdfast.checks.lockstep.pins import pins_in_files, pins_in_workflows

    pins, loose = hook_pins(files)
    pins += [*pins_in_files(context, files), *pins_in_workflows(context, files)]
    pins += [*locked, *installed.pins_declared(context)]
    named = {pin.tool for pin in pins} | {each.tool for each in loose}
    pins += [
        pin for pin in installed.pins_in_environment(context) if pin.tool in named or installed.uses(context, pin.tool)
    ]
    return [*pins, *pins_on_path(context, tuple(sorted({pin.tool for pin in pins})))], loose


def _compared(context: Context, pins: list[Pin], loose: list[Loose]) -> tuple[Finding, ...]:
    from holdfast.checks.dependencies.subject import subject_of
    from holdfast.checks.lockstep.installed_pins import ranges_declared, uses
    from holdfast.checks.lockstep.tool_fixes import fix_of
    from holdfast.checks.lockstep.tool_judgement import by_tool, disagreements, not_compared, out_of_range

    known = by_tool(pins, lambda tool: uses(context, tool))
    ranges = list(ranges_declared(subject_of(context)))
    mend = partial(fix_of, context)
    found = [finding for each in known for finding in (*disagreements(each, mend), *out_of_range(each, ranges))]
    return (*found, *not_compared(known, loose))


CHECK = ToolVersions()
