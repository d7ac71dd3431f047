"""A project, a database, and the processes that work on a run of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from holdfast.core.clock import now_ms
from holdfast.core.ids import new_id
from holdfast.workflow.engines.dbos.wiring import connect
from tests.conformance.bench import a_run
from tests.distributed.fan import LEASE_S

ROOT = Path(__file__).parents[2]
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
        engine.begin(a_run()._replace(id=self.run))
        engine.close()

    def worker(self, *options: str) -> subprocess.Popen[bytes]:
        """Another worker, which performs two items at once."""
        command = [sys.executable, "-m", "holdfast", "workflow", "worker", "--database", self.url, "--jobs", "2"]
        command += options
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
