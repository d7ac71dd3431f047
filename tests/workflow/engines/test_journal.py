"""The embedded engine beyond the contract: durability, queues, what happens to a damaged or foreign database."""

from __future__ import annotations

import errno
import hashlib
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conformance.bench import Bench, a_run, me, outcomes, record, until, work
from tests.conformance.engines import place_of

from holdfast.core.clock import now_ms
from holdfast.core.errors import HoldfastError
from holdfast.workflow.engines import journal_store
from holdfast.workflow.engines.interface import Owner
from holdfast.workflow.engines.journal import Journal, open_journal
from holdfast.workflow.engines.journal_owners import release_stale, sessions
from holdfast.workflow.engines.journal_runs import delete, newest
from holdfast.workflow.engines.journal_store import FOLDER, NAME, open_read_only

DEAD = Owner("gone", {**me().process, "pid": 2**22 + 1, "pid_start": "1"})
ELSEWHERE = Owner("far", {**me().process, "host": "far.example.invalid"})


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    project = tmp_path / "shop"
    project.mkdir()
    return Bench("journal", project)


@pytest.fixture
def journal(bench: Bench) -> Iterator[Journal]:
    opened = open_journal(bench.project, place_of(bench.project), jobs=4)
    yield opened
    opened.close()


def opened(bench: Bench, **more: float) -> Journal:
    return open_journal(bench.project, place_of(bench.project), jobs=4, **more)


def database(bench: Bench) -> Path:
    return bench.project / FOLDER / NAME


def test_an_end_is_synced_before_the_next_attempt_begins(bench: Bench, tmp_path: Path) -> None:
    """After a power cut there is what was in the log at its last sync; the order of calls says what that is."""
    strace = shutil.which("strace")
    if not strace:
        pytest.skip("strace is not there")
    trace = tmp_path / "trace"
    run = a_run()
    command = [strace, "-f", "-y", "-e", "trace=pwrite64,fdatasync,fsync,write,vfork,clone,clone3", "-o", str(trace)]
    script = (
        "import sys; from pathlib import Path; from tests.conformance.bench import *\n"
        "engine = ENGINES['journal'](Path(sys.argv[1]), 2); run = a_run(); engine.begin(run)\n"
        "lease = engine.claim(run.id, me())\n"
        "for n in range(3):\n"
        "    engine.dispatch(lease, [work(run.id, f's{n}', 'true')])\n"
        "    until(engine, lease, 1, suffix='/ended')\n"
        "engine.record(lease, [record('run/ended/1', status='succeeded')])\n"
    )
    done = subprocess.run([*command, sys.executable, "-c", script, str(bench.project)], check=False, timeout=120)
    if done.returncode != 0 and not trace.exists():
        pytest.skip("strace may not trace here")
    main = trace.read_text("utf-8", errors="replace").split(maxsplit=1)[0]
    calls = [line for line in trace.read_text("utf-8", errors="replace").splitlines() if line.startswith(f"{main} ")]
    unsynced, releases = False, 0
    for call in calls:
        if "pwrite64" in call and "journal.db-wal" in call:
            unsynced = True
        elif "sync(" in call and "journal.db-wal" in call:
            unsynced = False
        elif "write(" in call and "<pipe:" in call:
            releases += 1
            assert not unsynced, "an attempt was released before what led to it was on disk"
    assert releases == 3
    assert not unsynced
    assert run.id


def test_a_run_is_where_it_was_after_the_database_was_copied_in_the_middle(bench: Bench, tmp_path: Path) -> None:
    """A copy of database and log is what another process finds after a crash."""
    journal = opened(bench)
    run, lease = bench.begun(journal)
    journal.dispatch(lease, [work(run.id, "a", "true")])
    until(journal, lease, 1, suffix="/ended")
    copy = Bench("journal", tmp_path / "copy")
    (copy.project / FOLDER).mkdir(parents=True)
    for suffix in ("", "-wal"):
        shutil.copy(f"{database(bench)}{suffix}", copy.project / FOLDER)
    keys = [each.key for each in opened(copy).load(run.id)[1]]
    assert keys[-1] == "step/a/1/ended"
    journal.close()


