"""The output of a run as it comes: of one step, or of whatever runs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from holdfast.core.masking import mask_text
from holdfast.workflow.reports.logs import PIECE, POLL_S, shown_part
from holdfast.workflow.reports.overview import Seen, is_going_on
from holdfast.workflow.runner.state import RUNNING

Attempt = tuple[str, int]
"""An instance and the number of its attempt."""
EVERY_S, SHARE = 0.25, 10


class Sparing:
    """Looks at a run every EVERY_S, or where that takes long so that it is one part in SHARE of the time."""

    def __init__(self, look: Callable[[], Seen]) -> None:
        self._look, self._seen = look, look()
        self._due = time.monotonic() + EVERY_S

    @property
    def seen(self) -> Seen:
        """The run as it was a moment ago."""
        begun = time.monotonic()
        if begun >= self._due:
            self._seen = self._look()
            ended = time.monotonic()
            self._due = ended + max(EVERY_S, SHARE * (ended - begun))
        return self._seen

    def runs(self, attempt: Attempt) -> bool:
        """Whether that attempt may still say something."""
        seen = self.seen
        step = seen.state.steps.get(attempt[0])
        return step is not None and step.attempt == attempt[1] and step.status == RUNNING and is_going_on(seen)


def follow(look: Sparing, path_of: Callable[[Attempt], Path]) -> Iterator[tuple[str, str]]:
    """Whole lines of what runs now and later, each piece with its instance, until the run ends or nobody runs it.

    They are masked. A piece holds at most a few hundred kilobytes.
    """
    told: dict[Attempt, int] = {}
    over = {attempt for attempt in _attempts(look.seen) if not look.runs(attempt)}
    going = True
    while going:
        going, quiet = is_going_on(look.seen), True
        for attempt in [each for each in _attempts(look.seen) if each not in over]:
            ended = not look.runs(attempt)
            for text in _new(path_of(attempt), told, attempt, last=ended):
                quiet = False
                yield attempt[0], text
            if ended:
                over.add(attempt)
        if going and quiet:
            time.sleep(POLL_S)


def _attempts(seen: Seen) -> list[Attempt]:
    """Every attempt that was begun, those before the last of a step too."""
    steps = seen.state.steps.values()
    return [(each.instance, number) for each in steps for number in range(1, each.attempt + 1)]


def _new(path: Path, told: dict[Attempt, int], attempt: Attempt, *, last: bool) -> Iterator[str]:
    """What a log holds beyond what was told; with `last` also a line that has no end."""
    while True:
        at = told.get(attempt, 0)
        data = _read(path, at, 2 * PIECE)
        cut = len(data) if last and len(data) < 2 * PIECE else shown_part(data)
        if not cut:
            return
        told[attempt] = at + cut
        yield mask_text(data[:cut].decode("utf-8", "replace"))


def _read(path: Path, start: int, count: int) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.pread(handle, count, start)
    except OSError:  # no regular file
        return b""
    finally:
        os.close(handle)
