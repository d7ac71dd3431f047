"""Looking at runs: one as it stands now, those that are in flight, those of the past."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from holdfast.workflow.engines.interface import Run
from holdfast.workflow.engines.reading import RUNNER, Reader, Session
from holdfast.workflow.model import Workflow
from holdfast.workflow.reports.liveness import Liveness, holder
from holdfast.workflow.reports.making import report, status_of
from holdfast.workflow.reports.model import OPEN, RunReport
from holdfast.workflow.runner.state import RunState, fold
from holdfast.workflow.runs import every_run


class Seen(NamedTuple):
    """A run at the moment at which it was looked at."""

    state: RunState
    owner: Liveness

    @property
    def status(self) -> str:
        """What it is now; interrupted where it should run and nobody runs it."""
        return status_of(self.state, self.owner)

    def report(self, now_ms: int) -> RunReport:
        """All that is to be said of it."""
        return report(self.state, now_ms=now_ms, owner=self.owner)


def see(engine: Reader, run_id: str) -> Seen:
    """The run as it is now. Raises NoSuchRun; writes nothing."""
    run, records = engine.load(run_id)
    state = fold(Workflow.from_json(run.document), run, records)
    return Seen(state, holder(state.owner, _session(engine.sessions(), run_id)))


def _session(sessions: Sequence[Session], run_id: str) -> Session | None:
    return next((each for each in sessions if each.kind == RUNNER and each.id == run_id), None)


class Past(NamedTuple):
    """A run in a list, with what it is now; `seen` where it is open, and had to be looked at for that."""

    run: Run
    status: str
    seen: Seen | None = None


class Wanted(NamedTuple):
    """Which runs are asked for; None is any."""

    workflow: str | None = None
    status: str | None = None
    since_ms: int | None = None


ANY = Wanted()


def past(engine: Reader, wanted: Wanted = ANY) -> Iterator[Past]:
    """The runs that match, the newest first. Only those that have not ended are looked into."""
    for run in every_run(engine, wanted.workflow):
        if wanted.since_ms is not None and run.created_ms < wanted.since_ms:
            return
        found = _past(engine, run)
        if wanted.status in (None, found.status):
            yield found


def _past(engine: Reader, run: Run) -> Past:
    if run.status not in OPEN:
        return Past(run, run.status)
    seen = see(engine, run.id)
    known = run._replace(done=seen.state.done, total=seen.state.total, ended_ms=seen.state.ended_ms)
    return Past(known, seen.status, seen)


def in_flight(engine: Reader) -> list[Seen]:
    """The runs that have not ended, the newest first."""
    return [found.seen for found in past(engine) if found.seen is not None and found.status in OPEN]


def is_going_on(seen: Seen) -> bool:
    """Whether somebody runs it: only then will it change by itself."""
    return seen.state.ended is None and seen.owner.alive is not False
