"""Walking runs with the engine in memory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from holdfast.core.errors import HoldfastError
from holdfast.workflow.engines.interface import Engine, Owner, Run, Work
from holdfast.workflow.kinds.interface import Command, Kind, Setting
from holdfast.workflow.model import Step, Workflow
from holdfast.workflow.records import Outcome
from holdfast.workflow.runner.interrupts import Interrupts
from holdfast.workflow.runner.loop import Runner, Settings
from holdfast.workflow.runner.state import RunState, StepState, fold
from holdfast.workflow.runner.work import workshop
from tests.fakes.engine import DONE, MemoryEngine

BAD = Outcome("failed", 1)
RUN_ID = "01RUN"


class Plain:
    """A kind whose body is its argv; `approve` and `guide` ask first what their body says."""

    on_crash = "ask"

    def __init__(self, name: str) -> None:
        self.name = name
        self.waits = name in ("approve", "guide")

    def problems(self, _body: Any) -> list[tuple[tuple[str | int, ...], str]]:
        return []

    def command(self, body: Any, setting: Setting) -> Command:
        assert setting.run_id == RUN_ID
        if body == "broken":
            raise HoldfastError("this cannot be run")
        if isinstance(body, str):
            return Command((body,), *[True])
        return Command(("true",) if self.waits else tuple(body))

    def question(self, body: Any) -> Mapping[str, Any]:
        return dict(body)


def kind(name: str) -> Kind:
    return Plain(name)


class Heard:
    """A listener that keeps what it heard."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def started(self, _state: RunState, step: StepState) -> None:
        self.said.append(("started", step.instance))

    def ended(self, _state: RunState, step: StepState) -> None:
        self.said.append((step.status, step.instance))

    def retrying(self, _state: RunState, step: StepState) -> None:
        self.said.append(("retrying", step.instance))

    def skipped(self, _state: RunState, step: StepState) -> None:
        self.said.append(("skipped", step.instance))

    def asked(self, _state: RunState, step: StepState) -> None:
        self.said.append(("asked", step.instance))

    def note(self, line: str) -> None:
        self.said.append(("note", line))


def flow(*steps: Step, **more: Any) -> Workflow:
    return Workflow("nightly", "workflows/nightly.yaml", "d" * 64, steps, **more)


def step(step_id: str, *needs: str, **more: Any) -> Step:
    return Step(step_id, more.pop("kind", "run"), more.pop("body", ["true"]), needs, **more)


def outcomes(**by_step: Outcome | list[Outcome]) -> MemoryEngine:
    """An engine in which each step ends as said, attempt after attempt; all others succeed."""

    def perform(work: Work) -> Outcome:
        said = by_step.get(work.instance.partition("[")[0].replace(".", "_"), DONE)
        return said if isinstance(said, Outcome) else said[min(work.attempt, len(said)) - 1]

    return MemoryEngine(perform)


def begin(engine: Engine, workflow: Workflow, *, inputs: Mapping[str, Any] | None = None, **options: Any) -> None:
    facts = {"commit": "c0ffee"}
    engine.begin(Run(RUN_ID, workflow.name, workflow.as_json(), inputs or {}, 1, "ana", facts=facts, options=options))


def walk(
    engine: MemoryEngine,
    project: Path,
    *,
    settings: Settings | None = None,
    heard: Heard | None = None,
    env: Mapping[str, str] | None = None,
    interrupts: Interrupts | None = None,
) -> RunState:
    """Walks the one run there is from where it stands."""
    lease = engine.claim(RUN_ID, Owner("ana", {}))
    run, records = engine.load(RUN_ID)
    state = fold(Workflow.from_json(run.document), run, records)
    shop = workshop(project, env or {"PATH": "/bin"}, kind, "python")
    try:
        Runner(engine, lease, state, shop, heard or Heard(), settings or Settings()).run(interrupts or Interrupts())
    finally:
        engine.release(lease)
    return state


def statuses(state: RunState) -> dict[str, str]:
    return {instance: step.status for instance, step in state.steps.items()}


def walked(engine: MemoryEngine, project: Path, *steps: Step, **more: Any) -> RunState:
    """Begins and walks a run of these steps."""
    begin(engine, flow(*steps), **more)
    return walk(engine, project)
