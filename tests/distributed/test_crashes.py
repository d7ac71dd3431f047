"""Runners, workers and the database killed at random moments, over DBOS: each item ends once, and works once.

HOLDFAST_CRASHES says how many moments of each; HOLDFAST_SEED which ones. Both are printed.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from holdfast.core.clock import now_ms
from holdfast.core.ids import new_id
from tests.distributed.field import COUNT, PATIENCE_S, field
from tests.distributed.server import Server, serving

CRASHES = int(os.environ.get("HOLDFAST_CRASHES", "1"))
SEED = int(os.environ.get("HOLDFAST_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)


def url_of(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if name == "sqlite":
        return f"sqlite:///{tmp_path}/dbos-{new_id(now_ms())}.db"
    return str(request.getfixturevalue("postgresql_url"))


def finished(runner: subprocess.Popen[str]) -> None:
    assert runner.communicate(timeout=PATIENCE_S)[0] == "done\n"


@pytest.fixture
def chance() -> random.Random:
    print(f"HOLDFAST_CRASHES={CRASHES} HOLDFAST_SEED={SEED}")  # noqa: T201 - shown where a test fails
    return random.Random(SEED)  # noqa: S311 - no secret is made of it


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_a_killed_runner_is_followed_by_another(
    name: str, tmp_path: Path, chance: random.Random, request: pytest.FixtureRequest
) -> None:
    kills = 0
    while kills < CRASHES:
        with field(tmp_path / f"shop{kills}", url_of(name, tmp_path, request)) as made:
            made.worker()
            made.worker()
            runner = made.runner()
            for moment in sorted(chance.sample(range(COUNT), min(5, CRASHES))):
                made.until(moment)
                runner.send_signal(signal.SIGKILL)
                runner.communicate()
                kills += 1
                runner = made.runner()
            finished(runner)
            made.check()


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_a_killed_workers_items_are_taken_over(
    name: str, tmp_path: Path, chance: random.Random, request: pytest.FixtureRequest
) -> None:
    kills = 0
    while kills < CRASHES:
        with field(tmp_path / f"shop{kills}", url_of(name, tmp_path, request)) as made:
            made.worker()
            made.worker()
            runner = made.runner()
            for moment in sorted(chance.sample(range(1, COUNT), min(5, CRASHES))):
                made.until(moment)
                made.workers[-1].send_signal(signal.SIGKILL)
                made.workers[-1].wait()
                kills += 1
                made.worker()
            finished(runner)
            made.check()


def test_a_database_that_is_killed_and_started_again_loses_nothing(tmp_path: Path, chance: random.Random) -> None:
    kills = 0
    with serving() as server:
        while kills < CRASHES:
            with field(tmp_path / f"shop{kills}", server.new_database()) as made:
                made.worker()
                made.worker()
                runner = made.runner()
                for moment in sorted(chance.sample(range(1, COUNT), min(3, CRASHES))):
                    made.until(moment)
                    kill_and_start(server)
                    kills += 1
                finished(runner)
                made.check()


def kill_and_start(server: Server) -> None:
    server.kill()
    with suppress(AssertionError):
        server.start()
        return
    server.start()
