"""--explain: who asks for a package, how it comes in, and what keeps newer versions out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.checks.dependencies.projects import Project, make_project
from tests.conftest import Cli

PYPROJECT = """[project]
name = "shop"
version = "1.0"
requires-python = ">=3.11"
dependencies = [
    "api>=1",
]

[project.optional-dependencies]
fast = ["core[speed]>=2"]

[tool.uv]
package = false
"""
LOCK = """version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "api"
version = "1.4"
source = { registry = "https://example.invalid/simple" }
dependencies = [
    { name = "core" },
    { name = "winonly", marker = "sys_platform == 'win32'" },
]
wheels = [{ url = "https://example.invalid/api-1.4-py3-none-any.whl", hash = "sha256:HASH" }]

[[package]]
name = "core"
version = "2.1"
source = { registry = "https://example.invalid/simple" }
wheels = [{ url = "https://example.invalid/core-2.1-py3-none-any.whl", hash = "sha256:HASH" }]

[[package]]
name = "winonly"
version = "3"
source = { registry = "https://example.invalid/simple" }
wheels = [{ url = "https://example.invalid/winonly-3-py3-none-any.whl", hash = "sha256:HASH" }]

[[package]]
name = "shop"
version = "1.0"
source = { virtual = "." }
dependencies = [{ name = "api" }]

[package.optional-dependencies]
fast = [{ name = "core", extra = ["speed"] }]
""".replace("HASH", "a" * 64)


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    project = make_project(tmp_path / "shop", PYPROJECT, {"uv.lock": LOCK})
    project.install("api", "1.4", requires=["core<3"])
    project.install("Core", "2.1")
    return project


def test_it_says_what_is_locked_and_installed_and_who_asks(shop: Project, holdfast: Cli) -> None:
    said = holdfast("check-deps", "--explain", "Core", cwd=shop.root)

    assert said.exit_code == 0
    assert said.stdout == (
        "core: locked 2.1 (uv.lock:15); installed 2.1\n"
        "asked for by\n"
        "  pyproject.toml:10  core[speed]>=2 (fast)\n"
        "  api 1.4            core of any version\n"
        "how it comes in\n"
        "  core\n"
        "  api -> core\n"
        "what keeps newer versions out\n"
        "  nothing that is known here: it is what was chosen when it was locked; uv lock --upgrade-package core takes "
        "the newest\n"
    )


def test_a_marker_that_does_not_hold_here_is_said(shop: Project, holdfast: Cli) -> None:
    said = holdfast("check-deps", "--explain", "winonly", cwd=shop.root)

    assert "  api 1.4  winonly of any version where sys_platform == 'win32' - not here\n" in said.stdout
    assert "winonly: locked 3 (uv.lock:21); not installed\n" in said.stdout


def test_agents_get_the_same_as_a_document(shop: Project, holdfast: Cli) -> None:
    said = holdfast("check-deps", "--explain", "api", "--format", "json", cwd=shop.root)

    document = json.loads(said.stdout)
    assert document["schema"] == "holdfast/explanation/1"
    assert document["asked_for_by"][0] == {
        "who": "pyproject.toml",
        "constraint": ">=1",
        "marker": "",
        "extras": [],
        "condition": "main",
        "line": 6,
        "applies": True,
    }
    assert document["ways"] == [["api"]]


def test_without_a_lock_the_metadata_of_what_is_installed_tells(tmp_path: Path, holdfast: Cli) -> None:
    shop = make_project(tmp_path / "shop", '[project]\nname = "shop"\nversion = "1"\ndependencies = ["api"]\n')
    shop.install("api", "1.4", requires=["core<3,>=1", "core>=1.5; extra == 'new'", "not a requirement ("])
    shop.install("core", "2.1")

    said = holdfast("check-deps", "--explain", "core", cwd=shop.root)

    assert "core: not locked; installed 2.1\n" in said.stdout
    assert "  api 1.4  core<3,>=1\n" in said.stdout
    assert 'core>=1.5 (new) where extra == "new" - not here\n' in said.stdout
    assert "  api -> core\n" in said.stdout
    assert "  api 1.4 asks for core<3\n" in said.stdout


def test_a_name_that_nobody_knows_is_told_with_the_one_that_was_meant(shop: Project, holdfast: Cli) -> None:
    said = holdfast("check-deps", "--explain", "coer", cwd=shop.root)

    assert said.exit_code == 2
    assert "nobody asks for it" in said.stderr
    assert "did you mean core?" in said.stderr


def test_a_lock_that_cannot_be_read_is_told_with_its_place(shop: Project, holdfast: Cli) -> None:
    shop.write("uv.lock", LOCK.replace("revision = 3", "revision = = 3"))

    said = holdfast("check-deps", "--explain", "core", cwd=shop.root)

    assert said.exit_code == 2
    assert "uv.lock:2" in said.stderr


def test_a_form_that_it_does_not_have_is_refused(shop: Project, holdfast: Cli) -> None:
    said = holdfast("check-deps", "--explain", "core", "--format", "sarif", cwd=shop.root)

    assert said.exit_code == 2
    assert "text or json" in said.stderr


POETRY_LOCK = """
[[package]]
name = "server"
version = "3.0"
groups = ["main"]
files = []
[package.dependencies]
loop = {version = ">=0.1,<2", optional = true, markers = "extra == \'standard\'"}
[package.extras]
standard = ["loop (>=0.1,<2)"]
dev = ["tester"]

[[package]]
name = "loop"
version = "1.0"
groups = ["main"]
files = []
[package.extras]
dev = ["tester (<9)"]

[[package]]
name = "tester"
version = "8.0"
groups = ["dev"]
files = []

[metadata]
lock-version = "2.1"
python-versions = ">=3.11"
content-hash = "HASH"
""".replace("HASH", "0" * 64)


def test_an_extra_that_nobody_asks_for_is_no_way_in_and_no_limit(tmp_path: Path, holdfast: Cli) -> None:
    pyproject = """[project]
name = "shop"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["server[standard]"]
[tool.poetry]
package-mode = false
[tool.poetry.group.dev.dependencies]
tester = "*"
"""
    shop = make_project(tmp_path / "shop", pyproject, {"poetry.lock": POETRY_LOCK})
    said = json.loads(holdfast("check-deps", "--explain", "tester", "--format", "json", cwd=shop.root).stdout)
    assert (said["ways"], said["limits"]) == ([["tester"]], [])
    assert [each["applies"] for each in said["asked_for_by"]] == [True, False, False]
    said = json.loads(holdfast("check-deps", "--explain", "loop", "--format", "json", cwd=shop.root).stdout)
    assert said["ways"] == [["server", "loop"]]
    assert [(each["who"], each["condition"], each["applies"]) for each in said["asked_for_by"]] == [
        ("server 3.0", "standard", True)
    ]
