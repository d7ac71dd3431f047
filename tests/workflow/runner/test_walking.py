"""What runs, in which order, and what a failure means."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.workflow.model import Concurrency, Retry
from holdfast.workflow.records import Outcome
from holdfast.workflow.runner.loop import Settings
from holdfast.workflow.runner.retries import delay_s
from tests.fakes.engine import DONE, MemoryEngine
from tests.workflow.runner.walking import BAD, RUN_ID, Heard, begin, flow, outcomes, statuses, step, walk, walked


def order(engine: MemoryEngine) -> list[str]:
    return [work.instance for work in engine.performed]


def test_a_chain_runs_one_after_the_other(tmp_path: Path) -> None:
    engine = MemoryEngine()
    state = walked(engine, tmp_path, step("c", "b"), step("b", "a"), step("a"))
    assert (order(engine), state.status) == (["a", "b", "c"], "succeeded")
    assert engine.kept[RUN_ID][1]["run/ended/1"].data == {"status": "succeeded", "done": 3, "total": 3}


def test_no_more_run_at_once_than_there_are_jobs(tmp_path: Path) -> None:
    most = 0

    def perform(_work: object) -> Outcome:
        nonlocal most
        most = max(most, len(engine.open))
        return DONE

    engine = MemoryEngine(perform)
    begin(engine, flow(*(step(f"s{n}") for n in range(9))))
    walk(engine, tmp_path, settings=Settings(width=3))
    assert (most, len(engine.performed)) == (3, 9)


def test_what_needs_a_failed_step_is_skipped_and_the_rest_goes_on(tmp_path: Path) -> None:
    engine = outcomes(a=BAD)
    state = walked(engine, tmp_path, step("a"), step("b", "a"), step("c", "b"), step("d"))
    assert statuses(state) == {"a": "failed", "b": "skipped", "c": "skipped", "d": "succeeded"}
    assert (state.steps["b"].reason, state.steps["c"].reason) == ("a failed", "b was skipped")
    assert state.status == "failed"


def test_a_failure_that_is_allowed_stops_nothing(tmp_path: Path) -> None:
    state = walked(outcomes(a=BAD), tmp_path, step("a", allow_failure=True), step("b", "a"))
    assert (statuses(state), state.status) == ({"a": "failed", "b": "succeeded"}, "succeeded")


def test_a_failed_step_is_tried_again(tmp_path: Path) -> None:
    engine, heard = outcomes(a=[BAD, BAD, DONE]), Heard()
    begin(engine, flow(step("a", retry=Retry(times=2, backoff_s=0.0))))
    state = walk(engine, tmp_path, heard=heard)
    assert (state.status, state.steps["a"].attempt) == ("succeeded", 3)
    assert [work.idempotency_key for work in engine.performed] == ["01RUN:a"] * 3
    told = ["started", "retrying", "started", "retrying", "started", "succeeded"]
    assert heard.said == [(what, "a") for what in told]


@pytest.mark.parametrize(("a", "expected"), [(DONE, "skipped"), (BAD, "succeeded")])
def test_the_step_that_on_failure_names_runs_after_a_failure_alone(tmp_path: Path, a: Outcome, expected: str) -> None:
    state = walked(outcomes(a=a), tmp_path, step("a", on_failure="rollback"), step("rollback", when="never"))
    assert state.steps["rollback"].status == expected
    assert state.status == ("failed" if a is BAD else "succeeded")


@pytest.mark.parametrize(("a", "failure"), [(DONE, "skipped"), (BAD, "succeeded")])
def test_finally_steps_run_at_the_end(tmp_path: Path, a: Outcome, failure: str) -> None:
    engine = outcomes(a=a)
    steps = (step("clean", when="always"), step("report", when="failure"), step("a"), step("b", "a"))
    state = walked(engine, tmp_path, *steps)
    assert (state.steps["clean"].status, state.steps["report"].status) == ("succeeded", failure)
    assert order(engine)[-1] in ("clean", "report")


def test_a_step_whose_condition_is_false_is_skipped(tmp_path: Path) -> None:
    steps = (step("a", condition="inputs.go"), step("b", condition="inputs.stay"))
    state = walked(MemoryEngine(), tmp_path, *steps, inputs={"go": True, "stay": False})
    assert statuses(state) == {"a": "succeeded", "b": "skipped"}
    assert state.steps["b"].reason == "if: inputs.stay is false"


def test_a_step_that_cannot_begin_fails_and_is_not_tried_again(tmp_path: Path) -> None:
    steps = (
        step("a", condition="inputs.nothing", retry=Retry(times=5)),
        step("b", body="broken"),
        step("c", cwd="no/where"),
        step("d", kind="run", body=["echo", "${inputs.nothing}"]),
    )
    engine = MemoryEngine()
    state = walked(engine, tmp_path, *steps)
    assert (set(statuses(state).values()), engine.performed) == ({"failed"}, [])
    assert state.steps["b"].reason == "this cannot be run"
    assert state.steps["c"].reason == "cwd no/where: no such directory"
    assert "inputs has no nothing" in (state.steps["d"].reason or "")


def test_a_fan_out_runs_for_each_item_and_no_more_at_once_than_it_says(tmp_path: Path) -> None:
    most = 0

    def perform(_work: object) -> Outcome:
        nonlocal most
        most = max(most, len(engine.open))
        return DONE

    engine = MemoryEngine(perform)
    fan = step("fan", for_each="inputs.of", max_parallel=2, body=["echo", "${item.name}", "${index}"])
    begin(engine, flow(fan, step("after", "fan")), inputs={"of": [{"name": f"n{n}"} for n in range(5)]})
    heard = Heard()
    state = walk(engine, tmp_path, settings=Settings(width=4), heard=heard)
    assert (state.status, most) == ("succeeded", 2)
    assert sorted(work.argv for work in engine.performed[:5]) == [("echo", f"n{n}", str(n)) for n in range(5)]
    assert order(engine)[-1] == "after"
    assert heard.said.count(("succeeded", "fan")) == 1


def test_an_item_that_fails_fails_the_fan_out_after_all_others_ran(tmp_path: Path) -> None:
    engine = MemoryEngine(lambda work: BAD if work.instance == "fan[0]" else DONE)
    state = walked(engine, tmp_path, step("fan", for_each="inputs.of"), step("b", "fan"), inputs={"of": [1, 2, 3]})
    assert (state.steps["fan"].status, state.steps["fan[2]"].status) == ("failed", "succeeded")
    assert state.steps["b"].status == "skipped"


def test_a_condition_that_speaks_of_the_item_is_asked_of_each(tmp_path: Path) -> None:
    fan = step("fan", for_each="inputs.of", condition="item")
    state = walked(MemoryEngine(), tmp_path, fan, inputs={"of": [True, False]})
    assert (state.steps["fan[0]"].status, state.steps["fan[1]"].status) == ("succeeded", "skipped")
    assert state.steps["fan"].status == "succeeded"


def test_for_each_of_no_list_fails_the_step(tmp_path: Path) -> None:
    state = walked(MemoryEngine(), tmp_path, step("fan", for_each="inputs.of"), inputs={"of": "text"})
    assert (state.steps["fan"].status, state.steps["fan"].reason) == ("failed", "for_each: inputs.of gives no list")


def test_for_each_takes_a_text_that_is_a_json_list_as_what_steps_hand_on_is_text(tmp_path: Path) -> None:
    fan = step("fan", for_each="inputs.of", body=["look", "${item.name}"])
    state = walked(MemoryEngine(), tmp_path, fan, inputs={"of": '[{"name": "api"}, {"name": "web"}]'})
    assert [state.steps[f"fan[{index}]"].item for index in range(2)] == [{"name": "api"}, {"name": "web"}]


@pytest.mark.parametrize("text", ['{"a": 1}', "3", "[1,", "[" * 100_000])
def test_for_each_of_a_text_that_is_no_json_list_fails_the_step(text: str, tmp_path: Path) -> None:
    state = walked(MemoryEngine(), tmp_path, step("fan", for_each="inputs.of"), inputs={"of": text})
    assert (state.steps["fan"].status, state.steps["fan"].reason) == ("failed", "for_each: inputs.of gives no list")


def test_outputs_of_a_step_reach_those_after_it_and_no_shell_reads_them(tmp_path: Path) -> None:
    engine = outcomes(a=Outcome("succeeded", 0, outputs={"version": "1; rm -rf /"}))
    walked(
        engine,
        tmp_path,
        step("a"),
        step("b", "a", body=["tag", "${steps.a.outputs.version}"], env={"T": "v${item}"[:1]}),
    )
    assert engine.performed[1].argv == ("tag", "1; rm -rf /")


def test_a_step_sees_little_of_the_environment_but_what_it_lists(tmp_path: Path) -> None:
    engine = MemoryEngine()
    asks = step(
        "a", env={"MODE": "fast", "COPY": "${env.HIDDEN}", "TOKEN": "t-${secrets.KEY}"}, pass_env=("LISTED", "ABSENT")
    )
    begin(engine, flow(asks))
    env = {"PATH": "/bin", "LC_ALL": "C", "HIDDEN": "h", "LISTED": "l", "AWS_SECRET": "s"}
    walk(engine, tmp_path, env=env)
    work = engine.performed[0]
    assert work.env == {"PATH": "/bin", "LC_ALL": "C", "LISTED": "l", "MODE": "fast", "COPY": "h"}
    assert work.env_secrets == {"TOKEN": "t-${secrets.KEY}"}


def test_only_the_steps_that_are_named_run_whatever_they_need(tmp_path: Path) -> None:
    engine = MemoryEngine()
    state = walked(engine, tmp_path, step("a"), step("b", "a"), step("c", "b"), only=["b"])
    assert (order(engine), state.status) == (["b"], "succeeded")
    assert state.steps["c"].reason == "not selected"


def test_from_a_step_runs_it_and_what_comes_after(tmp_path: Path) -> None:
    engine = MemoryEngine()
    steps = (step("a"), step("b", "a"), step("c", "b"), step("d"), step("e", when="always"))
    walked(engine, tmp_path, *steps, **{"from": ["b"]})
    assert order(engine) == ["b", "c", "e"]


def test_one_step_of_a_group_runs_at_a_time(tmp_path: Path) -> None:
    def perform(_work: object) -> Outcome:
        assert len(engine.open) == 1
        return DONE

    engine = MemoryEngine(perform)
    state = walked(engine, tmp_path, *(step(f"s{n}", concurrency=Concurrency("deploy")) for n in range(3)))
    assert (state.status, engine.groups) == ("succeeded", {})


def test_a_step_waits_for_the_run_that_is_in_its_group(tmp_path: Path) -> None:
    engine = MemoryEngine()
    engine.groups["deploy"] = "01OTHER"
    engine.on_wait = [lambda: None, engine.groups.clear]
    assert walked(engine, tmp_path, step("a", concurrency=Concurrency("deploy"))).status == "succeeded"
    assert engine.on_wait == []


def test_a_step_that_is_not_to_wait_for_its_group_fails(tmp_path: Path) -> None:
    engine = MemoryEngine()
    engine.groups["deploy"] = "01OTHER"
    state = walked(engine, tmp_path, step("a", concurrency=Concurrency("deploy", "fail")))
    assert state.steps["a"].reason == "run 01OTHER is in the group deploy"


def test_a_run_cancels_the_one_that_is_in_its_group(tmp_path: Path) -> None:
    engine = MemoryEngine()
    begin(engine, flow(step("a"), concurrency=Concurrency("deploy", "cancel")))
    engine.kept["01OTHER"] = engine.kept[RUN_ID][0]._replace(id="01OTHER"), {}
    engine.groups["deploy"] = "01OTHER"
    engine.on_wait = [engine.groups.clear]
    assert walk(engine, tmp_path).status == "succeeded"
    assert engine.kept["01OTHER"][1]["run/cancel"].data["reason"] == "run 01RUN took its place"


def test_a_run_that_is_not_to_wait_for_its_group_fails(tmp_path: Path) -> None:
    engine = MemoryEngine()
    begin(engine, flow(step("a"), concurrency=Concurrency("deploy-${commit}", "fail")))
    engine.groups["deploy-c0ffee"] = "01OTHER"
    state = walk(engine, tmp_path)
    assert (state.status, engine.performed) == ("failed", [])
    assert state.ended is not None
    assert state.ended["reason"] == "run 01OTHER is in the group deploy-c0ffee"


def test_the_name_of_a_group_may_come_from_inputs_and_items(tmp_path: Path) -> None:
    taken: list[str] = []

    def perform(_work: object) -> Outcome:
        taken.extend(engine.groups)
        return DONE

    engine = MemoryEngine(perform)
    fan = step("fan", for_each="inputs.of", concurrency=Concurrency("host-${item}"))
    begin(engine, flow(fan, concurrency=Concurrency("run-${inputs.to}")), inputs={"of": ["a", "b", "a"], "to": "live"})
    assert walk(engine, tmp_path).status == "succeeded"
    assert set(taken) == {"run-live", "host-a", "host-b"}


def test_a_step_cancels_the_run_that_is_in_its_group(tmp_path: Path) -> None:
    engine = MemoryEngine()
    begin(engine, flow(step("a", concurrency=Concurrency("deploy", "cancel"))))
    engine.kept["01OTHER"] = engine.kept[RUN_ID][0]._replace(id="01OTHER"), {}
    engine.groups["deploy"] = "01OTHER"
    engine.on_wait = [engine.groups.clear]
    assert walk(engine, tmp_path).status == "succeeded"
    assert "run/cancel" in engine.kept["01OTHER"][1]


def test_an_idempotency_key_is_the_same_for_all_attempts_and_tells_items_apart(tmp_path: Path) -> None:
    engine = outcomes(a=[BAD, DONE])
    retry = Retry(times=1, backoff_s=0.0)
    steps = (
        step("a", idempotency_key="${commit}", retry=retry),
        step("b", for_each="inputs.of", idempotency_key="${commit}"),
        step("c", for_each="inputs.of", idempotency_key="${commit}-${item}"),
    )
    walked(engine, tmp_path, *steps, inputs={"of": ["x", "y"]})
    keys = sorted(work.idempotency_key for work in engine.performed)
    assert keys == ["c0ffee", "c0ffee", "c0ffee-x", "c0ffee-y", "c0ffee:0", "c0ffee:1"]


def test_a_step_stays_inside_the_project(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").symlink_to("/")
    engine = MemoryEngine()
    state = walked(
        engine, tmp_path, step("a", cwd="in"), step("b", cwd="out"), step("c", cwd="${inputs.to}"), inputs={"to": ".."}
    )
    assert [work.cwd for work in engine.performed] == ["in"]
    assert (state.steps["b"].reason, state.steps["c"].reason) == (
        "cwd out: outside the project",
        "cwd ..: outside the project",
    )


def test_expressions_read_what_steps_and_their_items_came_to(tmp_path: Path) -> None:
    engine = MemoryEngine(lambda work: Outcome("succeeded", 0, outputs={"n": work.instance}))
    argv = ["${steps.fan.items[1].outputs.n}", "${steps.fan.items[0].item}", "${steps.a.exit_code}", "${run.attempt}"]
    steps = (step("a"), step("fan", "a", for_each="inputs.of"), step("b", "fan", body=argv))
    walked(engine, tmp_path, *steps, inputs={"of": ["x", "y"]})
    assert engine.performed[-1].argv == ("fan[1]", "x", "0", "1")


def test_retries_wait_longer_each_time_and_a_seed_decides_about_the_jitter() -> None:
    retry = Retry(times=9, backoff_s=2.0, factor=3.0, longest_s=50.0)
    assert [delay_s(retry, n, "s") for n in (1, 2, 3, 4, 5000)] == [2, 6, 18, 50, 50]
    jittery = retry._replace(jitter=True)
    delays = {delay_s(jittery, 3, f"run/a/{n}") for n in range(50)}
    assert len(delays) == 50
    assert 0 <= min(delays) < 9 < max(delays) <= 18
    assert delay_s(jittery, 3, "x") == delay_s(jittery, 3, "x")
