from __future__ import annotations

import json
import os
from pathlib import Path

from holdfast.core.process_identity import identity
from holdfast.workflow.engines.interface import Owner
from tests.conftest import Cli
from tests.workflow.reports import real_runs as runs

OK = runs.flow(runs.sh("a", "true"), name="ok")


def test_who_is_at_work_is_listed_and_who_is_gone_is_stale(shop: Path, holdfast: Cli) -> None:
    gone, there = runs.abandoned(shop, OK), runs.begin(shop, OK)
    with runs.engine_of(shop) as engine:
        lease = engine.claim(there, Owner("bea", identity(os.getpid())))
        said = holdfast("workflow", "sessions", "list", "--format", "json", cwd=shop)
        text = holdfast("workflow", "sessions", cwd=shop).stdout
        engine.release(lease)
    found = {each["id"]: each for each in json.loads(said.stdout)["sessions"]}
    assert (found[there]["who"], found[there]["pid"], found[there]["alive"]) == ("bea", os.getpid(), True)
    assert (found[gone]["kind"], found[gone]["alive"], found[gone]["about"]) == ("runner", False, "ok")
    assert "is gone" in found[gone]["why"]
    assert text.count("stale: process") == 1


def test_stale_sessions_are_released_and_living_ones_are_not(shop: Path, holdfast: Cli) -> None:
    gone, there = runs.abandoned(shop, OK), runs.begin(shop, OK)
    with runs.engine_of(shop) as engine:
        lease = engine.claim(there, Owner("bea", identity(os.getpid())))
        said = holdfast("workflow", "sessions", "release", cwd=shop).stdout
        left = json.loads(holdfast("workflow", "sessions", "list", "--format", "json", cwd=shop).stdout)
        engine.release(lease)
    assert said.startswith(f"released runner {gone}: process ")
    assert [each["id"] for each in left["sessions"]] == [there]
    assert holdfast("workflow", "sessions", "release", cwd=shop).stdout == "no session is stale\n"
