"""A project with the files that the rules work on, and the way to any place in it."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from holdfast.workflow.rules.advance import Asked, advance
from holdfast.workflow.rules.desk import Desk, Done, ticked
from holdfast.workflow.rules.plans import approve, question
from holdfast.workflow.state_file.document import Document
from holdfast.workflow.state_file.store import in_project

NOW = 1_795_150_800_000
"""2026-11-20T05:00:00Z."""
STATE = """\
# Work

## State

- Phase: INIT
- Status: READY
- CurrentItem: none

## Plan

First this, then that.

## Items

| ID | Description | Status |
|----|-------------|--------|
| 1 | Add a login | pending |
| 2 | Add a logout | pending |

## Log

## ArchiveLog
"""
CONFIG = "# shop\n\n## Commands\n\n- test: sh check.sh\n\n## Changelog\n- Older.\n"


def make_project(folder: Path, *, state: str = STATE, config: str = CONFIG) -> Path:
    project = folder / "shop"
    project.mkdir()
    files = {
        "pyproject.toml": '[project]\nname = "shop"\nversion = "1.0"\n',
        "check.sh": "echo 3 passed\n",
        ".gitignore": ".holdfast/\n",
    }
    for name, text in files.items():
        (project / name).write_text(text, "utf-8")
    (project / "workflow_state.md").write_bytes(state.encode())
    (project / "project_config.md").write_bytes(config.encode())
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "first"]):
        subprocess.run(["git", *command], cwd=project, check=True)
    return project


def desk_at(project: Path, *, now_ms: int = NOW, **more: Any) -> Desk:
    import os

    given: dict[str, Any] = {
        "project": project,
        "file": in_project(project, project / "workflow_state.md", clock=lambda: now_ms),
        "config": project / "project_config.md",
        "registry": project / "task_registry.json",
        "who": "ana@laptop",
        "now_ms": now_ms,
        "say": lambda _line: None,
        "env": dict(os.environ),
    }
    return Desk(**(given | more))


def approved(desk: Desk) -> Done:
    return approve(desk, question(desk, "approval"))


def to_construct(desk: Desk) -> None:
    """From the start to CONSTRUCT/RUNNING, or from there on with the next item."""
    if state_of(desk)["Phase"] == "INIT":
        ticked(desk)
    else:
        advance(desk, Asked())
    advance(desk, Asked())
    advance(desk, Asked())
    approved(desk)


def to_end(desk: Desk) -> None:
    """From the start to VALIDATE/COMPLETED."""
    to_construct(desk)
    assert advance(desk, Asked()).ok
    assert advance(desk, Asked()).ok


def state_of(desk: Desk) -> Mapping[str, str]:
    return desk.file.read().state


def place(desk: Desk) -> str:
    state = state_of(desk)
    return f"{state['Phase']}/{state['Status']}"


def edit(desk: Desk, old: str, new: str) -> None:
    """What a hand does in an editor."""
    content = desk.file.path.read_bytes().decode()
    assert old in content
    desk.file.path.write_bytes(content.replace(old, new).encode())


def images(desk: Desk) -> tuple[bytes, bytes]:
    return desk.file.path.read_bytes(), desk.config.read_bytes()


def row(document: Document, item_id: str) -> str:
    item = document.item(item_id)
    assert item is not None
    return item.status
