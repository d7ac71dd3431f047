from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.conftest import Cli

FAILING = """\
[tool.holdfast.checks.closed]
command = ["false"]

[tool.holdfast.validate]
only = ["closed"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "pyproject.toml").write_text(FAILING, "utf-8")
    return tmp_path / "shop"


def test_one_run_writes_reports_in_several_formats_beside_what_it_prints(
    holdfast: Cli, project: Path, tmp_path: Path
) -> None:
    given = [f"--report={form}={tmp_path / form}" for form in ("sarif", "json", "junit", "github", "text")]
    said = holdfast("validate-env", "--format", "github", *given, cwd=project)
    assert said.exit_code == 1
    assert "::error " in said.stdout
    (run,) = json.loads((tmp_path / "sarif").read_text("utf-8"))["runs"]
    report = json.loads((tmp_path / "json").read_text("utf-8"))
    assert run["invocations"][0]["startTimeUtc"] == report["started_at"]
    assert report["exit_code"] == 1
    assert ElementTree.parse(tmp_path / "junit").getroot().tag == "testsuites"  # noqa: S314 - written a moment ago
    assert (tmp_path / "github").read_text("utf-8") == said.stdout
    assert "closed" in (tmp_path / "text").read_text("utf-8")


def test_output_and_reports_go_together(holdfast: Cli, project: Path, tmp_path: Path) -> None:
    said = holdfast(
        "validate-env", "--format=json", f"--output={tmp_path / 'a'}", f"--report=sarif={tmp_path / 'b=c'}", cwd=project
    )
    assert said.stdout.startswith("closed")
    assert json.loads((tmp_path / "a").read_text("utf-8"))["schema"] == "holdfast/report/1"
    assert json.loads((tmp_path / "b=c").read_text("utf-8"))["version"] == "2.1.0"


@pytest.mark.parametrize("value", ["sarif", "sarif=", "html=x", "=x", ""])
def test_a_report_without_format_and_file_is_refused_before_anything_runs(
    holdfast: Cli, project: Path, value: str
) -> None:
    said = holdfast("validate-env", f"--report={value}", cwd=project)
    assert said.exit_code == 2
    assert said.stdout == ""
    assert f"--report {value}: not FORMAT=FILE" in said.stderr
    assert "text, json, junit, sarif, github" in said.stderr


def test_a_report_that_cannot_be_written_is_exit_code_2_and_the_others_are_written(
    holdfast: Cli, project: Path, tmp_path: Path
) -> None:
    given = ["--report=sarif=/nowhere/at/all", f"--report=json={tmp_path / 'json'}"]
    said = holdfast("validate-env", *given, cwd=project)
    assert said.exit_code == 2
    assert "cannot write /nowhere/at/all" in said.stderr
    assert "closed" in said.stdout
    assert (tmp_path / "json").is_file()
