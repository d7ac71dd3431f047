from __future__ import annotations

from collections.abc import Callable

import pytest

from holdfast.checks.black import CHECK
from holdfast.checks.interface import Context
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Location, Status

Make = Callable[..., Context]


def test_code_as_black_writes_it_passes(make_context: Make) -> None:
    result = CHECK.run(make_context({"a.py": "x = 1\n"}))
    assert (result.status, str(result.checked)) == (Status.PASSED, "1 of 1 Python files")


def test_other_code_is_found_and_not_changed(make_context: Make) -> None:
    context = make_context({"src/a.py": "x=1\n"})
    result = CHECK.run(context)
    (finding,) = result.findings
    assert (result.status, finding.id, finding.location) == (Status.FAILED, "black:reformat", Location("src/a.py"))
    assert (finding.fix or "").endswith("black src/a.py")
    assert (context.project / "src/a.py").read_text() == "x=1\n"


def test_exit_123_is_a_finding_in_the_file_that_does_not_parse(make_context: Make) -> None:
    result = CHECK.run(make_context({"a.py": "x = 1\n", "b.py": "x = 1\ndef (:\n"}))
    (finding,) = result.findings
    assert (result.status, finding.id, finding.location) == (Status.FAILED, "black:cannot-format", Location("b.py", 2))


def test_a_broken_configuration_is_could_not_run(make_context: Make) -> None:
    with pytest.raises(CannotRun, match="exit code"):
        CHECK.run(make_context({"a.py": "", "pyproject.toml": "[tool.black]\nline-length = 'x'\n"}))


def test_it_is_wanted_where_configured(make_context: Make) -> None:
    assert not CHECK.wanted(make_context({}))
    assert CHECK.wanted(make_context({"pyproject.toml": "[tool.black]\n"}))


@pytest.mark.parametrize("args", [(".", "--force-exclude", ".*"), ("--version",)])
def test_a_black_that_looked_at_no_file_is_could_not_run(make_context: Make, args: tuple[str, ...]) -> None:
    with pytest.raises(CannotRun) as stopped:
        CHECK.run(make_context({"a.py": "x = 1\n"}, args=args))
    assert stopped.value.result.reason == "found no Python files to look at"


def test_black_itself_says_how_many_files_it_looked_at(make_context: Make) -> None:
    context = make_context({"a.py": "x = 1\n", "b.py": "y=1\n", "c.py": "def (:\n", "old/d.py": "z=1\n"})
    context = context._replace(args=(".", "--extend-exclude", "old"))
    assert str(CHECK.run(context).checked) == "3 of 3 Python files"
    quiet = make_context({"a.py": "x = 1\n"}, args=(".", "--quiet"))
    assert CHECK.run(quiet._replace(files=("a.py",))).checked is not None
