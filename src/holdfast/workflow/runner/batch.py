"""What a runner has decided and not written yet: one synced write holds the decisions and the starts that follow."""

from __future__ import annotations

from collections.abc import Callable

from holdfast.workflow.engines.interface import Engine, Lease, Work
from holdfast.workflow.records import Record
from holdfast.workflow.runner.planner import Planner
from holdfast.workflow.runner.state import RunState

Tell = Callable[[], None]


class Batch:
    """Decisions are applied to the state at once, so that the next decision builds on them; listeners hear later."""

    def __init__(self, engine: Engine, lease: Lease, state: RunState, planner: Planner) -> None:
        self._engine, self._lease, self._state, self._planner = engine, lease, state, planner
        self._records: list[Record] = []
        self._work: list[Work] = []
        self.tells: list[Tell] = []
        """What listeners are to hear once it is written."""
        self.taken: list[Record] = []
        """All that the state took in, for those who mirror it."""

    def add(self, record: Record, instance: str | None = None, tell: Tell | None = None) -> None:
        """Takes a decision; `instance` is what it changes."""
        self._records.append(record)
        self._apply(record, instance, tell)

    def start(self, work: Work, instance: str, at_ms: int, tell: Tell | None = None) -> None:
        """Takes the start of an attempt; the engine writes its record."""
        data = {"idempotency_key": work.idempotency_key, "on_crash": work.on_crash}
        self._work.append(work)
        self._apply(Record(f"{work.key}/started", data, at_ms), instance, tell)

    def _apply(self, record: Record, instance: str | None, tell: Tell | None) -> None:
        self._state.apply(record)
        self.taken.append(record)
        if instance is not None:
            self._planner.touch(instance)
        if tell is not None:
            self.tells.append(tell)

    def write(self) -> None:
        """Writes it all, and then tells of it. Raises LeaseLost."""
        records, work, tells = self._records, self._work, self.tells
        self._records, self._work, self.tells = [], [], []
        if work:
            self._engine.dispatch(self._lease, work, records)
        elif records:
            self._engine.record(self._lease, records)
        for tell in tells:
            tell()
