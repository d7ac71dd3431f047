"""The digest of a project's files."""

from __future__ import annotations

import subprocess
from pathlib import Path

from holdfast.workflow.rules.tree import tree_digest


def git(project: Path, *args: str) -> None:
    subprocess.run(["git", *args], cwd=project, check=True, capture_output=True)


def digest(project: Path) -> str | None:
    return tree_digest(project, apart_from=["state.md", "own"])


def test_it_is_the_same_before_and_after_a_commit(git_project: Path) -> None:
    (git_project / "a.py").write_text("x = 1\n", "utf-8")
    (git_project / "run.sh").write_text("true\n", "utf-8")
    (git_project / "run.sh").chmod(0o755)
    (git_project / "link").symlink_to("a.py")
    (git_project / "pyproject.toml").write_text("changed\n", "utf-8")
    before = digest(git_project)
    git(git_project, "add", "-A")
    assert digest(git_project) == before
    git(git_project, "commit", "-q", "-m", "more")
    assert digest(git_project) == before
    assert before is not None


def test_content_names_and_modes_count(git_project: Path) -> None:
    path = git_project / "pyproject.toml"
    seen = {digest(git_project)}
    path.write_text("other\n", "utf-8")
    seen.add(digest(git_project))
    path.chmod(0o755)
    seen.add(digest(git_project))
    path.rename(git_project / "other.toml")
    seen.add(digest(git_project))
    (git_project / "other.toml").unlink()
    seen.add(digest(git_project))
    assert len(seen) == 5


def test_files_apart_and_ignored_ones_do_not_count(git_project: Path) -> None:
    (git_project / ".gitignore").write_text("*.log\n", "utf-8")
    before = digest(git_project)
    (git_project / "x.log").write_text("x", "utf-8")
    (git_project / "state.md").write_text("x", "utf-8")
    (git_project / "own").mkdir()
    (git_project / "own" / "file").write_text("x", "utf-8")
    assert digest(git_project) == before
    (git_project / "owned").write_text("x", "utf-8")
    assert digest(git_project) != before


def test_without_git_nobody_can_tell(tmp_path: Path) -> None:
    assert digest(tmp_path) is None
