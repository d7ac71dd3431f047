"""The check `imports`: is what the code imports what the project declares, by deptry with its known mistakes mended?"""

from __future__ import annotations

from holdfast.checks import facts
from holdfast.checks.dependencies.imports.files import OWN, PROGRAMS, READ
from holdfast.checks.interface import Context, Inputs
from holdfast.core.findings import Result

NAME = "imports"


class Imports:
    name = NAME
    summary = "what is imported is declared, and what is declared is used, by deptry"

    def wanted(self, context: Context) -> bool:
        return facts.configures(context, "deptry") or facts.depends_on(context, "deptry")

    def inputs(self, context: Context) -> Inputs:
        return Inputs((*READ, *PROGRAMS), ("deptry", str(OWN / "deptry")))

    def run(self, context: Context) -> Result:
        """Findings of deptry's five kinds, judged again; without an environment everything would seem undeclared."""
        from holdfast.checks.dependencies.imports.judgement import judge

        return judge(context)


CHECK = Imports()
