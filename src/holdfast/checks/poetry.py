"""`poetry check --lock`: pyproject.toml is valid, and poetry.lock was made from it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from holdfast.checks import facts
from holdfast.checks.interface import Context, Inputs
from holdfast.checks.tools import CannotRun, Tool, crashed, find_tool, outcome, run_tool, said
from holdfast.core.findings import Finding, Location, Result, Severity

SEVERITIES = {"Error": Severity.ERROR, "Warning": Severity.WARNING}


class Poetry:
    name = "poetry"
    summary = "pyproject.toml and poetry.lock agree, by poetry check --lock"

    def wanted(self, context: Context) -> bool:
        return facts.configures(context, "poetry", files=("poetry.lock", "poetry.toml"))

    def inputs(self, context: Context) -> Inputs:
        files = ("pyproject.toml", "poetry.lock", "poetry.toml", "README*", "LICEN*", *_named_files(context.pyproject))
        programs = ("poetry", *_elsewhere(context))
        return Inputs(files, programs, ("POETRY_",), ("poetry.toml",), (".config/pypoetry/config.toml",))

    def run(self, context: Context) -> Result:
        """Exit 0 is good. Exit 1 with `Error:` lines is findings, and without is "could not run"."""
        tool = _poetry(context)
        argv = [tool.path, "check", "--lock", "--no-interaction", *context.args]
        done = run_tool(context, self.name, argv, {"POETRY_NO_INTERACTION": "1", "POETRY_VIRTUALENVS_CREATE": "false"})
        findings = [found for line in said(done).splitlines() if (found := _finding(context, tool, line))]
        if done.exit_code not in (0, 1) or (done.exit_code == 1 and not findings):
            raise crashed(self.name, tool, done)
        if done.exit_code == 0 and not (context.project / "pyproject.toml").is_file():
            raise CannotRun(self.name, "there is no pyproject.toml")
        return outcome(self.name, tool, findings, looked_at=(1, "lock"), failed=done.exit_code == 1)


def _poetry(context: Context) -> Tool:
    """The one of the environment or on PATH, else where its installers put it, which a hook's PATH may lack.

    Raises CannotRun where there is none. Poetry is meant to be installed apart from the project, so that is no remark.
    """
    try:
        return find_tool(context, CHECK.name, "poetry")
    except CannotRun:
        for path in map(Path, _elsewhere(context)):
            if os.access(path, os.X_OK):
                return Tool("poetry", path, None, own=False)
        raise


def _elsewhere(context: Context) -> tuple[str, ...]:
    """Beside Holdfast, as in the workflow that `holdfast init` writes, and in the user's own directory of programs."""
    home = context.env.get("HOME")
    return (f"{sys.prefix}/bin/poetry", *([f"{home}/.local/bin/poetry"] if home else []))


def _named_files(pyproject: Mapping[str, Any]) -> list[str]:
    """The files, or globs, that the metadata names and `poetry check` looks for."""
    project, own = facts.table(pyproject, "project"), facts.table(pyproject, "tool", "poetry")
    named = [
        project.get("readme"),
        project.get("license-files"),
        own.get("readme"),
    ]
    named += [facts.table(project, key).get("file") for key in ("readme", "license")]
    texts = (item for value in named for item in (value if isinstance(value, list) else [value]))
    return [text for text in texts if isinstance(text, str)]


def _finding(context: Context, tool: Tool, line: str) -> Finding | None:
    word, colon, message = line.partition(": ")
    if not colon or word not in SEVERITIES:
        return None
    lock = "poetry.lock" in message
    file = "poetry.lock" if lock and (context.project / "poetry.lock").is_file() else "pyproject.toml"
    fix = tool.command(context.project, "lock") if lock and word == "Error" else None
    return Finding(f"poetry:{word.lower()}", SEVERITIES[word], message, Location(file), fix)


CHECK = Poetry()
