"""Attempts that DBOS says this worker performs, and that never reached it.

DBOS commits its claim first and asks then what it claimed. Where the connection is lost in between it tries neither
again: the attempt is this worker's, which is alive, and nobody would ever perform it.
"""

from __future__ import annotations

import threading
import time
from collections import Counter

from holdfast.workflow.engines.dbos.queueing import Queueing

LOOKS = 3
"""How often in a row an attempt must be missing: a claim that is new may be on its way."""


class Claims:
    """What one worker was given by DBOS. May be used by several threads."""

    def __init__(self, queueing: Queueing, worker: str, *, lease_s: float) -> None:
        self._queueing, self._worker, self._lease_s = queueing, worker, lease_s
        self._known: Counter[str] = Counter()
        self._done: set[str] = set()
        self._missing: dict[str, tuple[float, int]] = {}
        self._lock = threading.Lock()

    def enter(self, attempt: str) -> None:
        """DBOS has called for it."""
        with self._lock:
            self._known[attempt] += 1

    def leave(self, attempt: str) -> None:
        """It has an outcome, which DBOS is about to write."""
        with self._lock:
            self._done.add(attempt)

    def give_up(self, attempt: str) -> None:
        """It is somebody else's now; DBOS may call for it again."""
        with self._lock:
            self._known[attempt] -= 1
            if self._known[attempt] <= 0:
                del self._known[attempt]

    def put_back(self) -> int:
        """Looks for attempts that did not come for as long as a lease, and has them claimed again; how many."""
        done = set(self._done)
        claimed = {attempt: queue for attempt, worker, queue in self._queueing.performed() if worker == self._worker}
        with self._lock:
            for attempt in done - claimed.keys():  # their outcomes are written
                self._done.discard(attempt)
                self._known.pop(attempt, None)
            missing = claimed.keys() - self._known.keys()
        now = time.monotonic()
        self._missing = {
            each: (since, looks + 1) for each in missing for since, looks in [self._missing.get(each, (now, 0))]
        }
        lost = [
            each for each, (since, looks) in self._missing.items() if looks >= LOOKS and now - since >= self._lease_s
        ]
        for queue in {claimed[each] for each in lost}:
            self._queueing.resume([each for each in lost if claimed[each] == queue], queue)
        return len(lost)
