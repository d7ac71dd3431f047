from __future__ import annotations

import os

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.core.process_identity import identity
from holdfast.workflow.model import Retry, Step
from holdfast.workflow.records import FAILED, SUCCEEDED, UNKNOWN
from holdfast.workflow.reports.liveness import Liveness, holder, liveness
from holdfast.workflow.reports.making import report
from holdfast.workflow.reports.model import RunReport
from holdfast.workflow.reports.steps import find_step
from tests.render import workflow_runs as runs


def commands(found: RunReport) -> list[str]:
    return [each.command for each in found.next]


def test_a_run_is_running_only_as_long_as_somebody_runs_it() -> None:
    there = runs.made(runs.NIGHTLY, *runs.BEGUN, owner=runs.THERE)
    assert (there.status, there.owner, there.next) == ("running", "run by ana@laptop, process 411 on laptop", ())
    gone = runs.interrupted()
    assert (gone.status, gone.steps[1].status, gone.reason) == (
        "interrupted", "interrupted", "nobody runs it: process 411 is gone",
    )  # fmt: skip
    assert commands(gone) == [f"holdfast workflow resume {runs.RUN_ID}"]


def test_a_run_that_waits_is_not_interrupted_though_nobody_runs_it() -> None:
    assert runs.waiting().status == "waiting"


def test_a_run_that_ended_is_what_it_ended_as_whoever_is_gone() -> None:
    found = runs.made(runs.NIGHTLY, *runs.FAILED_RUN, owner=runs.GONE)
    assert (found.status, found.owner, found.duration_s) == ("failed", None, 13.0)


def test_a_fan_out_that_was_left_alone_is_interrupted_or_not_begun_as_its_items_are() -> None:
    document = runs.workflow(Step("fan", "run", ("x",), for_each="inputs.targets"))
    expanded = runs.rec(0, "step/fan/expanded", items=["a", "b"])
    idle = runs.made(document, expanded, owner=runs.GONE)
    assert (idle.steps[0].status, idle.steps[0].items[0].status) == ("pending", "pending")
    killed = runs.made(document, expanded, runs.started(1, "fan[1]"), owner=runs.GONE)
    assert (killed.steps[0].status, killed.steps[0].items[1].status) == ("interrupted", "interrupted")


def test_what_failed_of_all_is_tried_again_by_one_command_and_one_by_its_name() -> None:
    assert commands(runs.failed())[0] == f"holdfast workflow retry {runs.RUN_ID}"
    document = runs.workflow(Step("a", "run", ("x",)))
    over = runs.rec(3, "run/ended/1", status="failed")
    one = runs.made(document, runs.started(1, "a"), runs.ended(2, "a", status=FAILED, exit_code=1), over)
    assert commands(one)[0] == f"holdfast workflow retry {runs.RUN_ID} a"


def test_a_step_of_which_nobody_knows_is_to_be_decided_by_a_person() -> None:
    assert commands(runs.unknown())[:2] == [
        f"holdfast workflow retry {runs.RUN_ID} ship",
        f"holdfast workflow done {runs.RUN_ID} ship",
    ]


def test_a_guide_is_ended_by_saying_that_it_is_done() -> None:
    document = runs.workflow(Step("write", "guide", {}))
    asked = runs.rec(1, "step/write/asked", question="Write it")
    assert commands(runs.made(document, asked, owner=runs.GONE))[0] == f"holdfast workflow done {runs.RUN_ID} write"


def test_a_cancelled_run_says_by_whom_and_why() -> None:
    cancel = runs.rec(2, "run/cancel", by="ana", reason="wrong branch")
    over = runs.rec(3, "run/ended/1", status="cancelled")
    found = runs.made(runs.workflow(Step("a", "run", ("x",))), cancel, over)
    assert (found.status, found.reason) == ("cancelled", "cancelled by ana: wrong branch")
    assert commands(found) == [f"holdfast workflow retry {runs.RUN_ID}"]


