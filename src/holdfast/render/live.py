"""What is going on, while it goes on: a table that redraws itself on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Protocol

from holdfast.core.findings import Result, Status
from holdfast.render.terminal import one_line
from holdfast.render.text import status_word

if TYPE_CHECKING:
    from rich.table import Table

DRAWN_AFTER_S = 0.1
REDRAWN_EVERY_S = 0.125
_STYLE = {Status.PASSED: "green", Status.FAILED: "red", Status.ERROR: "red", Status.SKIPPED: "yellow"}


class Progress(Protocol):
    """What a runner of checks tells as it goes; from any thread."""

    def started(self, name: str) -> None:
        """The check has begun to run."""

    def finished(self, result: Result) -> None:
        """The check has ended, was skipped, or is remembered."""


@contextmanager
def progress(stream: IO[str], names: Sequence[str], *, live: bool) -> Iterator[Progress]:
    """Shows how the checks `names` get on, on a stream that is not standard output.

    With `live` it is a table, drawn once the block has taken DRAWN_AFTER_S and gone at its end, however that comes;
    rich is imported no sooner. Otherwise it is a line when a check starts and one when it ends. A stream that cannot
    be written to ends the progress, not the block.
    """
    if not live:
        yield _Lines(stream)
        return
    board = _Board(names)
    ended = threading.Event()
    # Not a daemon: an interpreter that exits early waits for it, and it gives the cursor back.
    drawing = threading.Thread(target=_draw, args=(stream, board, ended))
    drawing.start()
    try:
        yield board
    finally:
        ended.set()
        drawing.join()


class _Lines:
    def __init__(self, stream: IO[str]) -> None:
        self._stream, self._lock = stream, threading.Lock()

    def started(self, name: str) -> None:
        self._say(f"{name}: started")

    def finished(self, result: Result) -> None:
        self._say(f"{result.check}: {_outcome(result)}")

    def _say(self, line: str) -> None:
        with self._lock, contextlib.suppress(OSError, ValueError):  # a closed stream raises the latter
            self._stream.write(one_line(line) + "\n")
            self._stream.flush()


def _outcome(result: Result) -> str:
    word = status_word(result.status)
    if result.remembered:
        return f"{word}, unchanged"
    reason = f" ({result.reason})" if result.reason and result.status is not Status.PASSED else ""
    return f"{word}{reason}" if result.status is Status.SKIPPED else f"{word} in {result.duration_s:.2f}s{reason}"


class _Board:
    """The state of every check, as a table at any moment."""

    def __init__(self, names: Sequence[str]) -> None:
        self._lock = threading.Lock()
        self._begun: dict[str, float] = {}
        self._results: dict[str, Result | None] = dict.fromkeys(names)

    def started(self, name: str) -> None:
        with self._lock:
            self._begun[name] = time.monotonic()

    def finished(self, result: Result) -> None:
        with self._lock:
            self._results[result.check] = result

    def table(self) -> Table:
        from rich.table import Table

        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True, max_width=32)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, justify="right")
        with self._lock:
            results, begun = dict(self._results), dict(self._begun)
        for name, result in results.items():
            self._add(table, name, result, begun.get(name))
        return table

    @staticmethod
    def _add(table: Table, name: str, result: Result | None, begun: float | None) -> None:
        from rich.text import Text

        shown = Text(one_line(name))
        if result:
            unchanged = ", unchanged" if result.remembered else ""
            state = Text(status_word(result.status) + unchanged, _STYLE[result.status])
            table.add_row(shown, state, Text("" if result.remembered else f"{result.duration_s:.1f}s"))
        elif begun is not None:
            table.add_row(shown, Text("running", "cyan"), Text(f"{time.monotonic() - begun:.1f}s"))
        else:
            table.add_row(shown, Text("waiting", "dim"), Text(""))


def _draw(stream: IO[str], board: _Board, ended: threading.Event) -> None:
    if ended.wait(DRAWN_AFTER_S):
        return
    from rich.console import Console
    from rich.live import Live

    console = Console(file=stream)
    with (
        contextlib.suppress(OSError, ValueError),
        Live(
            console=console,
            get_renderable=board.table,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        ) as screen,
    ):
        while not ended.wait(REDRAWN_EVERY_S):
            screen.refresh()
