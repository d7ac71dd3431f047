"""What the code imports, against what the project declares: a whole run of the check `imports`."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from holdfast.checks.dependencies.imports import deptry
from holdfast.checks.dependencies.imports.brought import Brought
from holdfast.checks.dependencies.imports.declared import Declarations, read
from holdfast.checks.dependencies.imports.layout import Kind, Layout
from holdfast.checks.dependencies.imports.look import Look
from holdfast.checks.dependencies.imports.options import options, told
from holdfast.checks.dependencies.imports.verdicts import Verdicts
from holdfast.checks.dependencies.places import places_of
from holdfast.checks.dependencies.subject import subject_of
from holdfast.checks.inputs import list_files
from holdfast.checks.interface import Context
from holdfast.checks.tools import CannotRun
from holdfast.checks.venv_probe.disk import loose_text
from holdfast.core.findings import Checked, Finding, Location, Result, Severity, Status

NAME = deptry.CHECK


def judge(context: Context) -> Result:
    """What is wrong. Raises CannotRun where deptry, the environment or the declarations are not there."""
    environment = context.environment
    if environment is None:
        hint = "holdfast venv-check says what is wrong with it; --python names another"
        raise CannotRun(NAME, "needs the packages of the project's environment, and there is none", hint=hint)
    program = deptry.find(context)
    context = context if context.files else context._replace(files=list_files(context.project))
    layout = Layout(context.files, context.pyproject)
    brought = Brought(Path(place.path) for place in places_of(environment))
    target = subject_of(context).target
    declared = read(context, brought, layout.name)
    if declared is None:
        raise _undeclared(context)
    said = _ask(context, program, layout, brought, declared)
    if said.scanned == 0:
        raise CannotRun(NAME, "deptry found no Python files to look at")
    minor = int(target.python.split(".")[1])
    verdicts = Verdicts(Look(context, layout, brought, declared, target), minor)
    everything = (
        *sorted(verdicts.all(said.violations), key=_order),
        *_unread(context, layout, said),
        *_elsewhere(program, minor),
    )
    checked = Checked(said.scanned - len(said.unread), said.scanned, "Python files")
    status = Status.PASSED if checked.done else Status.FAILED
    return Result(NAME, status, everything, checked=checked, tool=str(program.tool))


def _undeclared(context: Context) -> CannotRun:
    if (context.project / "setup.py").is_file():
        hint = "install the project into its environment: python -m pip install -e ."
        return CannotRun(NAME, "what setup.py declares is known only once the project is installed", hint=hint)
    reason = "nothing declares dependencies: no pyproject.toml with [project], setup.cfg or requirements.txt"
    return CannotRun(NAME, reason, status=Status.SKIPPED)


def _ask(
    context: Context, program: deptry.Deptry, layout: Layout, brought: Brought, declared: Declarations
) -> deptry.Said:
    with tempfile.TemporaryDirectory(prefix="holdfast-imports-") as directory:
        scratch = Path(directory)
        first_party = layout.first_party(brought.namespaces)
        extra = told(context, declared, scratch) if declared.told else ()
        arguments = [*options(context, brought, declared, first_party), *extra]
        return deptry.ask(context, program, brought.import_path, arguments, scratch)


def _unread(context: Context, layout: Layout, said: deptry.Said) -> Iterator[Finding]:
    """The files that deptry could not read: what they import is not known."""
    data = [file for file, _ in said.unread if layout.kind(file) is Kind.DATA]
    if data:
        message = f"not looked at, as they cannot be read: {len(data)} files that tests read, such as {data[0]}"
        yield Finding("IMP006", Severity.INFO, message)
    for file, why in said.unread:
        if file in data:
            continue
        at = re.search(r" at byte range (\d+)\.\.\d+", why)
        before = loose_text(context.project / file).encode("utf-8", "surrogateescape")[: int(at[1])] if at else b""
        place = Location(file, before.count(b"\n") + 1 if at else None)
        reason = why.replace(at[0], "") if at else why
        yield Finding("IMP006", Severity.WARNING, f"not looked at, as it cannot be read: {reason}", place)


def _elsewhere(program: deptry.Deptry, minor: int) -> Iterator[Finding]:
    if program.stray:
        message = f"deptry comes from {program.tool.path}, neither Holdfast's nor the project's: its version may be any"
        yield Finding("TOOL001", Severity.WARNING, message, fix=deptry.HINT)
    if program.minor not in (None, minor):
        message = (
            f"deptry runs on Python 3.{program.minor}, the environment on 3.{minor}: syntax and standard library differ"
        )
        yield Finding("IMP007", Severity.INFO, message)


def _order(finding: Finding) -> tuple[str, str, int]:
    place = finding.location or Location("")
    return finding.id, place.file, place.line or 0
