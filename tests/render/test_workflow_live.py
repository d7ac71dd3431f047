from __future__ import annotations

import io
import os
import pty
import re
import select
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.render import workflow_runs as runs

from holdfast.render.terminal import columns
from holdfast.render.workflow_board import Board
from holdfast.render.workflow_live import progress
from holdfast.workflow.model import Retry, Step
from holdfast.workflow.records import FAILED, UNKNOWN
from holdfast.workflow.runner.state import RunState

ROOT = Path(__file__).parents[2]


def lines_of(state: RunState, *told: tuple[str, str]) -> str:
    stream = io.StringIO()
    with progress(stream, Path("runs"), live=False) as listener:
        for what, instance in told:
            getattr(listener, what)(state, state.steps[instance])
    return stream.getvalue()


def test_elsewhere_than_on_a_terminal_each_step_is_a_line_when_it_ends() -> None:
    state = runs.folded(runs.NIGHTLY, *runs.FAILED_RUN)
    said = lines_of(
        state, ("started", "venv"), ("ended", "venv"), ("retrying", "tests"), ("ended", "tests"), ("skipped", "ship")
    )
    assert said == (
        "venv: succeeded in 0.40s\n"
        "tests: failed in 6.00s, attempt 2 (exit code 1)\n"
        "ship: skipped (tests failed)\n"
    )  # fmt: skip


def test_of_a_fan_out_the_items_that_failed_are_lines_and_all_of_it_is_one() -> None:
    state = runs.folded(runs.NIGHTLY, *runs.FAILED_RUN)
    assert lines_of(state, ("ended", "fan[0]"), ("ended", "fan[2]"), ("ended", "fan")) == (
        "fan[2]: failed in 1.00s (exit code 3)\nfan: failed (1 failed, 2 succeeded of 3 items)\n"
    )


def test_what_waits_for_a_person_is_told_with_the_command() -> None:
    asked = runs.folded(runs.NIGHTLY, *runs.ASKED)
    assert lines_of(asked, ("asked", "ship")) == (
        f"ship: Publish?; holdfast workflow approve {runs.RUN_ID} ship --answer publish, or hold\n"
    )
    document = runs.workflow(Step("b", "run", ("x",)))
    lost = runs.folded(document, runs.started(1, "b", on_crash="ask"), runs.ended(2, "b", status=UNKNOWN))
    assert f"holdfast workflow retry {runs.RUN_ID} b, or holdfast workflow done" in lines_of(lost, ("asked", "b"))


def test_a_note_is_a_masked_line_that_moves_no_cursor() -> None:
    stream = io.StringIO()
    with progress(stream, Path("runs"), live=False) as listener:
        listener.note("password=hunter22 \x1b[2J\nx")
    assert stream.getvalue() == "password=*** \\x1b[2J\\nx\n"


@pytest.mark.parametrize("live", [False, True])
def test_a_stream_that_is_gone_does_not_end_the_work(*, live: bool) -> None:
    stream = io.StringIO()
    stream.close()
    state = runs.folded(runs.NIGHTLY, *runs.FAILED_RUN)
    with progress(stream, Path("runs"), live=live) as listener:
        listener.note("here")
        listener.ended(state, state.steps["venv"])


def board(tmp_path: Path) -> Board:
    return Board(tmp_path, color=False)


def frame(tmp_path: Path, state: RunState, width: int = 80, height: int = 23, now: float = 20) -> list[str]:
    return board(tmp_path).frame(state, list(state.steps.values()), runs.at(now), width, height)


def speak(tmp_path: Path, name: str, text: str) -> None:
    folder = tmp_path / runs.RUN_ID / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.log").write_text(text, "utf-8")


def test_what_runs_is_shown_with_the_end_of_what_it_says(tmp_path: Path) -> None:
    speak(tmp_path, "tests.1", "one\ntwo password=hunter22\nthree\x1b[2J\n")
    assert frame(tmp_path, runs.folded(runs.NIGHTLY, *runs.BEGUN)) == [
        "nightly: 1 of 5 done, 20.0s",
        "  tests  running 19.5s",
        "    | one",
        "    | two password=***",
        "    | three\\x1b[2J",
    ]


def test_a_fan_out_is_one_line_with_the_output_of_one_of_its_items(tmp_path: Path) -> None:
    document = runs.workflow(Step("fan", "run", ("x",), for_each="inputs.targets"))
    records = [runs.rec(0, "step/fan/expanded", items=list(range(10_000)))]
    records += [runs.started(1, f"fan[{number}]") for number in range(40)]
    records += [runs.ended(2, f"fan[{number}]", status=FAILED if number < 3 else "succeeded") for number in range(36)]
    speak(tmp_path, "fan[39].1", "cloning\n")
    assert frame(tmp_path, runs.folded(document, *records)) == [
        "nightly: 36 of 10,001 done, 20.0s; 3 failed",
        "  fan  3 failed, 4 running, 9,960 not begun, 33 succeeded of 10,000 items 20.0s",
        "    | cloning",
    ]


