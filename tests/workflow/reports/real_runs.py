"""Runs in a real journal, of real processes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from holdfast.core.clock import now_ms
from holdfast.core.ids import new_id
from holdfast.core.process_identity import identity
from holdfast.workflow.engines.interface import Engine, Owner, Run
from holdfast.workflow.engines.opening import open_to_run
from holdfast.workflow.kinds.interface import Command, Kind, Setting
from holdfast.workflow.model import Retry, Step, Workflow
from holdfast.workflow.records import Record
from holdfast.workflow.runner.interrupts import Interrupts
from holdfast.workflow.runner.listener import Listener, Silent
from holdfast.workflow.runner.loop import Runner, Settings
from holdfast.workflow.runner.state import RunState, fold
from holdfast.workflow.runner.work import Workshop

ME = "ana@laptop"


class Plain:
    """A kind whose body is its argv; `approve` asks what its body says."""

    on_crash = "ask"

    def __init__(self, name: str) -> None:
        self.name, self.waits = name, name == "approve"

    def problems(self, _body: Any) -> list[tuple[tuple[str | int, ...], str]]:
        return []

    def command(self, body: Any, _setting: Setting) -> Command:
        return Command(tuple(body))

    def question(self, body: Any) -> Mapping[str, Any]:
        return dict(body)


def kind(name: str) -> Kind:
    return Plain(name)


def sh(step_id: str, script: str, *needs: str, **more: Any) -> Step:
    return Step(step_id, "run", ["sh", "-c", script], needs, **more)


def flow(*steps: Step, name: str = "nightly") -> Workflow:
    return Workflow(name, f"workflows/{name}.yaml", "d" * 64, steps)


NIGHTLY = flow(
    sh("build", "echo building; echo ready"),
    sh("tests", "echo trying; echo 'password=hunter22'; exit 3", "build", retry=Retry(times=1, backoff_s=0.01)),
    Step("fan", "run", ["sh", "-c", 'echo "$0"; test "$0" != c', "${item}"], ("build",), for_each="inputs.targets"),
    Step("ship", "approve", {"question": "Publish?", "options": ["publish", "hold"]}, ("build",)),
)


@contextmanager
def engine_of(project: Path) -> Iterator[Engine]:
    engine = open_to_run(project, "", {"PATH": os.environ["PATH"]}, jobs=2)
    try:
        yield engine
    finally:
        engine.close()


def begin(project: Path, workflow: Workflow, *, run_id: str | None = None, **more: Any) -> str:
    """Keeps a new run, which nobody takes."""
    fields: dict[str, Any] = {"inputs": {"targets": ["a", "b", "c"]}, "created_ms": now_ms(), "who": ME, **more}
    run = Run(run_id or new_id(fields["created_ms"]), workflow.name, workflow.as_json(), **fields)
    with engine_of(project) as engine:
        engine.begin(run._replace(total=len(workflow.steps)))
    return run.id


def walk(project: Path, run_id: str, listener: Listener | None = None, **settings: Any) -> RunState:
    """Walks a run as far as it goes."""
    with engine_of(project) as engine:
        lease = engine.claim(run_id, Owner(ME, identity(os.getpid())))
        run, records = engine.load(run_id)
        state = fold(Workflow.from_json(run.document), run, records)
        shop = Workshop(project, {"PATH": os.environ["PATH"]}, kind, "python")
        try:
            Runner(engine, lease, state, shop, listener or Silent(), Settings(**settings)).run(Interrupts())
        finally:
            engine.release(lease)
    return state


def ran(project: Path, workflow: Workflow, **more: Any) -> str:
    """A run that went as far as it goes."""
    run_id = begin(project, workflow, **more)
    walk(project, run_id)
    return run_id


def abandoned(project: Path, workflow: Workflow, *records: tuple[str, Mapping[str, Any]]) -> str:
    """A run whose runner was killed after it had written these records."""
    run_id = begin(project, workflow)
    with subprocess.Popen(["sleep", "60"]) as owner:
        process = identity(owner.pid)
        owner.kill()
    with engine_of(project) as engine:
        lease = engine.claim(run_id, Owner(ME, process))
        engine.record(lease, [Record(key, data, now_ms()) for key, data in records])
    return run_id


def tell(project: Path, run_id: str, key: str, **data: Any) -> bool:
    """Writes a record from outside."""
    with engine_of(project) as engine:
        return engine.signal(run_id, Record(key, data, now_ms()))


def written(project: Path, run_id: str) -> Sequence[Record]:
    """The records of a run."""
    with engine_of(project) as engine:
        return engine.load(run_id)[1]
