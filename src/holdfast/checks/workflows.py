"""The check `workflows`: would GitHub run the workflows, actions and Dependabot settings as they are meant?"""

from __future__ import annotations

import re

from holdfast.checks import facts
from holdfast.checks.interface import Context, Inputs
from holdfast.core.findings import Result

NAME = "workflows"
UNIT = "workflow files"
WORKFLOWS = (".github/workflows/*.yml", ".github/workflows/*.yaml")
DEPENDABOT = (".github/dependabot.yml", ".github/dependabot.yaml")
ACTION = ("action.yml", "action.yaml")
YAML = (".yml", ".yaml")
PLACE = ".github/workflows/"
RUNS = rb"(?m)^runs\s*:"
START = 2**16
READ_AT_START = 100
SCRIPT_ENDINGS = "sh|bash|py|pl|rb|js|mjs|cjs|ts|ps1"
NAMED = rf"[\w./-]+\.(?:{SCRIPT_ENDINGS})\b|(?<=working-directory:)\s*[\"']?([\w./-]+)".encode()
CONFIG = ("actionlint.yml", "actionlint.yaml")
SUBMODULES = ".gitmodules"


def is_kind(file: str) -> bool:
    """Whether a file is a workflow, an action or Dependabot's settings by its name."""
    if not file.endswith(YAML):
        return False
    workflow = file.startswith(PLACE) and "/" not in file[len(PLACE) :]
    return workflow or file in DEPENDABOT or file.rpartition("/")[2] in ACTION


def kinds_by_name(context: Context) -> set[str]:
    """The last names of those files: as inputs they are found quicker than by globs, and a new one changes them."""
    return {file.rpartition("/")[2] for file in context.files if is_kind(file)}


def actions_there(context: Context) -> bool:
    """Whether the project has workflows, actions or Dependabot settings, by the names of its files alone."""
    return any(map(is_kind, context.files))


def action_files(context: Context) -> list[str]:
    """The files that define actions; other programs have files called action.yml too, without `runs`."""
    named = context.matching(*ACTION)
    return [file for file in named if re.search(RUNS, facts.start_of(context.project / file, START))]


class Workflows:
    name = NAME
    summary = "workflows, actions and Dependabot settings that GitHub would run as meant"

    def wanted(self, context: Context) -> bool:
        return actions_there(context)

    def inputs(self, context: Context) -> Inputs:
        """The scripts and directories that steps name are among them: whether they are there is part of the result."""
        from holdfast.checks.linters.program import ignored, programs
        from holdfast.checks.patterns import witnesses

        words = _words(context)
        files = (*sorted(kinds_by_name(context)), *CONFIG, SUBMODULES, *sorted(witnesses(context.files, words)))
        tools = (*programs("check-jsonschema"), *programs("actionlint"), "shellcheck", "pyflakes")
        return Inputs(files, tools, unlisted=tuple(sorted(ignored(context, words))), by_file=True)

    def run(self, context: Context) -> Result:
        """What our own rules find, and what check-jsonschema (see schema.py) and actionlint add where they are."""
        from holdfast.checks.workflow_files.look import look

        return look(context)


CHECK = Workflows()


def _words(context: Context) -> set[str]:
    """What names the scripts that steps run and their directories, by the text of the workflows."""
    words = set()
    for file in [file for file in context.files if file.startswith(PLACE) and is_kind(file)][:READ_AT_START]:
        for match in re.finditer(NAMED, facts.start_of(context.project / file, START)):
            words.add((match[1] or match[0]).decode())
    return words
