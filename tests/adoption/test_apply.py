"""Writing: all or nothing, whole after every kill, and nothing that the plan did not see."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.adoption.apply import apply
from holdfast.adoption.parts import removable
from holdfast.adoption.plan import removal
from holdfast.core.errors import HoldfastError
from tests.adoption.repositories import adopt, planned, repository, tree

ROOT = Path(__file__).parents[2]


def test_a_kill_at_any_call_leaves_whole_files_and_the_next_run_completes_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "tests/adoption/killed.py", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["wrong"] == []
    assert min(said["adopting"], said["removing"]) >= 30


def test_what_was_written_before_a_failure_is_taken_back(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop", {"pyproject.toml": "", ".github/x": "", "Makefile": "all:\n"})
    before, changes = tree(project), list(planned(project).values())
    (project / "AGENTS.md").write_text("meanwhile", "utf-8")
    with pytest.raises(HoldfastError, match=r"AGENTS\.md has changed meanwhile"):
        apply(project, changes)
    (project / "AGENTS.md").unlink()
    assert tree(project) == before


def test_what_was_taken_out_before_a_failure_is_put_back(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop")
    adopt(project)
    before, changes = tree(project), removal(project, removable())
    (project / ".gitignore").write_text("meanwhile", "utf-8")
    with pytest.raises(HoldfastError, match=r"\.gitignore has changed meanwhile"):
        apply(project, changes)
    after = tree(project)
    assert after.pop(".gitignore") != before.pop(".gitignore")
    assert after == before


def test_a_directory_that_cannot_be_made_is_said_and_all_is_taken_back(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop")
    before, changes = tree(project), list(planned(project).values())
    (project / ".github").write_text("a file meanwhile", "utf-8")
    with pytest.raises(HoldfastError, match="cannot write"):
        apply(project, changes)
    (project / ".github").unlink()
    assert tree(project) == before


def test_directories_that_hold_something_else_by_now_stay(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop")
    before = tree(project)
    adopt(project)
    (project / ".github" / "CODEOWNERS").write_text("* @ana\n", "utf-8")
    apply(project, removal(project, removable()))
    assert not (project / ".github" / "workflows").exists()
    assert (project / ".github" / "CODEOWNERS").read_text("utf-8") == "* @ana\n"
    assert {name: what for name, what in tree(project).items() if not name.startswith(".github")} == before


def test_directories_that_were_there_stay(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop")
    (project / ".github" / "workflows").mkdir(parents=True)
    before = tree(project)
    adopt(project)
    apply(project, removal(project, removable()))
    assert tree(project) == before


def test_the_mode_of_a_file_and_a_link_to_it_are_kept(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop")
    (project / "make").mkdir()
    (project / "make" / "rules").write_text("all:\n", "utf-8")
    (project / "make" / "rules").chmod(0o600)
    (project / "Makefile").symlink_to("make/rules")
    before = tree(project)
    adopt(project)
    assert (project / "Makefile").is_symlink()
    assert "holdfast.mk" in (project / "make" / "rules").read_text("utf-8")
    assert tree(project)["make/rules"][0] == before["make/rules"][0]
    apply(project, removal(project, removable()))
    assert tree(project) == before


def test_only_what_has_been_left_behind_for_long_is_swept_away(tmp_path: Path) -> None:
    project = repository(tmp_path / "shop")
    for name in ("old", "new"):
        (project / f".holdfast-{name}.tmp").write_text("", "utf-8")
    os.utime(project / ".holdfast-old.tmp", (0, 0))
    adopt(project)
    assert not (project / ".holdfast-old.tmp").exists()
    assert (project / ".holdfast-new.tmp").exists()
