from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from holdfast.core.process_identity import identity
from tests.registries import append, events_in, finished, started, text_of, ulid, write

Call = Callable[..., Any]


@pytest.fixture
def log(holdfast: Call, git_project: Path) -> Call:
    def call(*args: str, env: Mapping[str, str] | None = None) -> Any:
        return holdfast("task-log", *args, cwd=git_project, env={"USER": "ana", **(env or {})})

    return call


@pytest.fixture
def path(git_project: Path) -> Path:
    return git_project / "task_registry.json"


def test_start_note_and_finish_log_a_task_that_cannot_be_wrapped(log: Call, path: Path) -> None:
    run_id = log("start", "deploy", "--agent", "bo").stdout.strip()
    assert log("note", "password=hunter2 sent", "--id", run_id[:20]).exit_code == 0
    assert log("note", "of no task").exit_code == 0
    assert log("finish", run_id.lower(), "--exit-code", "3", "--reason", "TOKEN=hunter2").exit_code == 0
    start, note, loose, end = events_in(path)
    assert (start["id"], start["task"], start["agent"], start["argv"]) == (run_id, "deploy", "bo", [])
    assert "pid" not in start
    assert (note["id"], note["text"]) == (run_id, "password=*** sent")
    assert "id" not in loose
    assert (end["id"], end["status"], end["exit_code"], end["reported"]) == (run_id, "failed", 3, True)
    assert (end["reason"], end["dirty"]) == ("TOKEN=***", False)
    assert end["duration_s"] >= 0
    assert "failed (reported)" in log("list").stdout


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--exit-code", "0"], "succeeded"),
        (["--status", "skipped"], "skipped"),
        (["--status", "timed_out", "--exit-code", "124"], "timed_out"),
    ],
)
def test_an_end_is_a_status_or_an_exit_code(log: Call, path: Path, arguments: list[str], status: str) -> None:
    write(path, started(1))
    assert log("finish", ulid(1), *arguments).exit_code == 0
    assert events_in(path)[-1]["status"] == status


def test_a_task_without_a_moment_of_its_start_can_be_finished(log: Call, path: Path) -> None:
    write(path, started(1) | {"at": "soon"})
    assert log("finish", ulid(1), "--status", "succeeded").exit_code == 0
    assert events_in(path)[-1]["duration_s"] < 60


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["finish", ulid(1), "--exit-code", "0"], "ended already: succeeded"),
        (["finish", ulid(2)], "how did it end?"),
        (["finish", ulid(2), "--status", "green"], "'green' is no status"),
        (["finish", ulid(2), "--status", "failed", "--exit-code", "0"], "does not go with exit code 0"),
        (["finish", ulid(2), "--exit-code", "256"], "--exit-code"),
        (["finish", "01JE", "--exit-code", "0"], "no task '01JE'"),
        (["finish", "01JD", "--exit-code", "0"], "beginning of 2 ids"),
        (["note", "x" * 10_001], "10001 characters"),
        (["note", "x", "--id", "01JE"], "no task"),
        (["start", "x", "--pid", "999999999"], "no process 999999999"),
        (["list", "--status", "green"], "'green' is no state"),
        (["list", "--since", "soon"], "is no moment"),
        (["list", "--last", "0"], "--last"),
        (["list", "--format", "xml"], "--format"),
        (["show", "01JD"], "beginning of 2 ids"),
        (["archive", "--before", "soon"], "is no date"),
        (["archive"], "--before"),
        (["tail", "--registry", "missing.json"], "no task registry yet"),
        (["verify", "--registry", "."], "not a regular file"),
        (["run"], "COMMAND"),
        (["run", "--registry", "no/where.json", "true"], "cannot create"),
        (["run", "--registry", "pyproject.toml", "true"], "pyproject.toml:1: not the first line"),
        (["nonsense"], "nonsense"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    log: Call, path: Path, arguments: list[str], reason: str
) -> None:
    write(path, started(1), finished(1), started(2))
    before = {file.name: file.read_bytes() for file in path.parent.iterdir() if file.is_file()}
    said = log(*arguments)
    assert said.exit_code == 2
    assert reason in said.stderr
    assert said.stdout == ""
    assert {file.name: file.read_bytes() for file in path.parent.iterdir() if file.is_file()} == before


