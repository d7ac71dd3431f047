"""An engine that keeps everything in memory and performs attempts by asking a function for their outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from holdfast.workflow.engines.interface import Lease, NoSuchRun, Owner, Recovery, Run, RunTaken, Work
from holdfast.workflow.records import Outcome, Record

Perform = Callable[[Work], Outcome | None]
"""None: it goes on until `finish` or `stop`."""
DONE = Outcome("succeeded", 0)


class MemoryEngine:
    """Satisfies holdfast.workflow.engines.interface.Engine, except that nothing survives."""

    def __init__(self, perform: Perform = lambda _work: DONE) -> None:
        self.perform = perform
        self.kept: dict[str, tuple[Run, dict[str, Record]]] = {}
        self.owners: dict[str, Owner] = {}
        self.performed: list[Work] = []
        self.open: dict[str, Work] = {}
        self.recoveries: dict[str, Recovery] = {}
        self.groups: dict[str, str] = {}
        self.stops: list[tuple[tuple[str, ...], str]] = []
        self.on_wait: list[Callable[[], object]] = []
        """What happens while the runner waits, one a call."""
        self.deaf = False
        """Whether attempts go on though they are told to stop."""
        self._news: list[Record] = []

    def begin(self, run: Run) -> None:
        self.kept[run.id] = (run, {})

    def claim(self, run_id: str, owner: Owner) -> Lease:
        if run_id not in self.kept:
            raise NoSuchRun(run_id)
        if run_id in self.owners:
            raise RunTaken(f"run {run_id} is taken by {self.owners[run_id].who}")
        self.owners[run_id] = owner
        return Lease(run_id, 1)

    def load(self, run_id: str) -> tuple[Run, Sequence[Record]]:
        if run_id not in self.kept:
            raise NoSuchRun(run_id)
        run, records = self.kept[run_id]
        return run, list(records.values())

    def _write(self, run_id: str, record: Record) -> bool:
        records = self.kept[run_id][1]
        return records.setdefault(record.key, record) is record

    def record(self, lease: Lease, records: Sequence[Record], *, sync: bool = True) -> None:
        assert sync in (True, False)
        for record in records:
            self._write(lease.run_id, record)

    def dispatch(self, lease: Lease, work: Sequence[Work], records: Sequence[Record] = ()) -> None:
        self.record(lease, records)
        for each in work:
            data = {"idempotency_key": each.idempotency_key, "on_crash": each.on_crash}
            if not self._write(lease.run_id, Record(f"{each.key}/started", data, 1)):
                continue
            self.performed.append(each)
            self.open[each.key] = each

    def finish(self, key: str, outcome: Outcome) -> None:
        work = self.open.pop(key)
        record = Record(f"{key}/ended", outcome.as_json(), 2)
        if self._write(work.run_id, record):
            self._news.append(record)

    def wait(self, lease: Lease, timeout_s: float | None) -> Sequence[Record]:
        assert timeout_s is None or timeout_s >= 0
        assert lease.run_id in self.owners
        for key, work in list(self.open.items()):
            outcome = self.perform(work)
            if outcome is not None:
                self.finish(key, outcome)
        if not self._news and self.on_wait:
            self.on_wait.pop(0)()
        news, self._news = self._news, []
        return news

    def stop(self, lease: Lease, keys: Sequence[str], status: str) -> None:
        assert lease.run_id in self.owners
        self.stops.append((tuple(keys), status))
        for key in keys:
            if key in self.open and not self.deaf:
                self.finish(key, Outcome(status))

    def recover(self, lease: Lease, work: Work, *, adopt: bool) -> Recovery:
        assert (lease.run_id, adopt) == (work.run_id, True)
        found = self.recoveries.get(work.key, Recovery("gone"))
        if found.state == "running":
            self.open[work.key] = work
        return found

    def signal(self, run_id: str, record: Record) -> bool:
        return self._write(run_id, record)

    def tell(self, run_id: str, key: str, data: Mapping[str, Any]) -> None:
        """What another process writes, and the runner hears of."""
        record = Record(key, data, 3)
        if self._write(run_id, record):
            self._news.append(record)

    def enter(self, lease: Lease, group: str) -> str | None:
        holder = self.groups.setdefault(group, lease.run_id)
        return None if holder == lease.run_id else holder

    def leave(self, lease: Lease, group: str) -> None:
        assert self.groups.pop(group) == lease.run_id

    def runs(self, *, limit: int = 100, before: str | None = None, workflow: str | None = None) -> Sequence[Run]:
        found = [run for run, _ in self.kept.values() if before is None or run.id < before]
        found = [run for run in found if workflow in (None, run.workflow)]
        return sorted(found, key=lambda run: run.id, reverse=True)[:limit]

    def release(self, lease: Lease) -> None:
        self.owners.pop(lease.run_id, None)

    def close(self) -> None:
        """Gives nothing back."""
