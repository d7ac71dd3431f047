"""The root of the command line: how it ends, what it imports, what it says to a name that it does not know."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast import __version__
from holdfast.cli.main import COMMANDS
from tests.conftest import Cli, Said

COMMAND = '''
import os, signal, sys
import typer
from holdfast.core.errors import ExitCode, HoldfastError

app = typer.Typer()

@app.command()
def act(what: str, loud: bool = typer.Option(False, "--loud")):
    """Act in one way or another."""
    actions[what]()
    return codes.get(what)

def fail(message, hint=None):
    def raising():
        raise HoldfastError(message, hint=hint)
    return raising

def bug():
    raise RuntimeError("first line\\nsecond line \\x1b[2J \\udcff")

def spill():
    for number in range(100_000):
        typer.echo(f"line {number}")

def interrupt():
    print("ready", flush=True)
    signal.pause()

def ask():
    typer.confirm("Really?")

actions = {
    "nothing": lambda: None, "find": lambda: None, "fail": fail("pyproject.toml:3: no", "mend it"),
    "plainly": fail("it cannot be done"), "hostile": fail("a\\x1b[2Jb \\udcff", "c\\x07"), "bug": bug, "spill": spill,
    "interrupt": interrupt, "ask": ask, "listen": lambda: sys.stdin.read(), "write": lambda: sys.stdout.write("x"),
    "open": lambda: open("gone"), "speak": lambda: typer.echo("na\\u00efve \\u65e5"),
}
codes = {"find": ExitCode.FINDINGS, "nothing": None, "speak": 0}
'''
DRIVER = """
import sys
sys.path.insert(0, {directory!r})
from holdfast.cli import main
main.COMMANDS.clear()
main.COMMANDS.update({{"act": "acting", "other-one": "acting"}})
main.main()
"""


@pytest.fixture
def argv(tmp_path: Path) -> list[str]:
    """The command line with the two commands above instead of its own."""
    (tmp_path / "acting.py").write_text(COMMAND, "utf-8")
    return [sys.executable, "-c", DRIVER.format(directory=str(tmp_path))]


Run = Callable[..., Said]


@pytest.fixture
def act(argv: list[str], tmp_path: Path) -> Run:
    def call(*args: str, **env: str) -> Said:
        done = subprocess.run(
            [*argv, *args],
            cwd=tmp_path,
            env={**os.environ, "TMPDIR": str(tmp_path), **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        return Said(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))

    return call


def test_a_command_that_returns_nothing_ends_well(act: Run) -> None:
    assert act("act", "nothing") == Said(0, "", "")


def test_the_code_that_a_command_returns_is_the_exit_code(act: Run) -> None:
    assert act("act", "find") == Said(1, "", "")


def test_what_the_user_must_mend_is_one_line_and_a_hint_and_code_2(act: Run) -> None:
    assert act("act", "fail") == Said(2, "", "holdfast: pyproject.toml:3: no\nhint: mend it\n")
    assert act("act", "plainly") == Said(2, "", "holdfast: it cannot be done\n")


def test_a_message_cannot_move_the_cursor(act: Run) -> None:
    assert act("act", "hostile") == Said(2, "", "holdfast: a\\x1b[2Jb \\xff\nhint: c\\x07\n")


def test_a_bug_is_code_3_with_the_traceback_in_a_file_and_none_on_the_screen(act: Run, tmp_path: Path) -> None:
    said = act("act", "bug", "--loud")
    assert (said.exit_code, said.stdout) == (3, "")
    first, second = said.stderr.splitlines()
    assert first == r"holdfast: a bug in holdfast: RuntimeError: first line second line \x1b[2J \xff"
    (log,) = tmp_path.glob("holdfast-bug-*.log")
    assert second == f"hint: please report it with the traceback in {log}"
    text = log.read_text("utf-8")
    assert text.startswith(f"holdfast {__version__} on Python {sys.version}\n['act']\n")
    assert 'raise RuntimeError("first line' in text
    assert log.stat().st_mode & 0o077 == 0


def test_a_bug_where_no_file_can_be_written_is_told_in_full(act: Run, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        (tmp_path / "sitecustomize.py").write_text(
            "import tempfile\ntempfile.tempdir = '/proc/1/no-such-place'\n", "utf-8"
        )
    said = act("act", "bug", TMPDIR="/proc/1/no-such-place", PYTHONPATH=str(tmp_path))
    assert said.exit_code == 3
    assert 'raise RuntimeError("first line' in said.stderr


@pytest.mark.parametrize("sent", [signal.SIGINT])
def test_ctrl_c_is_code_130(argv: list[str], tmp_path: Path, sent: signal.Signals) -> None:
    with subprocess.Popen(
        [*argv, "act", "interrupt"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(sent)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"interrupted\n")


def test_the_end_of_input_at_a_question_is_an_interruption_and_not_a_finding(act: Run) -> None:
    said = act("act", "ask")
    assert said.exit_code == 130
    assert "interrupted" in said.stderr


def test_a_reader_that_leaves_early_gets_no_traceback_and_no_pass(argv: list[str], tmp_path: Path) -> None:
    with subprocess.Popen(
        [*argv, "act", "spill"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"line 0\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 2


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_what_a_terminal_cannot_show_is_escaped(act: Run, encoding: str) -> None:
    shown = {
        "ascii": "naïve 日\n",  # taken by typer for a locale that was never set, and answered in UTF-8
        "latin-1": "na\N{REPLACEMENT CHARACTER}ve \\u65e5\n",
        "utf-8": "naïve 日\n",
    }
    assert act("act", "speak", PYTHONIOENCODING=encoding) == Said(0, shown[encoding], "")


@pytest.mark.parametrize("what", ["speak", "write"])
def test_a_full_disk_is_code_2_and_no_bug(argv: list[str], tmp_path: Path, what: str) -> None:
    full = ["/bin/sh", "-c", 'exec "$@" >/dev/full', "sh", *argv, "act", what]
    done = subprocess.run(full, cwd=tmp_path, capture_output=True, check=False)
    assert done.stderr == b"holdfast: cannot write the output: No space left on device\n"
    assert done.returncode == 2


def test_a_file_that_is_missing_where_nobody_expected_it_is_a_bug(act: Run) -> None:
    assert act("act", "open").exit_code == 3


@pytest.mark.parametrize("closed", [">&-", "<&-"])
def test_a_closed_standard_stream_is_no_traceback(argv: list[str], tmp_path: Path, closed: str) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {closed}', "sh", *argv, "act", "listen"],
        stdin=subprocess.DEVNULL,
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_name_that_is_nearly_a_command_is_told_which(act: Run) -> None:
    said = act("other-on")
    assert said.exit_code == 2
    assert "No such command 'other-on'" in said.stderr
    assert "other-one" in said.stderr


@pytest.mark.parametrize("args", [("zzz",), ("act",), ("act", "nothing", "--no-such-option"), ("--no-such-option",)])
def test_a_wrong_call_is_code_2_without_a_traceback(act: Run, args: tuple[str, ...]) -> None:
    said = act(*args)
    assert said.exit_code == 2
    assert "Traceback" not in said.stderr
    assert said.stderr


def test_help_lists_every_command_with_what_it_does(act: Run) -> None:
    said = act("--help")
    assert said.exit_code == 0
    assert [line.split() for line in said.stdout.splitlines() if "Act in" in line] == [
        ["act", "Act", "in", "one", "way", "or", "another."],
        ["other-one", "Act", "in", "one", "way", "or", "another."],
    ]
    assert act("-h").stdout == said.stdout


def test_no_arguments_show_the_help(act: Run) -> None:
    said = act()
    assert "other-one" in said.stdout + said.stderr


def test_a_command_is_called_by_its_own_name(act: Run) -> None:
    said = act("other-one", "--help").stdout
    assert said.startswith("Usage: -c other-one [OPTIONS] ")
    assert "Act in one way or another." in said


def test_the_version_is_told_by_both_ways_of_starting(holdfast: Cli, holdfast_process: Cli, tmp_path: Path) -> None:
    expected = Said(0, f"holdfast {__version__}\n", "")
    assert holdfast("--version", cwd=tmp_path) == expected
    assert holdfast_process("--version", cwd=tmp_path) == expected


def test_a_test_sees_what_a_user_sees(act: Run, holdfast: Cli, tmp_path: Path) -> None:
    assert holdfast("zzz", cwd=tmp_path).exit_code == act("zzz").exit_code == 2


def loaded_by(*args: str, cwd: Path) -> set[str]:
    """The modules that a call of the command line has imported when it ends."""
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))\n"
        f"sys.argv = ['holdfast', *{args!r}]\n"
        "from holdfast.cli.main import main\n"
        "main()\n"
    )
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}  # which imports a lot
    done = subprocess.run([sys.executable, "-c", code], cwd=cwd, env=env, capture_output=True, text=True, check=True)
    return set(done.stderr.split())


HEAVY = {
    "asyncio", "difflib", "docker", "httpx", "importlib.metadata", "json", "packaging", "pydantic", "rich", "ruamel",
    "sqlite3", "ssl", "tempfile", "tomllib", "xml",
}  # fmt: skip


def test_the_version_imports_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    loaded = loaded_by("--version", cwd=tmp_path)
    bare = subprocess.run(
        [sys.executable, "-c", "import sys, typer; from typer.core import TyperGroup; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "typer" in loaded
    assert loaded & HEAVY - set(bare.stdout.split()) == set()
    assert loaded & {"rich", "pydantic", "packaging", "ruamel", "tomllib", "docker", "httpx", "asyncio"} == set()
    assert "importlib.metadata" not in loaded
    assert {name for name in loaded if name.startswith("holdfast")} == {
        "holdfast", "holdfast.cli", "holdfast.cli.lazy", "holdfast.cli.main", "holdfast.core", "holdfast.core.errors",
    }  # fmt: skip


def test_every_command_has_a_module_of_the_command_line() -> None:
    assert all(module.startswith("holdfast.cli.") for module in COMMANDS.values())
    assert len(set(COMMANDS.values())) == len(COMMANDS)
