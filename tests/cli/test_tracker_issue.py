from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.fakes.github import REPOSITORY, TOKEN, GitHub, Said, github

FAILED = {
    "schema": "holdfast/report/1",
    "exit_code": 1,
    "results": [{"check": "ruff", "status": "failed", "reason": "3 findings", "findings": []}],
}
PASSED = {**FAILED, "exit_code": 0, "results": []}


@pytest.fixture
def server() -> Iterator[GitHub]:
    with github() as there:
        yield there


@pytest.fixture
def env(server: GitHub) -> dict[str, str]:
    return {
        "GITHUB_API_URL": server.url,
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_RUN_ID": "7",
        "GITHUB_SHA": "3f1c" * 10,
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_WORKFLOW": "nightly",
    }


def write(tmp_path: Path, document: object) -> Path:
    reports = tmp_path / "reports"
    reports.mkdir(exist_ok=True)
    (reports / "holdfast-3.11.json").write_text(json.dumps(document), "utf-8")
    return reports


def test_the_issue_is_opened_updated_and_closed(
    holdfast_process: Cli, server: GitHub, env: dict[str, str], tmp_path: Path
) -> None:
    said = ""
    for document, outcome, done in [
        (FAILED, "failure", "opened https://github.invalid/shop/front/issues/1: the run failed"),
        (FAILED, "failure", "updated https://github.invalid/shop/front/issues/1: the run failed again"),
        (FAILED, "cancelled", "nothing to do: the run was cancelled: it says nothing of the code"),
        (PASSED, "success", "closed https://github.invalid/shop/front/issues/1: the run passed"),
        (PASSED, "success", "nothing to do: the run passed, and no issue is open"),
    ]:
        reports = write(tmp_path, document)
        answer = holdfast_process("tracker-issue", reports, "--outcome", outcome, cwd=tmp_path, env=env)
        assert (answer.exit_code, answer.stdout) == (0, f"{done}\n"), answer.stderr
        said += answer.stdout + answer.stderr
    assert server.changes == ["POST", "PATCH", "PATCH"]
    issue = server.issues[0]
    assert issue["title"] == "nightly: the nightly run fails"
    assert "https://github.com/shop/front/actions/runs/7 (commit 3f1c3f1c3f1c)" in issue["body"]
    assert "ruff: failed: 3 findings" in issue["body"]
    assert TOKEN not in said + str(issue)


def test_github_saying_no_is_exit_code_2_without_the_token(
    holdfast_process: Cli, server: GitHub, env: dict[str, str], tmp_path: Path
) -> None:
    server.next.append(Said(403, {"message": "Resource not accessible by integration"}))
    said = holdfast_process("tracker-issue", write(tmp_path, FAILED), "--outcome", "failure", cwd=tmp_path, env=env)
    assert said.exit_code == 2
    assert "HTTP 403: Resource not accessible by integration" in said.stderr
    assert "hint: give the job `permissions: issues: write`" in said.stderr
    assert TOKEN not in said.stdout + said.stderr


@pytest.mark.parametrize("name", ["GITHUB_REPOSITORY", "GITHUB_TOKEN", "GITHUB_RUN_ID"])
def test_outside_a_workflow_it_says_what_is_missing(
    holdfast: Cli, env: dict[str, str], tmp_path: Path, name: str
) -> None:
    said = holdfast("tracker-issue", tmp_path, "--outcome", "failure", cwd=tmp_path, env={**env, name: ""})
    assert said.exit_code == 2
    assert f"{name} is not set" in said.stderr


def test_a_result_that_github_does_not_know_is_refused(
    holdfast: Cli, server: GitHub, env: dict[str, str], tmp_path: Path
) -> None:
    said = holdfast("tracker-issue", tmp_path, "--outcome", "", cwd=tmp_path, env=env)
    assert said.exit_code == 2
    assert "one of success, failure, cancelled, skipped" in said.stderr
    assert server.asked == []


def test_a_file_is_no_directory_of_reports(holdfast: Cli, env: dict[str, str], tmp_path: Path) -> None:
    reports = write(tmp_path, FAILED) / "holdfast-3.11.json"
    said = holdfast("tracker-issue", reports, "--outcome", "failure", cwd=tmp_path, env=env)
    assert said.exit_code == 2
    assert "not a directory" in said.stderr
