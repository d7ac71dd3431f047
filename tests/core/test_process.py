from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from holdfast.core import process
from holdfast.core.process import Completed, MissingProgram, run

PYTHON = sys.executable


def script(tmp_path: Path, text: str) -> str:
    path = tmp_path / "program"
    path.write_text(f"#!{PYTHON}\nimport os, signal, sys, time\n{text}\n", "utf-8")
    path.chmod(0o755)
    return str(path)


def ends(pid: int) -> bool:
    """Whether a process is gone, or will be in a moment: SIGKILL takes effect when the kernel gets to it."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 20)[0])
    finally:
        os.close(handle)


def test_a_program_says_how_it_ended_and_what_it_said(tmp_path: Path) -> None:
    program = script(tmp_path, "print(sys.argv[1:]); print(os.getcwd(), file=sys.stderr); sys.exit(7)")
    begun = time.monotonic()
    done = run([program, "a b", "$HOME"], cwd=tmp_path)
    assert done.argv == (program, "a b", "$HOME")
    assert done.exit_code == 7
    assert done.stdout == b"['a b', '$HOME']\n"
    assert done.stderr == os.fsencode(tmp_path) + b"\n"
    assert (done.timed_out, done.cancelled, done.truncated) == (False, False, False)
    assert 0 < done.duration_s <= time.monotonic() - begun


def test_a_program_has_no_standard_input_and_only_the_environment_it_is_given(tmp_path: Path) -> None:
    code = "import os, sys; print(sys.stdin.read() == '', os.environ.get('A'), len(os.environ) < 4)"
    done = run([PYTHON, "-c", code], cwd=tmp_path, env={"A": "1"})
    assert done.stdout == b"True 1 True\n"


def test_a_program_does_not_read_what_is_typed_to_us(tmp_path: Path) -> None:
    inner = "import sys; print(repr(sys.stdin.read()))"
    code = "import pathlib, sys; from holdfast.core.process import run\n"
    code += f"print(run([sys.executable, '-c', {inner!r}], cwd=pathlib.Path('/')).stdout)"
    done = subprocess.run([PYTHON, "-c", code], input=b"typed", capture_output=True, check=True, cwd=tmp_path)
    assert done.stdout == b"b\"''\\n\"\n"


def test_what_is_not_found_comes_with_a_question_that_helps(tmp_path: Path) -> None:
    with pytest.raises(MissingProgram) as raised:
        run(["holdfast-no-such-program"], cwd=tmp_path)
    assert raised.value.hint == "is it installed, and is its interpreter still there?"


def test_a_program_leads_a_process_group_of_its_own(tmp_path: Path) -> None:
    done = run([PYTHON, "-c", "import os; print(os.getpid() == os.getpgid(0) == os.getsid(0))"], cwd=tmp_path)
    assert done.stdout == b"True\n"


def test_the_signal_that_ended_a_program_is_its_negative_exit_code(tmp_path: Path) -> None:
    assert run([PYTHON, "-c", "import os; os.kill(os.getpid(), 9)"], cwd=tmp_path).exit_code == -signal.SIGKILL


def test_output_that_is_not_text_comes_back_as_it_is(tmp_path: Path) -> None:
    done = run([PYTHON, "-c", "import os; os.write(1, bytes(range(256)))"], cwd=tmp_path)
    assert done.stdout == bytes(range(256))


@pytest.mark.parametrize("listening", [False, True])
def test_of_too_much_output_the_first_bytes_are_kept_and_the_program_goes_on(
    tmp_path: Path, *, listening: bool
) -> None:
    code = "import sys; sys.stdout.write('0123456789' * 100_000); sys.stderr.write('ab'); sys.exit(5)"
    lines: list[bytes] = []
    done = run([PYTHON, "-c", code], cwd=tmp_path, limit=100_003, on_line=lines.append if listening else None)
    assert done.stdout == (b"0123456789" * 10_001)[:100_003]
    assert (done.stderr, done.truncated, done.exit_code) == (b"ab", True, 5)
    assert sum(map(len, lines)) == (1_000_000 if listening else 0)


def test_output_as_long_as_the_limit_is_whole(tmp_path: Path) -> None:
    done = run([PYTHON, "-c", "print('x' * 9)"], cwd=tmp_path, limit=10)
    assert (done.stdout, done.truncated) == (b"xxxxxxxxx\n", False)
    assert run([PYTHON, "-c", "print('x' * 10)"], cwd=tmp_path, limit=10).truncated


def test_too_much_on_standard_error_counts_as_too_much(tmp_path: Path) -> None:
    done = run([PYTHON, "-c", "import sys; sys.stderr.write('x' * 11)"], cwd=tmp_path, limit=10)
    assert (done.stderr, done.truncated) == (b"x" * 10, True)


def test_a_listener_hears_each_line_while_the_program_runs(tmp_path: Path) -> None:
    go_on = tmp_path / "go_on"
    heard: list[bytes] = []

    def listen(line: bytes) -> None:
        heard.append(line)
        go_on.write_bytes(b"")

    code = (
        "import os, sys, time\n"
        "print('first', flush=True)\n"
        f"while not os.path.exists({str(go_on)!r}): time.sleep(0.001)\n"
        "sys.stdout.write('second\\nlast')\n"
    )
    done = run([PYTHON, "-c", code], cwd=tmp_path, on_line=listen, timeout_s=30)
    assert not done.timed_out
    assert heard == [b"first\n", b"second\n", b"last"]
    assert done.stdout == b"first\nsecond\nlast"


def test_a_listener_that_fails_does_not_hold_up_the_program_and_its_error_is_raised(tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    heard: list[bytes] = []

    def listen(line: bytes) -> None:
        heard.append(line)
        raise BrokenPipeError("nobody reads")

    code = f"print('x' * 99 + '\\n' * 500_000); open({str(ended)!r}, 'w').close()"
    with pytest.raises(BrokenPipeError, match="nobody reads"):
        run([PYTHON, "-c", code], cwd=tmp_path, on_line=listen, timeout_s=30)
    assert ended.exists()
    assert len(heard) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_listener_with_a_bug_does_not_hold_up_the_program(tmp_path: Path) -> None:
    def listen(line: bytes) -> None:
        raise LookupError(line)

    done = run([PYTHON, "-c", "print('line\\n' * 500_000)"], cwd=tmp_path, on_line=listen, timeout_s=30)
    assert (done.timed_out, done.exit_code) == (False, 0)


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["{}/gone"], "gone: not found"),
        (["holdfast-no-such-program"], "holdfast-no-such-program: not found"),
        (["{}/data"], "data': Permission denied"),
        (["{}/data/x"], "x: not found"),
        (["{}/headless"], "headless: not found"),
        (["{}/noise"], "noise': Exec format error"),
        (["{}"], "Permission denied"),
        (["a\0b"], "embedded null byte"),
        ([], "there is no command to run"),
    ],
)
def test_what_cannot_be_started_is_an_error_with_name_and_reason(tmp_path: Path, argv: list[str], message: str) -> None:
    (tmp_path / "data").write_text("plain", "utf-8")
    for name, content in (("headless", "#!/gone/python\n"), ("noise", "\x00\x01")):
        (tmp_path / name).write_text(content, "utf-8")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(MissingProgram) as raised:
        run([word.format(tmp_path) for word in argv], cwd=tmp_path)
    assert message in raised.value.message
    assert raised.value.exit_code == 2


@pytest.mark.parametrize("name", ["gone", "file"])
def test_a_directory_that_is_not_there_is_named_rather_than_the_program(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(MissingProgram, match=rf"in .*{name}: no such directory"):
        run([PYTHON, "-c", ""], cwd=tmp_path / name)


# A program whose child ignores SIGTERM, and that tells the child's process id.
STUBBORN = """
child = os.fork()
if not child:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.write(1, b"%d\\n" % os.getpid())
    time.sleep(600)
