"""validate-env with the real tools, on a project whose environment is the one that runs the tests."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.conftest import Cli

PYPROJECT = """
[project]
name = "shop"
version = "1.0"
description = "x"
requires-python = ">=3.11"
[tool.ruff]
[tool.black]
[tool.mypy]
[tool.poetry]
[tool.pytest.ini_options]
addopts = "-p no:cacheprovider -p no:xdist -p no:cov -p no:hypothesispytest"
[tool.holdfast.checks.venv]
enabled = false
"""
LOCK = """package = []

[metadata]
lock-version = "2.1"
python-versions = ">=3.11"
content-hash = "HASH"
"""
MADE_FROM_IT = "dc7d249c43736b4dc5c67d29d4918f1ddf6778b40ca2b95bc8536b20175944eb"  # by poetry 2.5.1
TOOLS = {"ruff", "black", "flake8", "mypy", "pytest", "poetry"}


@pytest.fixture
def project(git_project: Path) -> Path:
    files = {
        "pyproject.toml": PYPROJECT,
        "poetry.lock": LOCK.replace("HASH", MADE_FROM_IT),
        ".flake8": "[flake8]\n",
        ".gitignore": ".venv\n__pycache__\n",
        "shop.py": "def double(x: int) -> int:\n    return 2 * x\n",
        "test_shop.py": "import shop\n\n\ndef test_double() -> None:\n    assert shop.double(2) == 4\n",
        "README.md": "# shop\n",
    }
    for name, content in files.items():
        (git_project / name).write_text(content, "utf-8")
    (git_project / ".venv").symlink_to(sys.prefix)
    return git_project


def run(project: Path, holdfast: Cli, **env: str) -> dict[str, bool]:
    """For each check whether it ran (and not: still stands); all of them have to pass."""
    said = holdfast("validate-env", "--format", "json", "--only", ",".join(sorted(TOOLS)), cwd=project, env=env)
    results = json.loads(said.stdout)["results"]
    assert {result["check"]: result["status"] for result in results} == dict.fromkeys(TOOLS, "passed"), said.stdout
    return {result["check"]: result["unchanged_since"] is None for result in results}


def ran(project: Path, holdfast: Cli, **env: str) -> set[str]:
    return {check for check, again in run(project, holdfast, **env).items() if again}


def test_an_edit_runs_again_what_could_have_read_it_and_nothing_else(project: Path, holdfast: Cli) -> None:
    assert ran(project, holdfast) == TOOLS
    assert ran(project, holdfast) == set()
    (project / "README.md").write_text("# Shop\n", "utf-8")
    assert ran(project, holdfast) == {"ruff", "pytest", "poetry"}  # ruff looks into Markdown too
    (project / "shop.py").write_text("def double(x: int) -> int:\n    return x * 2\n", "utf-8")
    assert ran(project, holdfast) == TOOLS - {"poetry"}
    (project / "CHANGES.txt").write_text("one\n", "utf-8")
    assert ran(project, holdfast) == {"pytest"}


def test_a_variable_that_a_tool_reads_runs_it_again(project: Path, holdfast: Cli) -> None:
    ran(project, holdfast)
    assert ran(project, holdfast, RUFF_NO_CACHE="true") == {"ruff"}


def test_configuration_above_the_project_runs_its_tool_again(project: Path, holdfast: Cli) -> None:
    ran(project, holdfast)
    (project.parent / "ruff.toml").write_text("line-length = 100\n", "utf-8")
    assert ran(project, holdfast) == {"ruff"}