def test_a_retry_counts_down_and_a_question_shows_its_command(tmp_path: Path) -> None:
    document = runs.workflow(
        Step("a", "run", ("x",), retry=Retry(times=2, backoff_s=30)), Step("ship", "approve", {"question": "Go?"})
    )
    bad = runs.ended(10, "a", status=FAILED, exit_code=75)
    asked = runs.rec(5, "step/ship/asked", question="Go?")
    shown = frame(tmp_path, runs.folded(document, runs.started(1, "a"), bad, asked), now=25)
    assert shown[1] == f"  ship: Go?; holdfast workflow approve {runs.RUN_ID} ship"
    assert shown[2] == "  a  attempt 2 in 15s, after exit code 75"


@pytest.mark.parametrize(("width", "height"), [(80, 23), (20, 5), (200, 60), (40, 1)])
def test_a_frame_fits_the_terminal_however_much_runs(tmp_path: Path, width: int, height: int) -> None:
    document = runs.workflow(*(Step(f"step-{number}-" + "x" * 50, "run", ("x",)) for number in range(60)))
    records = [runs.started(1, step.id) for step in document.steps]
    for step in document.steps:
        speak(tmp_path, f"{step.id}.1", "日本語" * 40 + "\n" + "y" * 300 + "\n")
    shown = frame(tmp_path, runs.folded(document, *records), width, height)
    assert len(shown) <= height
    assert all(columns(line) <= width for line in shown)
    if 60 > height > 1:
        assert re.fullmatch(r"and \d+ more", shown[-1])


def on_terminal(code: str, env: dict[str, str] | None = None) -> str:
    """What a program writes to a terminal of 80 columns and 24 lines."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=slave, stdout=slave, stderr=slave, cwd=ROOT,
        env={**os.environ, "TERM": "xterm", "PYTHONPATH": str(ROOT), **(env or {})},
    )  # fmt: skip
    os.close(slave)
    said = b""
    while select.select([master], [], [], 60)[0]:
        try:
            data = os.read(master, 65536)
        except OSError:
            break
        if not data:
            break
        said += data
    os.close(master)
    assert process.wait(60) == 0, said
    return said.decode()


DRIVER = """
import sys, threading
from pathlib import Path
from tests.render import workflow_runs as runs
from holdfast.render.workflow_live import progress, Told

drawn = threading.Event()
frame = Told.frame
def watched(self, width, height):
    lines = frame(self, width, height)
    if any("tests" in line for line in lines):
        drawn.set()
    return lines
Told.frame = watched
state = runs.folded(runs.NIGHTLY, *runs.BEGUN)
with progress(sys.stderr, Path("/nowhere"), live=True) as shown:
    shown.started(state, state.steps["tests"])
    shown.note("something to know")
    assert drawn.wait(30)
assert "rich" not in sys.modules
"""


def test_on_a_terminal_it_is_drawn_in_place_and_gone_at_the_end() -> None:
    said = on_terminal(DRIVER)
    assert "something to know\r\n" in said
    assert "  tests  running" in said
    assert said.endswith("\x1b[J")
    assert "\x1b[?25l" not in said
    assert "\x1b[2J" not in said


def test_what_ends_at_once_is_never_drawn() -> None:
    stream = io.StringIO()
    state = runs.folded(runs.NIGHTLY, *runs.BEGUN)
    with progress(stream, Path("runs"), live=True) as listener:
        listener.started(state, state.steps["tests"])
    assert stream.getvalue() == ""


def test_what_goes_on_already_when_the_telling_begins_is_shown(tmp_path: Path) -> None:
    from holdfast.render.workflow_live import Told

    told = Told(board(tmp_path))
    state = runs.folded(runs.NIGHTLY, *runs.ASKED, runs.started(9, "publish"))
    assert told.frame(80, 24) == []
    told.ended(state, state.steps["venv"])
    text = "\n".join(told.frame(80, 24))
    assert "ship: Publish?" in text
    assert "publish  running" in text
    assert "venv" not in text


def test_drawing_and_telling_go_on_at_once(tmp_path: Path) -> None:
    from holdfast.render.workflow_live import Told

    document = runs.workflow(Step("fan", "run", ("x",), for_each="inputs.targets"))
    state = runs.folded(document, runs.rec(0, "step/fan/expanded", items=list(range(3000))))
    told, over = Told(board(tmp_path)), threading.Event()
    frames: list[list[str]] = []

    def draw() -> None:
        while not over.is_set():
            frames.append(told.frame(80, 24))

    drawing = threading.Thread(target=draw)
    drawing.start()
    for number in range(3000):
        step = state.steps[f"fan[{number}]"]
        state.apply(runs.started(1, step.instance))
        told.started(state, step)
        state.apply(runs.ended(2, step.instance))
        told.ended(state, step)
    over.set()
    drawing.join()
    assert told.frame(80, 24)[0].startswith("nightly: 3,001 of 3,001 done")
    assert frames


ASKED = """
import sys, time
from pathlib import Path
from tests.render import workflow_runs as runs
from holdfast.render import workflow_live

workflow_live.DRAWN_AFTER_S = workflow_live.REDRAWN_EVERY_S = 0.001
turns = iter(range(20))
looked = workflow_live.Told.has_begun
def counted(self):
    next(turns, None)
    return looked(self)
workflow_live.Told.has_begun = counted
with workflow_live.progress(sys.stderr, Path("/nowhere"), live=True):
    sys.stderr.write("again? ")
    sys.stderr.flush()
    while next(turns, None) is not None:
        time.sleep(0)
"""


def test_what_is_asked_before_anything_begins_is_not_drawn_over() -> None:
    assert on_terminal(ASKED) == "again? "
