"""Workers that are told to leave, paused, killed with what they performed, or told to stop a step."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from holdfast.core.process_identity import is_running
from holdfast.workflow.engines.dbos.engine import DbosEngine
from holdfast.workflow.engines.dbos.wiring import connect
from holdfast.workflow.engines.interface import Lease, Work
from tests.conformance.bench import a_run, me, outcomes, until, work
from tests.distributed.fan import LEASE_S
from tests.distributed.field import PATIENCE_S, Field, field
from tests.distributed.server import Server, serving


@pytest.fixture
def made(tmp_path: Path, postgresql_url: str) -> Iterator[Field]:
    with field(tmp_path / "field", postgresql_url) as prepared:
        yield prepared


@pytest.fixture
def engine(made: Field) -> Iterator[DbosEngine]:
    opened = connect(made.url, project=made.project, jobs=0, env=os.environ, lease_s=LEASE_S)
    yield opened
    opened.close()


def gated(made: Field, instance: str = "a", **more: Any) -> Work:
    """A step that says that it began, and ends once there is a file `gate`."""
    script = "echo $HOLDFAST_ATTEMPT >> effects; while [ ! -e gate ]; do sleep 0.02; done; echo over >> ended"
    return work(made.run, instance, "/bin/sh", "-c", script, **more)


def begun(made: Field, engine: DbosEngine, step: Work) -> Lease:
    """The lease on the run, whose step works."""
    lease = engine.claim(made.run, me())
    engine.dispatch(lease, [step])
    made.until(1)
    return lease


def process_of(engine: DbosEngine, made: Field, key: str = "step/a/1") -> dict[str, Any]:
    return dict(outcomes(engine.load(made.run)[1])[f"{key}/process"])


def said(made: Field) -> str:
    return (made.project / "worker.log").read_text("utf-8")


def ended(process: dict[str, Any]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while is_running(process)[0]:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_worker_that_is_told_to_leave_finishes_what_runs(made: Field, engine: DbosEngine) -> None:
    worker = made.worker()
    lease = begun(made, engine, gated(made))
    engine.dispatch(lease, [work(made.run, "b", "true")])
    until(engine, lease, 1, suffix="b/1/ended")
    worker.terminate()
    while "still running" not in said(made):
        assert worker.poll() is None
    engine.dispatch(lease, [work(made.run, "c", "true")])
    (made.project / "gate").touch()
    assert worker.wait(PATIENCE_S) == 0
    found = outcomes(until(engine, lease, 1, suffix="a/1/ended"))
    assert found["step/a/1/ended"]["status"] == "succeeded"
    assert "step/c/1/ended" not in found
    made.worker()
    assert outcomes(until(engine, lease, 1, suffix="c/1/ended"))["step/c/1/ended"]["status"] == "succeeded"


def test_a_second_signal_ends_what_runs_and_gives_it_back(made: Field, engine: DbosEngine) -> None:
    worker = made.worker()
    lease = begun(made, engine, gated(made, on_crash="rerun"))
    first = process_of(engine, made)
    worker.terminate()
    while "still running" not in said(made):
        assert worker.poll() is None
    worker.terminate()
    assert worker.wait(PATIENCE_S) == 1
    ended(first)
    made.worker()
    made.until(2)
    (made.project / "gate").touch()
    found = outcomes(until(engine, lease, 1, suffix="/ended"))["step/a/1/ended"]
    assert found["status"] == "succeeded"
    assert "performed again" in " ".join(found["notes"])


def test_a_worker_with_a_bounded_grace_ends_what_takes_longer(made: Field, engine: DbosEngine) -> None:
    worker = made.worker("--grace", "0.2")
    begun(made, engine, gated(made))
    worker.terminate()
    assert worker.wait(PATIENCE_S) == 1
    assert not (made.project / "ended").exists()


def test_what_dbos_claimed_and_lost_on_the_way_to_a_living_worker_is_claimed_again(
    made: Field, engine: DbosEngine
) -> None:
    made.worker()
    lease = engine.claim(made.run, me())
    engine.dispatch(lease, [work(made.run, "b", "true"), work(made.run, "a", "true", queue="gpu")])
    until(engine, lease, 1, suffix="b/1/ended")
    [worker] = engine._workers.alive()
    claim = "UPDATE dbos.workflow_status SET status = 'PENDING', executor_id = :worker WHERE workflow_uuid = :attempt"
    assert engine.database.change(claim, {"worker": worker.id, "attempt": f"{made.run}:a:1"})
    made.worker("--queues", "gpu")
    found = outcomes(until(engine, lease, 1, suffix="a/1/ended"))
    assert found["step/a/1/ended"]["status"] == "succeeded"
    assert made.workers[0].poll() is None


def test_a_worker_leaves_though_its_database_is_gone_for_good(tmp_path: Path) -> None:
    with serving() as server, field(tmp_path / "field", server.new_database()) as made:
        worker = made.worker()
        while " at once, of default" not in said(made):
            assert worker.poll() is None, said(made)
        server.kill()
        worker.terminate()
        assert worker.wait(PATIENCE_S) in (0, 1)
        assert ": left" in said(made)


def test_what_a_dead_worker_performed_goes_on_under_another(made: Field, engine: DbosEngine) -> None:
    worker = made.worker()
    lease = begun(made, engine, gated(made))
    worker.kill()
    worker.wait()
    made.worker()
    (made.project / "gate").touch()
    found = outcomes(until(engine, lease, 1, suffix="/ended"))["step/a/1/ended"]
    assert (found["status"], found["exit_code"]) == ("succeeded", 0)
    assert made.progress() == 1


def test_a_step_killed_with_its_worker_is_unknown_or_performed_again_as_it_says(
    made: Field, engine: DbosEngine
) -> None:
    worker = made.worker()
    lease = begun(made, engine, gated(made, on_crash="never"))
    engine.dispatch(lease, [gated(made, "again", on_crash="rerun")])
    made.until(2)
    processes = [process_of(engine, made), process_of(engine, made, "step/again/1")]
    worker.kill()
    for process in processes:
        os.killpg(process["group"], signal.SIGKILL)
    worker.wait()
    made.worker()
    made.until(3)
    (made.project / "gate").touch()
    found = outcomes(until(engine, lease, 2, suffix="/ended"))
    assert found["step/a/1/ended"]["status"] == "unknown"
    assert "died in the middle" in found["step/a/1/ended"]["reason"]
    assert found["step/again/1/ended"]["status"] == "succeeded"
    assert made.progress() == 3


def test_a_step_of_a_worker_on_another_machine_that_died_is_unknown(made: Field, engine: DbosEngine) -> None:
    worker = made.worker()
    lease = begun(made, engine, gated(made))
    worker.send_signal(signal.SIGSTOP)
    moved = "UPDATE {h}attempts SET process = replace(process, :here, 'elsewhere') WHERE run_id = :run"
    assert engine.database.change(moved, {"here": os.uname().nodename, "run": made.run})
    made.worker()
    found = outcomes(until(engine, lease, 1, suffix="/ended"))["step/a/1/ended"]
    assert found["status"] == "unknown"
    assert "on elsewhere died in the middle" in found["reason"]
    worker.send_signal(signal.SIGCONT)
    assert worker.wait(PATIENCE_S) == 1


def test_a_worker_that_slept_too_long_finds_itself_dead(made: Field, engine: DbosEngine) -> None:
    worker = made.worker()
    lease = begun(made, engine, gated(made, on_crash="rerun"))
    worker.send_signal(signal.SIGSTOP)
    made.worker()
    made.until(2)
    worker.send_signal(signal.SIGCONT)
    assert worker.wait(PATIENCE_S) == 1
    assert "was taken for dead" in said(made)
    (made.project / "gate").touch()
    found = until(engine, lease, 1, suffix="/ended")
    assert [each.data["status"] for each in found if each.key.endswith("/ended")] == ["succeeded"]
    assert (made.project / "ended").read_text("utf-8") == "over\n"


def test_stopping_reaches_a_step_on_a_worker(made: Field, engine: DbosEngine) -> None:
    made.worker()
    lease = begun(made, engine, gated(made))
    process = process_of(engine, made)
    engine.stop(lease, ["step/a/1"], "cancelled")
    assert outcomes(until(engine, lease, 1, suffix="/ended"))["step/a/1/ended"]["status"] == "cancelled"
    ended(process)


def test_a_step_whose_worker_died_is_stopped_though_no_worker_is_left(made: Field, engine: DbosEngine) -> None:
    worker = made.worker()
    lease = begun(made, engine, gated(made))
    process = process_of(engine, made)
    worker.kill()
    worker.wait()
    engine.stop(lease, ["step/a/1"], "cancelled")
    end = outcomes(until(engine, lease, 1, suffix="/ended"))["step/a/1/ended"]
    assert end["status"] == "cancelled"
    assert "processes were ended, and no worker is left that could end it" in end["reason"]
    assert is_running(process)[0] is False
    assert outcomes(engine.load(made.run)[1])["step/a/1/ended"] == end


def test_a_step_of_another_machine_is_stopped_though_no_worker_is_left_and_where_to_look_is_said(
    made: Field, engine: DbosEngine
) -> None:
    worker = made.worker()
    lease = begun(made, engine, gated(made))
    worker.kill()
    worker.wait()
    there = {"here": os.uname().nodename, "run": made.run, "project": made.run.lower()}
    moved = "UPDATE {h}attempts SET process = replace(process, :here, 'elsewhere') WHERE run_id = :run"
    assert engine.database.change(moved, there)
    moved = "UPDATE {h}workers SET process = replace(process, :here, 'elsewhere') WHERE project = :project"
    assert engine.database.change(moved, there)
    engine.stop(lease, ["step/a/1"], "cancelled")
    end = outcomes(until(engine, lease, 1, suffix="/ended"))["step/a/1/ended"]
    assert end["status"] == "cancelled"
    assert "on elsewhere died in the middle; whether it still runs there" in end["reason"]
    (made.project / "gate").touch()


def test_a_step_that_waits_for_a_worker_is_stopped_without_one(made: Field, engine: DbosEngine) -> None:
    lease = engine.claim(made.run, me())
    engine.dispatch(lease, [gated(made)])
    engine.stop(lease, ["step/a/1"], "cancelled")
    assert outcomes(until(engine, lease, 1, suffix="/ended"))["step/a/1/ended"]["status"] == "cancelled"
    assert engine.recover(lease, gated(made), adopt=True).began is False


def test_a_step_whose_runner_died_is_ended_first_where_that_is_asked_for(made: Field, engine: DbosEngine) -> None:
    made.worker()
    lease = begun(made, engine, gated(made))
    engine.release(lease)
    lease = engine.claim(made.run, me("bob"))
    process = process_of(engine, made)
    found = engine.recover(lease, gated(made), adopt=False)
    assert (found.state, found.began) == ("gone", True)
    ended(process)


def test_who_looks_from_another_checkout_gets_the_tail_and_where_it_was(made: Field) -> None:
    made.worker("--name", "box")
    other = made.project.with_name("other")
    other.mkdir()
    (other / "pyproject.toml").write_bytes((made.project / "pyproject.toml").read_bytes())
    there = connect(made.url, project=other, jobs=0, env=os.environ, lease_s=LEASE_S)
    lease = there.claim(made.run, me())
    there.dispatch(lease, [work(made.run, "a", "echo", "hello")])
    found = outcomes(until(there, lease, 1, suffix="/ended"))["step/a/1/ended"]
    there.close()
    assert found["tail"] == "hello\n"
    assert f"performed by box on {os.uname().nodename} in {made.project}: its log is there" in found["notes"]


def test_steps_of_a_queue_wait_for_a_worker_that_listens_to_it(made: Field, engine: DbosEngine) -> None:
    made.worker()
    lease = engine.claim(made.run, me())
    engine.dispatch(lease, [work(made.run, "a", "true", queue="gpu"), work(made.run, "b", "true")])
    found = until(engine, lease, 1, suffix="/ended")
    assert "step/a/1/ended" not in outcomes(found)
    made.worker("--queues", "gpu")
    assert "step/a/1/ended" in outcomes(until(engine, lease, 1, suffix="/ended"))


def refused(cli: Any, made: Field, *arguments: str, cwd: Path | None = None) -> str:
    answer = cli("workflow", "worker", *arguments, cwd=cwd or made.project)
    assert answer.exit_code == 2
    assert "Traceback" not in answer.stderr
    return str(answer.stderr)


def test_a_worker_says_what_is_wrong_with_its_database(made: Field, postgresql: Server, holdfast: Any) -> None:
    another = "not-this-one"
    wrong = refused(holdfast, made, "--database", postgresql.url(password=another))
    assert "password authentication failed" in wrong
    assert another not in wrong
    assert 'database "nowhere" does not exist' in refused(holdfast, made, "--database", postgresql.url("nowhere"))
    assert "Connection refused" in refused(holdfast, made, "--database", "postgresql://u:p@127.0.0.1:1/x")
    assert "no database is named" in refused(holdfast, made)
    assert "--queues names no queue" in refused(holdfast, made, "--database", made.url, "--queues", ", ,")


def test_a_worker_of_a_new_project_waits_for_its_first_run_and_says_whose_runs_it_does_not_take(
    made: Field, tmp_path: Path
) -> None:
    lease_of_other = connect(made.url, project=made.project, jobs=0, env=os.environ)
    held = lease_of_other.claim(made.run, me())
    lease_of_other.dispatch(held, [work(made.run, "a", "true")])
    project = tmp_path / "new"
    project.mkdir()
    name = f"new-{made.run.lower()}"
    (project / "pyproject.toml").write_text(f'[project]\nname = "{name}"\nversion = "1.0"\n', "utf-8")
    made.worker("--project", str(project))
    while " at once, of default" not in said(made):
        assert made.workers[-1].poll() is None, said(made)
    assert f"no run of {name} in it yet" in said(made)
    engine = connect(made.url, project=project, jobs=0, env=os.environ)
    run = a_run()
    engine.begin(run)
    lease = engine.claim(run.id, me())
    engine.dispatch(lease, [work(run.id, "a", "true")])
    assert "step/a/1/ended" in outcomes(until(engine, lease, 1, suffix="/ended"))
    assert lease_of_other.wait(held, 0.1) == []
    engine.close()
    lease_of_other.close()


def test_tables_of_a_newer_version_are_refused(made: Field, postgresql: Server, holdfast: Any) -> None:
    url = postgresql.new_database()
    engine = connect(url, project=made.project, jobs=0, env=os.environ)
    engine.begin(a_run())
    engine.database.change("UPDATE {h}meta SET version = :new", {"new": 99})
    engine.close()
    assert "its tables have version 99" in refused(holdfast, made, "--database", url)


def test_without_the_extra_the_command_that_installs_it_is_said(
    made: Field, holdfast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    text = refused(holdfast, made, "--database", made.url)
    assert "pip install 'holdfast[distributed]'" in text


def test_a_run_in_the_journal_imports_nothing_of_this(git_project: Path) -> None:
    (git_project / "w.yaml").write_text("name: w\nsteps:\n  - {id: a, run: ['true']}\n", "utf-8")
    script = (
        "import sys; from typer.testing import CliRunner; from holdfast.cli.main import app;"
        "r = CliRunner().invoke(app, ['workflow', 'run', 'w.yaml']); assert r.exit_code == 0, r.output;"
        "assert not {'dbos', 'sqlalchemy', 'psycopg'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=git_project, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
