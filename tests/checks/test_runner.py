from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from holdfast.checks.command import Command
from holdfast.checks.interface import Context, Inputs
from holdfast.checks.runner import Interrupted, Job, asked, run_all, run_one
from holdfast.core.errors import HoldfastError
from holdfast.core.findings import Checked, Finding, Result, Severity, Status

Make = Callable[..., Context]
WAIT = "import time; time.sleep(60)"


class Heard:
    """A listener that keeps what it hears."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.on_start: Callable[[str], None] = lambda _name: None

    def started(self, name: str) -> None:
        self.said.append(f"started {name}")
        self.on_start(name)

    def finished(self, result: Result) -> None:
        self.said.append(f"finished {result.check} {result.status.value}")


@dataclass
class Raises:
    """A check that raises."""

    error: BaseException
    name: str = "broken"
    summary: str = ""

    def wanted(self, context: Context) -> bool:  # noqa: ARG002
        return True

    def inputs(self, context: Context) -> Inputs | None:  # noqa: ARG002
        return None

    def run(self, context: Context) -> Result:  # noqa: ARG002
        raise self.error


def job(context: Context, name: str, code: str = "", expected_s: float | None = None) -> Job:
    return Job(Command(name, name, (sys.executable, "-c", code)), context, expected_s)


def run(
    jobs: list[Job], *, at_once: int = 1, fail_fast: bool = False, stop: threading.Event | None = None
) -> tuple[list[Result], Heard]:
    heard, event = Heard(), stop or threading.Event()
    jobs = [one._replace(context=one.context._replace(stop=event)) for one in jobs]
    results = run_all(jobs, at_once=at_once, strict=False, fail_fast=fail_fast, stop=event, listener=heard)
    return results, heard


def test_results_come_in_the_order_asked_for_and_the_longest_starts_first(make_context: Make) -> None:
    context = make_context({"a.py": ""})
    jobs = [job(context, "short", "", 0.1), job(context, "long", "", 9.0), job(context, "never-timed")]
    results, heard = run(jobs)
    assert [result.check for result in results] == ["short", "long", "never-timed"]
    assert [line for line in heard.said if line.startswith("started")] == [
        "started never-timed",
        "started long",
        "started short",
    ]


def test_as_many_run_together_as_were_asked_for(make_context: Make, tmp_path: Path) -> None:
    code = (
        "import pathlib, time\n"
        "base = pathlib.Path({base!r}); (base / {me!r}).touch()\n"
        "while not (base / {other!r}).exists(): time.sleep(0.01)\n"
    )
    context = make_context({"a.py": ""})
    one = job(context, "one", code.format(base=str(tmp_path), me="1", other="2"))
    two = job(context, "two", code.format(base=str(tmp_path), me="2", other="1"))
    results, _ = run([one, two], at_once=2)
    assert [result.status for result in results] == [Status.PASSED, Status.PASSED]


def test_a_failure_stops_the_rest_only_under_fail_fast(make_context: Make) -> None:
    context = make_context({"a.py": ""})
    jobs = [job(context, "bad", "raise SystemExit(1)", 9.0), job(context, "good", "", 1.0)]
    results, _ = run(jobs)
    assert [result.status for result in results] == [Status.FAILED, Status.PASSED]
    results, _ = run(jobs, fail_fast=True)
    assert [(result.status, result.reason) for result in results] == [
        (Status.FAILED, None),
        (Status.SKIPPED, "not run: another check failed first"),
    ]


def test_fail_fast_ends_what_is_running(make_context: Make) -> None:
    context = make_context({"a.py": ""})
    jobs = [job(context, "bad", "raise SystemExit(1)"), job(context, "slow", WAIT)]
    results, _ = run(jobs, at_once=2, fail_fast=True)
    assert [result.status for result in results] == [Status.FAILED, Status.SKIPPED]
    assert results[1].reason == "stopped before it ended"


def test_ctrl_c_ends_the_children_and_keeps_what_had_finished(make_context: Make) -> None:
    context = make_context({"a.py": ""})
    heard, stop = Heard(), threading.Event()
    context = context._replace(stop=stop)
    heard.on_start = lambda name: os.kill(os.getpid(), signal.SIGINT) if name == "slow" else None
    jobs = [job(context, "done", "", 9.0), job(context, "slow", WAIT, 1.0), job(context, "later", "", 0.1)]
    with pytest.raises(Interrupted) as caught:
        run_all(jobs, at_once=1, strict=False, fail_fast=False, stop=stop, listener=heard)
    assert [(result.check, result.status) for result in caught.value.results] == [
        ("done", Status.PASSED),
        ("slow", Status.SKIPPED),
        ("later", Status.SKIPPED),
    ]
    assert caught.value.results[2].reason == "interrupted before it ran"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (HoldfastError("no disk", hint="free some"), "no disk"),
        (ValueError("of a plugin"), "crashed: ValueError: of a plugin"),
    ],
)
def test_a_check_that_raises_is_could_not_run(make_context: Make, error: Exception, reason: str) -> None:
    result = run_one(Job(Raises(error), make_context({})), strict=False)
    assert (result.status, result.reason) == (Status.ERROR, reason)


class Warns(Raises):
    def run(self, context: Context) -> Result:  # noqa: ARG002
        finding = Finding("X001", Severity.WARNING, "odd")
        return Result(self.name, Status.PASSED, (finding,), checked=Checked(1, 1, "thing"))


@pytest.mark.parametrize(("strict", "status"), [(False, Status.PASSED), (True, Status.FAILED)])
def test_warnings_fail_only_under_strict(make_context: Make, strict: bool, status: Status) -> None:
    assert run_one(Job(Warns(ValueError()), make_context({})), strict=strict).status is status


def test_a_check_that_exits_or_calls_its_result_by_another_name_is_never_left_out(make_context: Make) -> None:
    context = make_context({"a.py": ""})
    [stopped], _ = run([Job(Raises(SystemExit(0)), context)])
    assert (stopped.status, stopped.reason) == (Status.ERROR, "crashed: SystemExit: 0")

    class Other(Raises):
        def run(self, context: Context) -> Result:  # noqa: ARG002
            return Result("other", Status.FAILED)

    [found], _ = run([Job(Other(ValueError()), context)])
    assert (found.check, found.status) == ("broken", Status.FAILED)


@pytest.mark.parametrize("error", [SystemExit(0), KeyError("x")])
def test_what_crashes_before_it_runs_is_told_of_the_check_and_not_of_holdfast(
    make_context: Make, error: BaseException
) -> None:
    check = Raises(error)
    with pytest.raises(HoldfastError) as stopped:
        asked("check broken crashed", lambda: check.run(make_context({})))
    assert stopped.value.message.startswith(f"check broken crashed: {type(error).__name__}")
    with pytest.raises(HoldfastError, match="mine"):
        asked("crashed", lambda: Raises(HoldfastError("mine")).run(make_context({})))
