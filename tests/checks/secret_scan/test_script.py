"""scripts/scan_sensitive_files.sh finds what the check finds, as far as a regular expression can tell."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checks.secret_scan.planted import commit, git
from tests.conftest import ROOT
from tests.faults import secrets
from tests.faults.model import Clean, plant
from tests.faults.secret_values import LETTERS, Draw, in_context, tokens

SCRIPT = ROOT / "scripts" / "scan_sensitive_files.sh"
DRAW = Draw(3)
BY_NAME = ("assignment", "bearer-token", "authorization-header")
LINES = tokens(DRAW) | {kind: line for kind, (line, _) in in_context(DRAW).items() if kind not in BY_NAME}
NEEDS_MORE = ("documents", "files-with-names-of-secrets")
"""What stands after a line, or in a file, is not looked at in the history."""
TOKEN = "ghp_" + DRAW.of(LETTERS, 36)


def scan(project: Path, *options: str, env: dict[str, str] | None = None) -> tuple[int, list[str]]:
    done = subprocess.run([str(SCRIPT), *options], cwd=project, capture_output=True, text=True, env=env, check=False)
    assert done.returncode < 2, done.stderr
    return done.returncode, done.stdout.splitlines()


def test_it_finds_each_kind_where_the_check_does(git_project: Path) -> None:
    for kind, line in LINES.items():
        (git_project / f"{kind}.txt").write_text(f"one\n{line}\n")
    (git_project / "key.txt").write_text(DRAW.pem())
    code, said = scan(git_project)
    assert code == 1
    assert sorted(said) == sorted([*(f"{kind}.txt:2: {kind}" for kind in LINES), "key.txt:1: private-key"])


def test_it_knows_every_kind_of_the_table() -> None:
    from holdfast.core.masking import FORMS

    known = set(
        re.findall(r"(?m)^  ([a-z-]+) [\"']", SCRIPT.read_text("utf-8").partition("kinds=(")[2].partition("\n)")[0])
    )
    assert known == {detector.name for detector in FORMS} | {"url-password"}


@pytest.mark.parametrize("clean", secrets.CLEAN, ids=lambda clean: clean.name)
def test_it_finds_nothing_where_the_check_finds_nothing(tmp_path: Path, clean: Clean) -> None:
    project = plant(tmp_path / "shop", clean.files)
    assert scan(project) == (0, [])
    assert clean.name in NEEDS_MORE or scan(project, "--history") == (0, [])


def test_names_with_spaces_and_newlines_are_told_on_one_line(git_project: Path) -> None:
    for name in ("with space.txt", "with\nnewline.txt", "-dash.txt", ":(top).txt", 'quo"te.txt'):
        (git_project / name).write_text(f"{TOKEN}\n")
    expected = ["with space.txt", "with?newline.txt", "-dash.txt", ":(top).txt", 'quo"te.txt']
    assert sorted(scan(git_project)[1]) == sorted(f"{name}:1: github-token" for name in expected)
    git(git_project, "add", "-A")
    assert sorted(scan(git_project, "--staged")[1]) == sorted(f"{name}:1: github-token" for name in expected)


def test_staged_is_what_is_staged_and_nothing_else(git_project: Path) -> None:
    (git_project / "a.py").write_text(f'x = "{TOKEN}"\n')
    assert scan(git_project, "--staged") == (0, [])
    git(git_project, "add", "a.py")
    (git_project / "a.py").write_text("x = 1\n")
    assert scan(git_project, "--staged") == (1, ["a.py:1: github-token"])
    assert scan(git_project) == (0, [])


def test_the_history_tells_the_commit_and_the_line(git_project: Path) -> None:
    (git_project / "a.py").write_text("one\ntwo\n")
    commit(git_project)
    (git_project / "a.py").write_text(f'one\n2\nx = "{TOKEN}"\n')
    at = commit(git_project)
    (git_project / "a.py").write_text("one\n")
    commit(git_project)
    assert scan(git_project) == (0, [])
    assert scan(git_project, "--history") == (1, [f"a.py:3 (commit {at[:12]}): github-token"])


def test_outside_a_repository_and_with_an_unknown_option_it_cannot_look(tmp_path: Path, git_project: Path) -> None:
    for where, option in ((tmp_path, []), (git_project, ["--no-such"])):
        done = subprocess.run([str(SCRIPT), *option], cwd=where, capture_output=True, check=False)
        assert done.returncode == 2
        assert done.stdout == b""


def test_it_needs_no_python(git_project: Path, tmp_path: Path) -> None:
    (git_project / "a.py").write_text(f'x = "{TOKEN}"\n')
    path = tmp_path / "bin"
    path.mkdir()
    for name in ("bash", "env", "git", "grep", "sort", "sed"):
        (path / name).symlink_to(str(shutil.which(name)))
    assert scan(git_project, env={"PATH": str(path), "HOME": os.environ["HOME"]}) == (1, ["a.py:1: github-token"])


def test_it_is_clean_to_shellcheck() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("shellcheck")), str(SCRIPT)], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout.decode()
