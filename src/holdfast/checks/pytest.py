"""`pytest`: the project's tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.checks import facts
from holdfast.checks.interface import Context, Inputs
from holdfast.checks.tools import CannotRun, Tool, crashed, find_tool, run_tool, said
from holdfast.core.clock import now_ms
from holdfast.core.findings import Checked, Finding, Location, Result, Severity, Status
from holdfast.core.ids import new_id

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

NAME = "pytest"
OWN_CONFIG = ("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml")
CONFIG = (*OWN_CONFIG, "pyproject.toml", "tox.ini", "setup.cfg")
NO_TESTS = 5
COLLECTION_BROKEN = 2


class Pytest:
    name = NAME
    summary = "the tests, by pytest"

    def wanted(self, context: Context) -> bool:
        files = (*OWN_CONFIG, "conftest.py", "tests/conftest.py")
        sections = ("tool:pytest", "pytest")
        return facts.configures(context, "pytest", files=files, sections=sections) or facts.depends_on(
            context, "pytest"
        )

    def inputs(self, context: Context) -> Inputs:
        return Inputs(("**",), ("pytest",), ("PYTEST_", "PYTHON", "COVERAGE_"), (*CONFIG, "conftest.py"))

    def run(self, context: Context) -> Result:
        """Exit 0 is passed and 1 failed tests; 2 is broken collection, 3 and 4 pytest's own trouble, 5 no tests."""
        tool = find_tool(context, self.name, "pytest", own_only=True)
        context.scratch.mkdir(parents=True, exist_ok=True)
        own = new_id(now_ms())  # two runs at once must not share a report
        junit, coverage = context.scratch / f"pytest-junit-{own}.xml", context.scratch / f"coverage-{own}.json"
        try:
            return _ran(context, tool, junit, coverage)
        finally:
            junit.unlink(missing_ok=True)
            coverage.unlink(missing_ok=True)


def _ran(context: Context, tool: Tool, junit: Path, coverage: Path) -> Result:
    from xml.etree import ElementTree

    from holdfast.checks.pytest_coverage import below_limit, is_measured

    argv = [tool.path, f"--junit-xml={junit}", "-o", "junit_family=xunit1", "-q", *context.args]
    argv += [f"--cov-report=json:{coverage}"] if is_measured(context) else []
    done = run_tool(context, NAME, argv)
    if done.exit_code == NO_TESTS:
        raise CannotRun(NAME, "pytest collected no tests", output=said(done))
    if done.exit_code not in (0, 1, COLLECTION_BROKEN):
        raise crashed(NAME, tool, done)
    try:
        cases = list(ElementTree.parse(junit).iter("testcase"))  # noqa: S314 - expat bounds entity expansion
    except (OSError, ElementTree.ParseError) as error:
        raise crashed(NAME, tool, done) from error
    covered = below_limit(context, tool, coverage) if done.exit_code == 1 else None
    return _result(tool, context.project, cases, done.exit_code, said(done), (covered,) if covered else ())


def _result(
    tool: Tool, project: Path, cases: list[Element], exit_code: int, output: str, more: tuple[Finding, ...]
) -> Result:
    findings = (*(found for case in cases if (found := _finding(tool, project, case))), *more)
    ran = sum(case.find("skipped") is None for case in cases)
    if exit_code == COLLECTION_BROKEN:
        broken = "the tests could not be collected"
        return Result("pytest", Status.ERROR, findings, broken, tool=str(tool), output="" if findings else output)
    if ran == 0:
        why = f"all {len(cases)} tests were skipped" if cases else "pytest ran no test"
        raise CannotRun("pytest", why, output=output)
    # exit 1 without a failed test is a plugin's verdict, such as pytest-cov's --cov-fail-under
    reason = _last_line(output) if exit_code and not findings else None
    status = Status.FAILED if exit_code else Status.PASSED
    return Result("pytest", status, findings, reason, checked=Checked(ran, len(cases), "tests"), tool=str(tool))


def _last_line(output: str) -> str:
    return output.splitlines()[-1] if output else "pytest said nothing"


def _finding(tool: Tool, project: Path, case: Element) -> Finding | None:
    failure = case.find("failure")
    trouble = case.find("error") if failure is None else failure
    if trouble is None:
        return None
    name, line, file = (case.get(key) or "" for key in ("name", "line", "file"))
    place = Location(Path(file).as_posix(), int(line) + 1 if line.isdigit() else None) if file else None
    message = f"{case.get('classname', '')}.{name}".strip(".") + _reason(trouble)
    if failure is None:
        return Finding("pytest:error", Severity.ERROR, message, place)
    target = file if "[" in name else f"{file}::{name}"  # a parameter's text is not always a node id
    return Finding("pytest:failed", Severity.ERROR, message, place, tool.command(project, target) if file else None)


def _reason(trouble: Element) -> str:
    """The first line of what went wrong; for a file that cannot be collected, the exception that its report ends in."""
    said = (trouble.get("message") or "").splitlines()[:1]
    raised = [line[1:].strip() for line in (trouble.text or "").splitlines() if line.startswith("E  ")]
    if said == ["collection failure"] and raised:
        said = [*said, raised[-1]]
    return "".join(f": {words}" for words in said)


CHECK = Pytest()
