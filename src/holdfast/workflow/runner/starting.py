"""What a new run begins with."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from holdfast.core.clock import now_ms
from holdfast.core.errors import HoldfastError
from holdfast.core.ids import ALPHABET, LENGTH, new_id
from holdfast.workflow.engines.interface import Run
from holdfast.workflow.model import Workflow

GREATEST_FIRST = "7"
"""What a ULID begins with at most: 26 characters of 5 bits hold two bits more than it has."""
PARENT = re.compile(r"[0-9A-Z]+/[A-Za-z][\w.-]*(\[\d+\])?", re.ASCII)
COPIED = "restart"
"""The option of a run that was restarted: the run whose evidence it takes over, and the steps that it does again."""


class Asked(NamedTuple):
    """What the caller wants of a new run."""

    inputs: Mapping[str, Any] = {}
    only: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    """The steps that `--from` names."""
    run_id: str | None = None
    parent: str | None = None
    """`RUN/STEP`, whose child it is."""


def check_ids(asked: Asked) -> None:
    """Raises HoldfastError where the id that was asked for is none, or the parent is no step of a run."""
    run_id = asked.run_id
    if run_id is not None and not (
        len(run_id) == LENGTH and set(run_id) <= set(ALPHABET) and run_id[0] <= GREATEST_FIRST
    ):
        wanted = f"{LENGTH} characters of {ALPHABET}, the first at most {GREATEST_FIRST}"
        raise HoldfastError(f"--run-id {run_id}: not a ULID: {wanted}")
    if asked.parent is not None and not PARENT.fullmatch(asked.parent):
        raise HoldfastError(f"--parent {asked.parent}: not RUN/STEP")


def new_run(workflow: Workflow, asked: Asked, who: str, facts: Mapping[str, Any]) -> Run:
    """The run. Raises HoldfastError where the id that was asked for is none."""
    check_ids(asked)
    now = now_ms()
    run_id = asked.run_id or new_id(now)
    options: dict[str, Any] = {}
    if asked.only:
        options["only"] = list(asked.only)
    if asked.start:
        options["from"] = list(asked.start)
    return Run(
        run_id,
        workflow.name,
        workflow.as_json(),
        dict(asked.inputs),
        now,
        who,
        facts=dict(facts),
        options=options,
        origin=asked.parent,
        total=len(workflow.steps),
    )


def ask_facts(project: Path) -> Callable[[], dict[str, Any]]:
    """Asks git for commit and branch; what is returned waits for the answer: `commit`, `branch`, `project`."""
    from holdfast.core.git import ask

    waiting = ask(project, "rev-parse", "HEAD", "--abbrev-ref", "HEAD")

    def facts() -> dict[str, Any]:
        said = (waiting() or b"").decode(errors="replace").split()
        commit, branch = said if len(said) == 2 else (None, None)
        return {"commit": commit, "branch": None if branch == "HEAD" else branch, "project": project.name}

    return facts
