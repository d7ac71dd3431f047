"""`task-log run`: the command must not notice that it is wrapped, and nor must who called it."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.registries import events_in, started, write

Call = Callable[..., Any]
RUN = [sys.executable, "-m", "holdfast", "task-log", "run"]


@pytest.fixture
def path(git_project: Path) -> Path:
    return git_project / "task_registry.json"


def run(project: Path, *arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*RUN, *arguments], cwd=project, capture_output=True, timeout=60, **options)


def python(code: str) -> list[str]:
    return ["--", sys.executable, "-c", code]


@pytest.mark.parametrize("code", [0, 1, 2, 3, 126, 130, 255])
def test_the_commands_own_code_comes_through(git_project: Path, path: Path, code: int) -> None:
    done = run(git_project, "--task", "job", "--", "sh", "-c", f"exit {code}")
    assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")
    start, end = events_in(path)
    assert (start["task"], start["argv"]) == ("job", ["sh", "-c", f"exit {code}"])
    assert (end["id"], end["exit_code"], end["status"]) == (start["id"], code, "failed" if code else "succeeded")
    assert (start["dirty"], end["dirty"]) == (False, False)


def test_the_streams_are_the_callers_own(git_project: Path) -> None:
    code = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1]); sys.stderr.write('talk')"
    content = bytes(range(256)) * 1000
    done = run(git_project, *python(code), input=content)
    assert (done.stdout, done.stderr) == (content[::-1], b"talk")


def test_open_files_are_passed_on_as_a_job_server_needs_it(git_project: Path) -> None:
    reading, writing = os.pipe()
    done = run(git_project, *python(f"import os; os.write({writing}, b'here')"), pass_fds=[writing])
    assert done.returncode == 0
    assert os.read(reading, 10) == b"here"
    os.close(reading)
    os.close(writing)


def test_a_command_keeps_its_own_options(git_project: Path, path: Path) -> None:
    done = run(git_project, "echo", "--task", "x", "--", "-n", "--help")
    assert done.stdout == b"--task x -- -n --help\n"
    assert events_in(path)[0]["task"] == "echo"


@pytest.mark.parametrize(
    ("command", "code", "reason"),
    [("no-such-program", 127, "not found"), ("./plain", 126, "Permission denied"), (".", 126, "Permission denied")],
)
def test_what_cannot_be_started_ends_as_in_a_shell(
    git_project: Path, path: Path, command: str, code: int, reason: str
) -> None:
    (git_project / "plain").touch()
    done = run(git_project, "--", command)
    assert done.returncode == code
    assert reason in done.stderr.decode()
    assert (events_in(path)[1]["exit_code"], events_in(path)[1]["status"]) == (code, "failed")
    assert reason in events_in(path)[1]["reason"]


SLEEPER = "import signal, sys, time; print('ready', flush=True)\nwhile True: time.sleep(60)"
CATCHER = """
import signal, sys
signals = [signal.SIGHUP, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2, signal.SIGINT, signal.SIGQUIT]
signal.pthread_sigmask(signal.SIG_BLOCK, signals)
print("ready", flush=True)
caught = signal.sigwait(signals)
print("caught", signal.Signals(caught).name, 1 + len(signal.sigpending()), flush=True)
sys.exit(7)
"""


def started_process(project: Path, code: str, **options: Any) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([*RUN, *python(code)], cwd=project, stdout=subprocess.PIPE, **options)
    assert process.stdout
    assert process.stdout.readline() == b"ready\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
def test_a_signal_ends_the_command_and_is_logged_as_cancelled(git_project: Path, path: Path, number: int) -> None:
    process = started_process(git_project, SLEEPER, start_new_session=True, stderr=subprocess.DEVNULL)
    process.send_signal(number)
    process.communicate(timeout=30)
    end = events_in(path)[1]
    assert process.returncode == 128 + number
    assert (end["status"], end["signal"], end["exit_code"]) == ("cancelled", signal.Signals(number).name, 128 + number)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGINT", "SIGQUIT"])
def test_a_command_that_catches_a_signal_gets_it_once_and_ends_as_it_likes(
    git_project: Path, path: Path, name: str
) -> None:
    process = started_process(git_project, CATCHER, start_new_session=True)
    process.send_signal(signal.Signals[name])
    said, _ = process.communicate(timeout=30)
    assert said == f"caught {name} 1\n".encode()
    assert process.returncode == 7
    status = "failed" if name.startswith("SIGUSR") else "cancelled"
    assert events_in(path)[1]["status"] == status


def test_a_command_that_a_signal_killed_by_itself_failed(git_project: Path, path: Path) -> None:
    assert run(git_project, "--", "sh", "-c", "kill -SEGV $$").returncode == 128 + 11
    assert (events_in(path)[1]["status"], events_in(path)[1]["signal"]) == ("failed", "SIGSEGV")


COUNTER = """
import signal, sys
waited = {signal.SIGINT, signal.SIGUSR1}
signal.pthread_sigmask(signal.SIG_BLOCK, waited)
print("ready", flush=True)
count = 0
while signal.sigwait(waited) == signal.SIGINT:
    count += 1
    print("got", count, flush=True)
