from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.checks.git import CHECK
from holdfast.checks.interface import Context
from holdfast.checks.tools import CannotRun
from holdfast.core.config import Config
from holdfast.core.config.table import GitConfig
from holdfast.core.findings import Result, Severity, Status
from tests.conftest import Cli
from tests.unprivileged import unprivileged

Make = Callable[..., Context]
CONFLICT = "\n".join(["<" * 7 + " a", "=" * 7, ">" * 7 + " b", ""])


def git(project: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=project, check=True, capture_output=True)


@pytest.fixture
def tracked(make_context: Make) -> Make:
    """A context whose files git tracks, in one commit."""

    def make(files: dict[str, str]) -> Context:
        context = make_context(files)
        git(context.project, "init", "-q")
        git(context.project, "add", "-A")
        git(context.project, "commit", "-qm", "first")
        return context

    return make


def found(context: Context) -> list[tuple[str, str | None]]:
    findings = CHECK.run(context).findings
    return [(finding.id, finding.location.file if finding.location else None) for finding in findings]


def test_a_clean_repository_passes_and_says_how_much_was_looked_at(tracked: Make) -> None:
    result = CHECK.run(tracked({"a.py": "x = 1\n"}))
    assert (result.status, str(result.checked)) == (Status.PASSED, "2 of 2 tracked files")


def test_it_is_wanted_in_a_repository_only(make_context: Make, tmp_path: Path) -> None:
    context = make_context({})
    assert not CHECK.wanted(context)
    (tmp_path / ".git").write_text("gitdir: elsewhere\n", "utf-8")
    assert CHECK.wanted(context)


def test_a_file_that_is_not_tracked_is_nobodys_business(tracked: Make) -> None:
    context = tracked({})
    (context.project / "a.txt").write_text(CONFLICT, "utf-8")
    assert found(context) == []


def test_a_broken_repository_could_not_be_looked_at_and_one_that_tracks_nothing_is_skipped(make_context: Make) -> None:
    context = make_context({})
    with pytest.raises(CannotRun, match="could not list its index"):
        CHECK.run(context)
    git(context.project, "init", "-q")
    with pytest.raises(CannotRun, match="tracks no file") as skipped:
        CHECK.run(context)
    assert skipped.value.result.status is Status.SKIPPED


def test_a_merge_that_is_not_resolved_is_found_with_its_markers(tracked: Make) -> None:
    context = tracked({"a.txt": "a\n"})
    for branch, text in (("one", "b\n"), ("two", "c\n")):
        git(context.project, "checkout", "-q", "-b", branch, "master" if branch == "x" else "HEAD")
        (context.project / "a.txt").write_text(text, "utf-8")
        git(context.project, "commit", "-qam", branch)
        git(context.project, "checkout", "-q", "HEAD~1" if branch == "one" else "two")
    subprocess.run(["git", "merge", "one"], cwd=context.project, check=False, capture_output=True)
    result = CHECK.run(context)
    assert sorted(finding.id for finding in result.findings) == ["GIT001", "GIT002"]
    assert str(result.checked) == "2 of 2 tracked files"


def test_a_large_file_is_an_error_while_it_can_still_be_kept_out(tracked: Make) -> None:
    context = tracked({"old.txt": "x" * 2000})._replace(config=Config(git=GitConfig(max_file_size=1024)))
    (context.project / "new.txt").write_text("x" * 2000, "utf-8")
    git(context.project, "add", "-A")
    findings = {finding.location.file: finding for finding in CHECK.run(context).findings if finding.location}
    assert findings["old.txt"].severity is Severity.WARNING
    assert findings["new.txt"].severity is Severity.ERROR
    assert findings["new.txt"].message == "2 kB, more than 1 kB: once committed, every clone carries it for ever"


def test_what_lfs_keeps_may_be_large(tracked: Make) -> None:
    context = tracked({"a.bin": "x" * 2000, "b.txt": "x" * 2000})
    (context.project / ".gitattributes").write_text("*.bin filter=lfs\n", "utf-8")
    small = context._replace(config=Config(git=GitConfig(max_file_size=100)))
    assert found(small) == [("GIT003", "b.txt")]


