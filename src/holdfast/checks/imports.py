"""The check `imports`."""

from __future__ import annotations

from holdfast.checks.interface import Context, Inputs
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Result, Status

NAME = "imports"


class Imports:
    name = NAME
    summary = "imports"

    def wanted(self, context: Context) -> bool:
        return False

    def inputs(self, context: Context) -> Inputs | None:
        return None

    def run(self, context: Context) -> Result:
        raise CannotRun(NAME, "not written yet", status=Status.SKIPPED)


CHECK = Imports()
