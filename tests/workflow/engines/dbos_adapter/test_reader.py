from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conformance.bench import a_run, me, record, until, work

from holdfast.core.errors import HoldfastError
from holdfast.workflow.engines.dbos.reader import DbosReader, open_reader
from holdfast.workflow.engines.dbos.wiring import connect, project_name
from holdfast.workflow.engines.interface import NoSuchRun, Owner


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/dbos.db"


@pytest.fixture
def reader(git_project: Path, url: str) -> Iterator[DbosReader]:
    opened = open_reader(git_project, url)
    yield opened
    opened.close()


def test_a_database_without_runs_is_looked_at_without_writing(reader: DbosReader) -> None:
    assert not reader.runs()
    assert not reader.sessions()
    assert not reader.release_stale()
    assert not reader.delete(["01A"])
    with pytest.raises(NoSuchRun, match="no run was ever begun"):
        reader.load("01A")


def test_who_holds_a_run_is_shown_and_the_dead_are_released(git_project: Path, url: str) -> None:
    engine = connect(url, project=git_project, jobs=0, env=os.environ)
    live, dead = a_run(), a_run(workflow="other")
    for run in (live, dead):
        engine.begin(run)
    engine.claim(live.id, me())
    gone = Owner("bob", {**me().process, "pid": 2**22 + 1, "pid_start": "1"})
    engine.claim(dead.id, gone)
    reader = open_reader(git_project, url)
    found = {each.id: each for each in reader.sessions()}
    assert (found[live.id].who, found[live.id].alive) == ("ana", True)
    assert (found[dead.id].who, found[dead.id].alive, found[dead.id].about) == ("bob", False, "other")
    assert [each.id for each in reader.release_stale()] == [dead.id]
    assert [each.id for each in reader.sessions()] == [live.id]
    assert list(reader.delete([live.id, dead.id])) == [dead.id]
    assert [run.id for run in reader.runs()] == [live.id]
    reader.close()
    engine.close()


def test_a_deleted_run_leaves_nothing_behind(git_project: Path, url: str) -> None:
    engine = connect(url, project=git_project, jobs=1, env=os.environ)
    run = a_run()
    engine.begin(run)
    lease = engine.claim(run.id, me())
    engine.dispatch(lease, [work(run.id, "a", "true")])
    until(engine, lease, 1, suffix="/ended")
    engine.release(lease)
    reader = open_reader(git_project, url)
    assert reader.signal(run.id, record("run/cancel", by="ana"))
    assert list(reader.delete([run.id])) == [run.id]
    with pytest.raises(NoSuchRun):
        reader.load(run.id)
    engine.begin(run)
    assert [each.key for each in engine.load(run.id)[1]] == []
    reader.close()
    engine.close()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('[project]\nname = "shop"\n', "shop"),
        ('[tool.poetry]\nname = "old shop"\n', "old shop"),
        ("[tool.x]\n", "place"),
        ("not toml", "place"),
    ],
)
def test_a_project_has_the_same_name_in_every_checkout(tmp_path: Path, text: str, name: str) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (place / "pyproject.toml").write_text(text, "utf-8")
    assert project_name(place) == name


def test_a_file_that_is_no_database_is_refused(git_project: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("these are notes, and a lot of them " * 100, "utf-8")
    with pytest.raises(HoldfastError, match="file is not a database"):
        open_reader(git_project, f"sqlite:///{tmp_path}/notes.db")