def test_a_queue_starts_no_more_than_its_limit_within_any_window(bench: Bench, journal: Journal) -> None:
    document = {"queues": [{"name": "api", "limit": 3, "period_s": 0.4}]}
    run, lease = bench.begun(journal, document=document)
    other, also = bench.begun(journal, document=document)
    journal.dispatch(lease, [work(run.id, f"a[{n}]", "true", queue="api") for n in range(6)])
    journal.dispatch(also, [work(other.id, "b", "true", queue="api")])
    until(journal, lease, 6, suffix="/ended")
    until(journal, also, 1, suffix="/ended")
    records = [*journal.load(run.id)[1], *journal.load(other.id)[1]]
    begun = sorted(each.at_ms for each in records if each.key.endswith("/process"))
    assert len(begun) == 7
    assert all(later - earlier >= 350 for earlier, later in zip(begun, begun[3:], strict=False))


def test_a_queue_lets_in_no_more_at_once_than_it_says_over_all_runs(bench: Bench, journal: Journal) -> None:
    document = {"queues": [{"name": "db", "concurrency": 1}]}
    run, lease = bench.begun(journal, document=document)
    other, also = bench.begun(journal, document=document)
    mark = bench.project / "mark"
    script = f"mkdir {mark} && sleep 0.05 && rmdir {mark}"
    for lent, its in ((lease, run), (also, other)):
        journal.dispatch(lent, [work(its.id, f"a[{n}]", "sh", "-c", script, queue="db") for n in range(4)])
    ends = [*until(journal, lease, 4, suffix="/ended"), *until(journal, also, 4, suffix="/ended")]
    assert {each.data["status"] for each in ends} == {"succeeded"}


def test_a_dead_runners_attempts_take_no_place_in_a_queue(bench: Bench, journal: Journal) -> None:
    document = {"queues": [{"name": "db", "concurrency": 1}]}
    run = a_run(document=document)
    journal.begin(run)
    dead = journal.claim(run.id, DEAD)
    journal.dispatch(dead, [work(run.id, "a", "sleep", "1000", queue="db")])
    journal.wait(dead, 0.0)
    other, lease = bench.begun(journal, document=document)
    journal.dispatch(lease, [work(other.id, "b", "true", queue="db")])
    assert until(journal, lease, 1, suffix="/ended")[-1].data["status"] == "succeeded"
    journal.stop(dead, ["step/a/1"], "cancelled")
    until(journal, dead, 1, suffix="/ended")


def test_a_clock_that_is_set_back_does_not_block_a_queue(bench: Bench, journal: Journal) -> None:
    run, lease = bench.begun(journal, document={"queues": [{"name": "api", "limit": 1, "period_s": 60}]})
    journal.store.execute(
        "INSERT INTO starts (queue, at_ms, run_id, key, running) VALUES ('api', ?, 'x', 'y', 0)",
        (now_ms() + 3_600_000,),
    )
    journal.dispatch(lease, [work(run.id, "a", "true", queue="api")])
    until(journal, lease, 1, suffix="/ended")


def test_an_owner_in_another_container_lives_as_long_as_its_heart_beats(bench: Bench, journal: Journal) -> None:
    run = a_run()
    journal.begin(run)
    journal.claim(run.id, ELSEWHERE)
    with pytest.raises(HoldfastError, match="held by far"):
        journal.claim(run.id, me())
    journal.store.execute("UPDATE runs SET heartbeat_ms = heartbeat_ms - 20000")
    assert journal.claim(run.id, me()).fence == 2
    assert bench.project


def test_sessions_say_who_holds_what_and_the_stale_are_released(bench: Bench, journal: Journal) -> None:
    alive, _ = bench.begun(journal)
    dead = a_run()
    journal.begin(dead)
    journal.claim(dead.id, DEAD)
    known = {each.run_id: each for each in sessions(journal.store)}
    assert known[alive.id].alive
    assert known[alive.id].who == "ana"
    assert not known[dead.id].alive
    assert "gone" in known[dead.id].why
    assert [each.run_id for each in release_stale(journal.store)] == [dead.id]
    assert [each.run_id for each in sessions(journal.store)] == [alive.id]


