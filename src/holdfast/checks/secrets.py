"""The check `secrets`: no key, token or password is among the project's files."""

from __future__ import annotations

from holdfast.checks.interface import Context, Inputs
from holdfast.checks.tools import unaffected
from holdfast.core.findings import Result

NAME = "secrets"


class Secrets:
    name = NAME
    summary = "no key, token or password is among the files"

    def wanted(self, context: Context) -> bool:
        return bool(context.files)

    def inputs(self, context: Context) -> Inputs:
        return Inputs(("**",), ("detect-secrets",), by_file=True)

    def run(self, context: Context) -> Result:
        """What is found by Holdfast's own detectors, by the names of files, and by detect-secrets where it is there.

        For the exit codes of the process that asks detect-secrets, see secret_scan/outside.py.
        """
        files = context.matching("**")
        if not files and context.scope is not None:
            raise unaffected(self.name, "files")
        from holdfast.checks.secret_scan.look import look

        return look(context, files)


CHECK = Secrets()
