"""The run in the task registry: a task of its own, and one for each attempt, written as a pair after it ended.

The journal is the outbox: ids follow from the run, so that whoever resumes it sees which events are missing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from holdfast.core.digests import sha256
from holdfast.core.errors import HoldfastError
from holdfast.core.ids import ALPHABET
from holdfast.core.registry import Registry
from holdfast.core.tasklog import Say, another, finished, started_event
from holdfast.workflow.records import CANCELLED, FAILED, SUCCEEDED, TIMED_OUT, Record
from holdfast.workflow.runner.state import PROBE, RunState

STATUS = {SUCCEEDED: SUCCEEDED, FAILED: FAILED, TIMED_OUT: TIMED_OUT, CANCELLED: CANCELLED}
"""Other ends, as of an attempt that was killed in the middle, are failures with the reason."""
TIME_PART = 10
FIRST_OWNER = "run/owner/1"
"""All that is on record of a run that nobody had before: of that there is nothing in a registry, which may be long."""
Event = dict[str, object]


class RunLog:
    """Keeps the registry up with a run. What cannot be written is said once, and stops nothing."""

    def __init__(self, path: Path, project: Path, state: RunState, agent: str, argv: Sequence[str], say: Say) -> None:
        self._registry = Registry(path, project=project.name)
        self._path, self._state, self._say = path, state, say
        self._began: dict[str, int] = {}
        self._broken = False
        # Without a process: a run goes on in whichever takes it, and attempts are over when they are written.
        self._event = started_event("", "", at_ms=0, agent=agent, argv=argv, cwd=".", process={})

    def catch_up(self, records: Sequence[Record]) -> None:
        """Writes what is missing of what the journal holds: all of it, where the registry knows nothing of the run."""
        is_new = [record.key for record in records] == [FIRST_OWNER]
        there = set() if is_new else written(self._path, self._state.run.id)
        events: list[Event] = []
        ends = 0
        self._opens(ends, self._state.run.created_ms, there, events)
        for record in records:
            if record.key.startswith("run/ended/"):
                events += [each for each in self._closes(record) if task_id(each) not in there]
                ends += 1
            elif "/again/" in record.key and ends:
                self._opens(ends, record.at_ms, there, events)
            else:
                events += [each for each in self._attempt(record) if task_id(each) not in there]
        self._append(events, sync=False)

    def took(self, records: Sequence[Record]) -> None:
        """Takes in what a turn of the runner wrote."""
        events: list[Event] = []
        ended = False
        for record in records:
            if record.key.startswith("run/ended/"):
                events += self._closes(record)
                ended = True
            else:
                events += self._attempt(record)
        if events:
            self._append(events, sync=ended)

    def close(self) -> None:
        """Gives the registry back."""
        self._registry.close()

    def _opens(self, ends: int, at_ms: int, there: set[str], events: list[Event]) -> None:
        event = self._started(self._id(ends), f"workflow {self._state.run.workflow}", at_ms)
        if task_id(event) not in there and all(task_id(each) != task_id(event) for each in events[-1:]):
            events.append(event)

    def _id(self, ends: int) -> str:
        run_id = self._state.run.id
        return run_id if ends == 0 else derived(run_id, f"again/{ends}")

    def _started(self, task: str, name: str, at_ms: int, **more: object) -> Event:
        commit = self._state.run.facts.get("commit")
        known = {"commit": commit} if commit else {}
        return {**another(self._event, task, name, at_ms=at_ms), **known, "run": self._state.run.id, **more}

    def _closes(self, record: Record) -> list[Event]:
        ends = int(record.key.rpartition("/")[2]) - 1
        status = str(record.data.get("status"))
        begun = self._state.run.created_ms
        event = finished(
            self._id(ends),
            STATUS.get(status, FAILED),
            None,
            at_ms=record.at_ms,
            duration_s=(record.at_ms - begun) / 1000,
        )
        return [{**event, "run": self._state.run.id}]

    def _attempt(self, record: Record) -> list[Event]:
        """The pair of events for an attempt that ended; its start is remembered until then."""
        parts = record.key.split("/")
        if parts[0] != "step" or len(parts) != 4 or parts[1].endswith(PROBE):
            return []
        key = f"{parts[1]}/{parts[2]}"
        if parts[3] == "started":
            self._began[key] = record.at_ms
        if parts[3] != "ended":
            return []
        run = self._state.run
        task, began = derived(run.id, key), self._began.pop(key, record.at_ms)
        end = finished(
            task,
            STATUS.get(str(record.data.get("status")), FAILED),
            record.data.get("exit_code"),
            at_ms=record.at_ms,
            duration_s=record.data.get("duration_s", 0.0),
        )
        more = {name: record.data[name] for name in ("reason", "signal", "artifacts") if record.data.get(name)}
        start = self._started(task, f"{run.workflow}/{parts[1]}", began, step=parts[1], attempt=int(parts[2]))
        return [start, {**end, "run": run.id, **more}]

    def _append(self, events: Sequence[Event], *, sync: bool) -> None:
        if self._broken or not events:
            return
        try:
            self._registry.append(*events, sync=sync)
        except HoldfastError as error:
            self._broken = True
            self._say(f"not logged: {error.message}")


def task_id(event: Event) -> str:
    """What tells an event from all others: its task, and whether it is the start or the end."""
    return f"{event['event']} {event['id']}"


def derived(run_id: str, what: str) -> str:
    """A task's id that follows from the run: a ULID with the run's time."""
    number = int(sha256(f"{run_id}/{what}".encode())[:20], 16)
    return run_id[:TIME_PART] + "".join(ALPHABET[(number >> shift) & 31] for shift in range(75, -1, -5))


def written(path: Path, run_id: str) -> set[str]:
    """Which events of a run a registry holds, as `task_id` names them."""
    try:
        if not path.is_file():  # reading a pipe or a device may never end
            return set()
        content = path.read_bytes()
    except OSError:
        return set()
    if run_id.encode() not in content:
        return set()
    line = re.compile(rb'^.*"event":"(\w+)","id":"(\w+)".*"run":"%b".*$' % run_id.encode(), re.MULTILINE)
    return {f"{found[1].decode()} {found[2].decode()}" for found in line.finditer(content)}
