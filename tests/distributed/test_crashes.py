"""Runners, workers and the database killed at random moments, over DBOS: each item ends once, and works once.

HOLDFAST_CRASHES says how many moments of each; HOLDFAST_SEED which ones. Both are printed.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from holdfast.core.clock import now_ms
from holdfast.core.ids import new_id
from holdfast.workflow.engines.dbos.wiring import connect
from tests.distributed.fan import LEASE_S
from tests.distributed.server import Server, serving

ROOT = Path(__file__).parents[2]
CRASHES = int(os.environ.get("HOLDFAST_CRASHES", "1"))
SEED = int(os.environ.get("HOLDFAST_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
COUNT = 60
PATIENCE_S = 180.0


class Field:
    """A project, a database, and the processes that work on one run."""

    def __init__(self, project: Path, url: str) -> None:
        self.project, self.url = project, url
        self.run, self.effects = new_id(now_ms()), project / "effects"
        self.workers: list[subprocess.Popen[bytes]] = []
        project.mkdir()
        (project / "pyproject.toml").write_text(f'[project]\nname = "{self.run.lower()}"\nversion = "1.0"\n', "utf-8")
        self.effects.touch()
        engine = connect(url, project=project, jobs=0, env=os.environ)
        from tests.conformance.bench import a_run

        engine.begin(a_run()._replace(id=self.run))
        engine.close()

    def worker(self) -> subprocess.Popen[bytes]:
        """Another worker, which takes two items at once."""
        command = [sys.executable, "-m", "holdfast", "workflow", "worker", "--database", self.url, "--jobs", "2"]
        with (self.project / "worker.log").open("ab") as log:
            made = subprocess.Popen([*command, "--lease", str(LEASE_S)], cwd=self.project, stdout=log, stderr=log)
        self.workers.append(made)
        return made

    def runner(self) -> subprocess.Popen[str]:
        """A runner that goes on with the run."""
        command = [sys.executable, "-m", "tests.distributed.fan", self.url, str(self.project), self.run]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        command += [str(self.effects), str(COUNT)]
        return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)

    def progress(self) -> int:
        """How many items have worked."""
        return len(self.effects.read_text("utf-8").splitlines())

    def until(self, items: int) -> None:
        """Waits until so many items have worked."""
        deadline = time.monotonic() + PATIENCE_S
        while self.progress() < items:
            assert time.monotonic() < deadline, (self.project / "worker.log").read_text("utf-8")
            time.sleep(0.005)

    def check(self) -> None:
        """Every item has one end, a good one, and has worked once."""
        engine = connect(self.url, project=self.project, jobs=0, env=os.environ)
        run, records = engine.load(self.run)
        engine.close()
        ends = [each for each in records if each.key.endswith("/ended") and each.key.startswith("step/")]
        assert Counter(each.key for each in ends) == Counter(f"step/fan[{n}]/1/ended" for n in range(COUNT))
        assert {each.data["status"] for each in ends} == {"succeeded"}, [
            e for e in ends if e.data["status"] != "succeeded"
        ]
        assert Counter(self.effects.read_text("utf-8").splitlines()) == Counter(f"{n} 1" for n in range(COUNT))
        assert run.status == "succeeded"


@contextmanager
def field(project: Path, url: str) -> Iterator[Field]:
    made = Field(project, url)
    try:
        yield made
    finally:
        for worker in made.workers:
            worker.kill()
            worker.wait()


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
