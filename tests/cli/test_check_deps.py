"""The check-deps command: which checks run, what it prints, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.checks.dependencies.projects import Project, make_project
from tests.conftest import Cli

PYPROJECT = '[project]\nname = "shop"\nversion = "1.0"\ndependencies = ["api"]\n'
REQUIREMENTS = f"api==1.0 --hash=sha256:{'a' * 64}\n"


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    project = make_project(tmp_path / "shop", PYPROJECT, {"requirements.txt": REQUIREMENTS, "shop.py": "import api\n"})
    project.install("api")
    return project


def test_all_five_checks_run_where_none_is_named(shop: Project, holdfast: Cli) -> None:
    said = holdfast("check-deps", "--format", "json", cwd=shop.root)

    statuses = {result["check"]: result["status"] for result in json.loads(said.stdout)["results"]}
    assert statuses == {
        "lock": "passed",
        "installed": "passed",
        "conflicts": "passed",
        "imports": "passed",
        "vulnerabilities": "skipped",
    }
    assert said.exit_code == 0


def test_only_and_skip_choose(shop: Project, holdfast: Cli) -> None:
    said = holdfast("check-deps", "--only", "lock,installed", "--skip", "lock", "--format", "json", cwd=shop.root)

    assert [result["check"] for result in json.loads(said.stdout)["results"]] == ["installed"]


def test_a_check_that_is_named_twice_runs_once(shop: Project, holdfast: Cli) -> None:
    said = holdfast("check-deps", "--only", "lock,lock", "--only", "lock", "--format", "json", cwd=shop.root)

    assert [result["check"] for result in json.loads(said.stdout)["results"]] == ["lock"]


@pytest.mark.parametrize("option", ["--only", "--skip"])
def test_a_check_that_there_is_not_is_refused(shop: Project, holdfast: Cli, option: str) -> None:
    said = holdfast("check-deps", option, "locks", cwd=shop.root)

    assert said.exit_code == 2
    assert f"{option} locks: no such check" in said.stderr
    assert "lock, installed, conflicts" in said.stderr


def test_nothing_left_to_run_is_not_a_pass(shop: Project, holdfast: Cli) -> None:
    said = holdfast("check-deps", "--only", "lock", "--skip", "lock", cwd=shop.root)

    assert said.exit_code == 2


def test_what_was_asked_for_and_skipped_is_not_a_pass(shop: Project, holdfast: Cli) -> None:
    said = holdfast("check-deps", "--only", "vulnerabilities", cwd=shop.root)

    assert said.exit_code == 2
    assert "no advisory data" in said.stdout


def test_warnings_fail_under_strict_alone(shop: Project, holdfast: Cli) -> None:
    shop.install("stray")

    assert holdfast("check-deps", "--only", "installed", cwd=shop.root).exit_code == 0
    assert holdfast("check-deps", "--only", "installed", "--strict", cwd=shop.root).exit_code == 1


def test_fix_prints_each_command_once_and_runs_none(shop: Project, holdfast: Cli) -> None:
    (shop.site_packages / "api-1.0.dist-info" / "METADATA").unlink()

    said = holdfast("check-deps", "--only", "installed,conflicts", "--fix", cwd=shop.root)

    assert said.exit_code == 1
    commands = said.stderr.splitlines()
    assert commands
    assert len(commands) == len(set(commands))
    assert all("pip" in command for command in commands)
    assert not (shop.site_packages / "api-1.0.dist-info" / "METADATA").exists()


def test_fix_says_where_there_is_nothing_to_mend(shop: Project, holdfast: Cli) -> None:
    said = holdfast("check-deps", "--only", "lock", "--fix", cwd=shop.root)

    assert said.stderr == "nothing to mend with a command\n"


def test_another_environment_can_be_named(shop: Project, holdfast: Cli, tmp_path: Path) -> None:
    other = make_project(tmp_path / "other", PYPROJECT)

    said = holdfast(
        "check-deps", "--only", "installed", "--python", other.root / ".venv", "--format", "json", cwd=shop.root
    )

    assert [each["id"] for each in json.loads(said.stdout)["results"][0]["findings"]] == ["INST001"]


def test_an_environment_that_is_none_is_refused(shop: Project, holdfast: Cli) -> None:
    said = holdfast("check-deps", "--python", "nowhere", cwd=shop.root)

    assert said.exit_code == 2
    assert "--python nowhere: no such directory" in said.stderr


def test_a_group_that_nobody_knows_is_refused(shop: Project, holdfast: Cli) -> None:
    said = holdfast("check-deps", "--only", "installed", "--with", "docs", cwd=shop.root)

    assert said.exit_code == 2
    assert "--with docs" in said.stdout
    assert "requirements.txt knows no such name" in said.stdout


def test_a_group_is_looked_for_in_pyproject_where_there_is_no_lock(shop: Project, holdfast: Cli) -> None:
    (shop.root / "requirements.txt").unlink()
    shop.write("pyproject.toml", f"{PYPROJECT}[project.optional-dependencies]\nfast = []\n")

    said = holdfast("check-deps", "--only", "conflicts", "--with", "fast", cwd=shop.root)

    assert said.exit_code == 2
    assert "--with fast: pyproject.toml knows no such name; did you mean --extras fast?" in said.stdout


def test_the_run_is_logged_where_the_project_keeps_a_registry(shop: Project, holdfast: Cli) -> None:
    holdfast("task-log", "note", "begin", cwd=shop.root)

    holdfast("check-deps", "--only", "lock", cwd=shop.root)

    listed = json.loads(holdfast("task-log", "list", "--format", "json", cwd=shop.root).stdout)["tasks"]
    assert [(task["task"], task["state"]) for task in listed if task["task"] == "check-deps"] == [
        ("check-deps", "succeeded")
    ]
