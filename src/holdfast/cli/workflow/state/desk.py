"""What the commands that execute the rules share: the desk that they work at, and how they answer."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from holdfast.cli.task_log_options import Form, say, show, show_json
from holdfast.cli.workflow.state.options import clock, show_diff, state_file
from holdfast.cli.workflow.state.summaries import improved
from holdfast.core.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from holdfast.core.config import Config
    from holdfast.workflow.rules.desk import Desk, Done


def open_desk(
    project: Path | None, state: Path | None, now: str | None, *, dry_run: bool = False, runs: bool = False
) -> Desk:
    """The desk of a project; with `runs`, commands may be run at it, in the project's environment.

    Raises HoldfastError.
    """
    from holdfast.core.config import load_config
    from holdfast.core.project import find_project
    from holdfast.core.who import who
    from holdfast.workflow.rules.desk import Desk

    root = find_project(project, os.environ)
    config = load_config(root, os.environ)
    return Desk(
        project=root,
        file=state_file(project, state, now),
        config=root / config.workflow.project_config,
        registry=root / config.registry,
        who=who(os.environ),
        now_ms=clock(now)(),
        say=say,
        env=_command_env(root, config) if runs else os.environ,
        dry_run=dry_run,
        improve=improved,
    )


def _command_env(root: Path, config: Config) -> Mapping[str, str]:
    from holdfast.cli.context import child_env, environment_in

    return child_env(os.environ, environment_in(root, config, os.environ))


def answer(desk: Desk, done: Done, form: Form, schema: str, **more: Any) -> ExitCode:
    """Says what was done, and in a dry run what would be; returns the exit code."""
    lines = _diff(desk, done) if desk.dry_run else []
    refused = [f"{one.claim}: {one.reason}" for one in done.refused]
    if form is Form.JSON:
        document = {"file": str(desk.file.path), "dry_run": desk.dry_run, "ok": done.ok, "done": list(done.lines)}
        show_json(schema, {**document, "refused": refused, **more, **({"diff": lines} if desk.dry_run else {})})
    else:
        show("".join(f"{line}\n" for line in (lines or done.lines)))
        for line in done.lines if lines else ():
            say(f"would be: {line}")
        for line in refused:
            say(f"put back: {line}")
    return ExitCode.OK if done.ok else ExitCode.FINDINGS


def _diff(desk: Desk, done: Done) -> list[str]:
    state, config = str(desk.file.path), desk.config.name
    config_bytes = tuple(text.encode("utf-8") for text in done.config)
    return [
        *show_diff(*done.state, (f"{state} (now)", f"{state} (then)")),
        *show_diff(config_bytes[0], config_bytes[1], (f"{config} (now)", f"{config} (then)")),
    ]
