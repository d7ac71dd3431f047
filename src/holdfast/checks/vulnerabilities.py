"""The check `vulnerabilities`: what is known of what is locked and installed, and of when that knowledge is."""

from __future__ import annotations

import os

from holdfast.checks.dependencies.advisories.kept import INDEX, directory_for
from holdfast.checks.interface import Context, Inputs
from holdfast.core.findings import Result

NAME = "vulnerabilities"


class Vulnerabilities:
    name = NAME
    summary = "known vulnerabilities of what is locked and installed"

    def wanted(self, context: Context) -> bool:
        """Where there is something to ask, and something to ask about."""
        directory = directory_for(context.env)
        there = directory is not None and os.path.exists(directory / INDEX)  # noqa: PTH110 - pathlib's may raise
        if not (context.config.advisories.online or there):
            return False
        if context.environment is not None:
            return True
        from holdfast.checks.dependencies.subject import subject_of

        return subject_of(context).found is not None

    def inputs(self, context: Context) -> Inputs | None:
        return None  # advisories come and grow old without any file of the project changing

    def run(self, context: Context) -> Result:
        """What is known. Raises CannotRun: skipped where there is no data; where it cannot be read, an error."""
        from holdfast.checks.dependencies.advisories.report import look

        return look(context)


CHECK = Vulnerabilities()
