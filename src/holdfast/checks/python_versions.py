"""The check `python-versions`: do all the places that name a Python speak of the same ones?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.checks.facts import PRE_COMMIT, start_of, table
from holdfast.checks.interface import Context, Inputs
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Checked, Finding, Result, Severity, Status, concluded

if TYPE_CHECKING:
    from holdfast.checks.lockstep.files import Files
    from holdfast.checks.lockstep.pythons import Said, Supported

NAME = "python-versions"
PLACES = frozenset(
    {
        ".python-version",
        ".tool-versions",
        "runtime.txt",
        "tox.ini",
        "noxfile.py",
        "ruff.toml",
        ".ruff.toml",
        "mypy.ini",
        ".mypy.ini",
        "pyrightconfig.json",
        PRE_COMMIT,
        ".readthedocs.yaml",
        ".readthedocs.yml",
        "action.yml",
        "action.yaml",
        "setup.cfg",
        "setup.py",
    }
)
READ = ("pyproject.toml", *sorted(PLACES), ".github/**", "*ockerfile*", "Containerfile*")


class PythonVersions:
    name = NAME
    summary = "the Pythons of metadata, tools, CI, images and the environment agree"

    def wanted(self, context: Context) -> bool:
        """Where the project says which Pythons it supports, and something else may name one."""
        return _has_range(context) and _has_place(context)

    def inputs(self, context: Context) -> Inputs:
        return Inputs(READ)

    def run(self, context: Context) -> Result:
        """What disagrees. Without a range to compare with: skipped."""
        from holdfast.checks.lockstep.files import Files
        from holdfast.checks.lockstep.python_declared import ranges, supported

        files = Files(context)
        written = list(ranges(files))
        read = [(each, supported(each)) for each in written]
        findings = [
            Finding("PYTHON009", Severity.ERROR, f"{each.what} is no range of Pythons", each.location)
            for each, understood in read
            if understood is None
        ]
        known = [understood for _, understood in read if understood]
        said: list[Said] = []
        if known:
            found, said = _compared(context, files, known)
            findings += found
        findings += files.unread("PYTHON010")
        count = len(written) + len(said)
        if not findings and (not written or not said):
            raise CannotRun(NAME, "nothing names a Python beside the range of those supported", status=Status.SKIPPED)
        checked = Checked(count, count, "places") if count else None
        return concluded(NAME, findings, checked=checked)


def _has_range(context: Context) -> bool:
    if "requires-python" in table(context.pyproject, "project"):
        return True
    if "python" in table(context.pyproject, "tool", "poetry", "dependencies"):
        return True
    if "requires-python" in table(context.pyproject, "tool", "flit", "metadata"):
        return True
    return any(b"python_requires" in start_of(context.project / name) for name in ("setup.cfg", "setup.py"))


def _has_place(context: Context) -> bool:
    if context.environment is not None or "classifiers" in table(context.pyproject, "project"):
        return True
    if {"ruff", "black", "mypy", "pyright", "tox"} & table(context.pyproject, "tool").keys():
        return True
    return any(name in PLACES or name.startswith(".github/") or "ockerfile" in name for name in context.files)


def _compared(context: Context, files: Files, known: list[Supported]) -> tuple[list[Finding], list[Said]]:
    from holdfast.checks.lockstep.python_ci import pythons_in_ci
    from holdfast.checks.lockstep.python_declared import classifiers
    from holdfast.checks.lockstep.python_judgement import Places, judged_places, trap
    from holdfast.checks.lockstep.python_runs import runs
    from holdfast.checks.lockstep.python_targets import targets, traps
    from holdfast.checks.lockstep.python_tests import tested

    ci = pythons_in_ci(context, files)
    said = [*classifiers(files), *targets(files), *ci.said, *tested(files), *runs(context, files)]
    numbers = [trap(*each) for each in (*ci.traps, *traps(files))]
    return [*numbers, *judged_places(Places(known[0], known[1:], said, ci.whole))], said


CHECK = PythonVersions()
