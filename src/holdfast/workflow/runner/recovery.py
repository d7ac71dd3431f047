"""What became of the attempts of a runner that is gone."""

from __future__ import annotations

from holdfast.core.clock import now_ms
from holdfast.workflow.engines.interface import Engine, Lease, Recovery
from holdfast.workflow.records import UNKNOWN, Outcome, Record
from holdfast.workflow.runner.listener import Listener
from holdfast.workflow.runner.state import PROBE, RUNNING, RunState
from holdfast.workflow.runner.work import bare_work

UNSURE = "nobody knows whether it did its work"
INTERRUPTED = f"it was interrupted, and {UNSURE}"


def recover(engine: Engine, lease: Lease, state: RunState, listener: Listener) -> list[Record]:
    """Finds out about each attempt that has begun and has no end: it goes on, its end is known, or it is unknown.

    Returns the ends that were found, which are written and in the state.
    """
    records: list[Record] = []
    fans = state.items
    begun = [(s.instance, s.attempt) for s in state.steps.values() if s.status == RUNNING and s.instance not in fans]
    begun += [(probe, state.steps[probe.removesuffix(PROBE)].attempt) for probe in sorted(state.probes)]
    for instance, attempt in begun:
        found = engine.recover(lease, bare_work(state, instance, attempt), adopt=True)
        if found.state == "running":
            listener.note(f"{instance}: attempt {attempt} of an earlier runner goes on")
            continue
        at_ms = now_ms() if found.at_ms is None else found.at_ms
        records.append(Record(f"step/{instance}/{attempt}/ended", _end(found), at_ms))
    if records:
        engine.record(lease, records)
    for record in records:
        state.apply(record)
    return records


def _end(found: Recovery) -> dict[str, object]:
    if found.state == "ended" and found.outcome is not None:
        return found.outcome.as_json()
    data = Outcome(UNKNOWN, reason=f"{found.detail}, and {UNSURE}" if found.detail else INTERRUPTED).as_json()
    return data if found.began else {**data, "began": False}
