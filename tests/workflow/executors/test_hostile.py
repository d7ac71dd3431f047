"""Steps that turn on what the executor keeps of them: their log, their outputs, the directory of their run."""

from __future__ import annotations

import errno
import os
import resource
from pathlib import Path
from typing import Any

import pytest

from holdfast.core.clock import now_ms
from holdfast.core.errors import HoldfastError
from holdfast.core.ids import new_id
from holdfast.workflow.engines.interface import Work
from holdfast.workflow.executors.interface import Place
from holdfast.workflow.executors.local import LocalExecutor
from holdfast.workflow.executors.perform import perform
from holdfast.workflow.executors.results import OUTPUT_LIMIT
from holdfast.workflow.records import Outcome

RUN = new_id(now_ms())
"""Of this process alone: what is left of an attempt is found by the run's id, wherever on the machine it is."""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    project = tmp_path / "shop"
    project.mkdir()
    return Place(project, project / ".holdfast/workflow/runs", {}, grace_s=0.3)


def work(*argv: str, attempt: int = 1, **more: Any) -> Work:
    return Work(RUN, "a", attempt, argv, {"PATH": os.environ["PATH"]}, **more)


def performed(place: Place, *argv: str) -> Outcome:
    return perform(LocalExecutor(), work(*argv), place, on_process=lambda _: None, stopped=lambda: None)


def test_outputs_beyond_the_limit_are_not_kept_on_disk_either(place: Place) -> None:
    outcome = performed(
        place, "/bin/sh", "-c", "echo a=1 > $HOLDFAST_OUTPUT; head -c 3000000 /dev/zero >> $HOLDFAST_OUTPUT"
    )
    assert outcome.outputs == {"a": "1"}
    assert any("the rest is not kept" in note for note in outcome.notes)
    assert (place.runs / RUN / "outputs" / "a.1").stat().st_size == OUTPUT_LIMIT


def test_a_step_that_removes_the_files_of_its_run_has_failed_with_the_reason(place: Place) -> None:
    outcome = performed(place, "/bin/sh", "-c", f"rm -r {place.runs / RUN}")
    assert (outcome.status, "or the step removed it" in str(outcome.reason)) == ("failed", True)


def test_a_step_that_puts_a_pipe_in_the_place_of_its_log_ends_all_the_same(place: Place) -> None:
    log_file = place.runs / RUN / "logs" / "a.1.log"
    outcome = performed(place, "/bin/sh", "-c", f"rm {log_file}; mkfifo {log_file}; exit 3")
    assert (outcome.status, outcome.exit_code) == ("failed", 3)


def test_a_pipe_in_the_place_of_the_file_of_secrets_is_refused(place: Place) -> None:
    os.mkfifo(place.project / ".env")
    with pytest.raises(HoldfastError, match="not a regular file"):
        LocalExecutor().start(work("true", secrets=("OTHER",)), place)


def test_room_for_the_exit_code_is_taken_before_a_step_can_fill_the_disk(place: Place) -> None:
    """A code of three digits is as long as it gets."""
    exit_file = place.runs / RUN / "exit" / "a.1"
    outcome = performed(place, "/bin/sh", "-c", f"wc -c < {exit_file}; ls -i {exit_file}; exit 103")
    assert outcome.exit_code == 103
    assert exit_file.read_text("utf-8") == "103\n"
    assert outcome.log is not None
    size, node = (place.project / outcome.log).read_text("utf-8").split()[:2]
    assert (size, node) == ("4", str(exit_file.stat().st_ino))


def test_too_many_open_files_are_a_failure_with_a_reason(place: Place) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    executor = LocalExecutor()
    executor.start(work("true", attempt=2), place).stop("cancelled")
    lowest = os.open(os.devnull, os.O_RDONLY)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + 1, hard))
    try:
        with pytest.raises(HoldfastError, match=os.strerror(errno.EMFILE)):
            executor.start(work("true"), place)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
