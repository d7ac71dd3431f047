"""Keeping a log within bounds, also where files cannot have holes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from holdfast.workflow.executors import log_file
from holdfast.workflow.executors.log_file import LogFile, last_lines

FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT


@pytest.fixture(params=["holes", "no holes"])
def log(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LogFile:
    if request.param == "no holes":
        monkeypatch.setattr(log_file, "punch_hole", lambda *_: False)
    path = tmp_path / "log"
    return LogFile(str(path), os.open(path, FLAGS, 0o600), 8000)


def say(log: LogFile, content: bytes) -> None:
    with Path(log.path).open("ab") as file:
        file.write(content)


def test_a_log_within_bounds_stays_as_it_is(log: LogFile) -> None:
    say(log, b"x" * 8000)
    log.bound()
    assert log.finish() == (8000, False)
    assert Path(log.path).read_bytes() == b"x" * 8000


def test_of_a_long_log_beginning_and_end_are_kept(log: LogFile) -> None:
    whole = 0
    for number in range(200):
        line = b"%05d" % number * 100
        say(log, line)
        whole += len(line)
        log.bound()
    assert log.finish() == (whole, True)
    content = Path(log.path).read_bytes()
    assert content.startswith(b"00000" * 100 + b"00001" * 100)
    assert content.endswith(b"00198" * 100 + b"00199" * 100)
    assert b"\n[holdfast: %d bytes were cut here]\n" % (whole - 8000) in content
    assert b"\0" not in content
    assert not Path(f"{log.path}.new").exists()


def test_the_room_of_what_is_cut_is_given_back_while_the_step_writes(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = LogFile(str(path), os.open(path, FLAGS, 0o600), 2**20)
    for _ in range(32):
        say(log, b"x" * 2**20)
        log.bound()
    assert path.stat().st_blocks * 512 <= 4 * 2**20
    assert log.finish() == (32 * 2**20, True)


def test_the_last_lines_of_a_log_that_is_not_there_are_none(tmp_path: Path) -> None:
    assert last_lines(str(tmp_path / "none")) == ""
    (tmp_path / "short").write_bytes(b"a\n\nb\n\n")
    assert last_lines(str(tmp_path / "short")) == "a\n\nb"
