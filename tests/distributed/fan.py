"""A runner for the crash tests, as a process: `python -m tests.distributed.fan ENGINE PROJECT RUN EFFECTS COUNT`.

It performs nothing itself. It takes a run up from wherever an earlier one was killed, and says `done` when every item
has an end.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from holdfast.workflow.engines.dbos.wiring import connect
from holdfast.workflow.engines.interface import Engine, NoSuchRun, Work
from tests.conformance.bench import a_run, me, record, work

LEASE_S = 3.0


def todo(run_id: str, number: int, effects: str) -> Work:
    """An item that says when it works, and takes a moment."""
    script = f'echo "{number} $HOLDFAST_ATTEMPT" >> {effects}; sleep 0.05'
    return work(run_id, f"fan[{number}]", "/bin/sh", "-c", script)


def walk(engine: Engine, run_id: str, effects: str, count: int) -> None:
    """Dispatches what nobody dispatched, asks after the rest, and waits for all ends."""
    try:
        engine.load(run_id)
    except NoSuchRun:
        engine.begin(a_run()._replace(id=run_id))
    lease = engine.claim(run_id, me("fan"))
    known = {each.key for each in engine.load(run_id)[1]}
    items = [todo(run_id, number, effects) for number in range(count)]
    engine.dispatch(lease, [each for each in items if f"{each.key}/started" not in known])
    for each in items:
        if f"{each.key}/started" in known and f"{each.key}/ended" not in known:
            found = engine.recover(lease, each, adopt=True)
            assert found.state in ("running", "ended"), found
            if found.state == "ended":
                known.add(f"{each.key}/ended")
    while not {f"{each.key}/ended" for each in items} <= known:
        known |= {each.key for each in engine.wait(lease, 1.0)}
    engine.record(lease, [record("run/ended/1", status="succeeded", done=count, total=count)])
    engine.release(lease)
    engine.close()


if __name__ == "__main__":
    url, folder, run, path, items = sys.argv[1:]
    walk(connect(url, project=Path(folder), jobs=0, env=os.environ, lease_s=LEASE_S), run, path, int(items))
    sys.stdout.write("done\n")
