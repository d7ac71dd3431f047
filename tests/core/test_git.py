from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from holdfast.core.git import (
    GitState,
    git,
    git_env,
    git_state,
    ignore_command,
    project_files,
    untrack_command,
)


def said(project: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=project, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def head(git_project: Path) -> str:
    return said(git_project, "rev-parse", "HEAD")


def test_a_tree_that_is_its_commit_is_clean(git_project: Path, head: str) -> None:
    assert git_state(git_project) == GitState(head, dirty=False)


@pytest.mark.parametrize("change", ["edit", "delete", "add", "stage", "rename"])
def test_any_change_makes_the_tree_dirty(git_project: Path, head: str, change: str) -> None:
    tracked = git_project / "pyproject.toml"
    if change == "edit":
        tracked.write_text("[project]\n", "utf-8")
    elif change == "delete":
        tracked.unlink()
    elif change == "rename":
        said(git_project, "mv", "pyproject.toml", "setup.cfg")
    else:
        (git_project / "new").write_text("", "utf-8")
    if change == "stage":
        said(git_project, "add", "new")
    assert git_state(git_project) == GitState(head, dirty=True)


def test_what_git_ignores_does_not_make_the_tree_dirty(git_project: Path, head: str) -> None:
    (git_project / ".git" / "info" / "exclude").write_text("*.log\n", "utf-8")
    (git_project / "a.log").write_text("", "utf-8")
    assert git_state(git_project) == GitState(head, dirty=False)


@pytest.mark.parametrize("tracked", [True, False])
@pytest.mark.parametrize("below", ["", "packages/shop"])
def test_the_registry_does_not_make_the_tree_dirty_wherever_the_project_lies(
    git_project: Path, below: str, *, tracked: bool
) -> None:
    project = git_project / below
    project.mkdir(parents=True, exist_ok=True)
    registry = project / "task_registry.json"
    registry.write_text("1", "utf-8")
    (project / "other").write_text("1", "utf-8")
    if tracked:
        said(git_project, "add", "-A")
    else:
        said(git_project, "add", str(project / "other"))
    said(git_project, "commit", "-q", "-m", "second")
    registry.write_text("2", "utf-8")
    assert git_state(project, apart_from=["task_registry.json"]).dirty is False
    assert git_state(project).dirty is True
    (project / "other").write_text("2", "utf-8")
    assert git_state(project, apart_from=["task_registry.json"]).dirty is True


def test_a_name_to_leave_out_is_no_pattern(git_project: Path) -> None:
    (git_project / "a1").write_text("", "utf-8")
    assert git_state(git_project, apart_from=["a*", "a[1]"]).dirty is True


def test_a_file_that_is_named_like_a_header_is_none(git_project: Path) -> None:
    (git_project / "# branch.oid evil").write_text("x", "utf-8")
    said(git_project, "add", "-A")
    said(git_project, "commit", "-q", "-m", "second")
    said(git_project, "mv", "# branch.oid evil", "new")
    assert git_state(git_project) == GitState(said(git_project, "rev-parse", "HEAD"), dirty=True)


def test_before_the_first_commit_there_is_none(tmp_path: Path) -> None:
    said(tmp_path, "init", "-q", "fresh")
    assert git_state(tmp_path / "fresh") == GitState(None, dirty=False)
    (tmp_path / "fresh" / "a").write_text("", "utf-8")
    assert git_state(tmp_path / "fresh") == GitState(None, dirty=True)


def test_outside_a_repository_nothing_is_known(tmp_path: Path) -> None:
    assert git_state(tmp_path) == GitState(None, None)
    assert project_files(tmp_path) is None


def test_without_git_nothing_is_known(git_project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git(git_project, "status") is None
    assert git_state(git_project) == GitState(None, None)


def test_a_git_that_does_not_answer_is_not_waited_for(
    git_project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec /bin/sleep 600\n", "utf-8")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(slow.parent))
    monkeypatch.setattr("holdfast.core.git.TIMEOUT_S", 0.1)
    assert git(git_project, "status") is None


def test_what_git_refuses_is_nothing(git_project: Path) -> None:
    assert git(git_project, "rev-parse", "--verify", "no-such-branch") is None
    assert git(git_project / "gone", "status") is None


def test_git_says_nothing_to_our_own_reader(git_project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    git(git_project, "rev-parse", "--verify", "no-such-branch")
    assert capfd.readouterr() == ("", "")


def test_files_that_the_user_hides_from_git_status_make_the_tree_dirty(git_project: Path, head: str) -> None:
    said(git_project, "config", "status.showUntrackedFiles", "no")
    (git_project / "new").write_text("", "utf-8")
    assert git_state(git_project) == GitState(head, dirty=True)


def test_a_change_beside_the_project_makes_the_tree_dirty(git_project: Path, head: str) -> None:
    (git_project / "part").mkdir()
    (git_project / "new").write_text("", "utf-8")
    assert git_state(git_project / "part", apart_from=["r.json"]) == GitState(head, dirty=True)


def test_a_worktree_has_its_own_state(git_project: Path, head: str, tmp_path: Path) -> None:
    other = tmp_path / "other"
    said(git_project, "worktree", "add", "-q", str(other), "-b", "side")
    (other / "new").write_text("", "utf-8")
    assert git_state(other) == GitState(head, dirty=True)
    assert git_state(git_project) == GitState(head, dirty=False)
    assert project_files(other) == ["new", "pyproject.toml"]


def test_a_hooks_variables_do_not_change_what_is_looked_at(
    git_project: Path, head: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    said(tmp_path, "init", "-q", str(other))
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / "index"))
    monkeypatch.setenv("GIT_PREFIX", "x/")
    assert git_state(git_project) == GitState(head, dirty=False)
    assert project_files(git_project) == ["pyproject.toml"]


def test_every_variable_that_ties_git_to_a_repository_is_left_out(tmp_path: Path) -> None:
    tying = said(tmp_path, "rev-parse", "--local-env-vars").split()
    cleaned = git_env(dict.fromkeys((*tying, "HOME", "PATH"), "x"))
    assert cleaned == {"HOME": "x", "PATH": "x", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


def test_looking_changes_nothing(git_project: Path) -> None:
    (git_project / "pyproject.toml").touch()  # which makes git want to refresh its index
    index = git_project / ".git" / "index"
    before = (index.read_bytes(), index.stat().st_mtime_ns, sorted(os.listdir(git_project / ".git")))  # noqa: PTH208
    git_state(git_project)
    project_files(git_project)
    after = (index.read_bytes(), index.stat().st_mtime_ns, sorted(os.listdir(git_project / ".git")))  # noqa: PTH208
    assert after == before


def test_a_program_that_the_repository_names_is_not_run(git_project: Path, tmp_path: Path) -> None:
    monitor = tmp_path / "monitor"
    monitor.write_text(f"#!/bin/sh\ntouch {tmp_path}/was-run\n", "utf-8")
    monitor.chmod(0o755)
    said(git_project, "config", "core.fsmonitor", str(monitor))
    git_state(git_project)
    project_files(git_project)
    assert not (tmp_path / "was-run").exists()


def test_the_files_of_a_project_are_those_that_git_tracks_or_would(git_project: Path) -> None:
    (git_project / ".gitignore").write_text("*.log\n", "utf-8")
    (git_project / "a.log").write_text("", "utf-8")
    (git_project / "src").mkdir()
    (git_project / "src" / "new.py").write_text("", "utf-8")
    (git_project / "pyproject.toml").unlink()
    assert project_files(git_project) == [".gitignore", "pyproject.toml", "src/new.py"]
    assert project_files(git_project / "src") == ["new.py"]


def test_odd_names_come_back_as_they_are(git_project: Path) -> None:
    odd = ["new\nline", 'quo"te', "tab\t", " space ", "-rf", "naïve"]
    for name in odd:
        (git_project / name).write_text("", "utf-8")
    raw = os.fsencode(git_project) + b"/caf\xe9"
    os.close(os.open(raw, os.O_CREAT))
    assert project_files(git_project) == sorted([*odd, "caf\udce9", "pyproject.toml"])


def test_another_repository_inside_is_its_directory(git_project: Path) -> None:
    said(git_project, "init", "-q", "inner")
    (git_project / "inner" / "a").write_text("", "utf-8")
    said(git_project / "inner", "add", "a")
    said(git_project / "inner", "commit", "-q", "-m", "x")
    assert project_files(git_project) == ["inner/", "pyproject.toml"]


@pytest.mark.parametrize("known", [True, False])
def test_the_command_that_untracks_a_file_has_git_ignore_it_once(git_project: Path, *, known: bool) -> None:
    (git_project / ".gitignore").write_text(".env*" if known else "*.log", "utf-8")  # without an end of line
    (git_project / ".env it").touch()
    said(git_project, "add", "-f", ".env it")
    for _ in range(2):
        subprocess.run(["sh", "-ec", untrack_command(".env it")], cwd=git_project, check=True)
    assert said(git_project, "ls-files", ".env it") == ""
    ignored = (git_project / ".gitignore").read_text("utf-8")
    assert ignored == (".env*" if known else "*.log\n/.env it\n")


def test_the_command_that_ignores_a_file_keeps_the_line_before_whole(git_project: Path) -> None:
    (git_project / ".gitignore").write_text("*.log", "utf-8")
    subprocess.run(["sh", "-ec", ignore_command(".env")], cwd=git_project, check=True)
    assert (git_project / ".gitignore").read_text("utf-8") == "*.log\n.env\n"
