"""`holdfast workflow cancel`, `approve`, `reject` and `done`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from holdfast.core.process_identity import identity
from holdfast.workflow.engines.interface import Owner
from holdfast.workflow.engines.opening import open_to_run
from tests.cli.workflow.test_run import report, statuses, write
from tests.conftest import Cli, Said

SHIP = """
name: ship
steps:
  - {id: ask, approve: {question: Publish?, options: [publish, hold]}}
  - {id: publish, needs: [ask], if: "steps.ask.answer == 'publish'", run: [touch, published]}
  - {id: clean, when: always, run: [touch, cleaned]}
"""
SLOW = """
name: slow
steps:
  - {id: a, run: 'touch begun; while :; do sleep 0.05; done'}
  - {id: z, when: always, run: [touch, z]}
"""
AT_TERMINAL = """
import os, sys
sys.stderr = os.fdopen(os.dup(0), "w")
from holdfast.cli.main import main
main()
"""


def at_terminal(*args: str, cwd: Path, types: str) -> Said:
    """Calls `holdfast workflow ARGS` at a terminal, where a person types a line."""
    ours, theirs = os.openpty()
    env = {name: value for name, value in os.environ.items() if name != "CI"}
    with os.fdopen(ours, "wb", buffering=0) as keyboard:
        keyboard.write(f"{types}\n".encode())
        done = subprocess.run(
            [sys.executable, "-c", AT_TERMINAL, "workflow", *args],
            cwd=cwd,
            env=env,
            stdin=theirs,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        os.close(theirs)
        try:
            shown = os.read(ours, 2**16).decode()
        except OSError:
            shown = ""
    return Said(done.returncode, done.stdout, shown)


@pytest.fixture
def waiting(shop: Path, holdfast: Cli) -> str:
    """A run that waits for an answer."""
    write(shop, SHIP, "ship")
    said = holdfast("workflow", "run", "ship", "--format", "json", cwd=shop)
    assert (said.exit_code, statuses(said)["ask"]) == (1, "asking")
    run_id: str = report(said)["id"]
    return run_id


def test_a_person_answers_at_a_terminal_and_the_run_goes_on(shop: Path, holdfast: Cli, waiting: str) -> None:
    said = at_terminal("approve", "last", "ask", "--answer", "publish", cwd=shop, types=waiting[-4:])
    assert said.exit_code == 0, said.stderr
    assert f"holdfast workflow resume {waiting}" in said.stderr
    assert holdfast("workflow", "resume", cwd=shop).exit_code == 0
    assert (shop / "published").exists()


def test_an_answer_that_is_not_confirmed_is_none(shop: Path, holdfast: Cli, waiting: str) -> None:
    said = at_terminal("approve", waiting, "ask", "--answer", "publish", cwd=shop, types="yes")
    assert (said.exit_code, "not confirmed" in said.stderr) == (2, True), said.stderr
    assert holdfast("workflow", "resume", cwd=shop).exit_code == 1


@pytest.mark.parametrize(
    ("env", "reason"),
    [
        ({"CLAUDECODE": "1"}, "claude-code is at work"),
        ({"GITHUB_ACTIONS": "true"}, "GitHub Actions"),
        ({"CI": ""}, "terminal"),
    ],
)
def test_nobody_else_answers(shop: Path, holdfast: Cli, waiting: str, env: dict[str, str], reason: str) -> None:
    for command in (("approve", "last", "ask", "--answer", "hold"), ("reject", "last", "ask")):
        said = holdfast("workflow", *command, cwd=shop, env=env)
        assert (said.exit_code, reason in said.stderr) == (2, True), said.stderr
    assert holdfast("workflow", "resume", waiting, cwd=shop).exit_code == 1


def test_a_rejected_step_has_failed_and_what_needs_it_is_not_done(shop: Path, holdfast: Cli, waiting: str) -> None:
    said = at_terminal("reject", waiting, "ask", "--note", "too early", cwd=shop, types=waiting[-4:])
    assert said.exit_code == 0, said.stderr
    said = holdfast("workflow", "resume", "--format", "json", cwd=shop)
    assert (said.exit_code, statuses(said)) == (1, {"ask": "failed", "publish": "skipped", "clean": "succeeded"})
    assert report(said)["steps"][0]["reason"].endswith("too early")


def test_an_answer_has_to_be_one_of_the_options_of_a_step_that_asks(shop: Path, holdfast: Cli, waiting: str) -> None:
    for args, message in (
        (("approve", waiting, "ask", "--answer", "maybe"), "--answer maybe: not one of publish, hold"),
        (("approve", waiting, "ask"), "which answer?"),
        (("approve", waiting, "publish"), "waits for no answer: it is pending"),
        (("approve", waiting, "asks"), "has no step asks"),
        (("done", waiting, "ask"), "ask is a question"),
    ):
        said = holdfast("workflow", *args, cwd=shop, env={"CI": ""})
        assert (said.exit_code, message in said.stderr) == (2, True), said.stderr


def test_a_configured_project_takes_answers_without_a_terminal(shop: Path, holdfast: Cli, waiting: str) -> None:
    env = {"CI": "", "HOLDFAST_WORKFLOW_APPROVE_WITHOUT_TERMINAL": "true"}
    assert holdfast("workflow", "approve", waiting, "ask", "--answer", "hold", cwd=shop, env=env).exit_code == 0
    said = holdfast("workflow", "resume", "--format", "json", cwd=shop)
    assert (said.exit_code, statuses(said)["publish"]) == (0, "skipped")


def test_an_agent_may_say_that_a_guide_is_done_and_its_commands_decide(shop: Path, holdfast: Cli) -> None:
    guide = "name: g\nsteps:\n  - {id: g, guide: {instructions: make x, commands: [[test, -e, x]]}}\n"
    write(shop, guide, "g")
    assert holdfast("workflow", "run", "g", cwd=shop).exit_code == 1
    for expected in (1, 0):
        said = holdfast("workflow", "done", "last", "g", cwd=shop, env={"CLAUDECODE": "1"})
        assert said.exit_code == 0, said.stderr
        assert holdfast("workflow", "resume", cwd=shop).exit_code == expected
        (shop / "x").touch()


@contextmanager
def running(shop: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A run whose step does not end, as a process of its own."""
    write(shop, SLOW, "slow")
    process = subprocess.Popen(
        [sys.executable, "-m", "holdfast", "workflow", "run", "slow"],
        cwd=shop,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not (shop / "begun").exists():
        assert process.poll() is None
    yield process
    process.wait(60)


def test_a_live_run_is_told_to_end_what_runs(shop: Path, holdfast: Cli) -> None:
    with running(shop) as process:
        said = holdfast("workflow", "cancel", "last", "--reason", "enough", cwd=shop)
        assert (said.exit_code, "was told to end it" in said.stderr) == (0, True), said.stderr
        assert process.wait(60) == 1
    assert (shop / "z").exists()
    said = holdfast("workflow", "cancel", "last", cwd=shop)
    assert (said.exit_code, "has ended: cancelled" in said.stderr) == (2, True)


def test_what_a_dead_runner_left_is_ended_and_the_run_with_it(shop: Path, holdfast: Cli) -> None:
    with running(shop) as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(60)
    said = holdfast("workflow", "cancel", "last", cwd=shop)
    assert said.exit_code == 0, said.stderr
    assert "cancelled: 1 cancelled, 1 succeeded of 2 steps" in said.stdout
    assert (shop / "z").exists()


def test_an_interrupted_run_is_offered_and_taken_up_first_where_that_is_asked_for(shop: Path, holdfast: Cli) -> None:
    with running(shop) as process:
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(60) == 130
    write(shop, "name: w\nsteps: [{id: a, run: ['true']}]\n", "w")
    said = holdfast("workflow", "run", "w", cwd=shop)
    assert (said.exit_code, "was interrupted; to go on: holdfast workflow resume" in said.stderr) == (0, True)
    said = holdfast("workflow", "run", "w", "--auto-recover", cwd=shop)
    assert "recovering run" in said.stderr
    assert "needs" in said.stdout or "not known" in said.stdout


def test_a_run_whose_runner_died_at_its_end_is_told_of_to_the_registry_by_the_next_command(
    shop: Path, holdfast: Cli
) -> None:
    write(shop, "name: w\nsteps: [{id: a, run: ['true']}]\n", "w")
    run_id = report(holdfast("workflow", "run", "w", "--format", "json", cwd=shop))["id"]
    assert holdfast("task-log", "run", "--task", "first", "--", "true", cwd=shop).exit_code == 0
    with subprocess.Popen(["sleep", "600"]) as runner:
        dead = identity(runner.pid)
        runner.kill()
    engine = open_to_run(shop, "", os.environ, jobs=1)
    engine.claim(run_id, Owner("ana@laptop", dead))  # and never gives it back
    engine.close()
    said = holdfast("workflow", "run", "w", cwd=shop)
    assert f"run {run_id} ended as its runner was killed" in said.stderr
    assert run_id not in (shop / "task_registry.json").read_text("utf-8")
    said = holdfast("workflow", "run", "w", "--auto-recover", cwd=shop)
    assert f'"event":"finished","id":"{run_id}"' in (shop / "task_registry.json").read_text("utf-8")
    assert "ended as its runner" not in holdfast("workflow", "run", "w", cwd=shop).stderr


def test_a_person_who_knows_that_an_interrupted_step_did_its_work_says_so(shop: Path, holdfast: Cli) -> None:
    with running(shop) as process:
        os.kill(process.pid, signal.SIGINT)
        process.wait(60)
    said = holdfast("workflow", "resume", "--format", "json", cwd=shop)
    assert (said.exit_code, statuses(said)["a"]) == (1, "unknown")
    assert holdfast("workflow", "done", "last", "a", cwd=shop, env={"CLAUDECODE": "1"}).exit_code == 2
    said = at_terminal("done", "last", "a", cwd=shop, types=report(said)["id"][-4:])
    assert said.exit_code == 0, said.stderr
    said = holdfast("workflow", "resume", "--format", "json", cwd=shop)
    assert (said.exit_code, statuses(said)) == (0, {"a": "succeeded", "z": "succeeded"})


def test_a_live_runner_takes_up_what_is_to_be_tried_again(shop: Path, holdfast: Cli) -> None:
    flow = """
name: w
steps:
  - {id: a, run: "test -e there && touch mended"}
  - {id: b, run: 'touch begun; while ! test -e mended; do sleep 0.05; done'}
"""
    write(shop, flow, "w")
    process = subprocess.Popen([sys.executable, "-m", "holdfast", "workflow", "run", "w", "-j2"], cwd=shop)
    while not (shop / "begun").exists() or statuses_now(shop, holdfast).get("a") != "failed":
        assert process.poll() is None
    (shop / "there").touch()
    said = holdfast("workflow", "retry", "last", "a", cwd=shop)
    assert (said.exit_code, "takes it up" in said.stderr) == (0, True), said.stderr
    assert process.wait(60) == 0


def statuses_now(shop: Path, holdfast: Cli) -> dict[str, str]:
    """Where the steps of the last run stand, if it has begun."""
    said = holdfast("workflow", "status", "last", "--format", "json", cwd=shop)
    return statuses(said) if said.stdout else {}


@pytest.mark.parametrize(("types", "a"), [("g", "dropped"), ("", "unknown")])
def test_at_a_terminal_a_person_is_asked_what_to_do_with_an_interrupted_step(shop: Path, types: str, a: str) -> None:
    with running(shop) as process:
        os.kill(process.pid, signal.SIGINT)
        process.wait(60)
    said = at_terminal("resume", "last", "--format", "json", cwd=shop, types=types)
    assert (said.exit_code, statuses(said)["a"]) == (1, a), said.stderr
    assert "Run it again (r), give it up (g), or decide later (Enter)" in said.stderr
