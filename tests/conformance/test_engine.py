"""The contract of engines: every sentence of holdfast.workflow.engines.interface, for every engine."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.core.clock import now_ms
from holdfast.core.ids import new_id
from holdfast.workflow.engines.interface import Engine, LeaseLost, NoSuchRun, Owner, RunTaken, Work
from tests.conformance.bench import Bench, a_run, me, outcomes, record, until, work
from tests.conformance.engines import EMBEDDED, ENGINES, POSTGRESQL, URL

DEAD = Owner("gone", {**me().process, "pid": 2**22 + 1, "pid_start": "1"})


@pytest.fixture(params=sorted(ENGINES))
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    project = tmp_path / "shop"
    project.mkdir()
    if request.param == POSTGRESQL:
        (project / URL).write_text(request.getfixturevalue("postgresql_url"), "utf-8")
        name = f"shop-{new_id(now_ms()).lower()}"  # the database is shared, and each test's project is its own
        (project / "pyproject.toml").write_text(f'[project]\nname = "{name}"\nversion = "1.0"\n', "utf-8")
    return Bench(request.param, project)


@pytest.fixture
def engine(bench: Bench) -> Iterator[Engine]:
    opened = bench.open()
    yield opened
    opened.close()


def test_a_run_is_loaded_as_it_began(bench: Bench, engine: Engine) -> None:
    run = a_run(inputs={"target": "src"}, facts={"commit": "3f1c"}, options={"jobs": 2}, origin="01A")
    engine.begin(run)
    loaded, records = engine.load(run.id)
    assert loaded == run
    assert not records
    assert bench.open().load(run.id)[0] == run


def test_a_run_that_began_twice_stays_as_it_was(engine: Engine) -> None:
    run = a_run()
    engine.begin(run)
    engine.begin(run._replace(workflow="other"))
    assert engine.load(run.id)[0].workflow == "nightly"


def test_there_is_no_run_that_was_not_begun(engine: Engine) -> None:
    missing = new_id(now_ms())
    with pytest.raises(NoSuchRun):
        engine.load(missing)
    with pytest.raises(NoSuchRun):
        engine.claim(missing, me())
    with pytest.raises(NoSuchRun):
        engine.signal(missing, record("run/cancel"))


def test_records_come_back_in_the_order_in_which_they_were_written(bench: Bench, engine: Engine) -> None:
    run, lease = bench.begun(engine)
    engine.record(lease, [record("step/b/skipped", reason="x"), record("step/a/skipped", reason="y")])
    engine.record(lease, [record("step/c/skipped", reason="z")], sync=False)
    keys = [each.key for each in engine.load(run.id)[1]]
    assert keys == ["run/owner/1", "step/b/skipped", "step/a/skipped", "step/c/skipped"]


def test_the_first_record_under_a_key_stands(bench: Bench, engine: Engine) -> None:
    run, lease = bench.begun(engine)
    engine.record(lease, [record("step/a/skipped", reason="first")])
    engine.record(lease, [record("step/a/skipped", reason="second"), record("step/b/skipped", reason="new")])
    found = outcomes(engine.load(run.id)[1])
    assert found["step/a/skipped"] == {"reason": "first"}
    assert found["step/b/skipped"] == {"reason": "new"}


def test_an_owner_that_lives_keeps_its_run(bench: Bench, engine: Engine) -> None:
    run, _ = bench.begun(engine)
    with pytest.raises(RunTaken, match="ana"):
        bench.open().claim(run.id, me("bob"))


def test_a_dead_owner_loses_its_run_and_every_right_to_write(bench: Bench, engine: Engine) -> None:
    run = a_run()
    engine.begin(run)
    old = engine.claim(run.id, DEAD)
    other = bench.open()
    new = other.claim(run.id, me("bob"))
    assert new.fence > old.fence
    for write in (
        lambda: engine.record(old, [record("step/a/skipped", reason="late")]),
        lambda: engine.dispatch(old, [work(run.id, "a", "true")]),
        lambda: engine.wait(old, 5.0),
        lambda: engine.enter(old, "deploy"),
    ):
        with pytest.raises(LeaseLost):
            write()
    assert [each.key for each in other.load(run.id)[1]] == ["run/owner/1", "run/owner/2"]


def test_a_late_release_does_not_free_the_run_of_the_next_owner(bench: Bench, engine: Engine) -> None:
    run = a_run()
    engine.begin(run)
    old = engine.claim(run.id, DEAD)
    new = bench.open().claim(run.id, me("bob"))
    engine.release(old)
    with pytest.raises(RunTaken):
        engine.claim(run.id, me())
    engine.release(new)
    assert engine.claim(run.id, me()).fence > new.fence


def test_of_two_processes_that_claim_a_run_at_once_one_wins(bench: Bench, engine: Engine) -> None:
    run = a_run()
    engine.begin(run)
    children = [bench.child("claim", run.id, stdin=-1) for _ in range(2)]
    pipes = [(child.stdin, child.stdout) for child in children]
    for _, said in pipes:
        assert said
        assert said.readline() == "ready\n"
    for told, _ in pipes:
        assert told
        told.write("go\n")
        told.flush()
    assert sorted(said.readline() for _, said in pipes if said) == ["claimed\n", "taken\n"]
    for child in children:
        child.communicate("over\n")


def test_an_attempt_is_performed_and_its_end_is_kept(bench: Bench, engine: Engine) -> None:
    run, lease = bench.begun(engine)
    engine.dispatch(lease, [work(run.id, "a", "sh", "-c", "echo hello; exit 3")], [record("step/z/skipped", reason="")])
    found = outcomes(until(engine, lease, 1, suffix="/ended"))["step/a/1/ended"]
    assert (found["status"], found["exit_code"]) == ("failed", 3)
    assert (bench.project / found["log"]).read_text("utf-8") == "hello\n"
    kept = [each.key for each in bench.open().load(run.id)[1]]
    assert {"step/z/skipped", "step/a/1/started", "step/a/1/process", "step/a/1/ended"} <= set(kept)
    assert kept.index("step/a/1/started") < kept.index("step/a/1/ended")


def test_what_was_dispatched_before_is_not_performed_twice(bench: Bench, engine: Engine) -> None:
    run, lease = bench.begun(engine)
    todo = work(run.id, "a", "sh", "-c", "echo x >> ../effects")
    todo = todo._replace(cwd=".", argv=("/bin/sh", "-c", f"echo x >> {bench.project}/effects"))
    engine.dispatch(lease, [todo])
    engine.dispatch(lease, [todo])
    until(engine, lease, 1, suffix="/ended")
    engine.dispatch(lease, [todo, work(run.id, "b", "true")])
    found = until(engine, lease, 1, suffix="/ended")
    assert [each.key for each in found] == ["step/b/1/ended"]
    assert (bench.project / "effects").read_text("utf-8") == "x\n"


def test_a_program_that_is_not_there_is_a_failed_attempt(bench: Bench, engine: Engine) -> None:
    run, lease = bench.begun(engine)
    engine.dispatch(lease, [work(run.id, "a", "no-such-program"), work(run.id, "b", "true", uses="moon")])
    found = outcomes(until(engine, lease, 2, suffix="/ended"))
    assert found["step/a/1/ended"]["status"] == found["step/b/1/ended"]["status"] == "failed"
    assert "no-such-program: not found" in found["step/a/1/ended"]["reason"]
    assert "there is: local" in found["step/b/1/ended"]["reason"]


def test_many_attempts_all_end_once(bench: Bench, engine: Engine) -> None:
    run, lease = bench.begun(engine)
    engine.dispatch(lease, [work(run.id, f"fan[{n}]", "true") for n in range(40)])
    found = until(engine, lease, 40, suffix="/ended")
    assert sorted(each.key for each in found) == sorted(f"step/fan[{n}]/1/ended" for n in range(40))


def test_wait_is_over_at_its_deadline(bench: Bench, engine: Engine) -> None:
    _, lease = bench.begun(engine)
    assert not engine.wait(lease, 0.0)
    assert not engine.wait(lease, 0.05)


def test_a_signal_from_another_process_arrives_once(bench: Bench, engine: Engine) -> None:
    run, lease = bench.begun(engine)
    assert not engine.wait(lease, 0.0)
    said = bench.child("signal", run.id, "step/ship/answer/1").communicate(timeout=60)[0]
    assert said == "True\n"
    assert outcomes(until(engine, lease, 1)) == {"step/ship/answer/1": {"by": "child"}}
    assert not engine.wait(lease, 0.0)


def test_a_signal_arrives_though_it_came_before_the_claim(engine: Engine) -> None:
    run = a_run()
    engine.begin(run)
    assert engine.signal(run.id, record("run/cancel", by="bob"))
    lease = engine.claim(run.id, me())
    assert [each.key for each in until(engine, lease, 1)] == ["run/cancel"]


def test_what_was_loaded_does_not_come_again(engine: Engine) -> None:
    run = a_run()
    engine.begin(run)
    engine.signal(run.id, record("run/cancel", by="bob"))
    lease = engine.claim(run.id, me())
    assert "run/cancel" in outcomes(engine.load(run.id)[1])
    assert not engine.wait(lease, 0.0)


def test_a_signal_under_a_key_that_is_taken_changes_nothing(bench: Bench, engine: Engine) -> None:
    run, _ = bench.begun(engine)
    assert engine.signal(run.id, record("step/ship/answer/1", answer="publish"))
    assert not engine.signal(run.id, record("step/ship/answer/1", answer="hold"))
    assert outcomes(engine.load(run.id)[1])["step/ship/answer/1"] == {"answer": "publish"}


def test_a_stopped_attempt_ends_with_that_status(bench: Bench, engine: Engine) -> None:
    run, lease = bench.begun(engine)
    engine.dispatch(lease, [work(run.id, "a", "sleep", "1000"), work(run.id, "b", "true")])
    until(engine, lease, 1, suffix="b/1/ended")
    engine.stop(lease, ["step/a/1"], "cancelled")
    assert outcomes(until(engine, lease, 1, suffix="a/1/ended"))["step/a/1/ended"]["status"] == "cancelled"


def test_what_waits_for_room_can_be_stopped(bench: Bench) -> None:
    engine = bench.open(jobs=1)
    run, lease = bench.begun(engine)
    engine.dispatch(lease, [work(run.id, "a", "sleep", "1000"), work(run.id, "b", "sh", "-c", "echo > made")])
    engine.stop(lease, ["step/b/1", "step/a/1"], "cancelled")
    found = outcomes(until(engine, lease, 2, suffix="/ended"))
    assert {data["status"] for data in found.values()} == {"cancelled"}
    assert not (bench.project / "made").exists()
    engine.close()


def test_a_step_that_takes_too_long_is_ended(bench: Bench, engine: Engine) -> None:
    run, lease = bench.begun(engine)
    engine.dispatch(lease, [work(run.id, "a", "sleep", "1000", timeout_s=0.2)])
    assert until(engine, lease, 1, suffix="/ended")[-1].data["status"] == "timed_out"


def test_a_group_lets_one_run_in(bench: Bench, engine: Engine) -> None:
    first, in_it = bench.begun(engine)
    second, outside = bench.begun(engine)
    assert engine.enter(in_it, "deploy") is None
    assert engine.enter(in_it, "deploy") is None
    assert engine.enter(outside, "deploy") == first.id
    assert engine.enter(outside, "other") is None
    engine.leave(outside, "deploy")
    assert engine.enter(outside, "deploy") == first.id
    engine.leave(in_it, "deploy")
    assert engine.enter(outside, "deploy") is None
    assert engine.enter(in_it, "deploy") == second.id


def test_a_group_is_left_when_the_run_ends(bench: Bench, engine: Engine) -> None:
    _, in_it = bench.begun(engine)
    _, outside = bench.begun(engine)
    engine.enter(in_it, "deploy")
    engine.record(in_it, [record("run/ended/1", status="succeeded", done=1, total=1)])
    assert engine.enter(outside, "deploy") is None


def test_a_group_is_left_when_its_owner_is_killed(bench: Bench, engine: Engine) -> None:
    dead = new_id(now_ms())
    child = bench.child("group", dead, "deploy", stdin=-1)
    assert child.stdout
    assert child.stdout.readline() == "None\n"
    _, lease = bench.begun(engine)
    assert engine.enter(lease, "deploy") == dead
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert engine.enter(lease, "deploy") is None


def test_the_newest_runs_come_first_and_without_documents(engine: Engine) -> None:
    made = [a_run(workflow=name)._replace(id=f"{n:026}") for n, name in enumerate(("a", "b", "a", "b"))]
    for run in made:
        engine.begin(run)
    listed = [run.id for run in engine.runs()]
    assert listed == [run.id for run in reversed(made)]
    assert [run.id for run in engine.runs(limit=2, before=made[3].id)] == [made[2].id, made[1].id]
    assert [run.id for run in engine.runs(workflow="a")] == [made[2].id, made[0].id]
    assert not engine.runs()[0].document


def test_a_list_of_runs_says_how_each_ended(bench: Bench, engine: Engine) -> None:
    run, lease = bench.begun(engine)
    assert engine.runs()[0].status == "running"
    engine.record(lease, [record("run/ended/1", status="failed", done=3, total=4)])
    listed = engine.runs()[0]
    assert (listed.id, listed.status, listed.done, listed.total) == (run.id, "failed", 3, 4)
    assert listed.ended_ms is not None


def test_an_attempt_goes_on_when_its_runner_is_killed(bench: Bench, engine: Engine) -> None:
    if bench.name not in EMBEDDED:
        pytest.skip("whoever performs it next does it again")
    gate = bench.project / "gate"
    todo, run_id = killed_runner(bench, f"while [ ! -e {gate} ]; do sleep 0.01; done; echo ended")
    lease = engine.claim(run_id, me())
    assert engine.recover(lease, todo, adopt=True).state == "running"
    assert not engine.wait(lease, 0.1)
    gate.touch()
    found = until(engine, lease, 1, suffix="/ended")[-1].data
    assert (found["status"], found["exit_code"]) == ("succeeded", 0)
    assert (bench.project / found["log"]).read_text("utf-8") == "ended\n"


def test_an_attempt_that_ended_while_nobody_watched_has_its_outcome(bench: Bench, engine: Engine) -> None:
    if bench.name not in EMBEDDED:
        pytest.skip("whoever performs it next does it again")
    gate, over = bench.project / "gate", bench.project / "over"
    script = f"while [ ! -e {gate} ]; do sleep 0.01; done; echo a=b > $HOLDFAST_OUTPUT; touch {over}; exit 7"
    todo, run_id = killed_runner(bench, script)
    gate.touch()
    lease = engine.claim(run_id, me())
    found = engine.recover(lease, todo, adopt=True)
    if found.state == "running":
        outcome = until(engine, lease, 1, suffix="/ended")[-1].data
    else:
        assert found.outcome
        outcome = found.outcome.as_json()
        (end,) = [record for record in engine.load(run_id)[1] if record.key.endswith("/ended")]
        assert found.at_ms == end.at_ms, "the runner would tell of an end at another moment than the journal"
    assert (outcome["status"], outcome["exit_code"], outcome["outputs"]) == ("failed", 7, {"a": "b"})


def test_an_attempt_that_was_killed_with_its_runner_is_gone(bench: Bench, engine: Engine) -> None:
    if bench.name not in EMBEDDED:
        pytest.skip("whoever performs it next does it again")
    todo, run_id = killed_runner(bench, "sleep 1000")
    lease = engine.claim(run_id, me())
    found = engine.recover(lease, todo, adopt=False)
    assert (found.state, found.began) == ("gone", True)
    assert engine.recover(lease, todo, adopt=True).state in ("gone", "ended")


def killed_runner(bench: Bench, script: str) -> tuple[Work, str]:
    """A run whose runner was killed in the middle of its only attempt."""
    run_id = new_id(now_ms())
    begun = bench.project / "begun"
    child = bench.child("start", run_id, "/bin/sh", "-c", f"echo > {begun}; {script}")
    assert child.stdout
    assert child.stdout.readline() == "started\n"
    while not begun.exists():
        assert child.poll() is None
    child.send_signal(signal.SIGKILL)
    child.communicate()
    return work(run_id, "a"), run_id


def test_an_attempt_that_never_began_may_be_done_again_whatever_it_is(bench: Bench, engine: Engine) -> None:
    if bench.name not in EMBEDDED:
        pytest.skip("whoever performs it next does it")
    narrow = bench.open(jobs=1)
    run = a_run()
    narrow.begin(run)
    old = narrow.claim(run.id, DEAD)
    narrow.dispatch(old, [work(run.id, "a", "sleep", "1000"), work(run.id, "b", "true", on_crash="never")])
    lease = engine.claim(run.id, me())
    found = engine.recover(lease, work(run.id, "b"), adopt=True)
    assert (found.state, found.began) == ("gone", False)
    assert engine.recover(lease, work(run.id, "a"), adopt=False).began


def test_a_run_that_was_released_in_the_middle_goes_on_under_the_next_lease(bench: Bench, engine: Engine) -> None:
    if bench.name not in EMBEDDED:
        pytest.skip("whoever performs it next does it again")
    run, lease = bench.begun(engine)
    gate = bench.project / "gate"
    script = f"while [ ! -e {gate} ]; do sleep 0.01; done; exit 4"
    engine.dispatch(lease, [work(run.id, "a", "sh", "-c", script)])
    engine.release(lease)
    again = engine.claim(run.id, me("bob"))
    assert engine.recover(again, work(run.id, "a"), adopt=True).state == "running"
    assert engine.recover(again, work(run.id, "a"), adopt=True).state == "running"
    gate.touch()
    ends = [each for each in until(engine, again, 1, suffix="/ended") if each.key.endswith("/ended")]
    assert [each.data["exit_code"] for each in ends] == [4]
