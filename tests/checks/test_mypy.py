from __future__ import annotations

from collections.abc import Callable

import pytest

from holdfast.checks.interface import Context
from holdfast.checks.mypy import CHECK
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Location, Status

Make = Callable[..., Context]


def test_typed_code_passes_and_no_cache_is_left_in_the_project(make_context: Make) -> None:
    context = make_context({"a.py": "x: int = 1\n"})
    assert CHECK.run(context).status is Status.PASSED
    assert sorted(path.name for path in context.project.iterdir()) == ["a.py", "pyproject.toml"]


def test_findings_have_code_and_place(make_context: Make) -> None:
    result = CHECK.run(make_context({"src/a.py": 'x: int = "1"\n'}))
    (finding,) = result.findings
    assert (result.status, finding.id) == (Status.FAILED, "mypy:assignment")
    assert finding.location == Location("src/a.py", 1, 10)


def test_exit_2_for_a_syntax_error_is_a_finding(make_context: Make) -> None:
    result = CHECK.run(make_context({"a.py": "def (:\n"}))
    assert (result.status, result.findings[0].id) == (Status.FAILED, "mypy:syntax")


def test_exit_2_for_a_wrong_call_is_could_not_run(make_context: Make) -> None:
    with pytest.raises(CannotRun, match="exit code 2"):
        CHECK.run(make_context({"a.py": ""}, args=("--no-such-option",)))


def test_what_the_configuration_names_is_what_is_checked(make_context: Make) -> None:
    files = {"a.py": "x: int = 1\n", "other.py": 'x: int = "1"\n', "pyproject.toml": '[tool.mypy]\nfiles = ["a.py"]\n'}
    assert CHECK.run(make_context(files)).status is Status.PASSED


def test_a_mypy_that_is_not_the_projects_own_is_not_used(make_context: Make) -> None:
    with pytest.raises(CannotRun, match="not installed in the project's environment"):
        CHECK.run(make_context({"a.py": ""}, tools=False))


def test_it_is_wanted_where_configured(make_context: Make) -> None:
    assert not CHECK.wanted(make_context({}))
    assert CHECK.wanted(make_context({"mypy.ini": "[mypy]\n"}))
