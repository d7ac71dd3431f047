"""Settings go to the end of pyproject.toml and change nothing else that is read from it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from holdfast.adoption.plan import State
from holdfast.checks.dependencies.poetry.content import content_hash
from holdfast.core.config import load_config
from tests.adoption.repositories import adopt, planned, remove, repository

POETRY = """\
[tool.poetry]
name = "shop"
version = "1"

[tool.poetry.dependencies]
python = "^3.11"
"""


def test_poetrys_hash_of_the_content_is_what_it_was(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop", {"pyproject.toml": POETRY})
    before = content_hash(tomllib.loads(POETRY))
    adopt(project)
    after = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    assert "holdfast" in after["tool"]
    assert content_hash(after) == before


def test_settings_below_the_mark_are_holdfasts_and_survive(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop", {"pyproject.toml": POETRY})
    adopt(project, "agents")
    path = project / "pyproject.toml"
    path.write_text(path.read_text("utf-8") + "strict = true\n", "utf-8")
    config = load_config(project, {})
    assert (config.strict, config.init.skip) == (True, ("agents",))
    assert planned(project, "agents")["settings"].state is State.SAME
    remove(project)
    assert load_config(project, {}).strict
    assert "python" in path.read_text("utf-8")
    assert tomllib.loads(path.read_text("utf-8"))["tool"]["poetry"] == tomllib.loads(POETRY)["tool"]["poetry"]


def test_tables_of_settings_below_the_mark_survive_without_it(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop", {"pyproject.toml": POETRY})
    adopt(project)
    path = project / "pyproject.toml"
    path.write_text(path.read_text("utf-8") + "\n[tool.holdfast.validate]\njobs = 1\n", "utf-8")
    remove(project)
    assert path.read_text("utf-8") == POETRY + "\n[tool.holdfast.validate]\njobs = 1\n"


def test_a_project_without_pyproject_gets_no_such_file(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop", {"setup.py": ""})
    adopt(project, "agents")
    assert not (project / "pyproject.toml").exists()
    assert load_config(project, {}).init.skip == ("agents",)
    path = project / "holdfast.yaml"
    path.write_text(path.read_text("utf-8") + "strict: true\n", "utf-8")
    assert load_config(project, {}).strict
    assert planned(project, "agents")["settings"].state is State.SAME
    remove(project)
    assert path.read_text("utf-8") == "strict: true\n"


def test_settings_elsewhere_are_enough(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop", {"pyproject.toml": POETRY, "holdfast.json": "{}"})
    assert planned(project)["settings"].note == "the settings are in holdfast.json"


@pytest.mark.parametrize("text", ["tool = {black = {}}\n", "tool = 1\n", "[[tool]]\n"])
def test_a_pyproject_that_has_no_room_for_it_is_said(text: str, tmp_path: Path) -> None:
    project = repository(tmp_path / "shop", {"pyproject.toml": text})
    assert planned(project)["settings"].state is State.BLOCKED
