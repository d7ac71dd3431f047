from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from holdfast.workflow.runner.listener import Silent
from tests.conftest import Cli
from tests.workflow.reports import real_runs as runs


def files(project: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in project.rglob("*") if path.is_file()}


def test_a_run_that_waits_shows_what_happened_and_the_commands_that_lead_on(shop: Path, holdfast: Cli) -> None:
    run_id = runs.ran(shop, runs.NIGHTLY)
    said = holdfast("workflow", "status", run_id, cwd=shop)
    assert said.exit_code == 0
    rows = {line.split()[0]: line for line in said.stdout.split("\n") if line.strip()}
    assert rows["tests"].startswith("tests")
    assert "1 failed, 2 succeeded of 3 items" in said.stdout
    assert "  | password=***" in said.stdout
    assert "hunter22" not in said.stdout
    assert f"holdfast workflow approve {run_id} ship --answer publish" in said.stdout


def test_a_run_whose_runner_was_killed_is_interrupted_and_says_how_to_go_on(shop: Path, holdfast: Cli) -> None:
    run_id = runs.abandoned(shop, runs.flow(runs.sh("a", "true")), ("step/a/1/started", {"on_crash": "ask"}))
    document = json.loads(holdfast("workflow", "status", "last", "--format", "json", cwd=shop).stdout)
    assert (document["status"], document["steps"][0]["status"]) == ("interrupted", "interrupted")
    assert document["next"] == [
        {"command": f"holdfast workflow resume {run_id}", "why": "goes on where it was interrupted"}
    ]
    listed = holdfast("workflow", "history", "--status", "interrupted", cwd=shop)
    assert run_id in listed.stdout


def test_looking_writes_nothing(shop: Path, holdfast: Cli) -> None:
    run_id = runs.abandoned(shop, runs.NIGHTLY, ("step/build/1/started", {"on_crash": "ask"}))
    before = files(shop)
    for command in (
        ["status"],
        ["status", "last"],
        ["history"],
        ["checkpoints", run_id],
        ["sessions"],
        ["logs", run_id],
    ):
        assert holdfast("workflow", *command, cwd=shop).exit_code == 0
    holdfast("workflow", "dead", "list", run_id, cwd=shop)
    holdfast("workflow", "prune", "--keep", "0", "--dry-run", cwd=shop)
    assert files(shop) == before


def test_without_a_run_those_in_flight_are_shown_with_what_each_needs(shop: Path, holdfast: Cli) -> None:
    over = runs.ran(shop, runs.flow(runs.sh("a", "true"), name="over"))
    waits = runs.ran(shop, runs.NIGHTLY)
    said = holdfast("workflow", "status", cwd=shop)
    assert waits in said.stdout
    assert over not in said.stdout
    assert "ship: needs an answer; Publish? (publish | hold)" in said.stdout
    document = json.loads(holdfast("workflow", "status", "--format", "json", cwd=shop).stdout)
    assert [each["id"] for each in document["runs"]] == [waits]


def test_where_nothing_ever_ran_that_is_said_and_nothing_is_made(shop: Path, holdfast: Cli) -> None:
    assert "no run is in flight" in holdfast("workflow", "status", cwd=shop).stdout
    assert holdfast("workflow", "history", cwd=shop).stdout == "no runs match\n"
    assert holdfast("workflow", "sessions", cwd=shop).stdout == "nobody is at work\n"
    said = holdfast("workflow", "status", "last", cwd=shop)
    assert (said.exit_code, said.stderr) == (
        2, "holdfast: there is no run yet\nhint: holdfast workflow run FILE begins one\n",
    )  # fmt: skip
    assert not (shop / ".holdfast").exists()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["status", "nope"], "nope: no such run"),
        (["status", "zz"], "zz: no run's id begins so"),
        (["status", "--watch"], "--watch needs a run"),
        (["status", "--format", "html"], "--format html is of one run"),
        (["history", "--status", "broken"], "'broken' is no status of a run"),
        (["history", "--since", "yesterday"], "'yesterday' is no moment"),
        (["logs", "last", "tets"], "tets: no such step"),
        (["logs", "last", "fan[3]"], "fan[3]: fan has 3 items"),
        (["logs", "last", "build[0]"], "build[0]: build has no items"),
        (["logs", "last", "fan"], "fan: a fan-out says nothing itself"),
        (["logs", "last", "ship"], "ship: has not begun"),
        (["logs", "last", "tests", "--attempt", "3"], "tests: attempt 3: there were 2"),
        (["prune"], "prune needs to be told what is old"),
        (["prune", "last", "--keep", "3"], "runs are named, or chosen"),
        (["dead", "drop", "last", "tests"], "what is given up needs a reason"),
        (["dead", "drop", "last", "build", "--why", "x"], "build is no dead letter: it is succeeded"),
        (["dead", "retry", "last"], "name the steps, or say --all"),
        (["dead", "retry", "last", "tests", "--all"], "name the steps, or say --all"),
    ],
)
def test_what_cannot_be_shown_says_why_and_what_can(
    shop: Path, holdfast: Cli, arguments: list[str], reason: str
) -> None:
    runs.ran(shop, runs.NIGHTLY)
    said = holdfast("workflow", *arguments, cwd=shop)
    assert said.exit_code == 2
    assert said.stderr.startswith(f"holdfast: {reason}")
    assert said.stdout == ""