def test_a_task_whose_process_is_named_is_running_until_that_is_gone(log: Call, path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    log("start", "serve", "--pid", str(process.pid))
    assert events_in(path)[0]["pid"] == process.pid
    assert json.loads(log("list", "--format", "json").stdout)["tasks"][0]["state"] == "running"
    process.communicate(b"\n")
    (task,) = json.loads(log("list", "--status", "interrupted", "--format", "json").stdout)["tasks"]
    assert task["reason"] == f"process {process.pid} is gone"


def test_lists_are_chosen_and_versioned(log: Call, path: Path) -> None:
    here = identity(os.getpid())
    write(path, started(1), finished(1), started(2, "test"), finished(2, "failed"), started(3) | here)
    document = json.loads(log("list", "--format", "json").stdout)
    assert document["schema"] == "holdfast/task-list/1"
    assert [(task["id"], task["state"]) for task in document["tasks"]] == [
        (ulid(1), "succeeded"),
        (ulid(2), "failed"),
        (ulid(3), "running"),
    ]
    for arguments, numbers in [
        (["--status", "failed"], [2]),
        (["--task", "lint"], [1, 3]),
        (["--task", "lint", "--last", "1"], [3]),
        (["--agent", "b*"], []),
        (["--since", "2026-11-20T06:00:02Z"], [2, 3]),
    ]:
        tasks = json.loads(log("list", *arguments, "--format", "json").stdout)["tasks"]
        assert [task["id"] for task in tasks] == [ulid(number) for number in numbers]


def test_the_last_twenty_are_listed_and_with_since_all(log: Call, path: Path) -> None:
    write(path, *[event for number in range(30) for event in (started(number), finished(number))])
    assert len(log("list").stdout.splitlines()) == 21
    assert len(log("list", "--since", "2026-01-01").stdout.splitlines()) == 31
    assert len(log("list", "--since", "2026-01-01", "--last", "5").stdout.splitlines()) == 6


def test_one_task_is_shown_by_a_prefix(log: Call, path: Path) -> None:
    write(path, started(1), finished(1))
    assert "state        succeeded\n" in log("show", "01JD").stdout
    document = json.loads(log("show", ulid(1), "--format", "json").stdout)
    assert (document["schema"], document["task"]["duration_s"]) == ("holdfast/task/1", 1.5)


def test_statistics_are_shown(log: Call, path: Path) -> None:
    write(path, started(1), finished(1), started(2), finished(2, "failed", duration_s=3))
    assert "lint  2     50%" in log("stats").stdout
    document = json.loads(log("stats", "--format", "json").stdout)
    assert document["schema"] == "holdfast/task-stats/1"
    assert document["tasks"][0]["success_rate"] == 0.5


def test_the_trend_needs_no_more_than_ascii(holdfast_process: Call, git_project: Path, path: Path) -> None:
    write(path, started(1), finished(1), started(2, "t\u00e9st"), finished(2))
    plain = holdfast_process("task-log", "stats", cwd=git_project, env={"PYTHONIOENCODING": "ascii"})
    assert plain.exit_code == 0
    assert plain.stdout.isascii()
    assert "t\\xe9st" in plain.stdout
    full = holdfast_process("task-log", "stats", cwd=git_project, env={"PYTHONIOENCODING": "utf-8"})
    assert "\u2581" in full.stdout


def test_the_last_events_are_shown(log: Call, path: Path) -> None:
    write(path, started(1), finished(1))
    assert log("tail", "-n", "1").stdout == f"2026-11-20 07:00:01  {ulid(1)}  finished  succeeded  1.50s  exit 0\n"


def test_following_shows_what_comes_until_ctrl_c(git_project: Path, path: Path) -> None:
    write(path, started(1))
    command = [sys.executable, "-m", "holdfast", "task-log", "tail", "--follow"]
    process = subprocess.Popen(
        command,
        cwd=git_project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout
    assert "started" in process.stdout.readline()
    append(path, finished(1))
    assert "finished" in process.stdout.readline()
    process.send_signal(2)
    _, talk = process.communicate(timeout=20)
    assert (process.returncode, talk) == (130, "interrupted\n")


def test_verify_names_the_first_bad_line(log: Call, path: Path) -> None:
    write(path, started(1))
    assert (log("verify").exit_code, log("verify").stdout) == (0, "task_registry.json: valid, 2 events\n")
    path.write_text(text_of(started(1), finished(1, "green")).replace("\n]}", "\nx\n]}"), "utf-8")
    said = log("verify")
    assert said.exit_code == 1
    assert said.stdout.startswith("task_registry.json:3: 'green' is no status")
    assert said.stdout.endswith("(and 1 more)\n")
    assert said.stderr == "hint: run: holdfast task-log repair\n"
    document = json.loads(log("verify", "--format", "json").stdout)
    assert document["schema"] == "holdfast/task-verify/1"
    assert [problem["line"] for problem in document["problems"]] == [3, 4]


def test_repair_says_what_it_did(log: Call, path: Path) -> None:
    write(path, started(1))
    assert log("repair").stdout == "task_registry.json: nothing to repair, 2 events\n"
    path.write_text(text_of(started(1)).replace("\n]}", "\nbroken\n]}"), "utf-8")
    said = log("repair")
    assert said.exit_code == 0
    assert "repaired, 2 events" in said.stdout
    assert "task_registry.json.before-repair" in said.stdout
    assert "task_registry.json.cut-" in said.stdout
    assert events_in(path) == [started(1)]


def test_archive_says_what_it_moved(log: Call, path: Path) -> None:
    write(path, started(1), finished(1))
    assert log("archive", "--before", "2026-11").stdout == "no task ended before 2026-11\n"
    assert log("archive", "--before", "2026-12").stdout == "1 task moved to task_registry.2026-11.json\n"


def test_a_torn_tail_is_told_by_those_who_read_and_mended_by_those_who_write(log: Call, path: Path) -> None:
    path.write_text(text_of(started(1))[:-3] + ",{half", "utf-8")
    before = path.read_bytes()
    for arguments in (["list"], ["show", ulid(1)], ["stats"]):
        said = log(*arguments)
        assert (said.exit_code, "torn write" in said.stderr) == (0, True)
    assert path.read_bytes() == before
    assert "were cut" in log("note", "x").stderr
    assert [event["event"] for event in events_in(path)] == ["started", "note"]


def test_the_registry_may_be_elsewhere(log: Call, git_project: Path, tmp_path: Path) -> None:
    log("note", "one", "--registry", str(tmp_path / "named.json"))
    log("note", "two", env={"HOLDFAST_REGISTRY": "log/../relative.json"})
    (git_project / "log").mkdir()
    log("note", "two", env={"HOLDFAST_REGISTRY": "log/relative.json"})
    assert events_in(tmp_path / "named.json")[0]["text"] == "one"
    assert events_in(git_project / "log" / "relative.json")[0]["text"] == "two"
    assert not (git_project / "task_registry.json").exists()


def test_a_named_registry_is_read_outside_of_any_project(holdfast: Call, tmp_path: Path) -> None:
    write(tmp_path / "r.json", started(1), finished(1))
    said = holdfast("task-log", "list", "--registry", "r.json", cwd=tmp_path)
    assert (said.exit_code, len(said.stdout.splitlines())) == (0, 2)


@pytest.mark.parametrize("arguments", [["start", "x"], ["note", "x"], ["finish", "01", "--exit-code", "0"]])
def test_nothing_is_logged_where_the_environment_says_no(log: Call, path: Path, arguments: list[str]) -> None:
    assert log(*arguments, env={"HOLDFAST_NO_LOG": "1"}).exit_code == 0
    assert not path.exists()
