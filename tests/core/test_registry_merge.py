"""Two branches that both log tasks: git joins their registries by itself."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tests.registries import append, events_in, finished, started, ulid, write

from holdfast.tasks.repair import repair
from holdfast.tasks.verify import verify


@pytest.fixture
def project(git_project: Path) -> Path:
    (git_project / ".gitattributes").write_text("* text=auto eol=lf\ntask_registry.json merge=union\n", "utf-8")
    write(git_project / "task_registry.json", started(1), finished(1))
    commit(git_project, "the registry")
    return git_project


def git(project: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=project, check=True, env={**os.environ, "GIT_EDITOR": "true"})


def commit(project: Path, message: str) -> None:
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", message)


def branch_with(project: Path, name: str, *numbers: int) -> None:
    git(project, "checkout", "-q", "-b", name, "main")
    for number in numbers:
        append(project / "task_registry.json", started(number), finished(number))
        commit(project, f"{name} {number}")


def ids(project: Path) -> set[str]:
    path = project / "task_registry.json"
    problems, _ = verify(path)
    assert problems == []
    events = events_in(path)
    assert len(events) == 2 * len({event["id"] for event in events})
    return {event["id"] for event in events}


def test_two_branches_merge_without_conflict_into_a_valid_registry(project: Path) -> None:
    branch_with(project, "one", 10, 11)
    branch_with(project, "two", 20, 21, 22)
    git(project, "merge", "-q", "one", "-m", "join")
    assert ids(project) == {ulid(number) for number in (1, 10, 11, 20, 21, 22)}
    append(project / "task_registry.json", started(30), finished(30))
    assert ulid(30) in ids(project)


def test_three_branches_merge_one_after_the_other(project: Path) -> None:
    for name, number in (("one", 10), ("two", 20), ("three", 30)):
        branch_with(project, name, number)
    git(project, "checkout", "-q", "main")
    for name in ("one", "two", "three"):
        git(project, "merge", "-q", "--no-ff", name, "-m", f"join {name}")
    assert ids(project) == {ulid(number) for number in (1, 10, 20, 30)}


def test_a_branch_is_rebased_without_conflict(project: Path) -> None:
    branch_with(project, "one", 10, 11)
    branch_with(project, "two", 20, 21)
    git(project, "rebase", "-q", "one")
    assert ids(project) == {ulid(number) for number in (1, 10, 11, 20, 21)}


def test_a_commit_is_picked_onto_a_branch_that_has_others(project: Path) -> None:
    branch_with(project, "one", 10)
    branch_with(project, "two", 20)
    git(project, "cherry-pick", "one")
    assert ids(project) == {ulid(number) for number in (1, 10, 20)}


def test_registries_that_two_branches_created_are_refused_and_repaired_into_one(git_project: Path) -> None:
    (git_project / ".gitattributes").write_text("task_registry.json merge=union\n", "utf-8")
    commit(git_project, "attributes")
    path = git_project / "task_registry.json"
    for name, number in (("one", 10), ("two", 20)):
        git(git_project, "checkout", "-q", "-b", name, "main")
        append(path, started(number), finished(number))
        commit(git_project, name)
    git(git_project, "merge", "-q", "one", "-m", "join")
    assert verify(path)[0]
    repair(path)
    assert verify(path)[0] == []
    kept = [event for event in events_in(path) if event["event"] != "created"]
    assert sorted(event["id"] for event in kept) == [ulid(10), ulid(10), ulid(20), ulid(20)]
