"""A run in which nothing has changed: it imports no check, and misses nothing that could have."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.plugins import BUILT_IN
from tests.conftest import Cli

OK = f'command = ["{sys.executable}", "-c", ""]'
PROBE = (
    "import atexit, sys\n"
    "atexit.register(lambda: print(*sorted(m for m in sys.modules if m.startswith('holdfast')), file=sys.stderr))\n"
    "from holdfast.cli.main import main\n"
    "sys.argv = ['holdfast', 'validate-env', '--format', 'json']\n"
    "main()\n"
)


@pytest.fixture
def project(git_project: Path) -> Path:
    configure(git_project)
    (git_project / ".gitignore").write_text(".env\nlink\n", "utf-8")
    return git_project


def configure(project: Path, more: str = "") -> None:
    text = '[project]\nname = "shop"\nversion = "1.0"\n'
    text += "".join(f"[tool.holdfast.checks.{name}]\nenabled = false\n" for name in BUILT_IN)
    (project / "pyproject.toml").write_text(f"{text}[tool.holdfast.checks.one]\n{OK}\n{more}", "utf-8")


def ran(project: Path, holdfast: Cli, *options: str, **env: str) -> dict[str, bool]:
    """For each check that passed or was skipped, whether it ran."""
    said = holdfast("validate-env", "--format", "json", *options, cwd=project, env=env)
    return {each["check"]: each["unchanged_since"] is None for each in json.loads(said.stdout)["results"]}


def loaded(project: Path) -> tuple[dict[str, bool], set[str]]:
    """The same in a process of its own, and which modules of Holdfast it imported."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE], cwd=project, capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    results = {each["check"]: each["unchanged_since"] is None for each in json.loads(done.stdout)["results"]}
    return results, set(done.stderr.splitlines()[-1].split())


def test_where_nothing_changed_no_check_is_imported_but_those_that_always_run(project: Path) -> None:
    first, everything = loaded(project)
    again, few = loaded(project)
    assert (first, again) == ({"one": True}, {"one": False})
    assert {"holdfast.checks.ruff", "holdfast.checks.mypy", "holdfast.render.live"} <= everything
    assert not few & {"holdfast.checks.ruff", "holdfast.checks.mypy", "holdfast.checks.pytest", "holdfast.render.live"}


def test_a_variable_that_a_check_reads_is_seen(project: Path, holdfast: Cli) -> None:
    assert ran(project, holdfast) == {"one": True}
    assert ran(project, holdfast, PYTHONHASHSEED="1") == {"one": True}
    assert ran(project, holdfast, PYTHONHASHSEED="1") == {"one": False}


def test_another_program_of_the_same_name_is_seen(project: Path, holdfast: Cli, tmp_path: Path) -> None:
    (project / "pyproject.toml").write_text(
        (project / "pyproject.toml").read_text("utf-8").replace(OK, 'command = ["own-tool"]'), "utf-8"
    )
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "own-tool").write_text("#!/bin/sh\n", "utf-8")
        (tmp_path / name / "own-tool").chmod(0o755)
    paths = [f"{tmp_path / name}:{os.environ['PATH']}" for name in ("first", "second")]
    assert [ran(project, holdfast, PATH=path)["one"] for path in (paths[0], paths[0], paths[1])] == [True, False, True]


