from __future__ import annotations

import io
import os
import pty
import select
import subprocess
import sys
import threading

import pytest
from tests.render import reports

from holdfast.render.live import progress


def test_elsewhere_than_on_a_terminal_a_check_is_a_line_when_it_starts_and_one_when_it_ends() -> None:
    stream = io.StringIO()
    with progress(stream, ["ruff"], live=False) as shown:
        shown.started("ruff")
        assert stream.getvalue() == "ruff: started\n"
        shown.finished(reports.FAILED)
        shown.finished(reports.PASSED)
        shown.finished(reports.UNCHANGED)
        shown.finished(reports.BROKEN)
        shown.finished(reports.SKIPPED)
        shown.finished(reports.PASSED._replace(check="a\x1b[2J\nb", reason="not said"))
    assert stream.getvalue() == (
        "ruff: started\n"
        "ruff: failed in 0.12s\n"
        "black: passed in 0.50s\n"
        "venv: passed, unchanged\n"
        "pytest: could not run in 0.00s (exit code 4)\n"
        "poetry-lock: skipped (no poetry.lock)\n"
        "a\\x1b[2J\\nb: passed in 0.50s\n"
    )


def test_lines_from_many_threads_stay_whole() -> None:
    stream = io.StringIO()
    with progress(stream, [], live=False) as shown:

        def tell() -> None:
            for _ in range(50):
                shown.finished(reports.PASSED)

        threads = [threading.Thread(target=tell) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert stream.getvalue() == "black: passed in 0.50s\n" * 400


@pytest.mark.parametrize("live", [False, True])
def test_a_stream_that_is_gone_does_not_end_the_work(*, live: bool) -> None:
    stream = io.StringIO()
    stream.close()
    with progress(stream, ["black"], live=live) as shown:
        shown.started("black")
        shown.finished(reports.PASSED)


def test_rich_is_not_imported_where_everything_ends_at_once() -> None:
    code = (
        "import sys; from holdfast.render.live import progress\n"
        "with progress(sys.stderr, ['a'], live=True) as shown: shown.started('a')\n"
        "assert 'rich' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


DRIVER = """
import sys, threading
from holdfast.core.findings import Checked, Remembered, Result, Status
from holdfast.render.live import progress

with progress(sys.stderr, ["ruff", "mypy", "black", "[b]pytest"], live=True) as shown:
    shown.started("ruff")
    shown.started("mypy")
    shown.finished(Result("ruff", Status.ERROR, reason="no"))
    checked = Checked(1, 1, "files")
    shown.finished(Result("black", Status.PASSED, checked=checked, remembered=Remembered("a", "b")))
    sys.stdin.readline()
    {end}
"""


class Terminal:
    """A program whose standard error is a terminal, and what it draws there."""

    def __init__(self, end: str) -> None:
        self.controller, follower = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", DRIVER.format(end=end)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=follower,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "24"},
        )
        os.close(follower)
        self.drawn = b""

    def until(self, *words: bytes) -> None:
        while not all(word in self.drawn for word in words):
            assert select.select([self.controller], [], [], 20)[0], self.drawn
            self.drawn += os.read(self.controller, 4096)

    def end(self) -> int:
        out, _ = self.process.communicate(b"\n", timeout=20)
        assert out == b""
        while select.select([self.controller], [], [], 0)[0]:
            try:
                self.drawn += os.read(self.controller, 4096)
            except OSError:  # how Linux says that the other side is closed
                break
        os.close(self.controller)
        return self.process.returncode


@pytest.mark.parametrize(
    ("end", "code"),
    [("pass", 0), ("raise SystemExit(7)", 7), ("raise KeyboardInterrupt", -2), ("sys.stderr.close()", 0)],
)
def test_a_terminal_gets_a_table_and_its_cursor_back_however_it_ends(end: str, code: int) -> None:
    terminal = Terminal(end)
    terminal.until(b"ruff", b"could not run", b"mypy", b"running", b"black", b"unchanged", b"[b]pytest", b"waiting")
    assert b"\x1b[?25l" in terminal.drawn
    assert terminal.end() == code
    if "close" not in end:
        assert terminal.drawn.rindex(b"\x1b[?25h") > terminal.drawn.rindex(b"\x1b[?25l")
