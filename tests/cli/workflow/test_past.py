from __future__ import annotations

import json
from pathlib import Path

from holdfast.core.clock import now_ms
from tests.conftest import Cli
from tests.workflow.reports import real_runs as runs

DAY_MS = 86_400_000
OK = runs.flow(runs.sh("a", "echo said"), name="ok")
BAD = runs.flow(runs.sh("a", "exit 1"), name="bad")


def history(holdfast: Cli, project: Path, *options: str) -> list[str]:
    said = holdfast("workflow", "history", "--format", "json", *options, cwd=project)
    assert said.exit_code == 0
    return [each["id"] for each in json.loads(said.stdout)["runs"]]


def test_history_is_newest_first_and_can_be_narrowed(shop: Path, holdfast: Cli) -> None:
    now = now_ms()
    old = runs.ran(shop, OK, created_ms=now - 3 * DAY_MS)
    bad = runs.ran(shop, BAD, created_ms=now - 1000)
    new = runs.ran(shop, OK)
    assert history(holdfast, shop) == [new, bad, old]
    assert history(holdfast, shop, "--limit", "1") == [new]
    assert history(holdfast, shop, "--workflow", "ok") == [new, old]
    assert history(holdfast, shop, "--status", "failed") == [bad]
    assert history(holdfast, shop, "--since", "1d") == [new, bad]
    said = holdfast("workflow", "history", cwd=shop).stdout.split("\n")
    assert said[1].split()[3:6] == ["ok", "succeeded", "1/1"]


def test_an_open_run_in_the_history_has_counts_that_are_true_now(shop: Path, holdfast: Cli) -> None:
    runs.ran(shop, runs.NIGHTLY)
    assert "waiting  6/7" in holdfast("workflow", "history", cwd=shop).stdout


def test_prune_deletes_ended_runs_beyond_those_to_keep_and_frees_their_files(shop: Path, holdfast: Cli) -> None:
    ids = [runs.ran(shop, OK, created_ms=now_ms() - 1000 + number) for number in range(4)]
    folder = shop / ".holdfast" / "workflow" / "runs"
    dry = holdfast("workflow", "prune", "--keep", "1", "--dry-run", cwd=shop).stdout
    assert "3 runs would be deleted" in dry
    assert len(history(holdfast, shop)) == 4
    said = json.loads(holdfast("workflow", "prune", "--keep", "1", "--format", "json", cwd=shop).stdout)
    assert [each["id"] for each in said["runs"]] == ids[2::-1]
    assert said["bytes"] >= 3 * len("said\n")
    assert history(holdfast, shop) == [ids[3]]
    assert [path.name for path in folder.iterdir()] == [ids[3]]
    assert "no run is to be deleted" in holdfast("workflow", "prune", "--keep", "1", cwd=shop).stdout


def test_prune_by_age_looks_at_when_a_run_ended(shop: Path, holdfast: Cli) -> None:
    run_id = runs.ran(shop, OK, created_ms=now_ms() - 60 * DAY_MS)
    assert "no run" in holdfast("workflow", "prune", "--older-than", "30d", cwd=shop).stdout
    assert history(holdfast, shop) == [run_id]


def test_prune_never_takes_what_has_not_ended_unless_it_is_named(shop: Path, holdfast: Cli) -> None:
    waits = runs.ran(shop, runs.NIGHTLY)
    killed = runs.abandoned(shop, OK, ("step/a/1/started", {"on_crash": "ask"}))
    fresh = runs.begin(shop, OK)
    assert "no run" in holdfast("workflow", "prune", "--keep", "0", cwd=shop).stdout
    assert history(holdfast, shop) == [fresh, killed, waits]
    assert "1 run deleted" in holdfast("workflow", "prune", waits, cwd=shop).stdout
    assert history(holdfast, shop) == [fresh, killed]


def test_a_run_whose_runner_is_dead_can_be_pruned_by_name(shop: Path, holdfast: Cli) -> None:
    killed = runs.abandoned(shop, OK, ("step/a/1/started", {"on_crash": "ask"}))
    said = holdfast("workflow", "prune", killed, cwd=shop)
    assert "1 run deleted" in said.stdout
    assert history(holdfast, shop) == []


def test_a_run_that_somebody_runs_is_not_pruned_by_name_either(shop: Path, holdfast: Cli) -> None:
    import os

    from holdfast.core.process_identity import identity
    from holdfast.workflow.engines.interface import Owner

    run_id = runs.begin(shop, OK)
    with runs.engine_of(shop) as engine:
        lease = engine.claim(run_id, Owner("ana", identity(os.getpid())))
        said = holdfast("workflow", "prune", run_id, cwd=shop)
        engine.release(lease)
    assert said.exit_code == 2
    assert f"{run_id} is run by ana, process {os.getpid()}" in said.stderr
    assert history(holdfast, shop) == [run_id]


def test_pruning_makes_the_journal_smaller(shop: Path, holdfast: Cli) -> None:
    runs.ran(shop, runs.flow(runs.sh("a", "true", description="x" * 1_000_000)))
    journal = shop / ".holdfast" / "workflow" / "journal.db"
    before = journal.stat().st_size
    holdfast("workflow", "prune", "--keep", "0", cwd=shop)
    assert journal.stat().st_size < before / 4
