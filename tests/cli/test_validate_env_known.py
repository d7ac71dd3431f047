"""validate-env with a baseline, with ignores, and limited to files, as a user calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli, Said

PYPROJECT = """[project]
name = "shop"
version = "1.0"
[tool.ruff]
[tool.holdfast.checks.venv]
enabled = false
"""
UNUSED = "import os\n"
CLEAN = "x = 1\n"


@pytest.fixture
def project(git_project: Path) -> Path:
    for name, text in {"pyproject.toml": PYPROJECT, ".gitignore": ".venv\n", "a.py": UNUSED, "b.py": CLEAN}.items():
        (git_project / name).write_text(text, "utf-8")
    (git_project / ".venv").symlink_to(sys.prefix)
    commit(git_project)
    return git_project


def commit(project: Path) -> None:
    for words in (["add", "-A"], ["commit", "-q", "-m", "more"]):
        subprocess.run(["git", *words], cwd=project, check=True)


def validate(holdfast: Cli, project: Path, *options: str | Path) -> Said:
    return holdfast("validate-env", "--only", "ruff", *options, cwd=project)


def results(said: Said) -> dict[str, dict[str, Any]]:
    return {each["check"]: each for each in json.loads(said.stdout)["results"]}


def test_a_baseline_lets_old_findings_pass_and_new_ones_fail(project: Path, holdfast: Cli) -> None:
    assert validate(holdfast, project).exit_code == 1
    written = validate(holdfast, project, "--write-baseline")
    assert written.exit_code == 0
    assert "holds 1 known findings" in written.stderr
    old = validate(holdfast, project, "--new-only")
    assert old.exit_code == 0
    assert "1 known" in old.stdout
    (project / "a.py").write_text("\n\n" + UNUSED, "utf-8")
    assert validate(holdfast, project, "--new-only").exit_code == 0
    (project / "b.py").write_text(UNUSED, "utf-8")
    new = validate(holdfast, project, "--new-only")
    assert new.exit_code == 1
    assert "b.py:1:8: error ruff:F401" in new.stdout
    assert "a.py" not in new.stdout
    assert validate(holdfast, project).exit_code == 1


def test_what_was_mended_must_leave_the_baseline_so_that_it_cannot_come_back_unseen(
    project: Path, holdfast: Cli
) -> None:
    validate(holdfast, project, "--write-baseline")
    (project / "a.py").write_text(CLEAN, "utf-8")
    mended = validate(holdfast, project, "--new-only")
    assert mended.exit_code == 1
    assert "BASELINE001" in mended.stdout
    assert "fix: holdfast validate-env --write-baseline --new-only" in mended.stdout
    (project / "b.py").write_text(UNUSED, "utf-8")
    assert validate(holdfast, project, "--new-only", "--write-baseline").exit_code == 1
    (project / "b.py").write_text(CLEAN, "utf-8")
    assert validate(holdfast, project, "--new-only").exit_code == 0
    (project / "a.py").write_text(UNUSED, "utf-8")
    assert validate(holdfast, project, "--new-only").exit_code == 1


def test_what_the_baseline_lets_pass_is_remembered_and_forgotten_with_it(project: Path, holdfast: Cli) -> None:
    validate(holdfast, project, "--write-baseline")
    validate(holdfast, project, "--new-only")
    again = results(validate(holdfast, project, "--new-only", "--format", "json"))["ruff"]
    assert again["unchanged_since"] is not None
    assert [each["suppressed_by"] for each in again["suppressed"]] == ["baseline"]
    assert validate(holdfast, project).exit_code == 1


def test_without_a_baseline_new_only_says_how_to_make_one(project: Path, holdfast: Cli) -> None:
    said = validate(holdfast, project, "--new-only")
    assert said.exit_code == 2
    assert "there is no baseline yet" in said.stderr
    assert "--write-baseline" in said.stderr


def test_a_baseline_is_not_written_from_a_part(project: Path, holdfast: Cli) -> None:
    for options in (["a.py"], ["--changed"]):
        assert validate(holdfast, project, "--write-baseline", *options).exit_code == 2
    assert not (project / "holdfast-baseline.json").exists()


def test_an_ignore_takes_a_finding_out_and_the_report_still_has_it(project: Path, holdfast: Cli) -> None:
    text = '[tool.holdfast.ignore."ruff:F401"]\nreason = "kept for its effect"\npaths = ["a.py"]\n'
    (project / "pyproject.toml").write_text(PYPROJECT + text, "utf-8")
    said = validate(holdfast, project, "--format", "json")
    assert said.exit_code == 0
    (apart,) = results(said)["ruff"]["suppressed"]
    assert (apart["id"], apart["file"]) == ("ruff:F401", "a.py")
    assert (apart["suppressed_by"], apart["suppressed_reason"]) == ("ignore", "kept for its effect")
    assert "1 ignored" in validate(holdfast, project).stdout


def test_a_run_limited_to_files_looks_at_these_alone(project: Path, holdfast: Cli) -> None:
    assert validate(holdfast, project, "b.py").exit_code == 0
    assert "limited to 1 file named" in validate(holdfast, project, "b.py").stdout
    assert validate(holdfast, project, "a.py", "b.py").exit_code == 1
    assert validate(holdfast, project, ".").exit_code == 1
    assert validate(holdfast, project).exit_code == 1


@pytest.mark.parametrize("changed", [["--changed"], ["--changed", "HEAD"], ["--changed=HEAD"]])
def test_a_run_limited_to_what_changed_looks_at_that_alone(project: Path, holdfast: Cli, changed: list[str]) -> None:
    (project / "b.py").write_text("x = 2\n", "utf-8")
    assert validate(holdfast, project, *changed).exit_code == 0
    (project / "new.py").write_text(UNUSED, "utf-8")
    said = validate(holdfast, project, *changed)
    assert said.exit_code == 1
    assert "limited to 2 files changed since HEAD" in said.stdout
    assert "a.py" not in said.stdout


def test_a_check_that_no_changed_file_concerns_says_so_and_is_no_failure(project: Path, holdfast: Cli) -> None:
    (project / "README.md").write_text("# Shop\n", "utf-8")
    said = validate(holdfast, project, "--changed", "--format", "json")
    assert said.exit_code == 0
    result = results(said)["ruff"]
    assert (result["status"], result["unaffected"]) == ("skipped", True)


def test_a_success_on_some_files_is_not_remembered_as_one_on_all(project: Path, holdfast: Cli) -> None:
    assert validate(holdfast, project, "b.py").exit_code == 0
    assert validate(holdfast, project).exit_code == 1


def test_files_and_changed_together_are_refused(project: Path, holdfast: Cli) -> None:
    said = validate(holdfast, project, "a.py", "--changed")
    assert said.exit_code == 2
    assert "cannot both be given" in said.stderr


def test_in_a_hook_the_tests_are_left_out_and_the_report_says_so(project: Path, holdfast: Cli) -> None:
    (project / "pyproject.toml").write_text(PYPROJECT + "[tool.pytest.ini_options]\n", "utf-8")
    (project / "a.py").write_text(CLEAN, "utf-8")
    (project / "test_a.py").write_text("def test_a() -> None:\n    assert True\n", "utf-8")
    for _ in range(2):
        said = holdfast("validate-env", "--format", "json", "a.py", cwd=project, env={"PRE_COMMIT": "1"})
        result = results(said)["pytest"]
        assert (result["status"], result["reason"]) == ("skipped", "left out in a hook")
    assert results(holdfast("validate-env", "--format", "json", cwd=project))["pytest"]["status"] == "passed"
    asked = holdfast("validate-env", "--only", "pytest", "--format", "json", cwd=project, env={"PRE_COMMIT": "1"})
    assert results(asked)["pytest"]["status"] == "passed"
