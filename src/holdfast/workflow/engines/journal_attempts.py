"""The attempts that this process performs: started, waiting for room or for their queue, running, ended."""

from __future__ import annotations

import select
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.workflow.engines.interface import Lease, Work
from holdfast.workflow.executors import find_executor
from holdfast.workflow.executors.interface import Executor, Place, Running
from holdfast.workflow.executors.perform import refused
from holdfast.workflow.records import CANCELLED, Outcome

LOOK_S = 0.05
LINGER_S = 0.01
"""How often an attempt is looked at whose shim has ended, but not all that it left behind."""

Key = tuple[str, str]
"""A run, and an attempt of it: `step/tests/1`."""


class _Performed(NamedTuple):
    lease: Lease
    work: Work
    running: Running


class Attempts:
    """What this process performs, of however many runs."""

    def __init__(self, place: Place, jobs: int) -> None:
        self._place, self._jobs = place, jobs
        self._executors: dict[str, Executor] = {}
        self._spawned: dict[Key, Running | Outcome] = {}
        self._running: dict[Key, _Performed] = {}
        self._waiting: dict[str | None, deque[tuple[Lease, Work]]] = {}
        self._over: list[tuple[Lease, Work, Outcome]] = []
        self._poller = select.poll()
        self._watched: dict[int, Key] = {}
        self._fired: set[Key] = set()
        self._looked = 0.0
        self._last: Work | None = None

    def spawn(self, work: Sequence[Work]) -> set[str]:
        """Starts as many as there is room for, which then wait to be released; returns the keys of those."""
        spawned = set()
        for each in work:
            if self._jobs and len(self._running) + len(self._spawned) >= self._jobs:
                break
            try:
                self._spawned[each.run_id, each.key] = self.executor(each.uses).start(each, self._place)
            except HoldfastError as error:
                self._spawned[each.run_id, each.key] = refused(error)
            spawned.add(each.key)
        return spawned

    def executor(self, uses: str) -> Executor:
        """The executor of that name, made once. Raises HoldfastError."""
        if uses not in self._executors:
            self._executors[uses] = find_executor(uses)
        return self._executors[uses]

    def process(self, work: Work) -> Mapping[str, Any] | None:
        """The process of an attempt that was spawned; None where it could not be started, or was not yet."""
        spawned = self._spawned.get((work.run_id, work.key))
        return None if spawned is None or isinstance(spawned, Outcome) else spawned.process

    def add(self, lease: Lease, work: Work, *, begun: bool) -> None:
        """Releases an attempt that was spawned, or lets it wait for room."""
        if not begun:
            self._waiting.setdefault(work.queue, deque()).append((lease, work))
            return
        spawned = self._spawned.pop((work.run_id, work.key))
        if isinstance(spawned, Outcome):
            self._over.append((lease, work, spawned))
            return
        spawned.go()
        self._last = work
        self.adopted(lease, work, spawned)

    def adopted(self, lease: Lease, work: Work, running: Running) -> None:
        """Watches an attempt that runs already."""
        key = (work.run_id, work.key)
        self._running[key] = _Performed(lease, work, running)
        handle = running.fileno()
        if handle is None:
            self._fired.add(key)
        else:
            self._poller.register(handle, select.POLLIN)
            self._watched[handle] = key

    def abandon(self, run_id: str, keys: Collection[str]) -> None:
        """Lets attempts that were spawned end without beginning."""
        for key in keys:
            spawned = self._spawned.pop((run_id, key), None)
            if spawned is not None and not isinstance(spawned, Outcome):
                spawned.stop(CANCELLED)
                while spawned.poll() is None:
                    time.sleep(0.001)

    def admit(self, begin: Callable[[Lease, Work], bool]) -> None:
        """Has attempts begun that wait, first come first, until there is no room or their queue lets none in."""
        for queue, waiting in list(self._waiting.items()):
            while waiting and not (self._jobs and len(self._running) >= self._jobs) and begin(*waiting[0]):
                waiting.popleft()
            if not waiting:
                del self._waiting[queue]

    def performs(self, run_id: str, key: str) -> bool:
        """Whether an attempt runs here."""
        return (run_id, key) in self._running

    def forget(self, run_id: str) -> None:
        """No longer watches the attempts of a run, and begins none that waits."""
        for key in [key for key in self._running if key[0] == run_id]:
            self._unwatch(key)
            self._fired.discard(key)
            del self._running[key]
        for queue, waiting in list(self._waiting.items()):
            self._waiting[queue] = deque(each for each in waiting if each[0].run_id != run_id)
        self._over = [each for each in self._over if each[0].run_id != run_id]

    def stop(self, run_id: str, key: str, status: str) -> None:
        """Has an attempt ended, or never begun."""
        performed = self._running.get((run_id, key))
        if performed is not None:
            performed.running.stop(status)
            return
        for waiting in self._waiting.values():
            for lease, work in list(waiting):
                if (work.run_id, work.key) == (run_id, key):
                    waiting.remove((lease, work))
                    self._over.append((lease, work, Outcome(status, reason="it never began")))

    def ended(self, run_id: str) -> list[tuple[Work, Outcome]]:
        """The attempts of a run that have ended since."""
        now = time.monotonic()
        if now - self._looked > LOOK_S:
            self._fired |= self._running.keys()
            self._looked = now
        for key in list(self._fired):
            self._look(key)
        ended = [(work, outcome) for lease, work, outcome in self._over if lease.run_id == run_id]
        if ended:
            self._over = [each for each in self._over if each[0].run_id != run_id]
        return ended

    def _look(self, key: Key) -> None:
        performed = self._running.get(key)
        if performed is None:
            self._fired.discard(key)
            return
        before = performed.running.fileno()
        outcome = performed.running.poll()
        lingers = performed.running.fileno() is None
        if before is not None and lingers:
            self._unwatch(key)
        if not lingers:
            self._fired.discard(key)  # else it is looked at until it is over
        if outcome is not None:
            self._fired.discard(key)
            del self._running[key]
            self._over.append((performed.lease, performed.work, outcome))

    def _unwatch(self, key: Key) -> None:
        for handle, watched in list(self._watched.items()):
            if watched == key:
                self._poller.unregister(handle)
                del self._watched[handle]

    def pause(self, longest_s: float) -> None:
        """Waits until an attempt may have ended, but no longer than that."""
        if self._over:
            return
        if self._last is not None:
            self.executor(self._last.uses).prepare(self._last)  # while the step works
            self._last = None
        wait_s = min(longest_s, LINGER_S) if self._fired else longest_s
        for handle, _ in self._poller.poll(wait_s * 1000):
            self._fired.add(self._watched[handle])

    def close(self) -> None:
        """Lets what runs run on; what was not released ends."""
        for run_id, key in list(self._spawned):
            self.abandon(run_id, [key])
        for executor in self._executors.values():
            executor.close()
