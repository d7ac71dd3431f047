from __future__ import annotations

from collections.abc import Callable

import pytest

from holdfast.checks.interface import Context
from holdfast.checks.ruff import CHECK
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Checked, Location, Status

Make = Callable[..., Context]


def test_a_clean_project_passes_and_says_how_many_files_that_were(make_context: Make) -> None:
    result = CHECK.run(make_context({"a.py": "x = 1\n", "b.py": ""}))
    assert result.status is Status.PASSED
    assert str(result.checked) == "2 of 2 Python files"
    assert result.tool is not None
    assert result.tool.startswith("ruff 0.")


def test_findings_have_rule_place_message_and_the_command_that_mends_them(make_context: Make) -> None:
    result = CHECK.run(make_context({"src/a.py": "import os\n\nprint(y)\n"}))
    unused, undefined = sorted(result.findings, key=lambda finding: finding.id)
    assert result.status is Status.FAILED
    assert (unused.id, unused.location) == ("ruff:F401", Location("src/a.py", 1, 8))
    assert unused.fix is not None
    assert unused.fix.endswith("ruff check --fix src/a.py")
    assert (undefined.id, undefined.fix) == ("ruff:F821", None)


def test_a_file_that_does_not_parse_is_a_finding(make_context: Make) -> None:
    result = CHECK.run(make_context({"a.py": "def (:\n"}))
    assert result.status is Status.FAILED
    assert {finding.id for finding in result.findings} == {"ruff:invalid-syntax"}


def test_it_never_mends_although_the_project_says_fix(make_context: Make) -> None:
    context = make_context({"a.py": "import os\n", "ruff.toml": "fix = true\n"})
    assert CHECK.run(context).status is Status.FAILED
    assert (context.project / "a.py").read_text() == "import os\n"


def test_a_broken_configuration_is_could_not_run(make_context: Make) -> None:
    with pytest.raises(CannotRun) as caught:
        CHECK.run(make_context({"a.py": "", "ruff.toml": "line-length = 'x'\n"}))
    assert caught.value.result.status is Status.ERROR
    assert "line-length" in caught.value.result.output


def test_no_python_file_is_could_not_run(make_context: Make) -> None:
    with pytest.raises(CannotRun, match="found no Python files"):
        CHECK.run(make_context({}))


def test_a_missing_tool_is_could_not_run_with_the_command_that_installs_it(make_context: Make) -> None:
    with pytest.raises(CannotRun, match="ruff is not installed") as caught:
        CHECK.run(make_context({"a.py": ""}, tools=False))
    assert caught.value.result.hint is not None
    assert caught.value.result.hint.endswith("-m pip install ruff")


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({}, False),
        ({"pyproject.toml": "[tool.ruff]\n"}, True),
        ({".ruff.toml": ""}, True),
        ({"pyproject.toml": '[dependency-groups]\ndev = ["Ruff>=0.1", {include-group = "x"}]\n'}, True),
        ({"pyproject.toml": '[tool.poetry.group.dev.dependencies]\nruff = "*"\n'}, True),
        ({"pyproject.toml": '[tool.poetry.dev-dependencies]\nruff = "*"\n'}, True),
        ({"pyproject.toml": '[project.optional-dependencies]\nlint = ["ruff"]\n'}, True),
        ({"pyproject.toml": '[tool.uv]\ndev-dependencies = ["ruff"]\n'}, True),
        ({"requirements-dev.txt": "# tools\nruff==0.1 ; python_version > '3'\n"}, True),
        ({"pyproject.toml": '[project]\ndependencies = "ruff"\n'}, False),
        ({"pyproject.toml": "tool = 3\n"}, False),
    ],
)
def test_it_is_wanted_where_the_project_configures_or_depends_on_it(
    make_context: Make, files: dict[str, str], wanted: bool
) -> None:
    assert CHECK.wanted(make_context(files)) is wanted


def test_the_command_that_mends_a_file_can_be_copied_whatever_its_name(make_context: Make) -> None:
    [found] = CHECK.run(make_context({"a b;c.py": "import os\n"})).findings
    assert found.fix is not None
    assert found.fix.endswith("ruff check --fix 'a b;c.py'")


def test_a_configuration_that_leaves_every_file_out_is_could_not_run(make_context: Make) -> None:
    context = make_context({"a.py": "x = 1\n", "ruff.toml": 'exclude = ["*"]\n'})
    with pytest.raises(CannotRun) as stopped:
        CHECK.run(context)
    assert stopped.value.result.reason == "ruff found no Python file to look at"


def test_where_it_looks_at_pyproject_toml_alone_no_code_was_looked_at(make_context: Make) -> None:
    context = make_context({"a.py": "import os\n", "pyproject.toml": '[tool.ruff]\nextend-exclude = ["a.py"]\n'})
    with pytest.raises(CannotRun, match="found no Python files"):
        CHECK.run(context)


def test_it_counts_what_the_configuration_leaves(make_context: Make) -> None:
    result = CHECK.run(make_context({"a.py": "x = 1\n", "b.py": "import os\n", "ruff.toml": 'exclude = ["b.py"]\n'}))
    assert result.checked == Checked(1, 1, "Python files")
