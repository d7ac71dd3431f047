from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from holdfast.checks.environment_files.places import Group, places_of
from tests.checks.environment_files.projects import context_of


def test_the_files_of_the_root_are_found_on_the_disk_though_git_ignores_them(git_project: Path) -> None:
    files = dict.fromkeys((".env", ".env.local", ".env.production", ".env.example", ".env.prod.example"), "A=1\n")
    found = places_of(context_of(git_project, {**files, ".gitignore": ".env*\n!.env.example\n"}))
    assert found.groups == (
        Group("", (".env", ".env.local"), (".env.production",), ".env.example", (".env.prod.example",)),
    )
    assert found.listed == (".env.example",)
    assert set(found.unlisted) == {".env", ".env.local", ".env.production", ".env.prod.example"}


@pytest.mark.parametrize("name", [".env.example", ".env.sample", ".env.template", ".env.dist", "env.example"])
def test_an_example_has_one_of_several_names(tmp_path: Path, name: str) -> None:
    assert places_of(context_of(tmp_path, {name: "A=1\n"})).groups[0].example == name


@pytest.mark.parametrize(
    "name",
    [".envrc", ".env.vault", ".env.gpg", ".env.j2", ".env.py", ".environment", "my.env", ".env.swp", ".env~", "env"],
)
def test_what_only_looks_like_one_is_none(tmp_path: Path, name: str) -> None:
    assert places_of(context_of(tmp_path, {name: "A=1\n"})).groups == ()


def test_a_directory_called_env_is_an_environment_and_no_file(tmp_path: Path) -> None:
    assert places_of(context_of(tmp_path, {".env/pyvenv.cfg": ""})).groups == ()


def test_a_pipe_is_told_and_not_read(tmp_path: Path) -> None:
    context = context_of(tmp_path, {"a.py": ""})
    os.mkfifo(tmp_path / ".env")
    assert places_of(context).groups == (Group("", (), (), None, (), (".env",)),)


def test_directories_below_are_found_by_what_git_lists(git_project: Path) -> None:
    files = {"api/.env.example": "", "api/.env": "", "web/.env": "", "tests/.env": "", "a/fixtures/.env.example": ""}
    context = context_of(git_project, {**files, ".gitignore": ".env\n"})
    assert [group.directory for group in places_of(context).groups] == ["api/"]
    assert places_of(context).unlisted == ("api/.env", "api/.env.local")


def test_what_is_for_one_machine_and_not_ignored_is_exposed(git_project: Path) -> None:
    names = (".env", ".env.local", ".env.prod.local", ".env.bak", ".env.keys", ".env.test", ".env.example")
    assert set(places_of(context_of(git_project, dict.fromkeys(names, ""))).exposed) == set(names[:5])


def test_configured_files_take_the_place_of_the_usual_ones(tmp_path: Path) -> None:
    files = {"config/dev.env": "", "config/all.example": "", ".env": "", ".env.example": "", ".env.dev": ""}
    context = context_of(tmp_path, files, files=("config/dev.env", "gone.env"), example="config/all.example")
    (group,) = places_of(context).groups
    assert (group.values, group.others, group.example) == (("config/dev.env",), (".env.dev",), "config/all.example")


def test_the_places_are_looked_for_once_in_a_run(tmp_path: Path) -> None:
    context = context_of(tmp_path, {".env": ""})
    before = places_of(context)
    (tmp_path / ".env").unlink()
    assert places_of(context) is before
    assert places_of(context._replace(shared=None)).groups == ()


def test_a_name_that_is_not_utf8_is_no_obstacle(git_project: Path) -> None:
    context = context_of(git_project, {".env.example": ""})
    (git_project / os.fsdecode(b"\xff.env")).write_text("")
    subprocess.run(["git", "add", "-A"], cwd=git_project, check=True)
    assert len(places_of(context).groups) == 1
