"""The whole of the check `workflows`: our own rules, and the tools that are there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from holdfast.checks.interface import Context
from holdfast.checks.linters.program import find_linter, given
from holdfast.checks.tools import CannotRun, Tool
from holdfast.checks.workflow_files import actionlint, places, schema, steps
from holdfast.checks.workflow_files.document import Document, Part, read
from holdfast.checks.workflow_files.rules import Found, workflow_jobs
from holdfast.checks.workflows import DEPENDABOT, NAME, UNIT, WORKFLOWS, action_files
from holdfast.core.findings import Checked, Finding, Result, Status, concluded
from holdfast.core.git import submodules

SCHEMAS = {"github-workflows": "workflows", "github-actions": "actions", "dependabot": "dependabot"}


class _Kinds(NamedTuple):
    workflows: Sequence[Document]
    actions: Sequence[Document]
    dependabot: Sequence[Document]

    @property
    def all(self) -> list[Document]:
        return [*self.workflows, *self.actions, *self.dependabot]


def look(context: Context) -> Result:
    """What is found. Raises CannotRun where there is no file to look at, or a tool that is there crashed."""
    kinds = _read(context)
    own = _own(context, kinds)
    findings, tools, missing = list(own), [], None
    try:
        tool = _checker(context)
        findings += _without_known(_by_schema(context, tool, kinds), own, kinds)
        tools.append(str(tool))
    except CannotRun as error:
        if error.result.status is not Status.SKIPPED or not error.result.hint:
            raise
        missing = error.result
    linter = actionlint.found_actionlint(context, NAME)
    if linter and kinds.workflows:
        found = actionlint.linted(context, NAME, linter, [each.file for each in kinds.workflows])
        findings += _on_other_lines(found, findings)
        tools.append(str(linter))
    return _result(kinds, findings, tools, missing)


def _result(kinds: _Kinds, findings: Sequence[Finding], tools: Sequence[str], missing: Result | None) -> Result:
    count = len(kinds.all)
    reason = f"{count} {UNIT} by our own rules; not against the schema: {missing.reason}" if missing else None
    hint, checked = missing.hint if missing else None, Checked(count, count, UNIT)
    return concluded(NAME, findings, checked=checked, reason=reason, hint=hint, tool=", ".join(tools) or None)


def _read(context: Context) -> _Kinds:
    files = given(context, NAME, [*context.matching(*WORKFLOWS, *DEPENDABOT), *action_files(context)], UNIT)
    documents = {file: read(context.project, file) for file in files}
    workflows = [each for file, each in documents.items() if file.startswith(".github/workflows/")]
    dependabot = [documents[file] for file in DEPENDABOT if file in documents]
    actions = [
        each for file, each in documents.items() if not file.startswith(".github/workflows/") and file not in DEPENDABOT
    ]
    return _Kinds(workflows, actions, dependabot)


def _own(context: Context, kinds: _Kinds) -> list[Finding]:
    there = places.tree(context.project, context.files, submodules(context.project))
    findings = [finding for document in kinds.all for finding in document.findings]
    for document in kinds.workflows:
        findings += _of_workflow(document, there)
    for document in kinds.actions:
        found = Found(document.file)
        if document.root is not None:
            steps.of_action(document.root, found)
        findings += found.findings
    return findings


def _of_workflow(document: Document, there: places.Tree) -> list[Finding]:
    found = Found(document.file)
    for name, job in workflow_jobs(document, found).items():
        steps.of_job(name, job, found)
        places.called_workflow(name, job, there, found)
        defaults: list[Part] = [each.get("defaults") for each in (job, document.root or job)]
        places.of_steps(job, defaults, there, found)
    return found.findings


def _checker(context: Context) -> Tool:
    return find_linter(context, NAME, schema.PROGRAM, package=schema.PROGRAM)


def _by_schema(context: Context, tool: Tool, kinds: _Kinds) -> list[Finding]:
    return [
        finding
        for vendor, kind in SCHEMAS.items()
        for finding in schema.against(context, NAME, tool, vendor, getattr(kinds, kind))
    ]


def _without_known(found: Sequence[Finding], own: Sequence[Finding], kinds: _Kinds) -> list[Finding]:
    """What the schemas find where our own rules found nothing: in the same job, or in the same key at the top."""
    sections = {each.file: _sections(each) for each in kinds.all}
    told = {_section(each, sections) for each in own}
    return [each for each in found if _section(each, sections) not in told]


def _sections(document: Document) -> list[int]:
    """The lines on which the keys at the top and the jobs begin."""
    root = document.root
    parts = [*root.table.values(), *root.get("jobs").table.values()] if root else []
    return sorted(part.line for part in parts)


def _section(finding: Finding, sections: Mapping[str, list[int]]) -> tuple[str, int]:
    """The file that a finding is in, and which of its sections."""
    place = finding.location
    if place is None:
        return "", 0
    return place.file, bisect_right(sections[place.file], place.line or 0)


def _on_other_lines(found: Sequence[Finding], others: Sequence[Finding]) -> list[Finding]:
    """What actionlint finds on lines of which nothing was said."""
    told = {(each.location.file, each.location.line) for each in others if each.location}
    return [each for each in found if each.location and (each.location.file, each.location.line) not in told]
