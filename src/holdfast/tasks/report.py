"""What callers tell of tasks that could not be wrapped: how one ended, and notes."""

from __future__ import annotations

from pathlib import Path

from holdfast.core.clock import iso, now_ms, parse_iso
from holdfast.core.errors import HoldfastError
from holdfast.core.git import git_state
from holdfast.core.masking import mask_text
from holdfast.core.registry import Registry
from holdfast.core.registry_reader import opened
from holdfast.core.tasklog import STATUSES, finished, own_files
from holdfast.tasks.fold import Task
from holdfast.tasks.query import find_task

NOTE_LIMIT = 10_000


def report_end(
    path: Path, project: Path, prefix: str, *, status: str | None, exit_code: int | None, reason: str | None, agent: str
) -> list[str]:
    """Logs the end of a task as reported, not seen; returns what was mended on the way.

    Raises HoldfastError where the task is unknown or has ended, or the status and the exit code do not fit.
    """
    known = _status(status, exit_code)
    with opened(path) as snapshot:
        task = find_task(snapshot, prefix)
    if task.finished is not None:
        raise HoldfastError(
            f"task {task.id} ended already: {task.finished.get('status')}",
            hint=f"see: holdfast task-log show {task.id}",
        )
    now = now_ms()
    event = finished(task.id, known, exit_code, at_ms=now, duration_s=now / 1000 - _started_s(task, now))
    state = git_state(project, apart_from=own_files(path, project))
    if state.dirty is not None:
        event |= {"commit": state.commit, "dirty": state.dirty}
    if reason:
        event["reason"] = mask_text(reason)[:NOTE_LIMIT]
    with Registry(path) as registry:
        registry.append(event | {"agent": agent, "reported": True})
        return registry.notices


def _status(status: str | None, exit_code: int | None) -> str:
    if status is None and exit_code is None:
        raise HoldfastError("how did it end?", hint="give --exit-code N or --status STATUS")
    if status is None:
        return "failed" if exit_code else "succeeded"
    if status not in STATUSES:
        raise HoldfastError(f"{status!r} is no status", hint=f"one of {', '.join(STATUSES)}")
    if exit_code is not None and (exit_code == 0) != (status in ("succeeded", "skipped")):
        raise HoldfastError(f"status {status} does not go with exit code {exit_code}", hint="give one of the two")
    return status


def _started_s(task: Task, now: int) -> float:
    try:
        return parse_iso(str((task.started or {}).get("at"))).timestamp()
    except (ValueError, OverflowError):
        return now / 1000


def add_note(path: Path, project: str, text: str, *, task_id: str | None, agent: str) -> list[str]:
    """Logs a note about a task, or about none; returns what was mended on the way. Raises HoldfastError."""
    if len(text) > NOTE_LIMIT:
        raise HoldfastError(
            f"a note of {len(text)} characters; at most {NOTE_LIMIT} are kept",
            hint="keep it in a file and note its path",
        )
    event: dict[str, object] = {"event": "note"}
    if task_id is not None:
        with opened(path) as snapshot:
            event["id"] = find_task(snapshot, task_id).id
    with Registry(path, project=project) as registry:
        registry.append(event | {"text": mask_text(text), "at": iso(now_ms()), "agent": agent})
        return registry.notices
