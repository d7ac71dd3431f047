from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.conftest import Cli

FILE = """\
name: nightly
steps:
  - {id: venv, check: venv}
  - {id: tests, needs: [venv], run: [pytest, -q]}
  - {id: coverage, needs: [tests], gate: {metric: coverage.line, from: c.xml, at_least: 85}}
"""
DRAWN = "●  venv      check venv\n●  tests     run pytest -q\n◆  coverage  gate coverage.line >= 85\n"


@pytest.fixture
def project(git_project: Path) -> Path:
    (git_project / "workflows").mkdir()
    (git_project / "workflows" / "nightly.yaml").write_text(FILE)
    return git_project


def test_a_workflow_is_drawn_by_its_name_or_file(holdfast: Cli, project: Path) -> None:
    for name in ("nightly", "workflows/nightly.yaml"):
        said = holdfast("workflow", "graph", name, cwd=project)
        assert (said.exit_code, said.stdout, said.stderr) == (0, DRAWN, "")


def test_a_terminal_without_these_signs_gets_ascii(holdfast_process: Cli, project: Path) -> None:
    said = holdfast_process("workflow", "graph", "nightly", cwd=project, env={"PYTHONIOENCODING": "ascii"})
    assert (said.exit_code, said.stdout) == (0, DRAWN.replace("●", "*").replace("◆", "#"))


def test_the_other_forms_go_to_standard_output_whole(holdfast: Cli, project: Path) -> None:
    chart = holdfast("workflow", "graph", "nightly", "--format", "mermaid", cwd=project)
    assert chart.stdout.startswith("flowchart TD\n")
    drawing = holdfast("workflow", "graph", "nightly", "--format", "svg", cwd=project).stdout
    root = ElementTree.fromstring(drawing)  # noqa: S314 - our own
    assert len(root.findall("{http://www.w3.org/2000/svg}g")) == 3


def test_a_file_that_cannot_be_read_is_refused(holdfast_process: Cli, project: Path) -> None:
    (project / "workflows" / "nightly.yaml").write_text("name: [")
    said = holdfast_process("workflow", "graph", "nightly", cwd=project)
    assert (said.exit_code, said.stdout) == (2, "")
    assert "workflows/nightly.yaml:1" in said.stderr