print("count", count, flush=True)
sys.exit(7)
"""


def read_until(terminal: int, words: bytes) -> None:
    said = b""
    while words not in said:
        said += os.read(terminal, 100)


def test_ctrl_c_at_a_terminal_reaches_the_command_once(git_project: Path, path: Path) -> None:
    main, terminal = os.openpty()
    process = subprocess.Popen(
        [*RUN, *python(COUNTER)],
        cwd=git_project,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - one thread, and the only way
    )
    os.close(terminal)
    read_until(main, b"ready")
    os.write(main, b"\x03")
    read_until(main, b"got 1\r\n")
    process.send_signal(signal.SIGUSR1)  # passed on after whatever the wrapper did about Ctrl-C
    read_until(main, b"count 1\r\n")
    process.wait(30)
    os.close(main)
    assert process.returncode == 7
    assert (events_in(path)[1]["status"], events_in(path)[1]["signal"]) == ("cancelled", "SIGINT")


def test_the_command_runs_in_the_callers_process_group(git_project: Path) -> None:
    done = run(git_project, *python("import os; print(os.getpgrp())"), start_new_session=False)
    assert int(done.stdout) == os.getpgrp()


def test_a_signal_that_the_caller_ignores_stays_ignored(git_project: Path) -> None:
    code = "import signal; print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)"
    done = run(git_project, *python(code), preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    assert done.stdout == b"True\n"


def test_a_run_whose_wrapper_was_killed_is_shown_as_interrupted(git_project: Path, holdfast: Call) -> None:
    process = started_process(git_project, SLEEPER, start_new_session=True)
    assert "running" in holdfast("task-log", "list", cwd=git_project).stdout
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert "interrupted" in holdfast("task-log", "list", cwd=git_project).stdout


@pytest.mark.parametrize(("arguments", "env"), [(["--no-log"], {}), ([], {"HOLDFAST_NO_LOG": "1"})])
def test_nothing_is_logged_where_somebody_says_no(
    git_project: Path, path: Path, arguments: list[str], env: dict[str, str]
) -> None:
    done = run(git_project, *arguments, "--", "sh", "-c", "exit 4", env={**os.environ, **env})
    assert done.returncode == 4
    assert not path.exists()


def test_a_registry_that_cannot_be_written_keeps_the_command_from_starting(git_project: Path, path: Path) -> None:
    path.write_text("{}\n", "utf-8")
    done = run(git_project, "--", "touch", "proof")
    assert done.returncode == 2
    assert (
        b"task_registry.json:1: not the first line of a task registry\nhint: run: holdfast task-log repair"
        in done.stderr
    )
    assert not (git_project / "proof").exists()
    assert path.read_text("utf-8") == "{}\n"


def test_an_end_that_cannot_be_logged_keeps_the_commands_code(git_project: Path, path: Path) -> None:
    write(path, started(1))
    done = run(git_project, "--", "sh", "-c", "echo broken > task_registry.json; exit 5")
    assert done.returncode == 5
    assert b"(failed) could not be logged: task_registry.json:1:" in done.stderr
    assert path.read_text("utf-8") == "broken\n"


def test_the_tree_that_the_command_changed_is_dirty_at_its_end(git_project: Path, path: Path) -> None:
    run(git_project, "--", "touch", "new.py")
    assert [event["dirty"] for event in events_in(path)] == [False, True]


def test_where_and_by_whom_it_ran_is_logged(git_project: Path, path: Path) -> None:
    (git_project / "src").mkdir()
    env = {**os.environ, "CLAUDECODE": "1"}
    subprocess.run([*RUN, "--", "true", "--password", "hunter2"], cwd=git_project / "src", env=env, check=True)
    start, _ = events_in(path)
    assert (start["cwd"], start["agent"], start["argv"]) == ("src", "claude-code", ["true", "--password", "***"])
    assert b"hunter2" not in path.read_bytes()


def test_arguments_that_are_no_text_come_through_and_are_logged(git_project: Path, path: Path) -> None:
    done = run(git_project, "--", "printf", "%s", os.fsdecode(b"caf\xe9"))
    assert done.stdout == b"caf\xe9"
    assert events_in(path)[0]["argv"][2] == "caf\udce9"
