"""Running many checks at once: what is remembered first, then the rest, the longest first, up to so many together."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import NamedTuple, Protocol

from holdfast.checks.interface import Check, Context
from holdfast.checks.tools import CannotRun
from holdfast.core import errors
from holdfast.core.errors import Answer, HoldfastError
from holdfast.core.findings import Result, Status, judged

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SIGNAL_LATENCY_S = 0.1
LONGEST_FIRST = ("pytest", "mypy", "flake8", "black", "poetry", "ruff")


class Listener(Protocol):
    """Who is told while checks run; called from several threads."""

    def started(self, name: str) -> None: ...

    def finished(self, result: Result) -> None: ...


class Silent:
    """Who is told and says nothing."""

    def started(self, name: str) -> None:
        """Says nothing."""

    def finished(self, result: Result) -> None:
        """Says nothing."""


class Job(NamedTuple):
    """A check with the context that it runs in."""

    check: Check
    context: Context
    expected_s: float | None = None
    """How long it took last time."""


class Interrupted(Exception):
    """Somebody asked to stop. Holds what had finished by then, and what had not as skipped."""

    def __init__(self, results: list[Result]) -> None:
        super().__init__("interrupted")
        self.results = results


def asked(what: str, question: Callable[[], Answer]) -> Answer:
    """The answer of code that a check's author wrote. Where it crashes, raises HoldfastError: `what`, and why."""
    return errors.asked(what, question, apart_from=(CannotRun,))


def run_one(job: Job, *, strict: bool) -> Result:
    """One check's result. Whatever keeps it from looking becomes a result with status error, never a pass.

    No secret that a tool quoted comes out of here.
    """
    started = time.monotonic()
    try:
        result = asked("crashed", lambda: judged(job.check.run(job.context), strict=strict))
    except CannotRun as error:
        result = error.result
    except HoldfastError as error:
        result = Result(job.check.name, Status.ERROR, reason=error.message, hint=error.hint)
    from holdfast.checks.masked import masked  # not at the start of a run in which nothing is run

    return masked(result)._replace(check=job.check.name, duration_s=time.monotonic() - started)


def run_all(
    jobs: Sequence[Job], *, at_once: int, strict: bool, fail_fast: bool, stop: threading.Event, listener: Listener
) -> list[Result]:
    """The results in the order of `jobs`. Raises Interrupted on Ctrl-C, with the children ended."""
    waiting = sorted(jobs, key=_expected)
    results: dict[str, Result] = {}
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                if not waiting or stop.is_set():
                    return
                job = waiting.pop(0)
            listener.started(job.check.name)
            result = run_one(job, strict=strict)
            with lock:
                results[result.check] = result
            listener.finished(result)
            if fail_fast and result.status in (Status.FAILED, Status.ERROR):
                stop.set()

    with _interruptions(stop) as interrupted:
        _run_threads(work, min(at_once, len(jobs)))
    ordered = [results.get(job.check.name) or _not_run(job, interrupted=interrupted.is_set()) for job in jobs]
    if interrupted.is_set():
        raise Interrupted(ordered)
    return ordered


def _run_threads(work: Callable[[], None], count: int) -> None:
    """Runs `work` in so many threads at once, and waits for all."""
    threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            # With a limit: a signal that comes just before a wait without one is not heard until that wait ends.
            thread.join(SIGNAL_LATENCY_S)


@contextmanager
def _interruptions(stop: threading.Event) -> Iterator[threading.Event]:
    """Turns Ctrl-C and its like into `stop`, at whatever point they come; the event says whether one did.

    A signal that was ignored before, as in a shell's background job, stays ignored.
    """
    seen = threading.Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        seen.set()
        stop.set()

    here = threading.current_thread() is threading.main_thread()
    taken = [number for number in SIGNALS if here and signal.getsignal(number) is not signal.SIG_IGN]
    before = [signal.signal(number, note) for number in taken]
    try:
        yield seen
    finally:
        for number, handler in zip(taken, before, strict=True):
            signal.signal(number, handler)


def _not_run(job: Job, *, interrupted: bool) -> Result:
    reason = "interrupted before it ran" if interrupted else "not run: another check failed first"
    return Result(job.check.name, Status.SKIPPED, reason=reason)


def _expected(job: Job) -> tuple[float, int]:
    """The longest first, by how long it took last time; those never timed before them, in a usual order."""
    name = job.check.name
    usual = LONGEST_FIRST.index(name) if name in LONGEST_FIRST else -1
    return (-job.expected_s if job.expected_s is not None else float("-inf"), usual)
