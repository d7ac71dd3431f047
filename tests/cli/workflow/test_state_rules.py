"""`holdfast workflow state init|show|next|tick|advance|approve|reject|log|add-item`, as a user calls them."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from holdfast.workflow.rules.advance import Asked, advance
from holdfast.workflow.rules.desk import ticked
from tests.conftest import Cli
from tests.workflow.rules.desks import CONFIG, STATE, desk_at, make_project, place, to_construct, to_end

AT = ("--now", "2026-11-20T05:00:00Z")
PERSON = {"CI": "", "HOLDFAST_WORKFLOW_APPROVE_WITHOUT_TERMINAL": "true"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path)


def json_of(holdfast: Cli, project: Path, *args: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(holdfast("workflow", "state", *args, "--format", "json", cwd=project).stdout)
    return found


def test_init_writes_what_is_missing_and_never_overwrites(holdfast: Cli, git_project: Path) -> None:
    (git_project / "project_config.md").write_text("mine\n", "utf-8")
    dry = holdfast("workflow", "state", "init", "--dry-run", cwd=git_project)
    assert dry.stdout == "would write workflow_state.md\nproject_config.md is there already\n"
    assert not (git_project / "workflow_state.md").exists()
    said = holdfast("workflow", "state", "init", "--phases", cwd=git_project)
    assert said.stdout == "wrote workflow_state.md\nwrote phases.yaml\nproject_config.md is there already\n"
    state = (git_project / "workflow_state.md").read_bytes()
    assert (git_project / "project_config.md").read_text("utf-8") == "mine\n"
    again = json_of(holdfast, git_project, "init")
    assert (again["written"], again["kept"]) == ([], ["workflow_state.md", "project_config.md"])
    assert (git_project / "workflow_state.md").read_bytes() == state
    assert json_of(holdfast, git_project, "show")["phase"] == "INIT"
    assert holdfast("workflow", "state", "lint", cwd=git_project).exit_code == 0


def test_without_a_file_init_is_the_hint(holdfast: Cli, git_project: Path) -> None:
    said = holdfast("workflow", "state", "tick", cwd=git_project)
    assert said.exit_code == 2
    assert "holdfast workflow state init" in said.stderr


def test_a_start_without_a_task_exits_with_2(holdfast: Cli, git_project: Path) -> None:
    holdfast("workflow", "state", "init", cwd=git_project)
    before = (git_project / "workflow_state.md").read_bytes()
    said = holdfast("workflow", "state", "tick", cwd=git_project)
    assert (said.exit_code, said.stdout) == (2, "")
    assert "a task is needed" in said.stderr
    assert (git_project / "workflow_state.md").read_bytes() == before
    assert holdfast("workflow", "state", "tick", "--task", "Mend it", cwd=git_project).exit_code == 0
    assert "| 1 | Mend it" in re.sub(" +", " ", (git_project / "workflow_state.md").read_text("utf-8"))


def test_next_says_what_to_do_and_what_is_missing(holdfast: Cli, project: Path) -> None:
    to_construct(desk_at(project))
    (project / "project_config.md").write_text(CONFIG.replace("- test", "- text"), "utf-8")
    said = holdfast("workflow", "state", "next", cwd=project)
    assert said.stdout == (
        "phase    CONSTRUCT\n"
        "status   RUNNING\n"
        "item     1  Add a login\n"
        "now      do what the approved plan says, nothing else\n"
        "\n"
        "VALIDATE/RUNNING  by: holdfast workflow state advance\n"
        "  runs     text: sh check.sh\n"
        "  missing  approved_plan: the commands or the phases are not those under which the plan was approved\n"
        "           approve anew: a person runs: holdfast workflow state approve\n"
        "\n"
        "BLUEPRINT/RUNNING  by: holdfast workflow state advance --to BLUEPRINT/RUNNING\n"
        "\n"
        "CONSTRUCT/BLOCKED  by: holdfast workflow state advance --to CONSTRUCT/BLOCKED --reason TEXT\n"
    )
    found = json_of(holdfast, project, "next")
    assert found["schema"] == "holdfast/state-next/1"
    assert found["moves"][0]["missing"][0]["need"] == "approved_plan"


@pytest.mark.parametrize("prepare", [to_construct, to_end])
def test_looking_writes_nothing(holdfast: Cli, project: Path, prepare: Any) -> None:
    prepare(desk_at(project))
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    for command in ("show", "next"):
        assert holdfast("workflow", "state", command, cwd=project).exit_code == 0
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


def test_show_lists_the_items_and_the_approval(holdfast: Cli, project: Path) -> None:
    to_construct(desk_at(project))
    lines = holdfast("workflow", "state", "show", cwd=project).stdout.splitlines()
    assert re.fullmatch(r"plan {5}[0-9a-f]{16} \(approved: [0-9a-f]{16} by ana@laptop at .*\)", lines[3])
    assert lines[4:] == ["  1  Add a login  pending", "  2  Add a logout  pending"]


def test_now_is_the_moment_that_is_written(holdfast: Cli, project: Path) -> None:
    said = holdfast("workflow", "state", "log", "hello\nthere", *AT, cwd=project, env={"HOLDFAST_AGENT": "ana"})
    assert said.stdout == "logged: hello there\n"
    assert "- 2026-11-20T05:00:00.000Z ana: hello there\n" in (project / "workflow_state.md").read_text("utf-8")


def test_a_dry_run_shows_the_difference(holdfast: Cli, project: Path) -> None:
    before = (project / "workflow_state.md").read_bytes()
    said = holdfast("workflow", "state", "add-item", "More | this", "--dry-run", cwd=project)
    assert "+| 3 | More \\| this | pending |\n" in said.stdout
    assert "would be: item 3 added: More | this" in said.stderr
    assert (project / "workflow_state.md").read_bytes() == before


def test_a_priority_needs_its_column(holdfast: Cli, project: Path) -> None:
    said = holdfast("workflow", "state", "add-item", "More", "--priority", "high", cwd=project)
    assert said.exit_code == 2
    assert "no column 'priority'" in said.stderr


def test_a_refused_move_exits_with_2_and_a_failed_command_with_1(holdfast: Cli, project: Path) -> None:
    to_construct(desk_at(project))
    said = holdfast("workflow", "state", "advance", "--to", "INIT", cwd=project)
    assert said.exit_code == 2
    assert "allowed: VALIDATE/RUNNING (needs approved_plan; commands: all)" in said.stderr
    refused = json_of(holdfast, project, "advance", "--to", "INIT")
    assert refused["allowed"][1] == "BLUEPRINT/RUNNING"
    (project / "check.sh").write_text("exit 1\n", "utf-8")
    assert holdfast("workflow", "state", "advance", cwd=project).exit_code == 1
    assert place(desk_at(project)) == "CONSTRUCT/RUNNING"


def test_a_claim_by_hand_is_put_back_and_the_exit_code_says_so(holdfast: Cli, project: Path) -> None:
    to_construct(desk_at(project))
    path = project / "workflow_state.md"
    path.write_text(path.read_text("utf-8").replace("Status: RUNNING", "Status: COMPLETED"), "utf-8")
    said = holdfast("workflow", "state", "tick", cwd=project)
    assert said.exit_code == 2
    assert "put back: Status: COMPLETED: no move leads from CONSTRUCT/RUNNING to CONSTRUCT/COMPLETED" in said.stderr
    assert place(desk_at(project)) == "CONSTRUCT/RUNNING"
    assert holdfast("workflow", "state", "tick", cwd=project).exit_code == 0


def test_a_tick_at_the_end_tells_what_it_did(holdfast: Cli, project: Path) -> None:
    to_end(desk_at(project))
    found = json_of(holdfast, project, "tick", "--dry-run")
    assert any(line.startswith("+- Completed Add a login") for line in found["diff"])
    said = holdfast("workflow", "state", "tick", cwd=project)
    assert [line.partition(":")[0] for line in said.stdout.splitlines()] == [
        "changelog",
        "item 1 is completed",
        "item 2 (Add a logout) is next, at ANALYZE/READY",
    ]


@pytest.mark.parametrize(
    ("env", "why"),
    [
        ({**PERSON, "CLAUDECODE": "1"}, "an approval is a person's, and claude-code is at work here"),
        ({**PERSON, "AI_AGENT": "goose"}, "goose is at work here"),
        ({**PERSON, "GITHUB_ACTIONS": "true"}, "this is GitHub Actions"),
        ({**PERSON, "CI": "true"}, "this is CI"),
        ({"CI": ""}, "an approval is confirmed at a terminal, and this is none"),
    ],
)
@pytest.mark.parametrize("command", ["approve", "reject"])
def test_whoever_is_no_person_decides_nothing(
    holdfast: Cli, project: Path, env: Mapping[str, str], why: str, command: str
) -> None:
    waiting(project)
    before = (project / "workflow_state.md").read_bytes()
    said = holdfast("workflow", "state", command, cwd=project, env=env)
    assert said.exit_code == 2
    assert why in said.stderr
    assert (project / "workflow_state.md").read_bytes() == before


def waiting(project: Path) -> None:
    from holdfast.workflow.rules.advance import Asked, advance
    from holdfast.workflow.rules.desk import ticked

    desk = desk_at(project)
    ticked(desk)
    advance(desk, Asked())
    advance(desk, Asked())


def test_a_project_may_take_the_word_of_a_person_elsewhere(holdfast: Cli, project: Path) -> None:
    waiting(project)
    said = holdfast("workflow", "state", "reject", "--reason", "too vague", cwd=project, env=PERSON)
    assert said.exit_code == 0
    assert place(desk_at(project)) == "BLUEPRINT/RUNNING"
    holdfast("workflow", "state", "advance", cwd=project)
    path = project / "workflow_state.md"
    path.write_text(path.read_text("utf-8").replace("First this", "First of all this"), "utf-8")
    assert holdfast("workflow", "state", "approve", cwd=project, env=PERSON).exit_code == 0
    assert place(desk_at(project)) == "CONSTRUCT/RUNNING"


def at_terminal(project: Path, command: str, typed: str) -> tuple[int, str]:
    """Runs a command at a terminal of its own, and types a line when it asks; the exit code and all that was shown."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(project)
        os.execve(  # noqa: S606 - no shell is what is wanted
            sys.executable,
            [sys.executable, "-m", "holdfast", "workflow", "state", command],
            {**os.environ, "CI": "", "TERM": "dumb"},
        )
    shown = b""
    while select.select([terminal], [], [], 60)[0]:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # Linux's way to say that the other side is closed
            break
        if not piece:
            break
        if b"characters of the digest:" in shown + piece and b"characters of the digest:" not in shown:
            os.write(terminal, typed.encode() + b"\n")
        shown += piece
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown.decode()


