"""`flake8`: style and simple mistakes."""

from __future__ import annotations

from collections.abc import Callable

from holdfast.checks import facts
from holdfast.checks.interface import Context, Inputs
from holdfast.checks.linters.call import Call, limited, of_scope, taken
from holdfast.checks.linters.flake8_config import CONFIG, left_out, reads_more, section
from holdfast.checks.tools import crashed, find_tool, outcome, relative, run_tool, stray_tool
from holdfast.core.findings import Finding, Location, Result, Severity

FILE_OPTIONS = ("--config", "--append-config", "--isolated", "--exclude", "--extend-exclude", "--filename")
FORMAT = "%(path)s\t%(row)d\t%(col)d\t%(code)s\t%(text)s"


class Flake8:
    name = "flake8"
    summary = "style and simple mistakes, by flake8"

    def wanted(self, context: Context) -> bool:
        configured = facts.configures(context, "flake8", files=(".flake8",), sections=("flake8",))
        return configured or facts.depends_on(context, "flake8")

    def inputs(self, context: Context) -> Inputs:
        files = ("**",) if reads_more(context) else ("*.py", *CONFIG)  # its plugins read what they like
        return Inputs(files, ("flake8",), ("PYFLAKES_", "PYTHON"), CONFIG, by_file=True)

    def run(self, context: Context) -> Result:
        """Exit 0 is clean, 1 with lines in our format findings; 1 without is a crash (PyCQA/flake8 gives both 1)."""
        tool = find_tool(context, self.name, "flake8")
        own = context.environment.root if context.environment else context.project / ".venv"
        inside = own.name if own.is_relative_to(context.project) else ".venv"  # flake8 would walk into it
        own_section = section(context)
        excluded = [*(own_section.patterns("extend-exclude") if own_section else ()), inside, ".holdfast"]
        argv = [tool.path, f"--format={FORMAT}", f"--extend-exclude={','.join(excluded)}"]  # in place of what it reads
        call = _call(context, inside)
        done = run_tool(context, self.name, [*argv, *(call.arguments if call else context.args)])
        lines = done.stdout.decode("utf-8", "replace").splitlines()
        findings = [found for line in lines if (found := _finding(context, line))]
        if done.exit_code not in (0, 1) or (done.exit_code == 1 and not findings):
            raise crashed(self.name, tool, done)
        findings = of_scope(context, findings)
        looked_at = (_count(context, call, inside), "Python files")
        everything = (*findings, *stray_tool(tool, context))
        return outcome(self.name, tool, everything, looked_at=looked_at, failed=done.exit_code == 1 and bool(findings))


def _call(context: Context, environment: str) -> Call | None:
    """The call on the files in scope; None where flake8 finds its files itself."""
    if context.scope is None:
        return None
    out = _left_out(context, environment)
    return limited(context, Flake8.name, ("*.py",) if out else ("**",), opaque=FILE_OPTIONS, left_out=out)


def _count(context: Context, call: Call | None, environment: str) -> int:
    """How many files it was given, or found: it says of itself only what is wrong with them."""
    if call is not None:
        return call.files
    found = taken(context, ("*.py",), opaque=FILE_OPTIONS, left_out=_left_out(context, environment))
    return context.python_files if found is None else found


def _left_out(context: Context, environment: str) -> Callable[[str], bool] | None:
    out, own = left_out(context), (f"{environment}/", ".holdfast/")
    return (lambda file: file.startswith(own) or out(file)) if out else None


def _finding(context: Context, line: str) -> Finding | None:
    parts = line.split("\t", 4)
    if len(parts) != 5 or not parts[1].isdigit() or not parts[2].isdigit():
        return None
    path, row, column, code, text = parts
    place = Location(relative(context, path), int(row) or None, int(column) or None)
    return Finding(f"flake8:{code}", Severity.ERROR, text, place)


CHECK = Flake8()
