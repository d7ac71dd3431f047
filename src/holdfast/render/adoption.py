"""What `holdfast init` would write or did: for people, with the diffs, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from holdfast.adoption.diff import diff
from holdfast.adoption.plan import Change, State
from holdfast.render.terminal import one_line, printable

SCHEMA = "holdfast/init/1"
_COLORS = {"+": "\x1b[32m", "-": "\x1b[31m", "@": "\x1b[36m"}
_RESET = "\x1b[0m"
_STATES = {
    State.SAME: "as wanted",
    State.LEFT: "left alone",
    State.MISSING: "missing",
    State.OUTDATED: "out of date",
    State.EDITED: "edited",
    State.BLOCKED: "impossible",
    State.PRESENT: "taken out",
}


def action(change: Change) -> str:
    """What is done to the file: create, extend, update, delete, restore; or nothing."""
    if not change.changes:
        return "nothing"
    if change.before is None:
        return "create"
    if change.after is None:
        return "delete"
    return {State.MISSING: "extend", State.PRESENT: "restore"}.get(change.state, "update")


def diffs(changes: Sequence[Change], *, color: bool) -> str:
    """The unified diffs of all that changes, an empty line behind each."""
    shown = [[_painted(printable(line), color=color) for line in diff(change)] for change in changes if change.changes]
    return "".join("\n".join(lines) + "\n\n" for lines in shown)


def _painted(line: str, *, color: bool) -> str:
    start = _COLORS.get(line[:1]) if color else None
    return f"{start}{line}{_RESET}" if start else line


def summary(changes: Sequence[Change], *, drift: bool = False, scratch: bool = False) -> str:
    """One line a part: what is done, or how it stands, and why; with `scratch`, Holdfast's own directory is deleted."""
    rows = [(_verb(change, drift=drift), change.file, change.note) for change in changes]
    rows += [("delete", ".holdfast/", "caches, and logs of runs")] if scratch else []
    width = max((len(verb) for verb, _, _ in rows), default=0)
    return "".join(
        f"  {verb.ljust(width)}  {one_line(file)}{f': {printable(note)}' if note else ''}\n"
        for verb, file, note in rows
    )


def _verb(change: Change, *, drift: bool) -> str:
    if drift or not change.changes:
        return _STATES[change.state]
    return action(change)


def as_json(
    project: Path, command: str, changes: Sequence[Change], *, written: Sequence[Change], exit_code: int
) -> str:
    """The document of `--format json`; see docs/guides/adoption.md."""
    document = {
        "schema": SCHEMA,
        "command": command,
        "project": str(project),
        "exit_code": exit_code,
        "parts": [_part(change, written=change in written) for change in changes],
    }
    return json.dumps(document, indent=2) + "\n"


def _part(change: Change, *, written: bool) -> dict[str, Any]:
    return {
        "part": change.part,
        "file": printable(change.file),
        "state": change.state.value,
        "action": action(change),
        "written": written,
        "note": change.note or None,
        "diff": "\n".join(printable(line) for line in diff(change)) if change.changes else None,
    }