def test_a_person_at_a_terminal_sees_the_plan_and_types_its_digest(holdfast: Cli, project: Path) -> None:
    waiting(project)
    digest = json_of(holdfast, project, "show")["plan"]["digest"]
    wrong = "0000" if digest[:4] != "0000" else "1111"
    code, shown = at_terminal(project, "approve", wrong)
    assert code == 2
    assert "the plan is not approved" in shown
    assert "First this, then that." in shown
    assert "runs test: sh check.sh" in shown
    assert place(desk_at(project)) == "BLUEPRINT/NEEDS_PLAN_APPROVAL"
    code, shown = at_terminal(project, "approve", digest[:4].upper())
    assert code == 0, shown
    assert place(desk_at(project)) == "CONSTRUCT/RUNNING"


@pytest.mark.parametrize("content", [b"\xff\xfe## Changelog\n", b"x" * (2**24 + 1)])
def test_a_project_configuration_that_is_none_is_left_alone(holdfast: Cli, project: Path, content: bytes) -> None:
    (project / "project_config.md").write_bytes(content)
    said = holdfast("workflow", "state", "next", cwd=project)
    assert said.exit_code == 2
    assert "project_config.md" in said.stderr
    assert (project / "project_config.md").read_bytes() == content


def test_phases_that_cannot_be_used_are_told_with_their_places(holdfast: Cli, project: Path) -> None:
    (project / "phases.yaml").write_text("name: x\nphases: {A: {sasy: y}}\n", "utf-8")
    said = holdfast("workflow", "state", "next", cwd=project)
    assert said.exit_code == 2
    assert "phases.yaml:2:14: phases.A.sasy is no key; did you mean says?" in said.stderr
    assert STATE.encode() == (project / "workflow_state.md").read_bytes()


