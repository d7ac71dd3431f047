"""An engine that passes everything on, lets every attempt write down that it ran, and is killed at a given point.

The witness is a file that the attempts themselves append to: what it says does not come from the journal, which is what
the drill is about.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from holdfast.workflow.engines.interface import Engine, Lease, Work
from holdfast.workflow.records import Record

SCRIPT = (
    'w=$0 k=$1; shift; printf "start %s\\n" "$k" >>"$w" || exit 125; "$@"; c=$?; '
    'printf "end %s %s\\n" "$k" "$c" >>"$w"; exit $c'
)
STUB = "/bin/true" if os.path.exists("/bin/true") else "/usr/bin/true"  # noqa: PTH110 - a constant, at import
PATIENCE_S = 30.0


class Plan(NamedTuple):
    """What a victim is told."""

    witness: Path
    points: Path
    """Where each point that was passed is written down, a line each."""
    kill_at: int | None
    """The number of the point to die at; None: never."""
    machine: bool
    """Kill what the run started too, as when the machine dies."""
    stubbed: frozenset[str]
    """Steps whose command is left out."""


class WitnessedEngine:
    """An Engine around another. Each call that writes has a point before it and one behind it."""

    def __init__(self, engine: Engine, plan: Plan) -> None:
        self._engine, self._plan = engine, plan
        self._passed = _text(plan.points).count("\n")  # the run may go on in a second process, and the count with it
        self.begin, self.claim, self.load, self.release = engine.begin, engine.claim, engine.load, engine.release
        self.stop, self.recover, self.signal, self.runs = engine.stop, engine.recover, engine.signal, engine.runs
        self.enter, self.leave, self.close = engine.enter, engine.leave, engine.close

    def record(self, lease: Lease, records: Sequence[Record], *, sync: bool = True) -> None:
        """Writes records, with a point before and one behind."""
        what = ", ".join(record.key for record in records[:3])
        self._point(f"before {what}")
        self._engine.record(lease, records, sync=sync)
        self._point(f"after {what}")

    def dispatch(self, lease: Lease, work: Sequence[Work], records: Sequence[Record] = ()) -> None:
        """Has attempts performed that write into the witness; the third point is reached when the first has begun."""
        names = ", ".join(each.key for each in work[:3])
        self._point(f"before the start of {names}")
        self._engine.dispatch(lease, [self._witnessed(each) for each in work], records)
        self._point(f"after the start of {names}")
        if work:
            self._begun(lease, work[0], f"while {work[0].key} works")

    def wait(self, lease: Lease, timeout_s: float | None) -> Sequence[Record]:
        """What was written since; there is a point where attempts have ended and the runner does not know it yet."""
        came = self._engine.wait(lease, timeout_s)
        ended = [record.key for record in came if record.key.endswith("/ended")]
        if ended:
            self._point(f"after {', '.join(ended[:3])}")
        return came

    def _witnessed(self, work: Work) -> Work:
        stub = work.secrets or work.env_secrets or work.instance.partition("[")[0] in self._plan.stubbed
        argv = (STUB,) if stub else work.argv
        shim = ("/bin/sh", "-c", SCRIPT, str(self._plan.witness), work.key, *argv)
        bare = work._replace(argv=shim)
        return bare._replace(secrets=(), env_secrets={}, artifacts=()) if stub else bare

    def _begun(self, lease: Lease, work: Work, point: str) -> None:
        """Waits for the attempt's own word that it began, where this is where to die; else only counts the point."""
        if self._plan.kill_at == self._passed:
            until = time.monotonic() + PATIENCE_S
            while time.monotonic() < until and f"start {work.key}\n" not in _text(self._plan.witness):
                self._engine.wait(lease, 0.002)  # what it brings is lost with this process, as it is meant to be
        self._point(point)

    def _point(self, what: str) -> None:
        with self._plan.points.open("a", encoding="utf-8") as points:
            points.write(f"{time.time_ns() // 1_000_000} {what}\n")
        if self._plan.kill_at == self._passed:
            if self._plan.machine:
                _kill_all(self._plan.witness)
            os.kill(os.getpid(), signal.SIGKILL)
        self._passed += 1


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return ""


def _kill_all(witness: Path) -> None:
    """Kills every process that has the witness on its command line, with its group, and what they started."""
    from holdfast.workflow.executors.strays import signal_group

    groups = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.fsencode(witness) in (folder / "cmdline").read_bytes():
                groups.add(os.getpgid(int(folder.name)))
        except (OSError, ValueError):
            continue
    for group in groups - {os.getpgrp()}:
        signal_group(group, signal.SIGKILL)
