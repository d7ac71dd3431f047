"""The command itself over a database, with SIGKILL to runners, workers and the database: all agree in the end.

HOLDFAST_DATABASE_KILLS says how many kills of each sort; the issue's own number is 50.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from holdfast.core.registry import Registry
from holdfast.workflow.engines.dbos.wiring import connect
from holdfast.workflow.model import Workflow
from holdfast.workflow.records import Record
from holdfast.workflow.runner.registry import derived, written
from holdfast.workflow.runner.state import RunState, fold
from tests.distributed.server import Server, serving

KILLS = int(os.environ.get("HOLDFAST_DATABASE_KILLS", "2"))
CHAIN, ITEMS, FLAKY = 11, 36, 12
PATIENCE_S = 180.0
SAID = 2 * (CHAIN + ITEMS + 2 * FLAKY)
"""How many lines all steps write."""
WHO = "$HOLDFAST_STEP $HOLDFAST_ATTEMPT"
BODY = f'echo "start {WHO}" >> said; sleep 0.02; echo "end {WHO}" >> said'
FAILS_ONCE = f"{BODY}; test $HOLDFAST_ATTEMPT -ge 2"


def crash_workflow() -> str:
    """A chain, a fan-out, and steps that fail at first: 60 steps and items, none of which may be done again."""
    lines = ["name: crash", "steps:"]
    for number in range(CHAIN):
        needs = f", needs: [c{number - 1}]" if number else ""
        lines.append(f"  - {{id: c{number}, run: '{BODY}'{needs}}}")
    lines.append(f"  - {{id: fan, for_each: {list(range(ITEMS))}, run: '{BODY}'}}")
    for number in range(FLAKY):
        needs = "fan" if number % 2 else "c3"
        retry = "retry: {times: 3, backoff: 0.01, jitter: true}"
        lines.append(f"  - {{id: f{number}, needs: [{needs}], run: '{FAILS_ONCE}', {retry}}}")
    return "\n".join(lines) + "\n"


class Scene:
    """A project, a database, two workers, and whoever walks the run."""

    def __init__(self, project: Path, url: str) -> None:
        self.project, self.url, self.said = project, url, project / "said"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.runner: subprocess.Popen[bytes] | None = None
        (project / "workflows").mkdir(parents=True)
        name = f"shop-{os.urandom(6).hex()}"  # whoever shares the database has a project of its own
        (project / "pyproject.toml").write_text(f'[project]\nname = "{name}"\nversion = "1.0"\n', "utf-8")
        (project / "workflows" / "crash.yaml").write_text(crash_workflow(), "utf-8")
        (project / "workflow_state.md").write_text("## State\n\n## Log\n", "utf-8")
        self.said.touch()
        with Registry(project / "task_registry.json", project="shop") as registry:
            registry.append()

    def worker(self) -> None:
        self.workers.append(self._process("worker", "--jobs", "2"))

    def run(self, *args: str) -> None:
        self.runner = self._process(*args, "--jobs", "0", "--no-live")

    def lines(self) -> int:
        return self.said.read_bytes().count(b"\n")

    def until(self, lines: int) -> bool:
        """Waits until the steps have written so many lines; False where the runner has ended before."""
        deadline = time.monotonic() + PATIENCE_S
        while self.lines() < lines:
            assert time.monotonic() < deadline, self._log()
            assert self.runner is not None
            with suppress(subprocess.TimeoutExpired):
                self.runner.wait(0.005)
                return False
        return True

    def kill_runner(self) -> None:
        assert self.runner is not None
        self.runner.kill()
        self.runner.wait()

    def kill_worker(self) -> None:
        self.workers[-2].kill()
        self.workers.pop(-2).wait()
        self.worker()

    def end(self) -> None:
        """Lets the run come to its end, by `resume` where its runner was killed."""
        assert self.runner is not None
        if self.runner.poll() is not None:
            self.run("resume", "last")
        assert self.runner.wait(PATIENCE_S) == 0, self._log()

    def known(self) -> tuple[RunState, list[Record]]:
        engine = connect(self.url, project=self.project, jobs=0, env=os.environ)
        try:
            run, records = engine.load(engine.runs(limit=1)[0].id)
        finally:
            engine.close()
        return fold(Workflow.from_json(run.document), run, records), list(records)

    def ends(self) -> set[str]:
        """The attempts that are on record as ended."""
        return {each.key for each in self.known()[1] if re.fullmatch(r"step/.*/\d+/ended", each.key)}

    def close(self) -> None:
        for process in [*self.workers, *([self.runner] if self.runner else [])]:
            process.kill()
            process.wait()

    def _process(self, *args: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "holdfast", "workflow", *args, "--database", self.url]
        with (self.project / "log").open("ab") as log:
            return subprocess.Popen(command, cwd=self.project, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _log(self) -> str:
        return (self.project / "log").read_text("utf-8")[-4000:]


def assert_whole(scene: Scene) -> None:
    """All steps succeeded, each attempt began and ended once, and engine, registry and state file agree."""
    state, records = scene.known()
    assert state.status == "succeeded"
    assert {step.status for step in state.steps.values()} == {"succeeded"}
    assert len(state.steps) == CHAIN + FLAKY + 1 + ITEMS
    once = [f"{what} c{n} 1" for n in range(CHAIN) for what in ("start", "end")]
    once += [f"{what} fan[{n}] 1" for n in range(ITEMS) for what in ("start", "end")]
    once += [f"{what} f{n} {attempt}" for n in range(FLAKY) for attempt in (1, 2) for what in ("start", "end")]
    assert Counter(scene.said.read_text("utf-8").splitlines()) == Counter(once)
    ended = [each.key for each in records if re.fullmatch(r"step/.*/\d+/ended", each.key)]
    assert len(ended) == len(set(ended)) == CHAIN + ITEMS + 2 * FLAKY
    assert_logged(scene, state.run.id, ended)
    assert_mirrored(scene, state, records)


def assert_logged(scene: Scene, run_id: str, ended: list[str]) -> None:
    """The registry has the run and each of its attempts, once."""
    tasks = [run_id, *(derived(run_id, "/".join(key.split("/")[1:3])) for key in ended)]
    expected = {f"{what} {task}" for task in tasks for what in ("started", "finished")}
    registry = scene.project / "task_registry.json"
    assert written(registry, run_id) == expected
    assert registry.read_text("utf-8").count(f'"run":"{run_id}"') == len(expected)


def assert_mirrored(scene: Scene, state: RunState, records: list[Record]) -> None:
    """The state file says what is on record, once."""
    text = (scene.project / "workflow_state.md").read_text("utf-8")
    assert f"- Run: {state.run.id}\n" in text
    assert "- RunStatus: succeeded\n" in text
    said = re.findall(r"^- \S+ run \w+ step (\S+) (\w+)", text, re.MULTILINE)
    ends = [(each.key.split("/")[1], each.data["status"]) for each in records if each.key.endswith("/ended")]
    told = [(step, status) for step, status in ends if "[" not in step or status != "succeeded"]
    assert Counter(said) == Counter([*told, ("fan", "succeeded")])


@pytest.fixture
def chance() -> random.Random:
    seed = int(os.environ.get("HOLDFAST_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
    print(f"HOLDFAST_DATABASE_KILLS={KILLS} HOLDFAST_SEED={seed}")  # noqa: T201 - shown where a test fails
    return random.Random(seed)  # noqa: S311 - moments, not secrets


@contextmanager
def scene_in(project: Path, url: str) -> Iterator[Scene]:
    made = Scene(project, url)
    try:
        yield made
    finally:
        made.close()


def play(tmp_path: Path, url: Callable[[int], str], chance: random.Random, kill: Callable[[Scene], None]) -> None:
    """Runs, each with some kills, until there were as many as are wanted."""
    kills = rounds = 0
    while kills < KILLS:
        rounds += 1
        with scene_in(tmp_path / f"shop{rounds}", url(rounds)) as scene:
            scene.run("run", "crash")
            scene.worker()
            scene.worker()
            for moment in sorted(chance.sample(range(1, SAID), min(10, KILLS - kills))):
                if scene.until(moment):
                    with suppress(subprocess.TimeoutExpired):
                        assert scene.runner is not None
                        scene.runner.wait(chance.uniform(0, 0.1))
                    before = scene.ends()
                    kill(scene)
                    kills += 1
                    assert before <= scene.ends()
            scene.end()
            assert_whole(scene)


def url_of(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[int], str]:
    shared = None if name == "sqlite" else str(request.getfixturevalue("postgresql_url"))
    return lambda number: shared or f"sqlite:///{tmp_path}/dbos-{number}.db"


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_runs_whose_runner_is_killed_complete_after_resume(
    name: str, tmp_path: Path, chance: random.Random, request: pytest.FixtureRequest
) -> None:
    def kill(scene: Scene) -> None:
        scene.kill_runner()
        scene.run("resume", "last")

    play(tmp_path, url_of(name, tmp_path, request), chance, kill)


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_runs_one_of_whose_two_workers_is_killed_complete(
    name: str, tmp_path: Path, chance: random.Random, request: pytest.FixtureRequest
) -> None:
    play(tmp_path, url_of(name, tmp_path, request), chance, Scene.kill_worker)


def test_runs_whose_database_is_killed_and_started_again_complete(tmp_path: Path, chance: random.Random) -> None:
    with serving() as server:
        play(tmp_path, lambda _: server.new_database(), chance, lambda _: kill_and_start(server))


def kill_and_start(server: Server) -> None:
    server.kill()
    with suppress(AssertionError):
        server.start()
        return
    server.start()