def test_runs_are_deleted_with_all_that_is_known_of_them_but_not_those_in_hand(bench: Bench, journal: Journal) -> None:
    held, _ = bench.begun(journal)
    free, lease = bench.begun(journal)
    journal.record(lease, [record("step/a/skipped", reason="")])
    journal.release(lease)
    assert delete(journal.store, [held.id, free.id, "missing"]) == 1
    assert [run.id for run in journal.runs()] == [held.id]
    assert not journal.store.rows("SELECT 1 FROM records WHERE run_id = ?", (free.id,))


def test_looking_makes_and_changes_no_file(bench: Bench) -> None:
    assert open_read_only(bench.project / FOLDER) is None
    assert not (bench.project / ".holdfast").exists()
    journal = opened(bench)
    run, _ = bench.begun(journal)
    journal.close()
    before = tree(bench.project)
    store = open_read_only(bench.project / FOLDER)
    assert store
    assert [each.id for each in newest(store, 10, None, None)] == [run.id]
    with pytest.raises(HoldfastError):
        store.execute("DELETE FROM runs")
    store.close()
    assert tree(bench.project) == before


def tree(folder: Path) -> dict[str, str]:
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def test_looking_works_while_a_runner_writes(bench: Bench, journal: Journal) -> None:
    run, lease = bench.begun(journal)
    store = open_read_only(bench.project / FOLDER)
    assert store
    journal.record(lease, [record("run/ended/1", status="succeeded", done=1, total=1)])
    assert newest(store, 10, None, None)[0].status == "succeeded"
    with journal.store.transaction(sync=True):
        assert newest(store, 10, None, None)[0].id == run.id
    store.close()


def test_a_damaged_database_is_refused_and_left_as_it_is(bench: Bench) -> None:
    opened(bench).close()
    database(bench).write_bytes(b"not a database, and no small one " * 1000)
    before = tree(bench.project)
    with pytest.raises(HoldfastError, match="the journal is damaged") as refused:
        opened(bench)
    assert refused.value.hint
    assert f"mv {database(bench)}" in refused.value.hint
    assert tree(bench.project) == before


@pytest.mark.parametrize("replaced", [False, True])
def test_a_database_that_is_removed_in_use_is_an_error_before_the_next_attempt_begins(
    bench: Bench, replaced: bool
) -> None:
    journal = opened(bench)
    run, lease = bench.begun(journal)
    shutil.rmtree(database(bench).parent)
    if replaced:
        opened(bench).close()
    with pytest.raises(HoldfastError, match="removed or replaced while it was in use"):
        journal.dispatch(lease, [work(run.id, "a", "/bin/sh", "-c", f"touch {bench.project}/began")])
    journal.close()
    assert not (bench.project / "began").exists()


def test_another_applications_database_is_refused_and_left_as_it_is(bench: Bench) -> None:
    database(bench).parent.mkdir(parents=True)
    connection = sqlite3.connect(database(bench))
    connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()
    with pytest.raises(HoldfastError, match="another application"):
        opened(bench)
    connection = sqlite3.connect(database(bench))
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("songs",)]
    connection.close()


def test_a_damaged_record_is_named(bench: Bench, journal: Journal) -> None:
    run, _ = bench.begun(journal)
    connection = sqlite3.connect(database(bench))
    connection.execute("UPDATE records SET data = '{nope'")
    connection.commit()
    connection.close()
    with pytest.raises(HoldfastError, match=rf"run/owner/1 of run {run.id}.* is damaged"):
        journal.load(run.id)


def test_a_text_that_no_database_can_hold_is_an_error(journal: Journal) -> None:
    with pytest.raises(HoldfastError, match="half of a surrogate pair"):
        journal.runs(workflow="\udcff")


def test_a_newer_versions_database_is_refused_and_its_new_columns_are_tolerated(bench: Bench) -> None:
    opened(bench).close()
    connection = sqlite3.connect(database(bench))
    connection.execute("ALTER TABLE records ADD COLUMN colour TEXT")
    connection.execute("ALTER TABLE runs ADD COLUMN mood TEXT DEFAULT 'good'")
    connection.commit()
    journal = opened(bench)
    run, _ = bench.begun(journal)
    assert journal.runs()[0].id == run.id
    journal.close()
    connection.execute(f"PRAGMA user_version={journal_store.VERSION + 1}")
    connection.commit()
    connection.close()
    with pytest.raises(HoldfastError, match="newer Holdfast"):
        opened(bench)
    with pytest.raises(HoldfastError, match="newer Holdfast"):
        open_read_only(bench.project / FOLDER)


