"""`holdfast workflow drill` on real workflows, killed for real."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.conftest import Cli

CHAIN = """name: chain
steps:
  - {id: first, run: [sh, -c, "sleep 0.05; echo first >> made.txt"]}
  - {id: second, needs: [first], run: [sh, -c, "sleep 0.05; echo second >> made.txt"], on_crash: rerun}
  - {id: sure, needs: [second], approve: {question: Go on?, options: [yes, no]}}
  - {id: last, needs: [sure], if: "steps.sure.answer == 'yes'", run: ["true"]}
"""


def add(project: Path, name: str, text: str) -> None:
    (project / "workflows").mkdir(exist_ok=True)
    (project / "workflows" / f"{name}.yaml").write_text(text, "utf-8")
    subprocess.run(["git", "add", "-A"], cwd=project, check=True)


def drilled(holdfast: Cli, project: Path, *words: str) -> tuple[int, dict[str, Any]]:
    said = holdfast("workflow", "drill", *words, "--format", "json", cwd=project)
    assert said.stdout, said.stderr
    return said.exit_code, json.loads(said.stdout)


def test_a_workflow_survives_kills_of_its_runner_and_of_everything(holdfast: Cli, git_project: Path) -> None:
    add(git_project, "chain", CHAIN)
    code, document = drilled(holdfast, git_project, "chain", "--trials", "9")
    assert code == 0
    assert document["status"] == "succeeded"
    assert [trial["problem"] for trial in document["trials"]] == [None] * 9
    assert {trial["killed"] for trial in document["trials"]} == {"runner", "machine"}
    assert [(step["step"], step["lost"], step["twice"]) for step in document["steps"]] == [
        (name, 0, 0) for name in ("first", "second", "sure", "last")
    ]
    assert not (git_project / "made.txt").exists(), "the drill worked in the project itself"
    assert not (git_project / ".holdfast" / "workflow").exists()


def test_a_step_that_is_given_up_after_a_crash_is_lost(holdfast: Cli, git_project: Path) -> None:
    text = "name: fragile\nsteps:\n  - {id: only, on_crash: never, run: [sleep, '0.3']}\n"
    add(git_project, "fragile", text)
    said = holdfast("workflow", "drill", "fragile", "--all", cwd=git_project)
    assert said.exit_code == 1
    only = next(line.split() for line in said.stdout.splitlines() if line.startswith("only"))
    assert int(only[2]) >= 1
    assert said.stdout.splitlines()[-1].startswith("failed: ")


def test_steps_with_secrets_and_guides_do_nothing(holdfast: Cli, git_project: Path) -> None:
    text = (
        "name: careful\nsteps:\n"
        "  - {id: publish, secrets: [TOKEN], run: [sh, -c, 'echo out > published.txt; exit 9']}\n"
        "  - {id: work, needs: [publish], guide: {instructions: do it, commands: [['false']]}}\n"
    )
    add(git_project, "careful", text)
    code, document = drilled(holdfast, git_project, "careful", "--trials", "2")
    assert (code, document["stubbed"], document["status"]) == (0, ["publish", "work"], "succeeded")


def test_copies_are_left_where_they_are_wanted(holdfast: Cli, git_project: Path) -> None:
    add(git_project, "chain", "name: chain\nsteps:\n  - {id: a, run: ['true']}\n")
    _, document = drilled(holdfast, git_project, "chain", "--trials", "1", "--keep")
    kept = Path(document["kept"])
    try:
        assert (kept / "base" / git_project.name / "workflows" / "chain.yaml").is_file()
        assert "start step/a/1" in (kept / "undisturbed" / "witness").read_text("utf-8")
    finally:
        shutil.rmtree(kept)


def test_what_cannot_be_drilled_is_refused(holdfast: Cli, git_project: Path, tmp_path: Path) -> None:
    add(git_project, "chain", CHAIN)
    said = holdfast("workflow", "drill", "chain", "--stub", "frist", cwd=git_project)
    assert (said.exit_code, "--stub frist: no such step" in said.stderr) == (2, True)
    outside = tmp_path / "bare"
    outside.mkdir()
    (outside / "pyproject.toml").write_text('[project]\nname = "bare"\nversion = "1"\n', "utf-8")
    (outside / "workflows").mkdir()
    (outside / "workflows" / "chain.yaml").write_text(CHAIN, "utf-8")
    said = holdfast("workflow", "drill", "chain", cwd=outside)
    assert (said.exit_code, "not a git repository" in said.stderr) == (2, True)
    assert holdfast("workflow", "drill", "chain", "--format", "xml", cwd=git_project).exit_code == 2