def test_lint_knows_the_phases_of_the_project(holdfast: Cli, project: Path) -> None:
    from holdfast.workflow.rules.graph_file import builtin_text

    (project / "phases.yaml").write_text(builtin_text().replace("INIT", "DREAM"), "utf-8")
    said = holdfast("workflow", "state", "lint", cwd=project)
    assert said.exit_code == 1
    assert "INIT" in said.stdout
    path = project / "workflow_state.md"
    path.write_text(path.read_text("utf-8").replace("INIT", "DREAM"), "utf-8")
    assert "DREAM" not in holdfast("workflow", "state", "lint", cwd=project).stdout


def test_commands_run_in_the_environment_of_the_project(holdfast: Cli, project: Path) -> None:
    import venv

    venv.create(project / ".venv", symlinks=True)
    (project / ".gitignore").write_text(".venv\n.holdfast/\n", "utf-8")
    (project / "check.sh").write_text('python -c "import sys; print(sys.prefix)"\n', "utf-8")
    to_construct(desk_at(project))
    assert holdfast("workflow", "state", "advance", cwd=project).exit_code == 0
    assert str(project / ".venv") in (project / "workflow_state.md").read_text("utf-8")


PLUGIN = """
def good(sentence, about):
    return f"Shipped {about['title']} <!-- \\n## at last"

def bad(sentence, about):
    raise RuntimeError("no model")

def odd(sentence, about):
    return 3
"""


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("good", "- Shipped Add a login \\<\\!-- \\#\\# at last", ""),
        ("bad", "- Completed Add a login (item 1): test passed at", "no model"),
        ("odd", "- Completed Add a login (item 1): test passed at", "not a text"),
        ("gone", "- Completed Add a login (item 1): test passed at", "gone"),
    ],
)
def test_a_plugin_may_make_the_sentence_and_is_never_required(
    holdfast: Cli, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, line: str, said: str
) -> None:
    metadata = tmp_path / "site" / "sums-1.0.dist-info"
    metadata.mkdir(parents=True)
    (tmp_path / "site" / f"sums_{name}.py").write_text(PLUGIN, "utf-8")
    (metadata / "METADATA").write_text("Name: sums\nVersion: 1.0\n", "utf-8")
    (metadata / "entry_points.txt").write_text(f"[holdfast.summaries]\nmine = sums_{name}:{name}\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path / "site")
    to_end(desk_at(project))
    done = holdfast("workflow", "state", "tick", cwd=project)
    assert done.exit_code == 0
    assert said in done.stderr
    assert f"## Changelog\n{line}" in (project / "project_config.md").read_text("utf-8")


@pytest.mark.parametrize(
    "command",
    [
        *(("init",), ("show",), ("tick",), ("next",), ("approve",), ("reject", "--reason", "no"), ("advance",)),
        *(("log", "a line"), ("add-item", "a title"), ("lint",)),
    ],
    ids=lambda command: command[0],
)
def test_every_command_takes_a_dry_run_json_and_a_moment_and_then_writes_nothing(
    holdfast: Cli, project: Path, command: tuple[str, ...]
) -> None:
    desk = desk_at(project)
    ticked(desk)
    advance(desk, Asked())
    advance(desk, Asked())
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file() and ".git" not in path.parts}
    said = holdfast("workflow", "state", *command, "--dry-run", "--format", "json", *AT, cwd=project, env=PERSON)
    assert json.loads(said.stdout)["schema"].startswith("holdfast/state")
    after = {path: path.read_bytes() for path in project.rglob("*") if path.is_file() and ".git" not in path.parts}
    assert after == before
