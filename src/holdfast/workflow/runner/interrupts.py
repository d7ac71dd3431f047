"""Ctrl-C and what else asks a runner to end: it ends its steps first. A second time it leaves at once."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType

ASKING_TO_END = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Takes note of signals while the block runs; `came` is the first one, or None."""

    def __init__(self) -> None:
        self.came: int | None = None
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for number in ASKING_TO_END:
                if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
                    self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what getsignal gave

    def _take(self, number: int, _frame: FrameType | None) -> None:
        if self.came is not None:
            raise KeyboardInterrupt
        self.came = number
