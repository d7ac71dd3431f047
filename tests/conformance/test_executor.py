"""The contract of executors: every sentence of holdfast.workflow.executors.interface, for every executor."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.core.process_identity import is_running
from holdfast.workflow.engines.interface import Work
from holdfast.workflow.executors import find_executor
from holdfast.workflow.executors.interface import Executor, Lost, Place, Running
from holdfast.workflow.executors.perform import pause, perform, watch
from holdfast.workflow.records import Outcome
from tests.conformance.bench import ROOT, work
from tests.conformance.executors import EXECUTORS

RUN = "01JD0000000000000000000000"


@pytest.fixture(params=EXECUTORS)
def executor(request: pytest.FixtureRequest) -> Executor:
    return find_executor(request.param)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    project = tmp_path / "shop"
    project.mkdir()
    return Place(project, project / ".holdfast/workflow/runs", {"TOKEN": "s3cret value"}, grace_s=0.5)


def shell(script: str, **more: Any) -> Work:
    return work(RUN, "a", "/bin/sh", "-c", script, **more)


def performed(executor: Executor, todo: Work, place: Place) -> Outcome:
    return perform(executor, todo, place, on_process=lambda _: None, stopped=lambda: None)


def test_an_attempt_waits_until_it_is_released(executor: Executor, place: Place) -> None:
    running = executor.start(shell("echo > made"), place)
    assert is_running(running.process)[0]
    assert running.process["group"]
    assert running.poll() is None
    assert not (place.project / "made").exists()
    running.go()
    assert watch(running, lambda: None).status == "succeeded"
    assert (place.project / "made").exists()


def test_an_attempt_that_is_stopped_before_it_is_released_never_begins(executor: Executor, place: Place) -> None:
    running = executor.start(shell("echo > made"), place)
    running.stop("cancelled")
    outcome = watch(running, lambda: None)
    assert (outcome.status, outcome.exit_code) == ("cancelled", None)
    assert not (place.project / "made").exists()


def test_an_attempt_never_begins_when_its_starter_is_killed(executor: Executor, place: Place) -> None:
    child, process = started_elsewhere(place, "echo > made", release=False)
    child.kill()
    child.communicate()
    lost = executor.adopt(shell(""), place, process)
    assert isinstance(lost, Lost)
    assert not lost.began
    assert not (place.project / "made").exists()


def test_an_attempt_goes_on_when_its_starter_is_killed(executor: Executor, place: Place) -> None:
    script = "while [ ! -e gate ]; do sleep 0.01; done; echo out; echo a=1 > $HOLDFAST_OUTPUT; exit 5"
    child, process = started_elsewhere(place, script)
    child.kill()
    child.communicate()
    running = executor.adopt(shell(""), place, process)
    assert not isinstance(running, Outcome | Lost)
    assert running.poll() is None
    (place.project / "gate").touch()
    outcome = watch(running, lambda: None)
    assert (outcome.status, outcome.exit_code, outcome.outputs) == ("failed", 5, {"a": "1"})
    assert outcome.tail == "out"
    assert outcome.duration_s > 0


def test_an_attempt_that_ended_meanwhile_has_its_outcome(executor: Executor, place: Place) -> None:
    child, process = started_elsewhere(place, "echo out; echo x > made; exit 5")
    end_of(process)
    child.kill()
    child.communicate()
    outcome = executor.adopt(shell("", artifacts=("made",)), place, process)
    assert isinstance(outcome, Outcome)
    assert (outcome.status, outcome.exit_code, outcome.tail) == ("failed", 5, "out")
    assert [each.path for each in outcome.artifacts] == ["made"]


def test_an_adopted_attempt_can_be_stopped(executor: Executor, place: Place) -> None:
    child, process = started_elsewhere(place, "sleep 1000")
    child.kill()
    child.communicate()
    running = executor.adopt(shell(""), place, process)
    assert not isinstance(running, Outcome | Lost)
    running.stop("cancelled")
    assert watch(running, lambda: None).status == "cancelled"


def test_an_adopted_attempt_has_no_more_time_than_before(executor: Executor, place: Place) -> None:
    child, process = started_elsewhere(place, "sleep 1000")
    child.kill()
    child.communicate()
    running = executor.adopt(shell("", timeout_s=0.05), place, process)
    assert not isinstance(running, Outcome | Lost)
    assert watch(running, lambda: None).status == "timed_out"


def test_of_an_attempt_that_was_killed_nobody_can_tell(executor: Executor, place: Place) -> None:
    child, process = started_elsewhere(place, "echo > begun; sleep 1000")
    while not (place.project / "begun").exists():
        assert child.poll() is None
    os.killpg(process["group"], signal.SIGKILL)
    end_of(process)
    child.kill()
    child.communicate()
    lost = executor.adopt(shell(""), place, process)
    assert isinstance(lost, Lost)
    assert lost.began


def test_what_is_left_of_an_attempt_whose_shell_was_killed_is_ended(executor: Executor, place: Place) -> None:
    child, process = started_elsewhere(place, "echo $$ > inner; sleep 1000")
    inner = int(content_of(place.project / "inner"))
    os.kill(process["pid"], signal.SIGKILL)
    end_of(process)
    child.kill()
    child.communicate()
    lost = executor.adopt(shell(""), place, process)
    assert isinstance(lost, Lost)
    assert lost.began
    assert not alive(inner)


def test_leftovers_are_ended_and_counted(executor: Executor, place: Place) -> None:
    child, process = started_elsewhere(place, "trap '' TERM; setsid sleep 1000 & echo $! > inner; sleep 1000")
    inner = int(content_of(place.project / "inner"))
    child.kill()
    child.communicate()
    assert executor.end_leftovers(shell(""), process) >= 3
    assert not alive(inner)
    assert not is_running(process)[0]
    assert executor.end_leftovers(shell(""), process) == 0


def test_after_a_restart_of_the_machine_nobody_can_tell(executor: Executor, place: Place) -> None:
    running = executor.start(shell("true"), place)
    running.go()
    watch(running, lambda: None)
    lost = executor.adopt(shell(""), place, {**running.process, "boot": "another"})
    assert isinstance(lost, Lost)
    assert lost.began


def test_a_stop_ends_those_that_ignore_it(executor: Executor, place: Place) -> None:
    running = executor.start(shell("trap '' TERM; echo > begun; while :; do sleep 0.1; done"), place)
    running.go()
    wait_for(running, (place.project / "begun").exists)
    running.stop("timed_out")
    outcome = watch(running, lambda: None)
    assert (outcome.status, outcome.signal) == ("timed_out", "SIGKILL")


def test_a_program_that_ends_in_order_when_asked_has_its_exit_code(executor: Executor, place: Place) -> None:
    running = executor.start(shell("trap 'exit 9' TERM; echo > begun; while :; do sleep 0.01; done"), place)
    running.go()
    wait_for(running, (place.project / "begun").exists)
    running.stop("cancelled")
    outcome = watch(running, lambda: None)
    assert (outcome.status, outcome.exit_code) == ("cancelled", 9)


def test_perform_stops_when_it_is_told_to(executor: Executor, place: Place) -> None:
    seen: list[Mapping[str, Any]] = []
    outcome = perform(
        executor,
        shell("echo > begun; sleep 1000"),
        place,
        on_process=seen.append,
        stopped=lambda: "cancelled" if (place.project / "begun").exists() else None,
    )
    assert outcome.status == "cancelled"
    assert seen[0]["pid"]


def test_what_cannot_be_written_down_does_not_begin(executor: Executor, place: Place) -> None:
    def refuse(_: Mapping[str, Any]) -> None:
        raise HoldfastError("the database is gone")

    with pytest.raises(HoldfastError, match="the database is gone"):
        perform(executor, shell("echo > made"), place, on_process=refuse, stopped=lambda: None)
    assert not (place.project / "made").exists()


def test_an_unknown_executor_is_refused_with_what_there_is() -> None:
    with pytest.raises(HoldfastError, match="no executor 'moon'") as refused:
        find_executor("moon")
    assert refused.value.hint == "there is: local"
    with pytest.raises(HoldfastError, match="docker: steps in containers are not there yet"):
        find_executor("docker")


def started_elsewhere(place: Place, script: str, *, release: bool = True) -> tuple[subprocess.Popen[str], Any]:
    """An attempt that another process started, and its process."""
    code = (
        "import json, sys, time\nfrom pathlib import Path\n"
        "from holdfast.workflow.executors import find_executor\n"
        "from holdfast.workflow.executors.interface import Place\n"
        "from tests.conformance.test_executor import shell\n"
        f"place = Place(Path({str(place.project)!r}), Path({str(place.runs)!r}), {{}})\n"
        f"running = find_executor('local').start(shell({script!r}), place)\n"
        f"{'running.go()' if release else ''}\n"
        "print(json.dumps(running.process), flush=True)\n"
        "while running.poll() is None: time.sleep(0.01)\n"
        "time.sleep(1000)\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen([sys.executable, "-c", code], env=env, stdout=subprocess.PIPE, text=True)
    assert child.stdout
    return child, json.loads(child.stdout.readline())


def end_of(process: Mapping[str, Any]) -> None:
    while is_running(process)[0]:
        pass


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b") ")[2].split()[0]
    except OSError:
        return False
    return state not in (b"Z", b"X")


def content_of(path: Path) -> str:
    while not path.exists() or not path.read_text("utf-8").endswith("\n"):
        pass
    return path.read_text("utf-8")


def wait_for(running: Running, ready: Callable[[], bool]) -> None:
    while not ready():
        assert running.poll() is None
        pause(running)
