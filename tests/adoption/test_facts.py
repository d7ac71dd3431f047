"""What is found in repositories of different shapes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from holdfast.adoption.facts import PYTHONS, look
from holdfast.core.errors import HoldfastError
from tests.adoption.repositories import adopt, repository, tree

POETRY = (
    '[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\npython = "{}"\n[tool.poetry.group.dev.dependencies]\n'
)


def test_a_poetry_project_is_one_with_its_lock_or_its_tables(tmp_path: Path) -> None:
    locked = look(repository(tmp_path / "a", {"pyproject.toml": "", "poetry.lock": ""}))
    tables = look(repository(tmp_path / "b", {"pyproject.toml": POETRY.format("^3.12")}))
    assert (locked.manager, locked.lock) == ("poetry", "poetry.lock")
    assert (tables.manager, tables.lock, tables.pythons, tables.groups) == (
        "poetry",
        None,
        ("3.12", "3.13", "3.14"),
        ("dev",),
    )


def test_a_project_that_only_builds_with_poetry_core_is_installed_by_pip(tmp_path: Path) -> None:
    text = (
        '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n[project]\nname = "a"\n'
    )
    found = look(repository(tmp_path, {"pyproject.toml": text}))
    assert (found.manager, found.package) == ("pip", True)


def test_a_uv_project_is_one_with_its_lock(tmp_path: Path) -> None:
    text = '[project]\nname = "a"\n[tool.uv]\npackage = false\ndev-dependencies = ["pytest"]\n'
    found = look(repository(tmp_path, {"pyproject.toml": text, "uv.lock": ""}))
    assert (found.manager, found.lock, found.package, found.groups) == ("uv", "uv.lock", False, ("dev",))


def test_requirements_files_come_with_those_of_development_last(tmp_path: Path) -> None:
    files = {"setup.py": "", "dev-requirements.txt": "", "requirements.txt": "", "requirements/main.txt": ""}
    found = look(repository(tmp_path, {**files, "requirements/readme.md": ""}))
    assert found.requirements == ("requirements.txt", "requirements/main.txt", "dev-requirements.txt")
    assert (found.manager, found.pyproject, found.package) == ("pip", False, True)


@pytest.mark.parametrize(
    ("requires", "allowed"),
    [
        (">=3.11.4", PYTHONS),
        (">=3.8,<3.13", ("3.11", "3.12")),
        (">=2.7, !=3.0.*", PYTHONS),
        ("~=3.12.1", ("3.12",)),
        ("^3.12", ("3.12", "3.13", "3.14")),
        ("~3.11", ("3.11",)),
        ("3.12.*", ("3.12",)),
        ("3.12.3", ("3.12",)),
        ("*", PYTHONS),
        ("~3.11 || ~3.13", ("3.11", "3.13")),
        ("<3", ()),
        ("what it says", PYTHONS),
    ],
)
def test_the_pythons_are_those_that_the_project_allows(requires: str, allowed: tuple[str, ...], tmp_path: Path) -> None:
    text = f'[project]\nname = "a"\nrequires-python = "{requires}"\n'
    assert look(repository(tmp_path, {"pyproject.toml": text})).pythons == allowed


def test_setup_files_say_which_pythons_too_and_are_not_run(tmp_path: Path) -> None:
    script = 'from setuptools import setup\nraise SystemExit("ran")\nsetup(python_requires=">=3.13")\n'
    assert look(repository(tmp_path / "a", {"setup.py": script})).pythons == ("3.13", "3.14")
    config = "[options]\npython_requires = >=3.12, <3.14\n"
    assert look(repository(tmp_path / "b", {"setup.cfg": config})).pythons == ("3.12", "3.13")


def test_setup_files_that_cannot_be_read_say_nothing(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"setup.cfg": b"\xff no ini", "setup.py": "def"}
    assert look(repository(tmp_path, files)).pythons == PYTHONS


def test_the_default_branch_is_the_remotes_then_a_usual_name_then_the_current_one(tmp_path: Path) -> None:
    project = repository(tmp_path / "a", {"setup.py": ""}, git=False)
    assert look(project).default_branch == "main"
    subprocess.run(["git", "init", "-q", "-b", "trunk"], cwd=project, check=True)
    assert look(project).default_branch == "trunk"
    subprocess.run(["git", "commit", "-q", "--allow-empty", "-m", "x"], cwd=project, check=True)
    subprocess.run(["git", "branch", "master"], cwd=project, check=True)
    assert look(project).default_branch == "master"
    for command in (
        ["update-ref", "refs/remotes/origin/dev", "HEAD"],
        ["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/dev"],
    ):
        subprocess.run(["git", *command], cwd=project, check=True)
    assert look(project).default_branch == "dev"


def test_extras_and_groups_are_those_of_development(tmp_path: Path) -> None:
    text = (
        '[project]\nname = "a"\n[project.optional-dependencies]\ntest = []\nfast = []\n'
        "[dependency-groups]\nlint = []\ndocs = []\ndev = []\n"
    )
    found = look(repository(tmp_path, {"pyproject.toml": text}))
    assert (found.extras, found.groups) == (("test",), ("dev", "lint"))


def test_looking_writes_nothing(tmp_path: Path) -> None:
    project = repository(tmp_path, {"pyproject.toml": "", "requirements/a.txt": "", "setup.cfg": ""})
    before = tree(project)
    look(project)
    assert tree(project) == before


def test_a_pyproject_that_is_not_toml_is_refused_with_its_place(tmp_path: Path) -> None:
    project = repository(tmp_path, {"pyproject.toml": "[project\n"})
    with pytest.raises(HoldfastError, match=r"pyproject\.toml:1"):
        look(project)


def test_what_git_ignores_is_none_of_the_facts(tmp_path: Path) -> None:
    files = {"pyproject.toml": "", ".gitignore": "uv.lock\nrequirements-mine.txt\n", "uv.lock": ""}
    found = look(repository(tmp_path, {**files, "requirements-mine.txt": "", "requirements.txt": ""}))
    assert (found.manager, found.lock, found.requirements) == ("pip", None, ("requirements.txt",))


@pytest.mark.parametrize("branch", ["trunk", "release+1!", "feature/one"])
def test_a_clone_that_knows_no_branch_asks_the_workflow(branch: str, tmp_path: Path) -> None:
    project = repository(tmp_path / "shop")
    git = ["git", "-C", str(project)]
    subprocess.run([*git, "symbolic-ref", "HEAD", f"refs/heads/{branch}"], check=True)
    adopt(project)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "x"], check=True)
    subprocess.run([*git, "checkout", "-q", "--detach"], check=True)
    subprocess.run([*git, "branch", "-q", "-D", branch], check=True)
    assert look(project).default_branch == branch
    assert adopt(project) == []
