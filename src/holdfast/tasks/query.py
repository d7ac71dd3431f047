"""Finding tasks in a registry: the last ones, those that match, the one that a prefix names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

from holdfast.core.clock import parse_iso
from holdfast.core.errors import HoldfastError
from holdfast.core.registry_format import Event, parse_event
from holdfast.core.registry_reader import Snapshot
from holdfast.tasks.fold import Task, fold, state, task_id

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tasks are asked for; None is any. Task and agent are patterns like `lint*`."""

    status: str | None = None
    task: str | None = None
    agent: str | None = None
    since: datetime | None = None

    def includes(self, task: Task) -> bool:
        """Whether a task is one of these."""
        started = task.started or {}
        if self.since is not None and _moment(started.get("at")) < self.since:
            return False
        for pattern, value in ((self.task, started.get("task")), (self.agent, started.get("agent"))):
            if pattern is not None and not fnmatchcase(str(value), pattern):
                return False
        return self.status is None or state(task)[0] == self.status


def _moment(text: object) -> datetime:
    try:
        return parse_iso(text) if isinstance(text, str) else datetime.min.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=UTC)


def parse_since(text: str, now: datetime) -> datetime:
    """The moment that `2h`, `3d` or an ISO date names. Raises HoldfastError."""
    try:
        if match := re.fullmatch(r"(\d{1,6})([smhdw])", text, re.ASCII):
            return now - timedelta(**{_UNITS[match[2]]: int(match[1])})
        return parse_iso(text)
    except (ValueError, OverflowError) as error:
        raise HoldfastError(f"{text!r} is no moment", hint="say 2h, 3d or 2026-11-20, or 2026-11-20T05:00Z") from error


def last_tasks(snapshot: Snapshot, wanted: Wanted, last: int | None) -> list[Task]:
    """The tasks that match, oldest first; with `last` only so many of the newest, and no more is read than they need.

    A task's start is read after its later events, since the file is read from its end.
    """
    found: list[Task] = []
    pending: dict[str, Task] = {}
    for event in snapshot.events_backward():
        if last is not None and len(found) >= last:
            break
        name = task_id(event)
        if name is None:
            continue
        task = pending.setdefault(name, Task(name))
        again = task.started is not None
        task.add(event)
        if event["event"] == "started" and not again and wanted.includes(task):
            found.append(task)
    return found[::-1]


def with_prefix(snapshot: Snapshot, prefix: str) -> Iterator[Event]:
    """The events of all tasks whose id begins with `prefix`; lines without it are not parsed."""
    trace = f'"{prefix}'.encode("utf-8", "surrogateescape")
    for event in snapshot.header["events"]:
        if isinstance(event, dict) and (task_id(event) or "").startswith(prefix):
            yield event
    for line in snapshot.lines():
        if trace in line and (event := parse_event(line)) is not None and (task_id(event) or "").startswith(prefix):
            yield event


def find_task(snapshot: Snapshot, prefix: str) -> Task:
    """The one task whose id begins with `prefix`. Raises HoldfastError where there is none, or more than one."""
    prefix = prefix.upper()
    tasks = list(fold(with_prefix(snapshot, prefix)).values()) if prefix else []
    exact = [task for task in tasks if task.id == prefix] or tasks
    if not exact:
        raise HoldfastError(
            f"no task {prefix!r} in {snapshot.path}",
            hint="see: holdfast task-log list; older tasks may be in an archive, named with --registry FILE",
        )
    if len(exact) > 1:
        names = ", ".join(task.id for task in exact[:_CANDIDATES])
        more = f" and {len(exact) - _CANDIDATES} more" if len(exact) > _CANDIDATES else ""
        raise HoldfastError(f"{prefix!r} is the beginning of {len(exact)} ids: {names}{more}", hint="give more of it")
    return exact[0]
