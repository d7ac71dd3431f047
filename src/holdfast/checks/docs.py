"""The check `docs`: do links, anchors, commands and changelogs in documents hold?"""

from __future__ import annotations

from holdfast.checks import facts
from holdfast.checks.interface import Context, Inputs
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Checked, Result, Status, concluded

NAME = "docs"
CONFIGURATION = ("*.toml", "*.yml", "*.yaml", "package.json")
READ = ("*.md", "*.markdown", "*.mk", "Makefile*", "makefile", "GNUmakefile", *CONFIGURATION)


class Docs:
    name = NAME
    summary = "links, anchors, commands and changelogs in Markdown documents"

    def wanted(self, context: Context) -> bool:
        return any(name.endswith((".md", ".markdown")) for name in context.files)

    def inputs(self, context: Context) -> Inputs:
        asked = ("*.py",) if _own_programs(context) else ()  # any module may define what `--help` says
        if context.config.docs.unreferenced:
            return Inputs(names=True, git_index=True, by_file=True)
        return Inputs((*READ, *asked), names=True, git_index=True, by_file=True)

    def run(self, context: Context) -> Result:
        """No program is run but git, once, and `--help` of the project's own programs that a shell block names."""
        from holdfast.checks.documents.review import review

        count, findings = review(context)
        if not count:
            raise CannotRun(NAME, "found no Markdown document to look at", status=Status.SKIPPED)
        return concluded(NAME, findings, checked=Checked(count, count, "documents"))


def _own_programs(context: Context) -> bool:
    scripts = facts.table(context.pyproject, "project", "scripts")
    return bool(scripts or facts.table(context.pyproject, "tool", "poetry", "scripts"))


CHECK = Docs()