def test_an_approval_without_options_of_its_own_is_given_or_refused() -> None:
    document = runs.workflow(Step("ship", "approve", {}))
    asked = runs.rec(1, "step/ship/asked", question="Go?", options=["approve", "reject"])
    assert commands(runs.made(document, asked, owner=runs.GONE))[:2] == [
        f"holdfast workflow approve {runs.RUN_ID} ship",
        f"holdfast workflow reject {runs.RUN_ID} ship",
    ]


def test_a_retry_that_is_due_is_told_with_what_went_wrong() -> None:
    document = runs.workflow(Step("a", "run", ("x",), retry=Retry(times=2, backoff_s=30)))
    bad = runs.ended(10, "a", status=FAILED, exit_code=75, reason="the index was busy")
    found = runs.made(document, runs.started(1, "a"), bad, now=20, owner=runs.THERE)
    assert found.steps[0].status == "retrying"
    assert found.steps[0].retry_at_ms == runs.at(40)


def test_how_long_a_step_took_is_that_of_its_last_attempt_and_of_what_runs_until_now() -> None:
    found = runs.made(runs.NIGHTLY, *runs.BEGUN, now=10.5, owner=runs.THERE)
    assert [step.duration_s for step in found.steps] == [0.4, 10.0, None, None, None]


def test_without_knowing_who_runs_it_a_run_is_what_its_records_say() -> None:
    state = runs.folded(runs.NIGHTLY, *runs.BEGUN)
    assert report(state, now_ms=runs.at(9)).status == "running"


def test_a_run_that_nobody_took_is_run_by_nobody() -> None:
    assert holder(None, None) == liveness(None) == Liveness(alive=False, who="nobody", why="no runner has taken it")
    known = holder({"who": "ana", "process": {"pid": 7, "host": "laptop"}}, None)
    assert known.words == "last run by ana, process 7 on laptop: it has given the run back"


def test_secrets_in_inputs_are_masked_by_name_and_by_form_however_deep() -> None:
    found = runs.made(
        runs.NIGHTLY, *runs.BEGUN, inputs={"api_token": "abc", "list": [{"password": "x"}], "number": 3, "empty": ""}
    )
    assert found.inputs == {"api_token": "***", "list": [{"password": "***"}], "number": 3, "empty": ""}


def test_a_step_that_succeeded_after_failing_says_nothing_of_its_failure() -> None:
    bad = runs.ended(2, "a", status=FAILED, exit_code=1, tail="no")
    document = runs.workflow(Step("a", "run", ("x",), retry=Retry(times=1)))
    good = runs.ended(5, "a", 2, status=SUCCEEDED)
    found = runs.made(document, runs.started(1, "a"), bad, runs.started(4, "a", 2), good)
    assert (found.steps[0].status, found.steps[0].tail, found.steps[0].exit_code) == ("succeeded", "", None)


def test_a_process_of_this_machine_tells_whether_it_lives() -> None:
    process = identity(os.getpid())
    me = {"who": "ana", "process": process}
    assert liveness(me).alive is True
    assert liveness(me).words == f"run by ana, process {os.getpid()} on {os.uname().nodename}"
    assert liveness({"who": "ana", "process": {**process, "host": "elsewhere"}}).alive is None


def test_a_fan_out_of_a_run_that_waits_is_as_unknown_as_its_items() -> None:
    document = runs.workflow(Step("fan", "run", ("x",), for_each="inputs.targets"))
    expanded = runs.rec(0, "step/fan/expanded", items=["a", "b"])
    lost = runs.ended(2, "fan[0]", status=UNKNOWN)
    found = runs.made(document, expanded, runs.started(1, "fan[0]", on_crash="ask"), lost)
    assert (found.status, found.steps[0].status) == ("waiting", "unknown")


def test_a_step_that_is_like_none_is_told_what_there_is() -> None:
    state = runs.folded(runs.NIGHTLY, *runs.BEGUN)
    assert find_step(state, "venv").status == "succeeded"
    with pytest.raises(HoldfastError, match="zzzzzz: no such step") as caught:
        find_step(state, "zzzzzz")
    assert caught.value.hint == "there are venv, tests, fan, ship, publish"
