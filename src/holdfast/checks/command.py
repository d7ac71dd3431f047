"""A check of the project's own: `[tool.holdfast.checks.NAME] command = [...]`."""

from __future__ import annotations

import re
from typing import NamedTuple

from holdfast.checks.interface import Context, Inputs
from holdfast.checks.patterns import matching
from holdfast.checks.tools import MASKED_TAIL, CannotRun, run_tool, said
from holdfast.core.findings import Checked, Finding, Result, Severity, Status

TAIL_LINES = 15


class Command(NamedTuple):
    """Runs an argv in the project's root; exit 0 is a pass, anything else a failure."""

    name: str
    summary: str
    argv: tuple[str, ...]
    globs: tuple[str, ...] = ()

    def wanted(self, context: Context) -> bool:
        return True

    def inputs(self, context: Context) -> Inputs:
        """The files that its globs match, and those that its command names: a script, its configuration."""
        named = {argument.removeprefix("./") for argument in (*self.argv, *context.args)}
        named |= {part.replace(".", "/") + end for part in self.argv for end in (".py", "/__main__.py")}  # python -m
        own = [re.sub(r"[*?[]", r"[\g<0>]", name) for name in context.files if name in named]
        return Inputs((*self.globs, *own) if self.globs else ("**",), (self.argv[0],), ("PYTHON",))

    def run(self, context: Context) -> Result:
        """Exit 126 and 127 are the shell's "cannot run" and "not found": they are never a verdict on the project."""
        files = matching(context.files, self.globs or ("**",))
        if not files:
            raise CannotRun(self.name, f"no file of the project matches its inputs {', '.join(self.globs)}")
        from holdfast.core.masking import mask_text

        done = run_tool(context, self.name, [*self.argv, *context.args])
        if done.exit_code in (126, 127):
            raise CannotRun(self.name, f"{self.argv[0]}: exit code {done.exit_code}", output=said(done))
        if done.exit_code == 0:
            return Result(self.name, Status.PASSED, checked=Checked(len(files), len(files), "files"))
        tail = "\n".join(mask_text(said(done)[-MASKED_TAIL:]).splitlines()[-TAIL_LINES:])
        message = f"exit code {done.exit_code}" + (f"\n{tail}" if tail else "")
        finding = Finding(f"{self.name}:failed", Severity.ERROR, message)
        return Result(self.name, Status.FAILED, (finding,), checked=Checked(len(files), len(files), "files"))