def test_the_bit_that_counts_is_the_one_in_the_index(tracked: Make) -> None:
    context = tracked({"run.sh": "#!/bin/sh\n", "a.txt": "a\n"})
    git(context.project, "config", "core.fileMode", "false")
    git(context.project, "update-index", "--chmod=+x", "a.txt")
    findings = CHECK.run(context).findings
    assert [(finding.id, finding.fix) for finding in findings] == [
        ("GIT006", "chmod -x -- a.txt && git update-index --chmod=-x -- a.txt"),
        ("GIT007", "chmod +x -- run.sh && git update-index --chmod=+x -- run.sh"),
    ]


def test_links_that_lead_nowhere_or_out_or_became_files_are_found(make_context: Make) -> None:
    context = make_context({"docs/a.md": ""})
    links = {
        "docs/good": "a.md",
        "up": "docs/../docs",
        "gone": "nothing",
        "out": "../..",
        "etc": "/etc/hosts",
        "loop": "loop",
    }
    for name, target in {**links, "flat": "docs/a.md"}.items():
        (context.project / name).symlink_to(target)
    git(context.project, "init", "-q")
    git(context.project, "add", "-A")
    (context.project / "flat").unlink()
    (context.project / "flat").write_text("docs/a.md", "utf-8")
    (context.project / "up").unlink()
    assert sorted(found(context)) == [
        ("GIT008", "gone"),
        ("GIT008", "loop"),
        ("GIT009", "etc"),
        ("GIT009", "out"),
        ("GIT010", "flat"),
    ]


def test_a_repository_inside_needs_an_entry_in_gitmodules(tracked: Make) -> None:
    context = tracked({})
    for name in ("lib/a", "lib/b"):
        (context.project / name).mkdir(parents=True)
        git(context.project / name, "init", "-q")
        git(context.project / name, "commit", "-qm", "x", "--allow-empty")
    git(context.project, "add", "lib/a", "lib/b")
    (context.project / ".gitmodules").write_text('[submodule "a"]\n\tpath = "lib/a"\n\turl = x\n', "utf-8")
    assert found(context) == [("GIT011", "lib/b")]


def test_a_limited_run_looks_at_what_changed_and_still_sees_what_it_collides_with(tracked: Make) -> None:
    context = tracked({"a.txt": CONFLICT, "b.txt": CONFLICT, "B.txt": ""})
    assert found(context._replace(scope=frozenset({"B.txt"}))) == [("GIT004", "B.txt")]
    assert found(context._replace(scope=frozenset({"a.txt"}))) == [("GIT001", "a.txt")]
    with pytest.raises(CannotRun) as stopped:
        CHECK.run(context._replace(scope=frozenset({"untracked.txt"})))
    assert stopped.value.result.unaffected


def test_a_file_that_may_not_be_read_is_said(tracked: Make) -> None:
    context = tracked({"a.txt": "a\n"})
    (context.project / "a.txt").chmod(0)
    git(context.project, "config", "--global", "--add", "safe.directory", "*")
    home = Path(os.environ["HOME"])
    home.chmod(0o755)
    for path in home.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    with unprivileged(context.project):
        result: Result = CHECK.run(context)
    assert [finding.id for finding in result.findings] == ["GIT012"]


def test_deleted_pipes_and_odd_names_are_no_hindrance(tracked: Make) -> None:
    context = tracked({"gone.txt": "a\n", "pipe.txt": "a\n", "line\nbreak.txt": CONFLICT, "-x.txt": CONFLICT})
    (context.project / "gone.txt").unlink()
    (context.project / "pipe.txt").unlink()
    os.mkfifo(context.project / "pipe.txt")
    assert found(context) == [("GIT001", "-x.txt"), ("GIT001", "line\nbreak.txt")]


def test_a_changed_index_runs_it_again_and_nothing_else_does(holdfast: Cli, git_project: Path) -> None:
    def unchanged() -> bool:
        said = holdfast("validate-env", "--only", "git", "--format", "json", "--no-log", cwd=git_project)
        return json.loads(said.stdout)["results"][0]["unchanged_since"] is not None

    assert [unchanged(), unchanged()] == [False, True]
    git(git_project, "update-index", "--chmod=+x", "pyproject.toml")
    assert [unchanged(), unchanged()] == [False, True]
