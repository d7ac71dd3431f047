"""What the conformance tests of engines share: a project, runs in it, and waiting for what an engine brings."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from holdfast.core.clock import now_ms
from holdfast.core.ids import new_id
from holdfast.core.process_identity import identity
from holdfast.workflow.engines.interface import Engine, Lease, Owner, Run, Work
from holdfast.workflow.records import Record
from tests.conformance.engines import ENGINES

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120.0


def me(who: str = "ana") -> Owner:
    return Owner(who, identity(os.getpid()))


def record(key: str, **data: Any) -> Record:
    return Record(key, data, now_ms())


def work(run_id: str, instance: str, *argv: str, attempt: int = 1, **more: Any) -> Work:
    return Work(run_id, instance, attempt, argv, {"PATH": os.environ["PATH"]}, **more)


def a_run(**more: Any) -> Run:
    given: dict[str, Any] = {"workflow": "nightly", "document": {"name": "nightly"}, "inputs": {}, "who": "ana"}
    return Run(id=new_id(now_ms()), created_ms=now_ms(), **{**given, **more})


def until(engine: Engine, lease: Lease, count: int, *, suffix: str = "") -> list[Record]:
    """What `wait` brings, until so many records whose key ends so are among it."""
    found: list[Record] = []
    deadline = time.monotonic() + PATIENCE_S
    while sum(each.key.endswith(suffix) for each in found) < count:
        assert time.monotonic() < deadline, f"only {found}"
        found += engine.wait(lease, 1.0)
    return found


def outcomes(records: Sequence[Record]) -> dict[str, Mapping[str, Any]]:
    return {each.key: each.data for each in records}


class Bench(NamedTuple):
    """One engine by its name, and a project."""

    name: str
    project: Path

    def open(self, jobs: int = 4) -> Engine:
        return ENGINES[self.name](self.project, jobs)

    def begun(self, engine: Engine, **more: Any) -> tuple[Run, Lease]:
        run = a_run(**more)
        engine.begin(run)
        return run, engine.claim(run.id, me())

    def child(self, *arguments: str, **more: Any) -> subprocess.Popen[str]:
        """Another process that opens the same engine: tests/conformance/child.py with these arguments."""
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "tests.conformance.child", self.name, str(self.project), *arguments]
        return subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True, **more)
