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
KIND = re.compile(r"\.github/(?:workflows/[^/]+|dependabot)\.ya?ml|(?:.*/)?action\.ya?ml")
RUNS = re.compile(rb"(?m)^runs\s*:")
START = 2**16
READ_AT_START = 100
SCRIPT_ENDINGS = "sh|bash|py|pl|rb|js|mjs|cjs|ts|ps1"
NAMED = re.compile(rf"[\w.-]+\.(?:{SCRIPT_ENDINGS})\b|(?<=working-directory:)\s*[\"']?([\w./-]+)".encode())
CONFIG = (".github/actionlint.yml", ".github/actionlint.yaml")
SUBMODULES = ".gitmodules"


def actions_there(context: Context) -> bool:
    """Whether the project has workflows, actions or Dependabot settings, by the names of its files alone."""
    return any(KIND.fullmatch(file) for file in context.files if file.endswith((".yml", ".yaml")))


def action_files(context: Context) -> list[str]:
    """The files that define actions; other programs have files called action.yml too, without `runs`."""
    named = context.matching(*ACTION)
    return [file for file in named if RUNS.search(facts.start_of(context.project / file, START))]


class Workflows:
    name = NAME
    summary = "workflows, actions and Dependabot settings that GitHub would run as meant"

    def wanted(self, context: Context) -> bool:
        return actions_there(context)

    def inputs(self, context: Context) -> Inputs:
        """The scripts and directories that steps name are among them: whether they are there is part of the result."""
        from holdfast.checks.linters import programs

        files = (*WORKFLOWS, *DEPENDABOT, *ACTION, *CONFIG, SUBMODULES, *sorted(_named(context)))
        tools = (*programs("check-jsonschema"), *programs("actionlint"), "shellcheck", "pyflakes")
        return Inputs(files, tools, by_file=True)

    def run(self, context: Context) -> Result:
        """What our own rules find, and what check-jsonschema (see schema.py) and actionlint add where they are."""
        from holdfast.checks.workflow_files.look import look

        return look(context)


CHECK = Workflows()


def _named(context: Context) -> set[str]:
    """The last names of the scripts and directories that steps run, as their text has them."""
    workflows = [file for file in context.files if file.startswith(".github/") and KIND.fullmatch(file)]
    names = set()
    for file in workflows[:READ_AT_START]:
        for match in NAMED.finditer(facts.start_of(context.project / file, START)):
            path = (match[1] or match[0]).decode()
            names.add(path.rstrip("/").rpartition("/")[2] or ".")
    return names - {".", ".."}
