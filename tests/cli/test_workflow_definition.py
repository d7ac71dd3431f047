"""`holdfast workflow validate|list|show|schema`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from holdfast.core.config.yaml_reading import read_yaml
from tests.conftest import Cli
from tests.workflow.definition.test_loading import NIGHTLY

BROKEN = "steps:\n  - {id: a, runn: [x]}\n"
SCHEMA = Path(__file__).parents[2] / "docs" / "workflow.schema.json"


@pytest.fixture
def project(git_project: Path) -> Path:
    """A project with a good workflow and a broken one."""
    folder = git_project / "workflows"
    folder.mkdir()
    (folder / "nightly.yaml").write_text(f"description: |\n  Every night\n  again\n{NIGHTLY}", "utf-8")
    (folder / "broken.yml").write_text(BROKEN, "utf-8")
    return git_project


def tree(project: Path) -> dict[str, str]:
    files = (path for path in project.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_validate_says_every_mistake_of_every_file(project: Path, holdfast: Cli) -> None:
    said = holdfast("workflow", "validate", cwd=project)
    assert said.exit_code == 2
    assert said.stdout.splitlines() == [
        "workflows/broken.yml:2:13: a.runn: unknown key; did you mean `run`?",
        "workflows/nightly.yaml: nightly, 8 steps, no mistakes",
        "1 mistake in 1 of 2 files",
    ]


@pytest.mark.parametrize("name", ["nightly", "workflows/nightly.yaml"])
def test_validate_is_content_with_a_good_file(project: Path, holdfast: Cli, name: str) -> None:
    said = holdfast("workflow", "validate", name, cwd=project)
    assert (said.exit_code, said.stdout) == (0, "workflows/nightly.yaml: nightly, 8 steps, no mistakes\n")


def test_validate_as_json_holds_every_mistake_with_its_place(project: Path, holdfast: Cli) -> None:
    said = holdfast("workflow", "validate", "broken", "--format", "json", cwd=project)
    assert said.exit_code == 2
    assert json.loads(said.stdout) == {
        "schema": "holdfast/workflow-files/1",
        "files": [
            {
                "name": "broken",
                "file": "workflows/broken.yml",
                "valid": False,
                "steps": None,
                "description": None,
                "mistakes": [{"line": 2, "column": 13, "message": "a.runn: unknown key; did you mean `run`?"}],
            }
        ],
    }


def test_validate_judges_the_bodies_of_steps_by_their_kinds(project: Path, holdfast: Cli) -> None:
    (project / "w.yaml").write_text("steps:\n- {id: a, gate: {metrik: x}}\n- {id: b, run: 'echo ${commit}'}\n", "utf-8")
    said = holdfast("workflow", "validate", "w.yaml", cwd=project)
    assert said.exit_code == 2
    assert "w.yaml:2:18: a.gate.metrik: unknown key" in said.stdout
    assert "w.yaml:3:11: b.run: a text runs in the shell" in said.stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["validate", "nightl"], "no workflow nightl in workflows; did you mean `nightly`?"),
        (["show", "nightl"], "no workflow nightl in workflows; did you mean `nightly`?"),
        (["show", "x.yaml"], "no file x.yaml"),
        (["show", "broken"], "workflows/broken.yml:2:13: a.runn: unknown key; did you mean `run`?"),
    ],
)
def test_what_cannot_be_read_is_refused(project: Path, holdfast: Cli, args: list[str], message: str) -> None:
    said = holdfast("workflow", *args, cwd=project)
    assert said.exit_code == 2
    assert message in said.stderr
    assert said.stdout == ""


def test_validate_without_any_workflow_is_no_success(git_project: Path, holdfast: Cli) -> None:
    said = holdfast("workflow", "validate", cwd=git_project)
    assert (said.exit_code, said.stdout) == (2, "")
    assert "no workflows in workflows" in said.stderr


def test_a_file_that_may_not_be_read_is_a_mistake_of_its_own(project: Path, holdfast: Cli) -> None:
    (project / "workflows" / "gone.yaml").symlink_to("nowhere")
    said = holdfast("workflow", "validate", cwd=project)
    assert said.exit_code == 2
    assert "workflows/nowhere: No such file or directory" in said.stdout
    assert "workflows/nightly.yaml: nightly, 8 steps, no mistakes" in said.stdout


def test_list_shows_the_broken_ones_too(project: Path, holdfast: Cli) -> None:
    said = holdfast("workflow", "list", cwd=project)
    assert said.exit_code == 0
    assert said.stdout.splitlines() == [
        "NAME     FILE                    STEPS  DESCRIPTION",
        "broken   workflows/broken.yml    -      1 mistake: holdfast workflow validate workflows/broken.yml",
        "nightly  workflows/nightly.yaml  8      Every night",
    ]


def test_list_as_json_has_the_whole_description(project: Path, holdfast: Cli) -> None:
    said = holdfast("workflow", "list", "--format", "json", cwd=project)
    files = json.loads(said.stdout)["files"]
    assert [(each["name"], each["valid"], each["steps"]) for each in files] == [
        ("broken", False, None),
        ("nightly", True, 8),
    ]
    assert files[1]["description"] == "Every night\nagain\n"


def test_list_of_none_says_where_it_looked(git_project: Path, holdfast: Cli) -> None:
    said = holdfast("workflow", "list", cwd=git_project)
    assert (said.exit_code, said.stdout, said.stderr) == (0, "", "no workflows in workflows\n")
    said = holdfast("workflow", "list", "--format", "json", cwd=git_project)
    assert json.loads(said.stdout)["files"] == []


def test_the_folder_is_a_setting(git_project: Path, holdfast: Cli) -> None:
    (git_project / "flows").mkdir()
    (git_project / "flows" / "a.yaml").write_text("steps: [{id: a, run: [x]}]", "utf-8")
    said = holdfast("workflow", "validate", cwd=git_project, env={"HOLDFAST_WORKFLOW_FOLDER": "flows"})
    assert said.stdout == "flows/a.yaml: a, 1 step, no mistakes\n"


def test_show_has_the_inputs_and_the_steps_in_the_order_of_their_needs(project: Path, holdfast: Cli) -> None:
    (project / "w.yaml").write_text(
        "description: what for\ntimeout: 2h\nconcurrency: deploy\n"
        "inputs: {level: {choices: [low, high], description: how much}, n: {type: integer, default: 3}}\n"
        "queues: {api: {limit: 5, period: 1m, concurrency: 2}, free: {}}\n"
        "defaults: {timeout: 90s, env: {A: '1'}}\n"
        "steps:\n"
        "- {id: clean, when: always, run: rm -r out}\n"
        "- {id: last, needs: [first, also], run: [make, 'a b'], if: steps.first.exit_code == 0, on_failure: undo}\n"
        "- {id: first, check: venv, retry: {times: 2, backoff: 2s, jitter: true, on: timeout},\n"
        "   description: the first,\n"
        "   allow_failure: true, queue: api, secrets: [TOKEN], env: [B], cwd: sub, artifacts: [x]}\n"
        "- {id: also, for_each: [1, 2], max_parallel: 1, run: ['${item}'], on_crash: probe, probe: [test, -e, x],\n"
        "   idempotency_key: '${commit}', concurrency: {group: g, on_conflict: fail}}\n"
        "- {id: undo, when: never, run: [x]}\n",
        "utf-8",
    )
    said = holdfast("workflow", "show", "w.yaml", cwd=project)
    assert said.stdout.splitlines() == [
        "w (w.yaml, 5 steps)",
        "  what for",
        "  ended after 2h",
        "  one at a time of deploy, else wait",
        "",
        "Inputs:",
        '  level  string   required   how much; one of "low", "high"',
        "  n      integer  default 3",
        "",
        "Queues:",
        "  api   5 in 1m               2 at once",
        "  free  as fast as they come  any number at once",
        "",
        "Steps:",
        "  first  check                         timeout 1m30s, on_crash rerun",
        "      the first",
        "      venv",
        "      retry: 2 more, after 2s, times 2, at most 5m, a random part of it; on timeout",
        "      a failure: lets those that need it go on",
        "      env: A=1, B",
        "      secrets: TOKEN",
        "      keeps: x",
        "      in: sub",
        "      queue: api",
        "  also   run                           timeout 1m30s, on_crash probe",
        "      '${item}'",
        "      for each: [1, 2], 1 at once",
        "      probe: test -e x",
        "      key: ${commit}",
        "      env: A=1",
        "      lock: one at a time of g, else fail",
        "  last   run    needs first, also      timeout 1m30s, on_crash ask",
        "      make 'a b'",
        "      if: steps.first.exit_code == 0",
        "      on failure: undo",
        "      env: A=1",
        "  clean  run    always, at the end     timeout 1m30s, on_crash ask",
        "      rm -r out",
        "      env: A=1",
        "  undo   run    only as an on_failure  timeout 1m30s, on_crash ask",
        "      x",
        "      env: A=1",
    ]


def test_show_as_json_has_every_default_filled_in(project: Path, holdfast: Cli) -> None:
    document: dict[str, Any] = json.loads(
        holdfast("workflow", "show", "nightly", "--format", "json", cwd=project).stdout
    )
    assert document["schema"] == "holdfast/workflow/1"
    assert [step["id"] for step in document["steps"]][:3] == ["venv", "deps", "tests"]
    assert document["steps"][0]["timeout_s"] == 600.0
    assert document["steps"][0]["retry"]["times"] == 0
    assert document["steps"][2]["retry"]["on"] == ["timeout", "exit:75"]


def test_none_of_these_commands_writes_anything(project: Path, holdfast: Cli) -> None:
    before = tree(project)
    for args in (["validate"], ["list"], ["show", "nightly"], ["schema"]):
        holdfast("workflow", *args, cwd=project)
    assert tree(project) == before


def test_what_a_file_says_cannot_command_the_terminal(project: Path, holdfast: Cli) -> None:
    (project / "w.yaml").write_text('description: "a\\eb"\nsteps: [{id: a, run: ["\\e[2J"]}]', "utf-8")
    said = holdfast("workflow", "show", "w.yaml", cwd=project)
    assert said.exit_code == 0
    assert "\x1b" not in said.stdout


def schema() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(SCHEMA.read_text("utf-8"))
    return document


def test_the_schema_that_is_printed_is_the_one_in_the_documentation(tmp_path: Path, holdfast: Cli) -> None:
    assert holdfast("workflow", "schema", cwd=tmp_path).stdout == SCHEMA.read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        (NIGHTLY, True),
        ("steps: [{id: a, run: [x], timeout: 3, retry: {factor: 2}}]", True),
        ("steps: [{id: a, run: [x], env: {A: null}, concurrency: g}]", True),
        ("steps: [{id: a, run: [x], timout: 3}]", False),
        ("steps: [{id: a}]", False),
        ("steps: [{id: a, run: [x], check: y}]", False),
        ("steps: [{id: 1a, run: [x]}]", False),
        ("steps: [{id: a, run: [x], retry: {times: -1}}]", False),
        ("steps: [{id: a, run: [x]}]\ninputs: {a-b: {}}", False),
        ("steps: []", False),
        ("name: x", False),
    ],
)
def test_the_schema_lets_editors_say_what_we_would(text: str, fits: bool) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert jsonschema.Draft202012Validator(schema()).is_valid(read_yaml(text)[0]) is fits