def test_a_mistyped_step_is_told_the_nearest(shop: Path, holdfast: Cli) -> None:
    runs.ran(shop, runs.NIGHTLY)
    assert "hint: did you mean tests?" in holdfast("workflow", "logs", "last", "tets", cwd=shop).stderr


def test_a_report_is_written_to_a_file(shop: Path, holdfast: Cli) -> None:
    runs.ran(shop, runs.NIGHTLY)
    said = holdfast("workflow", "report", "last", "--output", "run.html", cwd=shop)
    assert (said.exit_code, said.stdout, said.stderr) == (0, "", "holdfast: wrote run.html\n")
    assert (shop / "run.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    printed = holdfast("workflow", "report", "last", "--format", "junit", cwd=shop)
    assert printed.stdout.startswith("<?xml")


def test_checkpoints_are_what_is_on_record_and_items_are_folded(shop: Path, holdfast: Cli) -> None:
    run_id = runs.ran(shop, runs.NIGHTLY)
    said = holdfast("workflow", "checkpoints", run_id, cwd=shop).stdout
    assert [line.split()[0] for line in said.split("\n")[1:5]] == ["build", "tests", "fan", "tests"] or "fan" in said
    assert "(3 checkpoints of its items)" in said
    everything = holdfast("workflow", "checkpoints", run_id, "--all", cwd=shop).stdout
    assert "fan[2]" in everything
    document = json.loads(holdfast("workflow", "checkpoints", run_id, "--format", "json", cwd=shop).stdout)
    tests = [(each["attempt"], each["status"]) for each in document["checkpoints"] if each["step"] == "tests"]
    assert tests == [(1, "failed"), (2, "failed")]


def test_artifacts_are_listed_with_their_digest(shop: Path, holdfast: Cli) -> None:
    runs.ran(shop, runs.flow(runs.sh("a", "echo x > out.txt", artifacts=("out.txt",))))
    document = json.loads(holdfast("workflow", "artifacts", "last", "--format", "json", cwd=shop).stdout)
    digest = "73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac"
    assert document["artifacts"] == [{"step": "a", "path": "out.txt", "sha256": digest, "size": 2}]
    assert digest in holdfast("workflow", "artifacts", "last", cwd=shop).stdout


def test_logs_of_all_steps_are_told_apart_and_masked(shop: Path, holdfast: Cli) -> None:
    run_id = runs.ran(shop, runs.NIGHTLY)
    said = holdfast("workflow", "logs", run_id, cwd=shop).stdout
    assert said.startswith("== build, attempt 1\nbuilding\nready\n== tests, attempt 2\ntrying\npassword=***\n")
    assert holdfast("workflow", "logs", run_id, "build", "--tail", "1", cwd=shop).stdout == "ready\n"
    assert holdfast("workflow", "logs", run_id, "build", "--tail", "0", cwd=shop).stdout == ""
    assert holdfast("workflow", "logs", run_id, "fan[1]", cwd=shop).stdout == "b\n"


def test_what_a_terminal_would_obey_in_a_log_is_shown_instead(shop: Path, holdfast: Cli) -> None:
    runs.ran(shop, runs.flow(runs.sh("a", r"printf 'x\033]0;t\007y'")))
    assert holdfast("workflow", "logs", "last", "a", cwd=shop).stdout == "x\\x1b]0;t\\x07y\n"


def test_following_a_run_that_is_over_ends(shop: Path, holdfast: Cli) -> None:
    runs.ran(shop, runs.NIGHTLY)
    assert holdfast("workflow", "logs", "last", "build", "--follow", cwd=shop).stdout == "building\nready\n"
    assert holdfast("workflow", "logs", "last", "--follow", cwd=shop).exit_code == 0


def test_watching_a_run_that_nobody_runs_ends_with_its_exit_code(shop: Path, holdfast: Cli) -> None:
    runs.ran(shop, runs.flow(runs.sh("a", "exit 4")))
    said = holdfast("workflow", "status", "last", "--watch", cwd=shop)
    assert said.exit_code == 1
    assert said.stderr == "a: failed in " + said.stderr.split("in ")[1]
    assert "(exit code 4)" in said.stderr
    assert "failed: 1 failed of 1 step" in said.stdout
    runs.ran(shop, runs.flow(runs.sh("a", "true")))
    assert holdfast("workflow", "status", "last", "--watch", cwd=shop).exit_code == 0


WATCHER = """
import os, sys
from holdfast.cli.main import main
sys.argv = ["holdfast", "workflow", "status", "last", "--watch"]
main()
"""


def test_on_a_terminal_a_watched_run_is_drawn_in_place_until_it_ends(shop: Path) -> None:
    run_id = runs.begin(shop, runs.flow(runs.sh("a", "while test ! -e go; do sleep 0.05; done"), runs.sh("b", "true")))
    listener, drawn = Silent(), threading.Event()
    walker = threading.Thread(target=runs.walk, args=(shop, run_id, listener))
    master, slave = pty.openpty()
    with runs.engine_of(shop) as engine:
        walker.start()
        while not any(record.key == "step/a/1/started" for record in engine.load(run_id)[1]):
            drawn.wait(0.01)
    process = subprocess.Popen(
        [sys.executable, "-c", WATCHER], stdin=slave, stdout=slave, stderr=slave, cwd=shop,
        env={**os.environ, "TERM": "xterm"},
    )  # fmt: skip
    os.close(slave)
    said = ""
    while select.select([master], [], [], 60)[0]:
        try:
            data = os.read(master, 65536).decode()
        except OSError:
            break
        said += data
        if "running" in said:
            (shop / "go").touch()
    os.close(master)
    walker.join()
    assert process.wait(60) == 0, said
    assert "\x1b[5F" in said or "\x1b[6F" in said
    assert "a  " in said
    assert "succeeded: 2 succeeded of 2 steps" in said


def test_what_runs_is_followed_until_it_ends_each_line_with_its_step(shop: Path) -> None:
    run_id = runs.begin(
        shop,
        runs.flow(
            runs.sh("a", "echo one; while test ! -e go; do sleep 0.05; done; echo two"), runs.sh("b", "echo three", "a")
        ),
    )
    walker = threading.Thread(target=runs.walk, args=(shop, run_id))
    walker.start()
    log = shop / ".holdfast" / "workflow" / "runs" / run_id / "logs" / "a.1.log"
    pause = threading.Event()
    while not (log.is_file() and log.read_bytes()):
        pause.wait(0.01)
    followers = [
        subprocess.Popen(
            [sys.executable, "-m", "holdfast", "workflow", "logs", run_id, *step, "--follow"],
            cwd=shop, stdout=subprocess.PIPE, text=True,
        )
        for step in ([], ["a"])
    ]  # fmt: skip
    first = [follower.stdout.readline() for follower in followers if follower.stdout]
    (shop / "go").touch()
    rest = [follower.communicate(timeout=60)[0] for follower in followers]
    walker.join()
    assert first == ["a | one\n", "one\n"]
    assert rest == ["a | two\nb | three\n", "two\n"]


def test_a_journal_that_is_none_is_said_and_one_that_is_empty_holds_no_runs(shop: Path, holdfast: Cli) -> None:
    journal = shop / ".holdfast" / "workflow" / "journal.db"
    journal.parent.mkdir(parents=True)
    journal.touch()
    assert "no run is in flight" in holdfast("workflow", "status", cwd=shop).stdout
    journal.write_text("garbage " * 100, "utf-8")
    said = holdfast("workflow", "status", cwd=shop)
    assert said.exit_code == 2
    assert "the journal is damaged" in said.stderr


FILE = """\
name: nightly
steps:
  - {id: a, run: [test, -e, flag]}
  - {id: b, needs: [a], run: [echo, said]}
"""


def test_a_workflow_that_failed_goes_on_from_its_dead_letters(shop: Path, holdfast_process: Cli) -> None:
    (shop / "workflows").mkdir()
    (shop / "workflows" / "nightly.yaml").write_text(FILE, "utf-8")
    failed = holdfast_process("workflow", "run", "nightly", cwd=shop)
    assert failed.exit_code == 1
    assert "a: failed in " in failed.stderr
    (shop / "flag").touch()
    said = holdfast_process("workflow", "dead", "retry", "last", "--all", "--resume", cwd=shop)
    assert said.exit_code == 0
    assert "1 of 1 to be tried again" in said.stdout
    assert "succeeded: 2 succeeded of 2 steps" in said.stdout
    report = json.loads(holdfast_process("workflow", "report", "last", "--format", "json", cwd=shop).stdout)
    assert [step["attempts"] for step in report["steps"]] == [2, 1]
    assert json.loads(
        holdfast_process("workflow", "sessions", "release", "--format", "json", cwd=shop).stdout
    )["released"] == []  # fmt: skip
