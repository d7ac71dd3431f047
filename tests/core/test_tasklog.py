from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from tests.registries import events_in, started, uncovered_env, write

from holdfast import __version__
from holdfast.core.errors import HoldfastError
from holdfast.core.git import git_state
from holdfast.core.registry import Registry
from holdfast.core.tasklog import Entry, begin, finished, is_off, logged, own_files, own_names, started_event


class Log:
    """A project with a registry, what was said, and the ways to log in it."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.path = write(project / "task_registry.json")
        self.said: list[str] = []

    def logged(self, **options: Any) -> Any:
        given: dict[str, Any] = {
            "task": "check",
            "project": self.project,
            "argv": ["holdfast", "check"],
            "env": {"USER": "ana"},
        }
        return logged(self.path, **(given | {"say": self.said.append} | options))

    @property
    def events(self) -> list[dict[str, Any]]:
        return events_in(self.path)


@pytest.fixture
def log(git_project: Path, monkeypatch: pytest.MonkeyPatch) -> Log:
    monkeypatch.chdir(git_project)
    return Log(git_project)


def test_a_task_is_logged_with_who_what_when_and_at_which_commit(log: Log) -> None:
    with log.logged(argv=["holdfast", "--token", "hunter2"]) as entry:
        (start,) = log.events
        entry.finish("failed", 1, reason="two findings")
    commit = git_state(log.project).commit
    assert start["id"] == entry.id
    assert start["task"] == "check"
    assert start["agent"] == f"ana@{os.uname().nodename}"
    assert start["argv"] == ["holdfast", "--token", "***"]
    assert (start["cwd"], start["pid"], start["commit"], start["dirty"]) == (".", os.getpid(), commit, False)
    end = log.events[1]
    assert (end["event"], end["id"], end["status"], end["exit_code"]) == ("finished", entry.id, "failed", 1)
    assert (end["reason"], end["commit"], end["dirty"]) == ("two findings", commit, False)
    assert end["duration_s"] >= 0
    assert log.said == []


def test_a_task_that_is_started_elsewhere_is_logged_with_the_state_of_its_project(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (log.project / "task_registry.2026-10.json").touch()
    with log.logged():
        pass
    start, end = log.events
    commit = git_state(log.project).commit
    assert (start["cwd"], start["commit"], start["dirty"]) == ("..", commit, False)
    assert (end["commit"], end["dirty"]) == (commit, False)


def test_what_a_task_leaves_in_the_tree_stands_in_its_end(log: Log) -> None:
    with log.logged():
        (log.project / "made.py").touch()
    assert [event["dirty"] for event in log.events] == [False, True]


def test_a_block_that_says_nothing_succeeded(log: Log) -> None:
    with log.logged():
        pass
    assert [(event.get("status"), event.get("exit_code")) for event in log.events] == [(None, None), ("succeeded", 0)]


@pytest.mark.parametrize(
    ("error", "status", "code", "more"),
    [
        (KeyboardInterrupt(), "cancelled", 130, {"signal": "SIGINT"}),
        (HoldfastError("no such file, PASSWORD=hunter2"), "failed", 2, {"reason": "no such file, PASSWORD=***"}),
        (ZeroDivisionError(), "failed", 3, {"reason": "ZeroDivisionError"}),
        (SystemExit(4), "failed", 4, {}),
        (SystemExit("words"), "failed", 1, {}),
        (SystemExit(None), "succeeded", 0, {}),
    ],
)
def test_what_a_block_raises_says_how_it_ended(
    log: Log, error: BaseException, status: str, code: int, more: dict[str, object]
) -> None:
    with pytest.raises(type(error)), log.logged():
        raise error
    end = log.events[-1]
    assert (end["status"], end["exit_code"]) == (status, code)
    assert {key: end[key] for key in more} == more


def test_the_first_end_counts(log: Log) -> None:
    with log.logged() as entry:
        entry.finish("skipped")
        entry.finish("failed", 1)
    assert [event.get("status") for event in log.events] == [None, "skipped"]


@pytest.mark.parametrize("options", [{"enabled": False}, {"env": {"HOLDFAST_NO_LOG": "1"}}])
def test_nothing_is_logged_where_somebody_says_no(log: Log, options: dict[str, Any]) -> None:
    with log.logged(**options) as entry:
        entry.finish("succeeded", 0)
    assert log.events == []
    assert len(entry.id) == 26


def test_a_project_without_a_registry_gets_none(log: Log) -> None:
    log.path.unlink()
    with log.logged() as entry:
        pass
    assert not log.path.exists()
    assert len(entry.id) == 26


@pytest.mark.parametrize(("value", "off"), [("1", True), ("yes", True), ("0", False), ("", False), (None, False)])
def test_a_variable_turns_logging_off(value: str | None, off: bool) -> None:
    assert is_off({} if value is None else {"HOLDFAST_NO_LOG": value}) is off


def test_a_registry_that_cannot_be_written_is_told_and_stops_nothing(log: Log) -> None:
    log.path.write_text("{}", "utf-8")
    with log.logged() as entry:
        entry.finish("succeeded", 0)
    assert len(log.said) == 1
    assert log.said[0].startswith(f"not logged: {log.path}:1:")
    assert log.path.read_text("utf-8") == "{}"


def test_an_end_that_cannot_be_logged_is_told(log: Log) -> None:
    with log.logged() as entry:
        log.path.write_text("{}", "utf-8")
    assert len(log.said) == 1
    assert log.said[0].startswith(f"the end of task {entry.id} (succeeded) could not be logged")


def test_what_is_mended_on_the_way_is_told(log: Log) -> None:
    log.path.write_bytes(log.path.read_bytes()[:-3] + b',{"event":"no')
    with log.logged():
        pass
    assert len(log.said) == 1
    assert "were cut" in log.said[0]


def test_what_is_mended_at_the_end_is_told(log: Log) -> None:
    with log.logged():
        log.path.write_bytes(log.path.read_bytes()[:-3] + b',{"event":"no')
    assert len(log.said) == 1
    assert "were cut" in log.said[0]


def test_for_a_task_that_changes_no_files_git_is_asked_once_and_stands_in_its_end(log: Log) -> None:
    with log.logged(changes_tree=False):
        pass
    start, end = log.events
    assert "commit" not in start
    assert (end["commit"], end["dirty"]) == (git_state(log.project).commit, False)


def test_logging_does_not_make_the_tree_dirty(log: Log) -> None:
    (log.project / "task_registry.json.torn-01").touch()
    (log.project / "task_registry.2026-10.json").touch()
    (log.project / ".holdfast").mkdir()
    (log.project / ".holdfast" / "cache").touch()
    with log.logged():
        pass
    assert [event["dirty"] for event in log.events] == [False, False]
    (log.project / "task.py").touch()
    with log.logged():
        pass
    assert [event["dirty"] for event in log.events[2:]] == [True, True]


def test_a_registry_that_git_tracks_does_not_make_the_tree_dirty(log: Log) -> None:
    subprocess.run(["git", "add", "-A"], cwd=log.project, check=True)
    subprocess.run(["git", "commit", "-q", "-m", "registry"], cwd=log.project, check=True)
    with log.logged():
        pass
    assert [event["dirty"] for event in log.events] == [False, False]


@pytest.mark.parametrize(("project", "registry"), [("part", "part/r.json"), ("part", "r.json"), (".", "part/r.json")])
def test_a_registry_anywhere_in_the_repository_does_not_make_it_dirty(
    git_project: Path, project: str, registry: str
) -> None:
    (git_project / "part").mkdir()
    write(git_project / registry, started(1))
    root = git_project / project
    assert git_state(root).dirty
    assert git_state(root, apart_from=own_files(git_project / registry, root)).dirty is False


def test_a_registry_outside_the_repository_is_no_matter_for_git(git_project: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "r.json")
    (git_project / ".holdfast").mkdir()
    (git_project / ".holdfast" / "cache").touch()
    state = git_state(git_project, apart_from=own_files(path, git_project))
    assert state.dirty is False
    assert own_files(tmp_path / "missing" / "r.json", tmp_path)[-1] == "missing/r.json"


def test_a_project_without_git_is_logged_without_a_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    log = Log(tmp_path)
    with log.logged():
        pass
    assert ["commit" in event for event in log.events] == [False, False]


def test_a_directory_that_is_gone_is_no_reason_not_to_log(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = log.project / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with log.logged():
        pass
    assert log.events[0]["cwd"] == "?"


def test_long_command_lines_are_cut() -> None:
    argv = ["x" * 5000, *("y" for _ in range(400))]
    event = started_event("id", "t" * 5000, at_ms=0, agent="ana", argv=argv, cwd=".", process={})
    shown = event["argv"]
    assert isinstance(shown, list)
    assert shown[0] == "x" * 2000 + "... and 3000 characters more"
    assert shown[200:] == ["... and 201 more"]
    assert len(str(event["task"])) < 2100


def test_a_command_line_that_just_fits_is_kept_whole() -> None:
    argv = ["x" * 2000, *("y" for _ in range(199))]
    assert started_event("id", "t", at_ms=0, agent="ana", argv=argv, cwd=".", process={})["argv"] == argv


def test_the_events_of_a_task_are_what_the_format_says() -> None:
    start = started_event("id", "lint", at_ms=1, agent="ana", argv=["ruff"], cwd=".", process={"pid": 7})
    assert start == {
        "event": "started",
        "id": "id",
        "task": "lint",
        "agent": "ana",
        "at": "1970-01-01T00:00:00.001Z",
        "argv": ["ruff"],
        "cwd": ".",
        "pid": 7,
        "holdfast": __version__,
    }
    end = {"event": "finished", "id": "id", "status": "skipped", "at": "1970-01-01T00:00:00.002Z"}
    assert finished("id", "skipped", None, at_ms=2, duration_s=0.12345) == end | {"duration_s": 0.123}
    assert finished("id", "skipped", 0, at_ms=2, duration_s=-1) == end | {"duration_s": 0.0, "exit_code": 0}


def test_an_end_before_its_start_takes_no_time(log: Log) -> None:
    with Registry(log.path) as registry:
        Entry("id", monotonic() + 3600, registry).finish("succeeded", 0)
    assert log.events[0]["duration_s"] == 0


def test_a_status_that_is_none_of_ours_is_our_mistake() -> None:
    with pytest.raises(ValueError, match=r"^green is not one of succeeded, failed, timed_out, cancelled, skipped$"):
        finished("id", "green", 0, at_ms=0, duration_s=0)


def test_a_task_may_name_no_process(log: Log) -> None:
    with Registry(log.path) as registry:
        begin(registry, task="x", project=log.project, argv=[], agent="ana", say=log.said.append, pid=0)
    assert "pid" not in log.events[0]
    assert log.events[0]["host"] == os.uname().nodename


def test_an_entry_without_a_registry_takes_its_end() -> None:
    entry = Entry("id", 0.0)
    entry.finish("succeeded", 0)
    assert entry.finished


def test_logging_a_task_loads_nothing_heavy() -> None:
    code = "import sys, holdfast.core.tasklog; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env=uncovered_env(), check=True, capture_output=True, text=True)
    assert not {"typer", "rich", "packaging", "tomllib", "hashlib", "tempfile"} & set(done.stdout.split())


def test_secrets_in_the_names_of_a_task_and_of_who_works_on_it_are_masked() -> None:
    event = started_event(
        "id", "deploy token=hunter2", at_ms=0, agent="key=x secret=hunter2", argv=(), cwd=".", process={}
    )
    assert (event["task"], event["agent"]) == ("deploy token=***", "key=x secret=***")


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("task_registry.json", True),
        ("task_registry.2026-11.json", True),
        ("task_registry.json.before-repair.2", True),
        ("task_registry.json.cut-01JD", True),
        ("task_registry.json.torn-01JD", True),
        (".task_registry.json.0a1b2c.tmp", True),
        ("task_registry.py", False),
        ("task_registry.json5", False),
        ("src/task_registry.json", False),
        ("task_registry.tests.json", False),
    ],
)
def test_what_belongs_to_a_registry_is_told_from_what_is_only_called_like_it(name: str, own: bool) -> None:
    assert bool(own_names("task_registry.json").fullmatch(name)) is own


def test_a_registry_without_an_ending_has_archives_too() -> None:
    assert own_names("log").fullmatch("log.2026-11")
