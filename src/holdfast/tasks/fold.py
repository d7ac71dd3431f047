"""What became of a task: the fold of its events, in whatever order merges left them; duplicates change nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from holdfast.core.process_identity import is_running
from holdfast.core.registry_format import Event, encode
from holdfast.core.tasklog import STATUSES

STATES = ("running", *STATUSES, "interrupted", "unknown")


@dataclass(slots=True)
class Task:
    """The events of one id, as they are in the registry."""

    id: str
    started: Event | None = None
    finished: Event | None = None
    notes: list[Event] = field(default_factory=list)

    def add(self, event: Event) -> None:
        """Takes one more event of this task."""
        if event["event"] == "started":
            self.started = event if self.started is None else min(self.started, event, key=encode)
        elif event["event"] == "finished":
            self.finished = event if self.finished is None else min(self.finished, event, key=_weight)
        elif event["event"] == "note" and event not in self.notes:
            self.notes.append(event)


def _weight(finished: Event) -> tuple[bool, str, bytes]:
    """What was seen weighs more than what was typed in, then what came first."""
    return bool(finished.get("reported")), str(finished.get("at")), encode(finished)


def task_id(event: Event) -> str | None:
    """The id of the task that an event of a known kind belongs to; None for all others."""
    name = event.get("id")
    return name if event.get("event") in ("started", "finished", "note") and isinstance(name, str) else None


def fold(events: Iterable[Event]) -> dict[str, Task]:
    """The tasks of some events by id, in the order in which their first event comes."""
    tasks: dict[str, Task] = {}
    for event in events:
        if (name := task_id(event)) is not None:
            tasks.setdefault(name, Task(name)).add(event)
    return tasks


def state(task: Task) -> tuple[str, str]:
    """One of STATES and, where it needs one, its reason."""
    if task.finished is not None:
        status = task.finished.get("status")
        if status not in STATUSES:
            return "unknown", f"it ended with a status of another version: {status}"
        return str(status), str(task.finished.get("reason", ""))
    if task.started is None:
        return "unknown", "its start is not in this file"
    running, why = is_running(task.started)
    if running is None:
        return "unknown", why
    return ("running", "") if running else ("interrupted", why)


_SHOWN = ("task", "agent", "at", "argv", "cwd", "commit", "dirty", "host", "pid", "holdfast")
_END = ("exit_code", "signal", "duration_s", "commit", "dirty", "reported")


def as_json(task: Task) -> dict[str, Any]:
    """A task as `task-log list --format json` gives it; see docs/specs/001-task-registry.md."""
    name, reason = state(task)
    document: dict[str, Any] = {"id": task.id, "state": name}
    if reason:
        document["reason"] = reason
    started, finished = task.started or {}, task.finished or {}
    if "commit" not in started:  # of a task that changes no files git is asked while it runs
        started = started | {key: finished[key] for key in ("commit", "dirty") if key in finished}
        finished = {key: value for key, value in finished.items() if key not in ("commit", "dirty")}
    document |= {("started_at" if key == "at" else key): started[key] for key in _SHOWN if key in started}
    end = {key: finished[key] for key in _END if key in finished}
    if "at" in finished:
        document["finished_at"] = finished["at"]
    document |= {(f"finished_{key}" if key in ("commit", "dirty") else key): value for key, value in end.items()}
    if task.notes:
        document["notes"] = [{key: note.get(key) for key in ("at", "agent", "text")} for note in task.notes]
    return document
