"""Running a command of project_config.md: each run is a task in the registry, and its end is the evidence."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from holdfast.core.masking import mask_text
from holdfast.core.process import Completed, MissingProgram, run
from holdfast.core.registry import Registry
from holdfast.core.tasklog import begin, ending
from holdfast.core.who import who
from holdfast.workflow.rules.commands import Command

OUTPUT_LIMIT = 2**20
PASSED_LINES, FAILED_LINES = 5, 30
LINE_LIMIT = 300
TASK = "state"
NOT_FOUND, TIMED_OUT = 127, 124


class Bench(NamedTuple):
    """Where commands are run, and what is written about them."""

    project: Path
    registry: Path
    env: Mapping[str, str]
    """For what is run, apart from what this process itself reads."""
    item: str
    """The key of the item that it is about."""
    plan: str
    """The digest of the plan as it is now."""
    tree: Callable[[], str | None]
    """The digest of the project's files as they are when it is called."""
    say: Callable[[str], None]


class Ran(NamedTuple):
    """How a command ended. `id` is the run's in the registry."""

    name: str
    id: str
    exit_code: int
    duration_s: float
    lines: tuple[str, ...]
    """The last lines that it said, masked and cut."""
    why: str = ""

    @property
    def passed(self) -> bool:
        """Whether it ended well."""
        return self.exit_code == 0

    def __str__(self) -> str:
        how = "passed" if self.passed else self.why or f"failed with exit code {self.exit_code}"
        return f"{self.name}: {how} in {self.duration_s:.1f} s (run {self.id})"


def perform(command: Command, bench: Bench) -> Ran:
    """Runs a command to its end and logs it. Raises HoldfastError where the registry cannot be written."""
    with Registry(bench.registry, project=bench.project.name) as registry:
        task = f"{TASK} {command.name}"
        agent = who(os.environ)
        entry = begin(registry, task=task, project=bench.project, argv=command.argv, agent=agent, say=bench.say)
        with ending(entry):
            before = bench.tree()
            done, why = _run(command, bench)
            ran = _ran(command, entry.id, done, why)
            after = bench.tree()
            evidence = {
                "kind": "command",
                "item": bench.item,
                "name": command.name,
                "command": command.digest,
                "plan": bench.plan,
                **({"tree": after} if after is not None and after == before else {}),
            }
            status = "succeeded" if ran.passed else "timed_out" if done.timed_out else "failed"
            entry.finish(status, ran.exit_code, evidence=evidence, **({"reason": why} if why else {}))
    return ran


def _run(command: Command, bench: Bench) -> tuple[Completed, str]:
    try:
        done = run(command.argv, cwd=bench.project, env=bench.env, timeout_s=command.timeout_s, limit=OUTPUT_LIMIT)
    except MissingProgram as error:
        return Completed(command.argv, NOT_FOUND, b"", b"", 0.0), mask_text(error.message)
    if done.timed_out:
        return done, f"stopped after its limit of {command.timeout_s:g} s"
    return done, f"ended by signal {-done.exit_code}" if done.exit_code < 0 else ""


def _ran(command: Command, run_id: str, done: Completed, why: str) -> Ran:
    code = TIMED_OUT if done.timed_out else 128 - done.exit_code if done.exit_code < 0 else done.exit_code
    said = b"\n".join(part.rstrip() for part in (done.stdout, done.stderr) if part.strip()).decode("utf-8", "replace")
    kept = FAILED_LINES if code else PASSED_LINES
    lines = [line.rstrip() for line in mask_text(said).splitlines() if line.strip()]
    shown = tuple(line[:LINE_LIMIT] for line in lines[-kept:])
    return Ran(command.name, run_id, code, done.duration_s, shown, why)
