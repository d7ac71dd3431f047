"""A step that is another workflow: its questions make the parent's step wait, and it goes on where it stood."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from holdfast.core.process_identity import identity, is_running
from tests.conftest import Cli

PARENT = """\
steps:
  - {id: kid, workflow: workflows/kid.yaml}
  - {id: after, needs: [kid], run: [echo, over]}
"""
ASKING = """\
steps:
  - {id: ask, approve: {question: "Go?"}}
  - {id: go, needs: [ask], run: [echo, gone]}
"""
LONG = """\
steps:
  - {id: first, run: 'echo first >> said'}
  - {id: long, needs: [first], on_crash: rerun, run: 'echo $$ > pid; echo long >> said; test -e go || exec sleep 600'}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in which people need no terminal to approve."""
    monkeypatch.delenv("CI", raising=False)
    place = tmp_path / "shop"
    (place / "workflows").mkdir(parents=True)
    allow = "[tool.holdfast.workflow]\napprove_without_terminal = true\n"
    (place / "pyproject.toml").write_text(f'[project]\nname = "shop"\nversion = "1.0"\n{allow}', "utf-8")
    (place / "workflows" / "parent.yaml").write_text(PARENT, "utf-8")
    return place


@pytest.fixture
def parent() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Parents that are running; what is left of them is ended."""
    running: list[subprocess.Popen[bytes]] = []
    yield running
    for process in running:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def start(project: Path, *args: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "holdfast", "workflow", *args, "--no-live"]
    return subprocess.Popen(
        command,
        cwd=project,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def runs(project: Path, holdfast: Cli) -> dict[str, dict[str, Any]]:
    """The newest run of each workflow."""
    said = holdfast("workflow", "history", "--format", "json", cwd=project)
    return {run["workflow"]: run for run in reversed(json.loads(said.stdout)["runs"])}


def waits_for(parent: subprocess.Popen[bytes], project: Path, holdfast: Cli, workflow: str, status: str) -> None:
    while runs(project, holdfast).get(workflow, {}).get("status") != status:
        assert parent.poll() is None, parent.communicate()[0].decode()


def test_a_question_of_a_child_has_the_parent_wait_until_it_is_answered(
    project: Path, holdfast: Cli, parent: list[subprocess.Popen[bytes]]
) -> None:
    (project / "workflows" / "kid.yaml").write_text(ASKING, "utf-8")
    parent.append(start(project, "run", "parent"))
    waits_for(parent[0], project, holdfast, "kid", "waiting")
    kid = runs(project, holdfast)["kid"]
    assert "workflow resume" not in holdfast("workflow", "status", kid["id"], cwd=project).stdout
    said = holdfast("workflow", "approve", kid["id"], "ask", cwd=project)
    assert said.exit_code == 0, said.stderr
    assert parent[0].wait(60) == 0
    assert {run["status"] for run in runs(project, holdfast).values()} == {"succeeded"}


def test_a_parent_that_is_told_to_end_ends_what_its_child_runs_and_goes_on_with_the_same_child(
    project: Path, holdfast: Cli, parent: list[subprocess.Popen[bytes]]
) -> None:
    (project / "workflows" / "kid.yaml").write_text(LONG, "utf-8")
    parent.append(start(project, "run", "parent"))
    while not (project / "pid").exists() or not (project / "pid").read_text("utf-8").strip():
        assert parent[0].poll() is None
    step = identity(int((project / "pid").read_text("utf-8")))
    kid = runs(project, holdfast)["kid"]["id"]
    parent[0].send_signal(signal.SIGTERM)
    assert parent[0].wait(60) == 130
    assert is_running(step)[0] is False
    assert runs(project, holdfast)["kid"]["status"] != "running"
    (project / "go").touch()
    parent.append(start(project, "resume"))
    assert parent[1].wait(60) == 0, parent[1].communicate()[0].decode()
    assert (project / "said").read_text("utf-8").split() == ["first", "long", "long"]
    assert runs(project, holdfast)["kid"]["id"] == kid


def test_where_all_was_killed_the_parent_goes_on_with_the_same_child(
    project: Path, holdfast: Cli, parent: list[subprocess.Popen[bytes]]
) -> None:
    (project / "workflows" / "kid.yaml").write_text(LONG, "utf-8")
    parent.append(start(project, "run", "parent"))
    while not (project / "pid").exists() or not (project / "pid").read_text("utf-8").strip():
        assert parent[0].poll() is None
    found = json.loads(holdfast("workflow", "sessions", "list", "--format", "json", cwd=project).stdout)["sessions"]
    pids = [session["pid"] for session in found]
    assert parent[0].pid in pids
    for pid in (*pids, int((project / "pid").read_text("utf-8"))):  # as a power cut: the shims of the steps too
        os.killpg(os.getpgid(pid), signal.SIGKILL)
    parent[0].wait(60)
    (project / "go").touch()
    parent.append(start(project, "resume", runs(project, holdfast)["parent"]["id"]))
    assert parent[1].wait(60) == 0, parent[1].communicate()[0].decode()
    assert (project / "said").read_text("utf-8").split() == ["first", "long", "long"]


def test_a_failed_child_goes_on_at_the_steps_retry_and_is_another_when_somebody_has_it_done_again(
    project: Path, holdfast: Cli
) -> None:
    text = PARENT.replace("kid.yaml}", "kid.yaml, retry: {times: 1, backoff: 0s}}")
    (project / "workflows" / "parent.yaml").write_text(text, "utf-8")
    fails = "steps:\n  - {id: first, run: 'echo first >> said'}\n  - {id: bad, needs: [first], run: 'test -e mended'}\n"
    (project / "workflows" / "kid.yaml").write_text(fails, "utf-8")
    assert holdfast("workflow", "run", "parent", cwd=project).exit_code == 1
    assert (project / "said").read_text("utf-8").split() == ["first"]
    (project / "mended").touch()
    assert holdfast("workflow", "retry", runs(project, holdfast)["parent"]["id"], "kid", cwd=project).exit_code == 0
    assert (project / "said").read_text("utf-8").split() == ["first", "first"]
