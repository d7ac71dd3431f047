"""Entries of hooks go into any list of repos, and what stands there means what it meant."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from holdfast.adoption.hooks import ENTRIES
from holdfast.adoption.plan import State
from tests.adoption.repositories import adopt, planned, remove, repository, tree

ONE = "- repo: local\n  hooks:\n  - id: a\n    name: a\n    entry: 'true'\n    language: system\n"
CONFIGS = {
    "no indentation": f"repos:\n{ONE}",
    "indented": "repos:\n" + "".join(f"    {line}\n" for line in ONE.splitlines()),
    "with keys behind": f"repos:\n{ONE}\n\n# of CI\nci:\n  autoupdate_schedule: weekly\n",
    "with keys before": f"minimum_pre_commit_version: '2'\nrepos:\n{ONE}",
    "comments of the last hook": f"repos:\n{ONE}    # args: [x]\n\n# - repo: another\n",
    "no final newline": f"repos:\n{ONE}"[:-1],
    "Windows line ends": f"repos:\n{ONE}ci: {{}}\n".replace("\n", "\r\n"),
    "byte order mark": f"\ufeffrepos:\n{ONE}",
    "document marks": f"---\nrepos:\n{ONE}...\n",
    "empty flow": "repos: []\n",
    "flow": "repos: [{repo: local, hooks: []}]\nci: {}\n",
    "flow over lines": "repos: [  # ours\n  {repo: local, hooks: []},\n]\n",
    "JSON": '{"repos": [{"repo": "local", "hooks": []}], "fail_fast": true}\n',
    "nothing after the key": "repos:\nfail_fast: true\n",
    "empty": "",
    "comments alone": "# to come\n",
    "quoted key": f'"repos":\n{ONE}',
    "block scalar at the end": "repos:\n- repo: local\n  hooks:\n  - id: a\n    entry: |\n      one\n\n      two\n",
    "dash alone": "repos:\n-\n  repo: local\n  hooks: []\n",
    "anchors": "x: &x [a]\nrepos:\n- repo: local\n  hooks:\n  - id: a\n    args: *x\n",
    "a long string": "repos:\n- repo: local\n  hooks:\n  - id: a\n    entry: one\n      two\n",
}


def read(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text.removeprefix("\ufeff")) or {}


@pytest.mark.parametrize("name", CONFIGS)
def test_the_entries_are_put_into_the_list_and_the_rest_is_as_it_was(name: str, tmp_path: Path) -> None:
    project = repository(tmp_path / "shop", {"setup.py": "", ".pre-commit-config.yaml": CONFIGS[name]})
    before, old = tree(project), read(CONFIGS[name])
    adopt(project)
    text = (project / ".pre-commit-config.yaml").read_bytes().decode()
    new = read(text)
    ours = read(ENTRIES)
    repos, kept = new.pop("repos"), old.pop("repos", None) or []
    assert repos in (kept + ours, ours + kept)
    assert new == old
    assert ("\r\n" in text) == ("\r\n" in CONFIGS[name])
    assert text.count("\r") == (text.count("\n") if "\r" in CONFIGS[name] else 0)
    lines = iter(text.splitlines())
    assert all(line in lines for line in CONFIGS[name].splitlines() if "[" not in line)
    remove(project)
    assert tree(project) == before


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- repo: local\n", "not a table"),
        ("fail_fast: true\n", "no list of repos"),
        ("repos: local\n", "no list"),
        ("repos: {a: b}\n", "no list"),
        ("repos: [\n", "not YAML"),
        ("repos: []\n---\nrepos: []\n", "more than one document"),
        ("repos:\n- repo: local\n  hooks:\n  - id: a\n    entry: |+\n      one\n\n\nci: {}\n", "another value"),
    ],
)
def test_a_configuration_that_cannot_take_them_is_said(text: str, says: str, tmp_path: Path) -> None:
    project = repository(tmp_path / "shop", {"setup.py": "", ".pre-commit-config.yaml": text})
    change = planned(project)["hooks"]
    assert change.state is State.BLOCKED
    assert says in change.note


def test_another_spelling_of_the_name_is_used_where_it_is_there(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop", {"setup.py": "", ".pre-commit-config.yml": "repos: []\n"})
    adopt(project)
    assert not (project / ".pre-commit-config.yaml").exists()
    assert "holdfast" in (project / ".pre-commit-config.yml").read_text("utf-8")


@pytest.mark.parametrize("runner", ["pre-commit", "prek"])
@pytest.mark.parametrize("name", ["indented", "flow", "JSON", "empty", "with keys behind"])
def test_both_runners_read_it_and_run_the_projects_own_holdfast(runner: str, name: str, tmp_path: Path) -> None:
    text = CONFIGS[name].replace("autoupdate_schedule: weekly", "{}")
    project = repository(tmp_path / "shop", {"setup.py": "", ".pre-commit-config.yaml": text})
    adopt(project)
    program = project / ".venv" / "bin" / "holdfast"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "it says $1"\nexit 1\n', "utf-8")
    program.chmod(0o755)
    (project / ".venv" / ".gitignore").write_text("*\n", "utf-8")
    subprocess.run(["git", "add", "-A"], cwd=project, check=True)
    done = subprocess.run(
        [str(Path(sys.executable).with_name(runner)), "run", "--all-files"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "holdfast validate-env" in done.stdout, done.stdout + done.stderr
    assert "it says validate-env" in done.stdout
