"""A poetry.lock by itself: what it needs, and what it must not have."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.checks.dependencies.model import Choice
from holdfast.checks.dependencies.poetry import install_command, line_of
from tests.checks.dependencies.poetry_projects import block, edit, lock_of, new, old, said, subject
from tests.checks.dependencies.projects import Project


@pytest.mark.parametrize("make", [new, old])
def test_a_lock_that_poetry_made_is_right(make: Callable[[Path], Project], tmp_path: Path) -> None:
    project = make(tmp_path / "shop")
    report = project.check(only="lock")
    assert report["exit_code"] == 0
    assert report["results"][0]["findings"] == []
    assert report["results"][0]["checked"]["done"] == len(lock_of(project).packages)


def test_a_locked_version_outside_of_what_is_asked_for_is_an_error(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    edit(project, "poetry.lock", 'name = "requests"\nversion = "2.34.2"', 'name = "requests"\nversion = "1.0.0"')
    edit(project, "poetry.lock", 'name = "idna"\nversion = "3.20"', 'name = "idna"\nversion = "4.1"')
    requests, idna = line_of(lock_of(project), "requests"), line_of(lock_of(project), "idna")
    by_project = f"poetry.lock:{requests}: LOCK008 poetry.lock has requests 1.0.0, and pyproject.toml asks for"
    by_others = "requests 1.0.0 asks for idna >=2.5,<4 and alpha 0.3.0 asks for idna >=2.5,<4"
    assert said(project) == [
        f"{by_project} requests[socks]>=2.28,<3",
        f"poetry.lock:{idna}: LOCK008 poetry.lock has idna 4.1, and {by_others}",
    ]


def test_a_package_that_something_needs_and_the_lock_lacks_is_an_error(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    for name in ("certifi", "pluggy", "markupsafe", "tabulate", "pysocks"):
        edit(project, "poetry.lock", block(project, name), "")
    requests = line_of(lock_of(project), "requests")
    poetry, pyproject = f"poetry.lock:{requests}: LOCK009 poetry.lock lacks", "pyproject.toml asks for"
    assert sorted(said(project)) == [
        f"{poetry} certifi, and requests 2.34.2 asks for certifi >=2023.5.7",
        f"{poetry} pysocks, and requests 2.34.2 asks for pysocks >=1.5.6,!=1.5.7",
        f"pyproject.toml:11: LOCK009 poetry.lock lacks tabulate, and {pyproject} tabulate>=0.9 (extra fancy)",
        f"pyproject.toml:13: LOCK009 poetry.lock lacks pluggy, and {pyproject} pluggy>=1.0 (group dev)",
        f'pyproject.toml:22: LOCK009 poetry.lock lacks markupsafe, and {pyproject} markupsafe = "^2.1" (group docs)',
    ]


def test_what_only_another_platform_needs_may_be_missing(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    edit(project, "poetry.lock", block(project, "colorama"), "")
    assert said(project) == []


def test_an_extra_that_the_lock_was_not_made_for_is_followed(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    edit(
        project,
        "poetry.lock",
        'PySocks = {version = ">=1.5.6,!=1.5.7", optional = true, markers = "extra == \\"socks\\""}\n',
        "",
    )
    edit(project, "poetry.lock", block(project, "pysocks"), "")
    assert [line.partition(": ")[2].partition(",")[0] for line in said(project)] == [
        "LOCK009 poetry.lock lacks pysocks"
    ]


def test_what_old_poetry_never_locked_may_be_missing_from_old_locks_only(tmp_path: Path) -> None:
    for project, expected in ((old(tmp_path / "old"), []), (new(tmp_path / "new"), ["LOCK009"])):
        edit(project, "poetry.lock", "\ncertifi = ", '\nsetuptools = "*"\ncertifi = ')
        assert project.ids(only="lock") == expected


def test_one_name_under_two_markers_is_right(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    idna = block(project, "idna")
    both = "".join(
        idna.replace("3.20", version).replace('groups = ["main"]', f'groups = ["main"]\nmarkers = "{marker}"')
        for version, marker in (("3.19", "python_version < '3.11'"), ("3.20", "python_version >= '3.11'"))
    )
    edit(project, "poetry.lock", idna, both)
    assert said(project) == []
    edit(project, "poetry.lock", "python_version < '3.11'", "python_version < '4'")
    line = line_of(lock_of(project), "idna", "3.20")
    assert said(project) == [
        f"poetry.lock:{line}: LOCK013 poetry.lock has idna 3.19 and 3.20 for this environment at once"
    ]


def test_one_block_twice_is_an_error(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    edit(project, "poetry.lock", block(project, "idna"), block(project, "idna") * 2)
    first = line_of(lock_of(project), "idna")
    assert first is not None
    second = first + block(project, "idna").count("\n")
    assert said(project) == [f"poetry.lock:{second}: LOCK013 poetry.lock has idna 3.20 in two blocks"]


def test_malformed_and_missing_hashes_are_found(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    edit(project, "poetry.lock", "sha256:", "sha256:zz")
    edit(
        project,
        "poetry.lock",
        block(project, "idna"),
        re.sub(r"files = \[.*?\n\]", "files = []", block(project, "idna"), flags=re.S),
    )
    edit(
        project,
        "poetry.lock",
        block(project, "isort"),
        re.sub(r"sha256:\w+", "md5:" + "1" * 32, block(project, "isort")),
    )
    lines = said(project)
    assert [line.partition(" ")[2][:7] for line in lines] == ["LOCK012", "LOCK014"]
    assert "1 of 2 hashes of certifi 2026.10.18 is malformed: sha256:zz" in lines[0]
    assert lines[1].endswith("poetry.lock has no hashes for idna 3.20")


def test_a_path_dependency_that_is_gone_is_an_error(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    shutil.rmtree(project.root / "libs")
    assert said(project) == ["poetry.lock:3: LOCK010 alpha: there is no directory libs/alpha"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('version = "0.3.0"', 'version = "0.4.0"', "its version is 0.4.0, locked is 0.3.0"),
        ('version = "0.3.0"', 'version = "0.3"', None),
        ('name = "alpha"', 'name = "beta"', "its name is beta"),
        ('"idna>=2.5,<4", ', "", "it does not ask for idna any more"),
        ('"idna>=2.5,<4"', '"idna (<4, >= 2.5.0)"', None),
        ('"idna>=2.5,<4"', '"idna>=3,<4"', "it asks for idna >=3,<4, locked is >=2.5,<4"),
        ('"idna>=2.5,<4"', '"idna>=2.5,<4", "attrs"', "it asks for attrs *"),
        ('"idna>=2.5,<4"', '"idna>=2.5,<4", "attrs; os_name == \'x\'"', None),
        ('["sniffio"]', '["sniffio", "trio"]', None),
        ('version = "0.3.0"', 'dynamic = ["version", "dependencies"]', None),
        ('version = "0.3.0"', "version = ", "it cannot be read: pyproject.toml:3:11: not TOML: Invalid value"),
    ],
)
def test_a_path_dependency_that_changed_is_an_error(
    tmp_path: Path, before: str, after: str, expected: str | None
) -> None:
    project = new(tmp_path / "shop")
    edit(project, "libs/alpha/pyproject.toml", before, after)
    if after.startswith("dynamic"):  # what a tool finds out cannot be compared
        edit(
            project,
            "libs/alpha/pyproject.toml",
            'dependencies = ["idna>=2.5,<4", "tomli>=2; python_version < \'3.11\'"]',
            "",
        )
    place = "poetry.lock:3: LOCK011 alpha from libs/alpha changed: "
    assert said(project) == ([f"{place}{expected}"] if expected else [])


def test_a_path_dependency_without_metadata_that_can_be_read_is_not_judged(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    (project.root / "libs/alpha/pyproject.toml").unlink()
    project.write("libs/alpha/setup.py", "from setuptools import setup\nsetup(name='alpha', version='9')\n")
    assert said(project) == []


def test_a_file_that_is_not_the_one_that_was_locked_is_an_error(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    wheel = project.root / "dist" / "alpha.whl"
    wheel.parent.mkdir()
    wheel.write_bytes(b"wheel")
    digest = hashlib.sha256(b"wheel").hexdigest()
    edit(project, "poetry.lock", 'type = "directory"\nurl = "libs/alpha"', 'type = "file"\nurl = "dist/alpha.whl"')
    edit(project, "poetry.lock", "files = []", f'files = [\n    {{file = "alpha.whl", hash = "sha256:{digest}"}},\n]')
    assert said(project) == []
    wheel.write_bytes(b"another")
    assert said(project) == [
        "poetry.lock:3: LOCK011 alpha from dist/alpha.whl changed: its hash is not one of those that are locked"
    ]
    wheel.unlink()
    assert said(project) == ["poetry.lock:3: LOCK010 alpha: there is no file dist/alpha.whl"]


def test_the_locks_pythons_must_be_the_projects(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    edit(project, "poetry.lock", 'python-versions = ">=3.10,<4.0"', 'python-versions = "^3.10"')
    assert said(project) == []
    edit(project, "poetry.lock", 'python-versions = "^3.10"', 'python-versions = ">=3.9"')
    assert [line.partition(" ")[2] for line in said(project)] == [
        "LOCK017 poetry.lock is for Python >=3.9, the project for >=3.10,<4.0"
    ]


def test_commands_leave_out_another_active_environment(tmp_path: Path) -> None:
    project = new(tmp_path / "shop")
    (project.root / "poetry.lock").unlink()
    project.write("poetry.lock", (new(tmp_path / "other").root / "poetry.lock").read_text("utf-8"))
    options = {"dependencies.extras": ["fancy"], "dependencies.groups": ["docs"], "dependencies.without": ["dev"]}
    mine = {"VIRTUAL_ENV": str(project.root / ".venv")}
    stray = {"VIRTUAL_ENV": str(tmp_path / "gone")}
    for env, prefix in ((mine, ""), ({}, ""), (stray, "env -u VIRTUAL_ENV ")):
        found = subject(project, options, env)
        assert found.lock is not None
        assert install_command(found, found.lock) == f"{prefix}poetry sync --with=docs --without=dev --extras=fancy"
    assert found.choice == Choice(("docs",), ("dev",), ("fancy",))
