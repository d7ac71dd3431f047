"""What a run does, while it does it: a few lines on a terminal that redraw themselves, elsewhere a line a step."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from holdfast.core.clock import now_ms
from holdfast.core.masking import mask_text
from holdfast.render.screen import Screen
from holdfast.render.terminal import one_line
from holdfast.render.workflow_lines import asked_line, ended_line
from holdfast.workflow.runner.listener import Listener
from holdfast.workflow.runner.state import RunState, StepState

if TYPE_CHECKING:
    from holdfast.render.workflow_board import Board

DRAWN_AFTER_S = 0.15
REDRAWN_EVERY_S = 0.1


@contextmanager
def progress(stream: IO[str], runs: Path, *, live: bool, color: bool = False) -> Iterator[Listener]:
    """Tells of a run on a stream that is not standard output; `runs` is the directory of the runs' files.

    With `live` the stream is a terminal that moves its cursor: what runs is drawn there once the block has taken
    DRAWN_AFTER_S, and is gone at its end, however that comes. Otherwise each step is a line when it ends. A stream
    that cannot be written to ends the telling, not the block.
    """
    if not live:
        yield Lines(stream)
        return
    from holdfast.render.workflow_board import Board

    told = Told(Board(runs, color=color))
    ended = threading.Event()
    # Not a daemon: an interpreter that exits early waits for it, and it takes away what it drew.
    drawing = threading.Thread(target=_draw, args=(Screen(stream), told, ended), name="holdfast-progress")
    drawing.start()
    try:
        yield told
    finally:
        ended.set()
        drawing.join()


class Lines:
    """A line when a step ends; of a fan-out a line for each item that failed, and one for all of them."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def started(self, _state: RunState, _step: StepState) -> None:
        """Says nothing: a log of what ended is enough."""

    def retrying(self, _state: RunState, _step: StepState) -> None:
        """Says nothing: its end will tell the number of attempts."""

    def ended(self, state: RunState, step: StepState) -> None:
        """Says how it ended."""
        line = ended_line(state, step)
        if line:
            self._say(line)

    skipped = ended

    def asked(self, state: RunState, step: StepState) -> None:
        """Says what has to be answered, and the command that does."""
        self._say(asked_line(state, step))

    def note(self, line: str) -> None:
        """Says it."""
        self._say(line)

    def _say(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # a closed stream raises the latter
            self._stream.write(one_line(mask_text(line)) + "\n")
            self._stream.flush()


class Told:
    """Keeps what the drawing thread needs: what is open, and lines that are to stay."""

    def __init__(self, board: Board) -> None:
        self.board, self._lock = board, threading.Lock()
        self._state: RunState | None = None
        self._open: dict[str, StepState] = {}
        self._notes: list[str] = []

    def started(self, state: RunState, step: StepState) -> None:
        with self._lock:
            if self._state is not state:
                self._state = state
                # what was going on already when the telling began, as after a resume
                steps = list(state.steps.values())
                self._open = {each.instance: each for each in steps if each.status in self.board.OPEN}
            self._open[step.instance] = step

    retrying = asked = started

    def ended(self, state: RunState, step: StepState) -> None:
        self.started(state, step)
        with self._lock:
            self._open.pop(step.instance, None)

    skipped = ended

    def note(self, line: str) -> None:
        with self._lock:
            self._notes.append(one_line(mask_text(line)))

    def has_begun(self) -> bool:
        """Whether a step was told of."""
        with self._lock:
            return self._state is not None

    def notes(self) -> list[str]:
        """The lines that came since this was called last."""
        with self._lock:
            found, self._notes = self._notes, []
        return found

    def frame(self, width: int, height: int) -> list[str]:
        """What there is to see now."""
        with self._lock:
            state, steps = self._state, list(self._open.values())
        return [] if state is None else self.board.frame(state, steps, now_ms(), width, height)


def _draw(screen: Screen, told: Told, ended: threading.Event) -> None:
    with contextlib.suppress(OSError, ValueError):
        over: Callable[[float], bool] = ended.wait
        pause = DRAWN_AFTER_S
        while not over(pause):
            pause = REDRAWN_EVERY_S
            if told.has_begun():  # before, somebody may be asked something, and drawing would take the question away
                _say(screen, told)
                screen.draw(told.frame(*screen.size()))
        screen.clear()
        _say(screen, told)


def _say(screen: Screen, told: Told) -> None:
    notes = told.notes()
    if notes:
        screen.say("\n".join(notes))
