"""Which files a run is limited to, by real repositories."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from holdfast.checks.scope import changed, named
from holdfast.core.errors import HoldfastError
from holdfast.core.git import project_files


def git(project: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=project, check=True, capture_output=True)


def write(project: Path, *names: str, text: str = "x = 1\n") -> None:
    for name in names:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, "utf-8")


def commit(project: Path, *names: str, text: str = "x = 1\n") -> None:
    write(project, *names, text=text)
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "more")


def files(project: Path) -> list[str]:
    return project_files(project) or []


def test_what_differs_from_head_is_changed_whether_staged_or_not_and_new_files_too(git_project: Path) -> None:
    commit(git_project, "same.py", "staged.py", "edited.py", "gone.py")
    write(git_project, "staged.py", "new-staged.py", text="y = 2\n")
    git(git_project, "add", "-A")
    write(git_project, "edited.py", "new é.py", text="z = 3\n")
    (git_project / "gone.py").unlink()
    scope = changed(git_project, "HEAD", files(git_project))
    assert scope.files == {"staged.py", "new-staged.py", "edited.py", "new é.py"}
    assert str(scope) == "4 files changed since HEAD"


def test_a_branch_is_compared_with_where_it_left_the_base_and_not_with_what_came_there_since(git_project: Path) -> None:
    git(git_project, "checkout", "-q", "-b", "feature")
    commit(git_project, "mine.py")
    git(git_project, "checkout", "-q", "main")
    commit(git_project, "theirs.py")
    git(git_project, "checkout", "-q", "feature")
    assert changed(git_project, "main", files(git_project)).files == {"mine.py"}


def test_a_project_below_the_repositorys_root_sees_its_own_files(git_project: Path) -> None:
    inner = git_project / "inner"
    commit(git_project, "outer.py", "inner/a.py")
    write(git_project, "outer.py", "inner/a.py", text="y = 2\n")
    assert changed(inner, "HEAD", files(inner)).files == {"a.py"}


def test_before_the_first_commit_everything_is_changed(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    write(tmp_path, "a.py", "b.py")
    git(tmp_path, "add", "a.py")
    assert changed(tmp_path, "HEAD", files(tmp_path)).files >= {"a.py", "b.py"}


@pytest.mark.parametrize("base", ["nowhere", "--output=x", "", "HEAD~5"])
def test_a_base_that_git_does_not_know_is_refused(git_project: Path, base: str) -> None:
    with pytest.raises(HoldfastError, match="no such commit"):
        changed(git_project, base, ())
    assert not (git_project / "x").exists()


def test_a_base_without_a_common_commit_is_refused(git_project: Path) -> None:
    git(git_project, "checkout", "-q", "--orphan", "other")
    git(git_project, "commit", "-q", "-m", "alone")
    with pytest.raises(HoldfastError, match="no commit in common"):
        changed(git_project, "main", ())


def test_outside_a_repository_nothing_can_have_changed(tmp_path: Path) -> None:
    with pytest.raises(HoldfastError, match="needs a git repository"):
        changed(tmp_path, "HEAD", ())


def test_files_are_named_relative_to_where_one_is_and_a_directory_means_what_is_in_it(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "src/b.py", "src/deep/c.py", "srcs/d.py")
    every = ["a.py", "src/b.py", "src/deep/c.py", "srcs/d.py"]
    assert named(tmp_path, tmp_path / "src", [Path("b.py")], every).files == {"src/b.py"}
    assert named(tmp_path, tmp_path, [Path("src")], every).files == {"src/b.py", "src/deep/c.py"}
    assert named(tmp_path, tmp_path / "src", [Path("..")], every).files == set(every)
    assert named(tmp_path, tmp_path, [tmp_path / "a.py"], every).files == {"a.py"}
    assert str(named(tmp_path, tmp_path, [Path("a.py")], every)) == "1 file named"


def test_a_named_file_that_git_ignores_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, "ignored.py")
    assert named(tmp_path, tmp_path, [Path("ignored.py")], []).files == frozenset()


def test_a_link_counts_as_itself_wherever_it_leads(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "link.py").symlink_to("/nowhere/at/all.py")
    assert named(tmp_path / "shop", tmp_path / "shop", [Path("link.py")], ["link.py"]).files == {"link.py"}


def test_a_file_outside_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    write(tmp_path, "other.py")
    with pytest.raises(HoldfastError, match="outside the project"):
        named(tmp_path / "shop", tmp_path, [Path("other.py")], ())
    with pytest.raises(HoldfastError, match="no such file"):
        named(tmp_path / "shop", tmp_path, [Path("missing.py")], ())
