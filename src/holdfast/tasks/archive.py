"""Moving old tasks out of the registry, into one file a month beside it."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from holdfast.core import registry_format as form
from holdfast.core.clock import iso, now_ms, parse_iso
from holdfast.core.errors import HoldfastError
from holdfast.core.files import write_atomic
from holdfast.core.registry import Registry
from holdfast.tasks.fold import Task, fold


@dataclass(frozen=True, slots=True)
class Archived:
    """What `archive` moved: how many tasks, and the files that hold them now."""

    tasks: int
    files: tuple[Path, ...]


def archive(path: Path, before: datetime) -> tuple[Archived, list[str]]:
    """Moves the tasks that ended before a moment, with all their events, to `<name>.YYYY-MM.json` by that month.

    Killed at any point, and run again, it ends in the same files: the archive is written first, and takes no line
    twice. Tasks that did not end stay. Also returns what was mended on the way. Raises HoldfastError for a file with
    a bad line in it; then nothing is moved.
    """
    with Registry(path) as registry, registry.locked() as handle:
        content = os.pread(handle, os.fstat(handle).st_size, 0)
        first, lines = _split(content, path)
        months = _months([event for _, event in lines], before)
        if not months:
            return Archived(0, ()), registry.notices
        moved: dict[str, list[bytes]] = defaultdict(list)
        kept = [first]
        for line, event in lines:
            name = event.get("id")
            month = months.get(name) if isinstance(name, str) else None
            (kept if month is None else moved[month]).append(line)
        files = [_add(path, month, moved[month], first) for month in sorted(moved)]
        registry.replace(b"".join([*kept, form.CLOSER]))
        return Archived(len(months), tuple(files)), registry.notices


def _split(content: bytes, path: Path) -> tuple[bytes, list[tuple[bytes, form.Event]]]:
    """A whole registry's first line, and the others with their events. Raises RegistryError for a bad line."""
    first, *others = content.split(b"\n")
    document = form.parse_header(first)
    if document is None:
        raise form.RegistryError(f"{path}:1: not the first line of a task registry", hint=form.REPAIR)
    form.require_version(document, path)
    lines = []
    for number, line in enumerate(others, 2):
        event = form.parse_event(line)
        if event is not None:
            lines.append((line.rstrip() + b"\n", event))
        elif line.strip() not in (b"", b"]}"):
            raise form.RegistryError(f"{path}:{number}: not an event", hint=form.REPAIR)
    return first.rstrip() + b"\n", lines


def _months(events: list[form.Event], before: datetime) -> dict[str, str]:
    """The month of the end of each task that ended before a moment, by id."""
    ends = ((task, _ended(task)) for task in fold(events).values())
    return {task.id: f"{end:%Y-%m}" for task, end in ends if end is not None and end < before}


def _ended(task: Task) -> datetime | None:
    at = (task.finished or {}).get("at")
    try:
        return parse_iso(at) if isinstance(at, str) else None
    except (ValueError, OverflowError):
        return None


def _add(path: Path, month: str, lines: list[bytes], first: bytes) -> Path:
    """Adds lines to a month's archive, without those that it holds already; returns the archive."""
    target = path.with_name(f"{path.stem}.{month}{path.suffix}")
    try:
        opening, held = _split(target.read_bytes(), target)
    except FileNotFoundError:
        opening, held = _opening(first), []
    except OSError as error:
        raise HoldfastError(f"cannot read {target}: {error.strerror or error}") from error
    there = {line for line, _ in held}
    new = [line for line in dict.fromkeys(lines) if line not in there]
    write_atomic(target, b"".join([opening, *(line for line, _ in held), *new, form.CLOSER]))
    return target


def _opening(first: bytes) -> bytes:
    document = form.parse_header(first) or {}
    return form.header_line(str(document.get("project", "")), iso(now_ms()))


def parse_before(text: str) -> datetime:
    """The moment that `--before` names. Raises HoldfastError."""
    try:
        return parse_iso(f"{text}-01" if re.fullmatch(r"\d{4}-\d\d", text, re.ASCII) else text)
    except (ValueError, OverflowError) as error:
        raise HoldfastError(f"{text!r} is no date", hint="say 2026-11-20 or 2026-11") from error
