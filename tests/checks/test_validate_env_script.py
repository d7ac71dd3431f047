"""`scripts/validate_env.py`, as those run it who want one script."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.checks.environment_files.projects import context_of
from tests.checks.test_dotenv import FILES
from tests.conftest import Cli

SCRIPT = Path(__file__).parents[2] / "scripts" / "validate_env.py"


def run(*arguments: str | Path, cwd: Path, script: Path = SCRIPT, python: tuple[str, ...] = ()) -> tuple[int, str, str]:
    command = [sys.executable, *python, str(script), *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
    return done.returncode, done.stdout, done.stderr


def test_nothing_wrong_is_zero_and_nothing_is_written(git_project: Path) -> None:
    context_of(git_project, FILES)
    before = sorted(git_project.rglob("*"))
    code, out, err = run(cwd=git_project / "shop")
    assert (code, err) == (0, "")
    assert "1 passed" in out
    assert sorted(git_project.rglob("*")) == before


def test_it_finds_what_the_check_finds(holdfast: Cli, git_project: Path, tmp_path: Path) -> None:
    context_of(git_project, {**FILES, ".env": "PORT=x\nDATABSE_URL=y\n"})
    code, out, _ = run("--project", git_project, "--json", cwd=tmp_path)
    said = holdfast("validate-env", "--only", "dotenv", "--no-cache", "--format", "json", cwd=git_project)
    ours, theirs = json.loads(out), json.loads(said.stdout)
    assert (code, said.exit_code) == (1, 1)
    assert ours["results"][0]["findings"] == theirs["results"][0]["findings"]
    assert len(ours["results"][0]["findings"]) == 3


def test_a_project_without_such_files_cannot_be_judged(git_project: Path) -> None:
    code, out, _ = run(cwd=git_project)
    assert code == 2
    assert "there is no .env and no .env.example" in out


def test_a_mistake_of_the_user_is_told_in_one_line(tmp_path: Path) -> None:
    assert run("--project", tmp_path / "gone", cwd=tmp_path)[0] == 2
    (tmp_path / "pyproject.toml").write_text("[tool.holdfast.dotenv]\nfile = 1\n", "utf-8")
    code, out, err = run(cwd=tmp_path)
    assert (code, out) == (2, "")
    assert "did you mean dotenv.files?" in err
    assert run("--nonsense", cwd=tmp_path)[0] == 2


def test_alone_it_says_what_is_missing(tmp_path: Path) -> None:
    alone = tmp_path / "validate_env.py"
    shutil.copy(SCRIPT, alone)
    code, out, err = run(cwd=tmp_path, script=alone, python=("-S", "-I"))
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "validate_env.py: not installed: holdfast python-dotenv",
        "hint: python3 -m pip install holdfast python-dotenv",
    ]


def test_beside_the_source_it_needs_python_dotenv_alone(tmp_path: Path) -> None:
    code, _, err = run(cwd=tmp_path, python=("-S", "-I"))
    assert code == 2
    assert err.splitlines()[0] == "validate_env.py: not installed: python-dotenv"