"""


@pytest.fixture
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "GRACE_S", 0.3)


def stopped_once_it_speaks(program: str, cwd: Path) -> Completed:
    stop = threading.Event()
    return run([program], cwd=cwd, stop=stop, on_line=lambda _: stop.set(), timeout_s=60)


@pytest.mark.usefixtures("short_grace")
@pytest.mark.parametrize("leader", ["time.sleep(600)", "signal.signal(15, signal.SIG_IGN); time.sleep(600)"])
def test_a_stop_ends_the_whole_group_even_what_ignores_being_asked(tmp_path: Path, leader: str) -> None:
    done = stopped_once_it_speaks(script(tmp_path, STUBBORN + leader), tmp_path)
    assert (done.cancelled, done.timed_out) == (True, False)
    assert done.exit_code in (-signal.SIGTERM, -signal.SIGKILL)
    assert ends(int(done.stdout))


@pytest.mark.usefixtures("short_grace")
def test_a_deadline_ends_the_whole_group(tmp_path: Path) -> None:
    program = script(tmp_path, STUBBORN + "time.sleep(600)")
    timeout = 0.5
    done = run([program], cwd=tmp_path, timeout_s=timeout)
    while not done.stdout:  # so slow a machine that it had said nothing yet
        timeout *= 2
        done = run([program], cwd=tmp_path, timeout_s=timeout)
    assert (done.timed_out, done.cancelled) == (True, False)
    assert done.exit_code < 0
    assert ends(int(done.stdout))


def test_a_program_that_is_asked_to_end_may_do_so_in_its_own_way(tmp_path: Path) -> None:
    text = "signal.signal(15, lambda *_: (print('bye', flush=True), os._exit(9)))\nprint('ready', flush=True)\n"
    done = stopped_once_it_speaks(script(tmp_path, text + "time.sleep(600)"), tmp_path)
    assert (done.cancelled, done.exit_code, done.stdout) == (True, 9, b"ready\nbye\n")


def test_a_program_that_ends_in_time_was_neither_timed_out_nor_cancelled(tmp_path: Path) -> None:
    done = run([PYTHON, "-c", "print(1)"], cwd=tmp_path, timeout_s=60, stop=threading.Event())
    assert (done.exit_code, done.timed_out, done.cancelled, done.stdout) == (0, False, False, b"1\n")


def test_a_stop_that_was_set_before_ends_the_program_at_once(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    done = run([PYTHON, "-c", "import time; time.sleep(600)"], cwd=tmp_path, stop=stop)
    assert done.cancelled


@pytest.mark.usefixtures("short_grace")
def test_a_child_left_behind_with_the_pipe_open_does_not_hang_us(tmp_path: Path) -> None:
    program = script(tmp_path, "print('said', flush=True)\nif not os.fork():\n    print(os.getpid(), flush=True)\n"
                               "    time.sleep(600)\nos._exit(3)")  # fmt: skip
    heard: list[bytes] = []
    both = threading.Event()

    def listen(line: bytes) -> None:
        heard.append(line)
        if len(heard) == 2:
            both.set()

    done = run([program], cwd=tmp_path, on_line=listen)
    assert done.exit_code == 3
    assert done.stdout.startswith(b"said\n")
    assert both.wait(20)
    os.kill(int(heard[1]), signal.SIGKILL)  # which raises where it has not lived on


def test_an_interruption_of_the_caller_ends_the_group_and_goes_on(tmp_path: Path) -> None:
    """Ctrl-C reaches only the main thread, so it takes a process of its own to look at."""
    program = script(tmp_path, STUBBORN + "time.sleep(600)")
    code = (
        "import os, signal, sys; from pathlib import Path; from holdfast.core import process\n"
        "process.GRACE_S = 0.3\n"
        "def listen(line):\n    print(line.decode(), end='', flush=True)\n    os.kill(os.getpid(), signal.SIGINT)\n"
        f"try: process.run([{program!r}], cwd=Path('.'), on_line=listen)\n"
        "except KeyboardInterrupt: print('interrupted')\n"
    )
    done = run([PYTHON, "-c", code], cwd=tmp_path, timeout_s=60)
    pid, word = done.stdout.split()
    assert (word, done.timed_out) == (b"interrupted", False)
    assert ends(int(pid))


def test_no_file_is_left_open(tmp_path: Path) -> None:
    before = os.listdir("/proc/self/fd")  # noqa: PTH208 - its own handle counts the same twice
    for _ in range(3):
        run([PYTHON, "-c", "print(1)"], cwd=tmp_path)
    assert len(os.listdir("/proc/self/fd")) == len(before)  # noqa: PTH208
