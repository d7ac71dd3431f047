"""What holds for whoever only looks, whatever holds the runs: the journal, or DBOS (here on SQLite)."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from holdfast.core.clock import now_ms
from holdfast.core.ids import new_id
from holdfast.core.process_identity import identity
from holdfast.workflow.engines.interface import Engine, NoSuchRun, Owner, Run
from holdfast.workflow.engines.opening import open_to_run
from holdfast.workflow.engines.reading import Reader, open_reader
from holdfast.workflow.model import Step, Workflow
from holdfast.workflow.records import Record
from holdfast.workflow.reports.overview import see
from holdfast.workflow.runs import resolve

FLOW = Workflow("nightly", "nightly.yaml", "d" * 64, (Step("a", "run", ["true"]),))


def gone() -> Mapping[str, Any]:
    """What a process was that is no more."""
    with subprocess.Popen(["sleep", "60"]) as process:
        found = identity(process.pid)
        process.kill()
    return found


@pytest.fixture(params=["", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/runs.db" if request.param else ""


@pytest.fixture
def engine(tmp_path: Path, database: str) -> Iterator[Engine]:
    if database:
        from holdfast.workflow.engines.dbos.wiring import connect

        made: Engine = connect(database, project=tmp_path, jobs=0, env={})
    else:
        made = open_to_run(tmp_path, "", {}, jobs=1)
    yield made
    made.close()


@pytest.fixture
def reader(tmp_path: Path, database: str, engine: Engine) -> Iterator[Reader]:
    begin(engine)
    found = open_reader(tmp_path, database)
    yield found
    found.close()


def begin(engine: Engine) -> str:
    run = Run(new_id(now_ms()), "nightly", FLOW.as_json(), {}, now_ms(), "ana", total=1)
    engine.begin(run)
    return run.id


def test_runs_that_nobody_holds_are_found_and_told(engine: Engine, reader: Reader) -> None:
    run_id = begin(engine)
    assert resolve(reader, "last") == resolve(reader, run_id[:20]) == resolve(reader, run_id[-6:]) == run_id
    assert (see(reader, run_id).status, reader.sessions()) == ("interrupted", [])


def test_who_holds_a_run_is_told_with_its_process(engine: Engine, reader: Reader) -> None:
    run_id = begin(engine)
    lease = engine.claim(run_id, Owner("bea", identity(os.getpid())))
    (session,) = reader.sessions()
    assert (session.kind, session.id, session.who, session.about, session.alive) == (
        "runner", run_id, "bea", "nightly", True,
    )  # fmt: skip
    assert session.process["pid"] == os.getpid()
    assert see(reader, run_id).status == "running"
    assert reader.release_stale() == []
    assert reader.delete([run_id]) == []
    engine.release(lease)


def test_what_a_dead_one_holds_is_released_and_may_be_deleted(engine: Engine, reader: Reader) -> None:
    run_id = begin(engine)
    engine.claim(run_id, Owner("bea", gone()))
    assert see(reader, run_id).status == "interrupted"
    (freed,) = reader.release_stale()
    assert (freed.id, freed.alive) == (run_id, False)
    assert "is gone" in freed.why
    assert reader.sessions() == []
    assert list(reader.delete([run_id])) == [run_id]
    with pytest.raises(NoSuchRun):
        reader.load(run_id)


def test_a_message_is_written_once(engine: Engine, reader: Reader) -> None:
    run_id = begin(engine)
    assert reader.signal(run_id, Record("step/a/dropped", {"by": "ana"}, 5)) is True
    assert reader.signal(run_id, Record("step/a/dropped", {"by": "bea"}, 6)) is False
    assert [(record.key, record.data) for record in reader.load(run_id)[1]] == [("step/a/dropped", {"by": "ana"})]
    with pytest.raises(NoSuchRun):
        reader.signal("01AAAAAAAAAAAAAAAAAAAAAAAA", Record("run/cancel", {}, 5))


def test_where_nothing_is_kept_yet_there_is_nothing_and_nothing_is_made(tmp_path: Path, database: str) -> None:
    before = sorted(path.name for path in tmp_path.iterdir())
    found = open_reader(tmp_path, database)
    try:
        assert (list(found.runs()), list(found.sessions()), list(found.delete(["x"])), list(found.release_stale())) == (
            [], [], [], [],
        )  # fmt: skip
        with pytest.raises(NoSuchRun):
            found.load("x")
        with pytest.raises(NoSuchRun):
            found.signal("x", Record("run/cancel", {}, 5))
    finally:
        found.close()
    if not database:
        assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_workers_are_told_with_their_queues_and_dead_ones_parted(tmp_path: Path) -> None:
    from holdfast.workflow.engines.dbos.wiring import connect
    from holdfast.workflow.engines.dbos.workers import Workers

    url = f"sqlite:///{tmp_path}/runs.db"
    engine = connect(url, project=tmp_path, jobs=0, env={})
    begin(engine)
    workers = Workers(engine.database, engine.setting.name)
    there, dead = workers.join("mine", ["default", "slow"], 2, 60_000), workers.join("gone", ["default"], 2, 60_000)
    text = engine.database.sql("UPDATE {h}workers SET process = :process WHERE id = :id")
    engine.database.write(lambda c: c.execute(text, {"process": json.dumps(gone()), "id": dead.id}))
    reader = open_reader(tmp_path, url)
    found = {each.id: each for each in reader.sessions()}
    assert (found[there.id].who, found[there.id].about, found[there.id].alive) == ("mine", "default, slow", True)
    assert found[dead.id].alive is False
    assert [each.id for each in reader.release_stale()] == [dead.id]
    assert [each.id for each in workers.alive()] == [there.id]
    reader.close()
    engine.close()


def test_an_owner_on_another_machine_lives_as_long_as_it_gives_signs_of_life(tmp_path: Path) -> None:
    from holdfast.workflow.engines.dbos.wiring import connect

    url = f"sqlite:///{tmp_path}/runs.db"
    engine = connect(url, project=tmp_path, jobs=0, env={}, lease_s=3600)
    lease = engine.claim(begin(engine), Owner("bea", {**identity(os.getpid()), "host": "elsewhere"}))
    reader = open_reader(tmp_path, url)
    assert [each.alive for each in reader.sessions()] == [True]
    text = engine.database.sql("UPDATE {h}runs SET lease_ms = -1 WHERE id = :id")
    engine.database.write(lambda c: c.execute(text, {"id": lease.run_id}))
    (lapsed,) = reader.sessions()
    assert (lapsed.alive, "no sign of life" in lapsed.why) == (False, True)
    reader.close()
    engine.close()