def test_a_database_that_somebody_keeps_locked_is_an_error_after_a_while(bench: Bench) -> None:
    journal = opened(bench, busy_s=0.05)
    blocker = sqlite3.connect(database(bench), isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(HoldfastError, match="another process has it locked"):
        journal.begin(a_run())
    blocker.execute("ROLLBACK")
    bench.begun(journal)
    journal.close()
    blocker.close()


def test_a_full_disk_is_an_error_and_damages_nothing(bench: Bench) -> None:
    """A limit on the size of files stands for the disk."""
    journal = opened(bench)
    run, lease = bench.begun(journal)
    log = Path(f"{database(bench)}-wal")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + 8192, hard))
    try:
        with pytest.raises(HoldfastError) as refused:
            journal.record(lease, [record(f"step/a[{n}]/skipped", reason="x" * 5000) for n in range(20)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert str(database(bench)) in refused.value.message
    journal.record(lease, [record("step/b/skipped", reason="room again")])
    assert [each.key for each in opened(bench).load(run.id)[1]] == ["run/owner/1", "step/b/skipped"]
    journal.close()


def test_a_directory_that_may_not_be_written_is_an_error(bench: Bench) -> None:
    (bench.project / ".holdfast").write_text("in the way", "utf-8")
    with pytest.raises(HoldfastError, match="cannot make"):
        opened(bench)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_directory_is_an_error(bench: Bench) -> None:
    bench.project.chmod(0o500)
    with pytest.raises(HoldfastError, match=os.strerror(errno.EACCES)):
        opened(bench)


def test_a_network_file_system_is_refused(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"22 1 0:5 / / rw - ext4 /dev/a rw\n23 1 0:6 / {tmp_path} rw - nfs4 host:/x rw\n", "utf-8")
    monkeypatch.setattr("holdfast.workflow.engines.file_systems.MOUNTS", mounts)
    with pytest.raises(HoldfastError, match=r"network file system \(nfs4\)"):
        opened(bench)


def test_ten_thousand_runs_are_listed_by_an_index(bench: Bench, journal: Journal) -> None:
    run = a_run()
    with journal.store.transaction(sync=False):
        for number in range(10_000):
            journal.store.execute(
                "INSERT INTO runs (id, workflow, created_ms, who, status) VALUES (?, 'a', 0, 'ana', 'failed')",
                (f"{number:026}",),
            )
    plan = journal.store.rows(
        "EXPLAIN QUERY PLAN SELECT id FROM runs WHERE workflow = 'a' AND id < 'x' ORDER BY id DESC"
    )
    assert all("SCAN" not in step[3] and "TEMP" not in step[3] for step in plan)
    assert len(journal.runs(limit=10_000)) == 10_000
    assert run.workflow
    assert bench.project


def test_an_end_that_came_in_is_there_for_the_next_runner_though_nobody_waited(bench: Bench, journal: Journal) -> None:
    run = a_run()
    journal.begin(run)
    lease = journal.claim(run.id, DEAD)
    journal.dispatch(lease, [work(run.id, "a", "sh", "-c", "exit 3")])
    other = opened(bench)
    new = other.claim(run.id, me())
    found = other.recover(new, work(run.id, "a"), adopt=True)
    if found.state == "running":
        outcome = outcomes(until(other, new, 1, suffix="/ended"))["step/a/1/ended"]
    else:
        assert found.outcome
        outcome = found.outcome.as_json()
    assert outcome["exit_code"] == 3
    other.close()


def test_what_came_in_last_is_on_disk_when_the_engine_is_closed(bench: Bench) -> None:
    journal = opened(bench)
    run, lease = bench.begun(journal)
    keeper = opened(bench)
    journal.dispatch(lease, [work(run.id, "a", "true")])
    until(journal, lease, 1, suffix="/ended")
    assert unsynced(journal)
    journal.wait(lease, 0.0)
    assert not unsynced(journal)
    journal.record(lease, [record("step/z/skipped")], sync=False)
    journal.record(lease, [record("step/z/skipped")])
    assert unsynced(journal), "a commit of nothing syncs nothing"
    journal.close()
    assert not unsynced(journal)
    keeper.close()


def unsynced(journal: Journal) -> bool:
    return journal.store.unsynced
