"""SIGKILL between any two writes of a tick: the next command brings both files to the same end, nothing doubled."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.workflow.rules.desk import Desk, ticked
from holdfast.workflow.rules.outlook import outlook
from holdfast.workflow.rules.writing import add_log
from tests.workflow.rules.desks import desk_at, edit, images, make_project, place, row, state_of, to_end

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
Prepared = Callable[[str], Desk]


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    """Copies of a project that stands at the end of its first item, with a Log that is too long."""
    origin = make_project(tmp_path)
    desk = desk_at(origin)
    to_end(desk)
    add_log(desk, "error: " + "y" * 6000)

    def copy(name: str) -> Desk:
        target = tmp_path / name / "shop"
        shutil.copytree(origin, target)
        return desk_at(target)

    return copy


def in_child(work: Callable[[], object], *, kill_at: int = 0) -> int:
    """Runs work in a process of its own, which kills itself at its nth write; returns how it ended, as waitpid does."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            if kill_at:
                sys.addaudithook(killer(kill_at))
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(pid, 0)[1]


def killer(number: int) -> Callable[[str, tuple[object, ...]], None]:
    seen = 0

    def hook(event: str, args: tuple[object, ...]) -> None:
        nonlocal seen
        writes = event == "open" and isinstance(args[2], int) and args[2] & WRITES
        if writes or event in ("os.rename", "os.remove", "os.link", "os.truncate", "os.mkdir"):
            seen += 1
            if seen == number:
                os.kill(os.getpid(), signal.SIGKILL)

    return hook


def ended_well(desk: Desk, expected: tuple[bytes, bytes]) -> None:
    state, config = images(desk)
    assert config == expected[1]
    assert config.decode().count("- Completed Add a login") == 1
    document = desk.file.read()
    assert row(document, "1") == "completed"
    assert (state_of(desk)["CurrentItem"], place(desk)) == ("2", "ANALYZE/READY")
    assert state == expected[0]
    assert not desk.intent.exists()


def test_a_kill_at_each_write_neither_loses_nor_doubles_the_line(prepared: Prepared) -> None:
    whole = prepared("whole")
    ticked(whole)
    expected = images(whole)
    number, half = 0, set()
    while True:
        number += 1
        desk = prepared(f"kill-{number}")
        status = in_child(lambda desk=desk: ticked(desk), kill_at=number)  # type: ignore[misc]
        if status == 0:
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
        half.add((desk.intent.exists(), images(desk)[0] == expected[0], images(desk)[1] == expected[1]))
        ticked(desk)
        ended_well(desk, expected)
    assert number > 15
    assert {(False, False, False), (True, False, False), (True, False, True), (True, True, True)} <= half


def test_a_kill_at_any_moment_neither_loses_nor_doubles_the_line(prepared: Prepared) -> None:
    whole = prepared("whole")
    began = time.monotonic()
    assert in_child(lambda: ticked(whole)) == 0
    took = time.monotonic() - began
    expected = images(whole)
    chance = random.Random(20261120)  # noqa: S311 - moments, not secrets
    for number in range(15):
        desk = prepared(f"random-{number}")
        pid = os.fork()
        if pid == 0:
            try:
                ticked(desk)
            finally:
                os._exit(0)
        time.sleep(chance.uniform(0, took))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        ticked(desk)
        ended_well(desk, expected)


def killed_between_the_files(prepared: Prepared, name: str) -> Desk:
    """A project whose changelog has the line while its state file is the old one."""
    for number in range(1, 60):
        desk = prepared(f"{name}-{number}")
        before = images(desk)
        in_child(lambda desk=desk: ticked(desk), kill_at=number)  # type: ignore[misc]
        if images(desk)[1] != before[1]:
            assert images(desk)[0] == before[0]
            return desk
    raise AssertionError("no kill came between the two files")


def test_any_other_command_finishes_the_tick_too(prepared: Prepared) -> None:
    desk = killed_between_the_files(prepared, "other")
    assert outlook(desk)["interrupted"]
    done = add_log(desk, "hello")
    assert done.lines[0] == "an interrupted tick was finished"
    assert (state_of(desk)["CurrentItem"], place(desk)) == ("2", "ANALYZE/READY")
    assert desk.file.read().log_text.endswith("hello")
    assert images(desk)[1].decode().count("- Completed Add a login") == 1


def test_hand_edits_after_the_kill_stay_and_the_line_is_there_once(prepared: Prepared) -> None:
    desk = killed_between_the_files(prepared, "edited")
    desk.config.write_text("A preface.\n\n" + desk.config.read_text("utf-8"), "utf-8")
    edit(desk, "First this", "First of all this")
    ticked(desk)
    assert images(desk)[1].decode().startswith("A preface.\n")
    assert images(desk)[1].decode().count("- Completed Add a login") == 1
    assert "First of all this" in images(desk)[0].decode()
    assert row(desk.file.read(), "1") == "completed"


def test_a_dry_run_does_not_finish_it(prepared: Prepared) -> None:
    desk = killed_between_the_files(prepared, "dry")
    before = images(desk)
    with pytest.raises(HoldfastError, match="did not come to its end"):
        ticked(desk._replace(dry_run=True))
    assert images(desk) == before


def test_an_intent_that_cannot_be_read_stops_everything_with_the_file_named(prepared: Prepared) -> None:
    desk = prepared("broken")
    desk.intent.write_text('{"entry": 3}', "utf-8")
    with pytest.raises(HoldfastError, match=r"tick\.json: not what a tick left"):
        ticked(desk)
