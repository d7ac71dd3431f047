"""`holdfast workflow state`: looking at versions, restoring, repairing and lint, as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from holdfast.workflow.state_file.store import in_project
from tests.conftest import Cli

START = """# Work

## State

- Phase: INIT
- Status: READY

## Plan

## Rules

## Items

| ID | Status |
|----|--------|
| 1  | pending |

## Log

## ArchiveLog
"""


@pytest.fixture
def project(git_project: Path) -> Path:
    path = git_project / "workflow_state.md"
    path.write_text(START, "utf-8")
    in_project(git_project, path).change(lambda document: document.with_log("began"), why="first entry")
    return git_project


def test_versions_are_listed(project: Path, holdfast: Cli) -> None:
    said = holdfast("workflow", "state", "history", cwd=project)
    assert [line.split()[0] for line in said.stdout.splitlines()] == ["1", "2"]
    assert said.stdout.endswith("first entry\n")
    said = holdfast("workflow", "state", "history", "--format", "json", cwd=project)
    document = json.loads(said.stdout)
    assert document["schema"] == "holdfast/state-history/1"
    assert [one["by"] for one in document["versions"]] == ["hand", "engine"]


def test_a_project_without_versions_says_so(git_project: Path, holdfast: Cli) -> None:
    said = holdfast("workflow", "state", "history", cwd=git_project)
    assert (said.exit_code, said.stdout) == (0, "")
    assert "no version of workflow_state.md is kept" in said.stderr


def test_the_difference_of_versions_is_shown_without_secrets(project: Path, holdfast: Cli) -> None:
    assert holdfast("workflow", "state", "diff", cwd=project).stdout == ""
    said = holdfast("workflow", "state", "diff", "1", "2", cwd=project)
    assert "\n+- began\n" in said.stdout
    path = project / "workflow_state.md"
    path.write_text(path.read_text("utf-8") + "API_TOKEN=abcdef1234567890\n", "utf-8")
    said = holdfast("workflow", "state", "diff", "--format", "json", cwd=project)
    assert "+API_TOKEN=***" in json.loads(said.stdout)["diff"]


def test_a_version_is_restored_and_a_dry_run_only_shows_it(project: Path, holdfast: Cli) -> None:
    path = project / "workflow_state.md"
    before = path.read_bytes()
    said = holdfast("workflow", "state", "restore", "1", "--dry-run", cwd=project)
    assert "\n-- began\n" in said.stdout
    assert "version 1 would be restored" in said.stderr
    assert path.read_bytes() == before
    said = holdfast("workflow", "state", "restore", "1", "--now", "2026-01-02T03:04:05Z", cwd=project)
    assert said.exit_code == 0
    assert path.read_text("utf-8") == START
    assert "2026-01-02T03:04:05.000Z" in holdfast("workflow", "state", "history", cwd=project).stdout
    said = holdfast("workflow", "state", "restore", "last", "--format", "json", cwd=project)
    assert json.loads(said.stdout)["changed"] is False


def test_a_claim_in_a_restored_version_is_refused_aloud(project: Path, holdfast: Cli) -> None:
    path = project / "workflow_state.md"
    path.write_text(path.read_text("utf-8").replace("READY", "COMPLETED"), "utf-8")
    in_project(project, path).change(lambda document: document.with_log("on"))
    said = holdfast("workflow", "state", "restore", "3", cwd=project)
    assert "refused: Status: COMPLETED: no passing run bears it" in said.stderr
    assert "- Status: READY\n" in path.read_text("utf-8")


def test_a_torn_file_is_repaired_on_request(project: Path, holdfast: Cli) -> None:
    path = project / "workflow_state.md"
    whole = path.read_bytes()
    path.write_bytes(whole[:40] + b"\0" * 200)
    said = holdfast("workflow", "state", "lint", cwd=project)
    assert said.exit_code == 1
    assert "(null-character)\n    run: holdfast workflow state repair\n" in said.stdout
    said = holdfast("workflow", "state", "repair", "--dry-run", cwd=project)
    assert "would repair: it holds null characters" in said.stderr
    assert b"\0" in path.read_bytes()
    assert holdfast("workflow", "state", "repair", cwd=project).exit_code == 0
    assert path.read_bytes() == whole
    said = holdfast("workflow", "state", "repair", "--format", "json", cwd=project)
    assert json.loads(said.stdout)["done"] == []
    assert "nothing to repair" in holdfast("workflow", "state", "repair", cwd=project).stderr


def test_lint_says_each_problem_with_its_line(project: Path, holdfast: Cli) -> None:
    said = holdfast("workflow", "state", "lint", cwd=project)
    assert (said.exit_code, said.stdout) == (0, "workflow_state.md: nothing is wrong with it\n")
    path = project / "workflow_state.md"
    path.write_text(START.replace("INIT", "DREAM").replace("|----|--------|\n", ""), "utf-8")
    said = holdfast("workflow", "state", "lint", "--format", "json", cwd=project)
    assert said.exit_code == 1
    problems = json.loads(said.stdout)["problems"]
    assert [(one["line"], one["kind"]) for one in problems] == [(5, "unknown-phase"), (14, "no-delimiter")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lint", "--state", "nothing.md"], "nothing.md: no such file"),
        (["lint", "--state", "."], "not a regular file"),
        (["restore", "77"], "no version '77' of workflow_state.md is kept"),
        (["restore", "1", "--now", "soon"], "--now soon"),
        (["diff", "1", "nope"], "no version 'nope'"),
    ],
)
def test_what_cannot_be_done_is_exit_code_2_with_the_reason(
    project: Path, holdfast: Cli, arguments: list[str], message: str
) -> None:
    said = holdfast("workflow", "state", *arguments, cwd=project)
    assert said.exit_code == 2
    assert message in said.stderr


def test_a_conflict_stops_a_repair(project: Path, holdfast: Cli) -> None:
    path = project / "workflow_state.md"
    path.write_text(f"{START}<<<<<<< HEAD\n", "utf-8")
    said = holdfast("workflow", "state", "repair", cwd=project)
    assert said.exit_code == 2
    assert "workflow_state.md:21: a merge left its conflict here; nothing was written" in said.stderr
