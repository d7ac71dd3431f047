"""The check `git`: what a commit should not carry, and what another machine could not check out."""

from __future__ import annotations

from holdfast.checks.interface import Context, Inputs
from holdfast.checks.tools import CannotRun, unaffected
from holdfast.core.findings import Checked, Result, Status, concluded
from holdfast.core.git import repository_root

NAME = "git"


class Git:
    name = NAME
    summary = "merge markers, large files, names that collide, executable bits, links"

    def wanted(self, context: Context) -> bool:
        return repository_root(context.project) is not None

    def inputs(self, context: Context) -> Inputs:
        return Inputs(("**",), ("git",), names=True, git_index=True, by_file=True)

    def run(self, context: Context) -> Result:
        """Git is asked once for its index, and once more for attributes where a file is large.

        Exit code 0 is an answer; anything else, and no git at all, is "could not run".
        """
        from holdfast.checks.repository.index import read_index
        from holdfast.checks.repository.rules import findings

        entries = read_index(context.project)
        if entries is None:
            raise CannotRun(NAME, "git could not list its index", hint="git ls-files --stage")
        if not entries:
            hint = "git add the files that belong to the project"
            raise CannotRun(NAME, "git tracks no file here", hint=hint, status=Status.SKIPPED)
        looked_at = [entry for entry in entries if context.scope is None or entry.path in context.scope]
        if not looked_at and context.scope is not None:
            raise unaffected(NAME, "tracked files")
        found = tuple(findings(context, entries, looked_at))
        count = len({entry.path for entry in looked_at})
        return concluded(NAME, found, checked=Checked(count, count, "tracked files"))


CHECK = Git()
