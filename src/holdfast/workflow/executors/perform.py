"""Performing one attempt to its end, for engines that give each attempt a thread."""

from __future__ import annotations

import select
from collections.abc import Callable, Mapping
from typing import Any

from holdfast.core.errors import HoldfastError
from holdfast.workflow.engines.interface import Work
from holdfast.workflow.executors.interface import Executor, Place, Running
from holdfast.workflow.records import FAILED, Outcome

LOOK_S = 0.05
"""How often a stop, a deadline and too much output are looked for."""
LINGER_S = 0.01


def perform(
    executor: Executor,
    work: Work,
    place: Place,
    *,
    on_process: Callable[[Mapping[str, Any]], None],
    stopped: Callable[[], str | None],
) -> Outcome:
    """Performs an attempt and returns how it ended, or why it could not begin.

    `on_process` is told its process before it may begin; where that raises, it never begins. `stopped` is asked now
    and then, and gives the status under which it is to be ended, or None.
    """
    try:
        running = executor.start(work, place)
    except HoldfastError as error:
        return refused(error)
    try:
        on_process(running.process)
        running.go()
        return watch(running, stopped)
    except BaseException:
        running.stop(FAILED)
        raise


def watch(running: Running, stopped: Callable[[], str | None]) -> Outcome:
    """Waits for the end of an attempt that was begun or adopted."""
    while (outcome := running.poll()) is None:
        if status := stopped():
            running.stop(status)
        pause(running)
    return outcome


def pause(running: Running) -> None:
    """Waits until there may be something to do for `poll`."""
    handle = running.fileno()
    poller = select.poll()
    if handle is not None:
        poller.register(handle, select.POLLIN)
    poller.poll((LINGER_S if handle is None else LOOK_S) * 1000)


def refused(error: HoldfastError) -> Outcome:
    """The outcome of an attempt that could not be started."""
    reason = f"{error.message}; {error.hint}" if error.hint else error.message
    return Outcome(FAILED, exit_code=getattr(error, "code", None), reason=reason)
