"""Registries for tests: events as holdfast writes them, and files made of them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from holdfast.core.ids import ALPHABET
from holdfast.core.registry import Registry

CREATED = '{"event":"created","at":"2026-11-20T05:00:00.000Z"}'
HEADER = f'{{"schema":"holdfast/task-registry/1","project":"shop","events":[{CREATED}'


def uncovered_env() -> dict[str, str]:
    """The environment for children that are killed or limited, which would spoil the data of a coverage run."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}


def ulid(number: int) -> str:
    """A well-formed id that differs from others in its last characters."""
    return f"01JD{'0' * 18}" + "".join(ALPHABET[(number >> shift) & 31] for shift in (15, 10, 5, 0))


def started(number: int, task: str = "lint", **more: object) -> dict[str, object]:
    """A started event."""
    at = f"2026-11-20T06:{number // 60 % 60:02d}:{number % 60:02d}.000Z"
    return {"event": "started", "id": ulid(number), "task": task, "agent": "ana@laptop", "at": at, **more}


def finished(number: int, status: str = "succeeded", **more: object) -> dict[str, object]:
    """A finished event."""
    code = 0 if status == "succeeded" else 1
    at = f"2026-11-20T07:{number // 60 % 60:02d}:{number % 60:02d}.000Z"
    base = {"event": "finished", "id": ulid(number), "status": status, "exit_code": code, "duration_s": 1.5, "at": at}
    return base | more


def text_of(*events: Mapping[str, object], header: str = HEADER) -> str:
    """A registry file's text."""
    lines = [f",{json.dumps(event, separators=(',', ':'))}" for event in events]
    return "\n".join([header, *lines, "]}"]) + "\n"


def write(path: Path, *events: Mapping[str, object]) -> Path:
    """A registry file; returns its path."""
    path.write_text(text_of(*events), "utf-8")
    return path


def events_in(path: Path) -> list[dict[str, Any]]:
    """The events of a file that must be valid JSON, without the first."""
    document = json.loads(path.read_bytes())
    events: list[dict[str, Any]] = document["events"]
    return events[1:]


def append(path: Path, *events: Mapping[str, object]) -> list[str]:
    """Appends events, and returns what the registry had to mend."""
    with Registry(path) as registry:
        registry.append(*events, sync=False)
        return registry.notices
