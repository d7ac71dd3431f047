"""This repository's nightly workflow, really run on a small project: only the actions and GitHub are replaced."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.adoption.facts import PYTHONS, WORKFLOW
from tests.fakes.github import REPOSITORY, TOKEN, GitHub, github
from tests.workflows.tools import BIN, ROOT, act, machine, repository_with

PYPROJECT = '[tool.ruff]\nline-length = 120\n\n[tool.holdfast.validate]\nonly = ["venv", "ruff"]\n'
MAKEFILE = "install:\n\tpython -m venv --without-pip .venv\n\tln -s $(BIN)/holdfast $(BIN)/ruff .venv/bin/\n"
FAULT, MENDED = "import os\n", "import os\n\nprint(os.name)\n"


class Night:
    """The repository, the machine that runs its workflow, and GitHub."""

    def __init__(self, directory: Path, server: GitHub) -> None:
        files = {WORKFLOW: (ROOT / WORKFLOW).read_text("utf-8"), "pyproject.toml": PYPROJECT, "Makefile": MAKEFILE}
        self.repository = repository_with(directory / "repository", **files, **{".gitignore": ".venv/\n"})
        self.artifacts = directory / "artifacts"
        self.path = machine(directory / "machine", "sudo", "npm")
        self.server = server

    def run(self, event: str, *arguments: str) -> tuple[int, str]:
        """The exit code, and what act said, with the code of the shop as it stands in the repository."""
        variables = {
            "ARTIFACTS": str(self.artifacts),
            "BIN": str(BIN),
            "GITHUB_API_URL": self.server.url,
            "GITHUB_REPOSITORY": REPOSITORY,
        }
        given = [event, f"-W={WORKFLOW}", f"-s=GITHUB_TOKEN={TOKEN}", *arguments]
        said = act(self.repository, *given, env=variables, path=self.path)
        return said.returncode, said.stdout + said.stderr

    def write(self, text: str) -> None:
        (self.repository / "shop.py").write_text(text, "utf-8")


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    with github() as server:
        yield Night(tmp_path, server)


def test_a_night_that_fails_opens_the_issue_the_next_updates_it_and_a_good_one_closes_it(night: Night) -> None:
    night.write(FAULT)
    code, said = night.run("schedule")
    assert code == 1
    assert said.count("::error file=shop.py,line=1,col=8,title=ruff%3AF401") == len(PYTHONS)  # an annotation each
    assert re.search(r"Summary - ### holdfast validate-env: 1 failed, 1 passed", said)
    assert TOKEN not in said
    (issue,) = night.server.issues
    assert issue["title"] == "holdfast: the nightly run fails"
    assert "\nruff: failed\n  shop.py:1: error ruff:F401: `os` imported but unused" in issue["body"]
    assert TOKEN not in str(issue)

    night.write("import sys\n")
    assert night.run("schedule", "--matrix=python:3.14")[0] == 1
    assert "`sys` imported but unused" in issue["body"]
    assert night.server.changes == ["POST", "PATCH"]

    night.write(MENDED)
    code, said = night.run("schedule")
    assert code == 0, said
    assert issue["state"] == "closed"
    assert night.server.changes == ["POST", "PATCH", "PATCH"]


def test_the_reports_of_every_python_are_kept_and_the_newest_goes_to_code_scanning(night: Night) -> None:
    night.write(FAULT)
    night.run("schedule")
    for python in PYTHONS:
        directory = night.artifacts / f"holdfast-{python}"
        assert {path.name for path in directory.iterdir()} == {f"holdfast-{python}.sarif", f"holdfast-{python}.json"}
        assert json.loads((directory / f"holdfast-{python}.json").read_text("utf-8"))["exit_code"] == 1
    sarif = json.loads((night.artifacts / "code-scanning.sarif").read_text("utf-8"))
    assert sarif["version"] == "2.1.0"
    assert [result["ruleId"] for result in sarif["runs"][0]["results"]] == ["ruff:F401"]


def test_a_job_that_dies_before_holdfast_runs_opens_the_issue_too(night: Night) -> None:
    night.write(MENDED)
    (night.repository / "Makefile").write_text(
        f"ifneq ($(GITHUB_JOB),tracker)\ninstall:\n\t@exit 1\nelse\n{MAKEFILE}endif\n", "utf-8"
    )
    code, said = night.run("schedule", "--matrix=python:3.14")
    assert code == 1
    assert "there is no report" in night.server.issues[0]["body"], said


def test_a_push_leaves_the_issue_alone(night: Night) -> None:
    night.write(FAULT)
    code, said = night.run("push", "--matrix=python:3.14")
    assert code == 1, said
    assert (night.artifacts / "code-scanning.sarif").is_file()
    assert night.server.asked == []


def test_a_pull_request_writes_nothing_to_github(night: Night) -> None:
    night.write(FAULT)
    code, said = night.run("pull_request", "--matrix=python:3.14")
    assert code == 1, said
    assert "F401" in said
    assert not (night.artifacts / "code-scanning.sarif").exists()
    assert night.server.asked == []
