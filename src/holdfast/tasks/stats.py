"""What the runs of each task come to: how often, how often well, how long."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from holdfast.core.registry_format import Event
from holdfast.tasks.fold import Task, state, task_id

TREND_RUNS = 20
_LONGEST_S = 1e10
_DECIDED = ("succeeded", "failed", "timed_out")
_LASTED = ("succeeded", "failed")


@dataclass(slots=True)
class TaskStats:
    """The runs of one task. Durations are in seconds, of runs that ended by themselves, in the file's order."""

    task: str
    states: Counter[str] = field(default_factory=Counter)
    durations: list[float] = field(default_factory=list)
    last_at: str = ""

    @property
    def runs(self) -> int:
        """How often it was started."""
        return self.states.total()

    @property
    def success_rate(self) -> float | None:
        """The share that succeeded of those that succeeded, failed or timed out; None where there is none."""
        decided = sum(self.states[name] for name in _DECIDED)
        return self.states["succeeded"] / decided if decided else None

    def as_json(self) -> dict[str, Any]:
        """As `task-log stats --format json` gives it."""
        return {
            "task": self.task,
            "runs": self.runs,
            "states": dict(sorted(self.states.items())),
            "success_rate": None if self.success_rate is None else round(self.success_rate, 4),
            "p50_s": percentile(self.durations, 50),
            "p95_s": percentile(self.durations, 95),
            "trend_s": self.durations[-TREND_RUNS:],
            "last_at": self.last_at,
        }


def percentile(values: Sequence[float], share: int) -> float | None:
    """The nearest-rank percentile: the smallest value that at least `share` per cent do not exceed; None of none."""
    return sorted(values)[max(0, math.ceil(len(values) * share / 100) - 1)] if values else None


def stats(events: Iterable[Event]) -> list[TaskStats]:
    """One entry a task, by name."""
    tasks: dict[str, Task] = {}
    for event in events:
        if (name := task_id(event)) is not None and event["event"] != "note":
            tasks.setdefault(name, Task(name)).add(_slim(event))
    found: dict[str, TaskStats] = {}
    for task in tasks.values():
        if task.started is not None:
            name = str(task.started.get("task"))
            _count(found.setdefault(name, TaskStats(name)), task)
    return sorted(found.values(), key=lambda one: one.task)


_NEEDED = ("event", "id", "task", "at", "status", "duration_s", "reported")
_PROCESS = ("host", "boot", "pid", "pid_start", "pid_space")


def _slim(event: Event) -> Event:
    return {key: event[key] for key in (*_NEEDED, *_PROCESS) if key in event}


def _count(entry: TaskStats, task: Task) -> None:
    name = state(task)[0]
    entry.states[name] += 1
    entry.last_at = max(entry.last_at, str((task.started or {}).get("at", "")))
    duration = (task.finished or {}).get("duration_s")
    if name in _LASTED and isinstance(duration, int | float) and 0 <= duration < _LONGEST_S:
        entry.durations.append(float(duration))


def sparkline(values: Iterable[float], marks: str) -> str:
    """One mark a value, the first of `marks` for the least and the last for the greatest."""
    recent = list(deque(values, maxlen=TREND_RUNS))
    low, high = min(recent, default=0.0), max(recent, default=0.0)
    span = high - low
    return "".join(marks[round((value - low) / span * (len(marks) - 1)) if span > 0 else 0] for value in recent)
