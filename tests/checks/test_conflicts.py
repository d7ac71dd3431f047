from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.checks.conflicts import CHECK
from tests.checks.dependencies.projects import Project, make_project
from tests.checks.test_installed import LOCKS, PYPROJECT, context_of
from tests.checks.venvs import tree

PLAIN = """\
[project]
name = "shop"
version = "1.0"
dependencies = ["a[x]>=2", "b>=1 ; sys_platform == 'win32'"]

[project.optional-dependencies]
cache = ["redis>=4"]

[dependency-groups]
dev = ["pytest>=8"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path / "shop", PLAIN)


def test_no_lock_is_needed(project: Project) -> None:
    project.install("a", "2.0", extras=["x"])
    (result,) = project.check(only="conflicts")["results"]
    assert (result["status"], result["findings"]) == ("passed", [])
    assert result["checked"] == {"done": 2, "total": 2, "unit": "packages"}


def test_what_the_project_asks_for_has_its_line_and_a_command(project: Project) -> None:
    project.install("a", "1.0", extras=["x"])
    (finding,) = project.findings(only="conflicts")
    assert (finding["id"], finding["file"], finding["line"]) == ("CONF002", "pyproject.toml", 4)
    assert finding["message"] == "pyproject.toml asks for a[x]>=2; a 1.0 is installed"
    assert finding["fix"] == "uv pip install --python .venv/bin/python 'a[x]>=2'"


def test_pip_is_what_installs_where_it_is_there(project: Project) -> None:
    project.install("pip")
    (finding,) = project.findings(only="conflicts")
    assert finding["fix"] == ".venv/bin/python -m pip install 'a[x]>=2'"


def test_what_comes_from_elsewhere_is_never_installed_by_its_name_from_an_index(project: Project) -> None:
    asked = PLAIN.replace("a[x]>=2", "a @ git+https://x.invalid/a@main")
    project.write("pyproject.toml", asked)
    assert [each["fix"] for each in project.findings(only="conflicts")] == [None]
    project.write("pyproject.toml", f"{asked}\n[tool.uv.sources]\n")
    assert [each["fix"] for each in project.findings(only="conflicts")] == ["uv sync"]


def test_extras_and_groups_that_are_named_are_asked_for(project: Project) -> None:
    project.install("a", "2.0", extras=["x"])
    project.write("pyproject.toml", f'{PLAIN}\n[tool.holdfast.dependencies]\nextras = ["Cache"]\ngroups = ["dev"]\n')
    messages = [each["message"] for each in project.findings(only="conflicts")]
    assert messages == [
        "pyproject.toml asks for redis>=4, which is not installed",
        "pyproject.toml (group dev) asks for pytest>=8, which is not installed",
    ]


def test_a_project_that_is_installed_is_asked_for_by_its_metadata(project: Project) -> None:
    project.install("shop", requires=["c", "redis ; extra == 'cache'"], extras=["cache"])
    assert [each["message"] for each in project.findings(only="conflicts")] == [
        "shop 1.0 asks for c, which is not installed"
    ]
    project.write("pyproject.toml", f'{PLAIN}\n[tool.holdfast.dependencies]\nextras = ["cache"]\n')
    assert project.ids(only="conflicts") == ["CONF001", "CONF003"]


def test_with_a_lock_its_groups_count_and_its_command_mends(tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop", PYPROJECT, LOCKS)
    (finding,) = project.findings(only="conflicts")
    assert (finding["id"], finding["fix"]) == ("CONF001", "poetry sync")
    project.install("a")
    assert project.ids("--with", "docs", only="conflicts") == ["CONF001"]
    assert project.ids(only="conflicts") == []


def test_a_lock_that_cannot_be_read_is_no_hindrance(tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop", PYPROJECT, {"poetry.lock": "["})
    (finding,) = project.findings(only="conflicts")
    assert finding["fix"] == "poetry install"


def test_where_nothing_is_installed_and_nothing_asked_for_it_is_skipped(tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop", '[project]\nname = "shop"\nversion = "1.0"\n')
    (result,) = project.check(only="conflicts")["results"]
    assert (result["status"], result["reason"]) == ("skipped", f"nothing is installed in {project.root}/.venv")


def test_without_an_environment_it_could_not_run(project: Project) -> None:
    (project.root / ".venv").rename(project.root / "away")
    (result,) = project.check(only="conflicts")["results"]
    assert (result["status"], result["reason"]) == ("error", "the project has no environment")


def test_it_runs_where_there_is_an_environment_and_its_success_is_remembered(tmp_path: Path) -> None:
    context = context_of(make_project(tmp_path / "shop", PYPROJECT, LOCKS))
    assert CHECK.wanted(context)
    assert not CHECK.wanted(context._replace(environment=None))
    inputs = CHECK.inputs(context)
    assert inputs is not None
    assert "poetry.lock" in inputs.files


def test_neither_project_nor_environment_is_changed(project: Project) -> None:
    before = tree(project.root)
    assert project.ids(only="conflicts") == ["CONF001"]
    assert tree(project.root) == before