Edit = Callable[[Path], object]
EDITS: dict[str, Edit] = {
    "a file that git ignores and that could make a check wanted": lambda p: (p / ".env").write_text("A=1\n", "utf-8"),
    "configuration that turns on another check": lambda p: configure(p, f"[tool.holdfast.checks.two]\n{OK}\n"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_what_could_select_another_check_is_seen(project: Path, edit: Edit) -> None:
    loaded(project)
    edit(project)
    assert "holdfast.checks.ruff" in loaded(project)[1]


def test_options_are_part_of_what_must_be_the_same(project: Path, holdfast: Cli) -> None:
    configure(project, f"[tool.holdfast.checks.two]\n{OK}\n")
    assert ran(project, holdfast) == {"one": True, "two": True}
    assert ran(project, holdfast, "--only", "two") == {"two": False}
    assert ran(project, holdfast, "--skip", "two") == {"one": False}
    assert ran(project, holdfast) == {"one": False, "two": False}
    assert ran(project, holdfast, "--no-cache") == {"one": True, "two": True}


def test_a_check_that_always_runs_is_heard_where_nothing_else_changed(project: Path, holdfast: Cli) -> None:
    text = (
        (project / "pyproject.toml")
        .read_text("utf-8")
        .replace("checks.venv]\nenabled = false", "checks.venv]\nenabled = true")
    )
    (project / "pyproject.toml").write_text(text + '[tool.holdfast.ignore.VENV001]\nreason = "none here"\n', "utf-8")
    assert ran(project, holdfast)["one"]
    said = holdfast("validate-env", "--format", "json", cwd=project, env={"VIRTUAL_ENV": "/nowhere"})
    results = {each["check"]: each for each in json.loads(said.stdout)["results"]}
    assert "VENV002" in [finding["id"] for finding in results["venv"]["findings"]]


def test_a_record_that_is_damaged_is_no_more_than_a_slow_start(project: Path, holdfast: Cli) -> None:
    ran(project, holdfast)
    record = project / ".holdfast" / "cache" / "whole.json"
    whole = record.read_bytes()
    for content in (
        b"",
        b"{}",
        whole[: len(whole) // 2],
        whole.replace(b'"result"', b'"other"'),
        b"\n" + b"[" * 100_000,
    ):
        record.write_bytes(content)
        assert ran(project, holdfast) == {"one": False}
        assert record.read_bytes() == whole


def test_with_a_failure_nothing_is_kept_as_a_whole(project: Path, holdfast: Cli) -> None:
    configure(project, '[tool.holdfast.checks.two]\ncommand = ["false"]\n')
    assert ran(project, holdfast) == {"one": True, "two": True}
    assert not (project / ".holdfast" / "cache" / "whole.json").exists()


IGNORED_INPUTS = {
    "an include of make": ("makefile", {"Makefile": "include build/a.mk\n"}, "build/a.mk", ""),
    "a script of a workflow": (
        "workflows",
        {
            ".github/workflows/ci.yml": "on: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n"
            "    timeout-minutes: 5\n    steps:\n      - run: python build/a.py\n"
        },
        "build/a.py",
        "",
    ),
    "a .env beside its example": ("dotenv", {"conf/.env.example": "A=1\n"}, "conf/.env", "B=1\n"),
}


@pytest.mark.parametrize(
    ("check", "files", "name", "content"),
    IGNORED_INPUTS.values(),
    ids=[key.replace(" ", "-") for key in IGNORED_INPUTS],
)
def test_a_file_that_git_ignores_comes_and_goes(
    git_project: Path, holdfast: Cli, check: str, files: dict[str, str], name: str, content: str
) -> None:
    (git_project / ".gitignore").write_text("build/\n.env\n.holdfast/\n", "utf-8")
    for file, text in {**files, f"{name}.kept": ""}.items():
        (git_project / file).parent.mkdir(parents=True, exist_ok=True)
        (git_project / file).write_text(text, "utf-8")
    awaited = git_project / name
    states = [True, False] if check != "dotenv" else [False, True]
    ran_again = []
    for there in states:
        awaited.write_text(content, "utf-8") if there else awaited.unlink(missing_ok=True)
        ran_again.append(ran(git_project, holdfast, "--only", check))
        ran(git_project, holdfast, "--only", check)
    assert ran_again == [{check: True}] * 2


def test_a_program_that_comes_to_stand_first_on_path_is_seen(git_project: Path, holdfast: Cli, tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.mkdir()
    (git_project / "requirements.txt").write_text("ruff==0.17.5\n", "utf-8")
    (git_project / "requirements-dev.txt").write_text("ruff==0.17.5\n", "utf-8")
    path = f"{first}{os.pathsep}{os.environ['PATH']}"
    only = ("--only", "tool-versions")
    assert ran(git_project, holdfast, *only, PATH=path) == {"tool-versions": True}
    assert ran(git_project, holdfast, *only, PATH=path) == {"tool-versions": False}
    (first / "ruff").write_text("#!/bin/sh\necho ruff 0.1.0\n", "utf-8")
    (first / "ruff").chmod(0o755)
    assert ran(git_project, holdfast, *only, PATH=path) == {"tool-versions": True}


def test_what_git_is_told_to_ignore_outside_the_tree_is_seen(git_project: Path, holdfast: Cli) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    exclude = git_project / ".git" / "info" / "exclude"
    exclude.parent.mkdir(exist_ok=True)
    exclude.write_text("b.py\n", "utf-8")
    for name, text in {"ruff.toml": "", "a.py": "x = 1\n", "b.py": "import os\n"}.items():
        (git_project / name).write_text(text, "utf-8")
    subprocess.run(["git", "add", "-f", "."], cwd=git_project, check=True)
    assert ran(git_project, holdfast, "--only", "ruff", PATH=path) == {"ruff": True}
    assert ran(git_project, holdfast, "--only", "ruff", PATH=path) == {"ruff": False}
    exclude.write_text("", "utf-8")
    assert ran(git_project, holdfast, "--only", "ruff", PATH=path) == {"ruff": True}


def test_configuration_that_git_ignores_is_seen(git_project: Path, holdfast: Cli) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for name, text in {".gitignore": "ruff.toml\n", "ruff.toml": "", "a.py": "x = 1\n"}.items():
        (git_project / name).write_text(text, "utf-8")
    assert ran(git_project, holdfast, "--only", "ruff", PATH=path) == {"ruff": True}
    assert ran(git_project, holdfast, "--only", "ruff", PATH=path) == {"ruff": False}
    (git_project / "ruff.toml").write_text('lint.select = ["D"]\n', "utf-8")
    assert ran(git_project, holdfast, "--only", "ruff", PATH=path) == {"ruff": True}
