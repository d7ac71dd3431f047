"""`workflow`: a child run, with a run id that follows from its parent's.

Whatever becomes of an attempt, the next one goes on with the same child run, which knows itself what it has finished.
Where somebody tells the step to be done again, that is another child run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from holdfast.core.config.kinds import shown
from holdfast.core.errors import HoldfastError
from holdfast.core.ids import ALPHABET, LENGTH
from holdfast.workflow.kinds import bodies
from holdfast.workflow.kinds.bodies import Field, Problem
from holdfast.workflow.kinds.interface import Command, Setting
from holdfast.workflow.model import RERUN

TIME_PART = 10


class ChildRun:
    """Another workflow file, run to its end as a step of this one."""

    name = "workflow"
    on_crash = RERUN
    waits = False

    def problems(self, body: Any) -> list[Problem]:
        """What is wrong with it; a text alone is the file."""
        if isinstance(body, str):
            return list(_file(body))
        return bodies.judged(body, FIELDS, "{file: workflows/child.yaml, inputs: {target: src}}")

    def command(self, body: Any, setting: Setting) -> Command:
        """`workflow run`. Raises HoldfastError."""
        bodies.require(self.problems(body), self.name)
        given: Mapping[str, Any] = {"file": body} if isinstance(body, str) else body
        argv = [setting.python, "-P", "-m", "holdfast", "workflow", "run", given["file"]]
        argv += ["--run-id", child_id(setting), "--parent", f"{setting.run_id}/{setting.instance}", "--no-live"]
        for name, value in given.get("inputs", {}).items():
            argv += ["--input", f"{name}={_text(name, value)}"]
        return Command(tuple(argv))

    def question(self, body: Any) -> Mapping[str, Any]:
        """Nothing: it waits for nobody."""
        return {}


def child_id(setting: Setting) -> str:
    """The child's run id: a ULID with its parent's time, the same for every attempt until the step is done again."""
    digest = sha256(f"{setting.run_id}/{setting.instance}/{setting.agains}".encode()).digest()
    number = int.from_bytes(digest[:10], "big")
    own = "".join(ALPHABET[(number >> shift) & 31] for shift in range(75, -1, -5))
    parent = setting.run_id if len(setting.run_id) == LENGTH and set(setting.run_id) <= set(ALPHABET) else "0" * LENGTH
    return parent[:TIME_PART] + own


def _text(name: str, value: Any) -> str:
    if value is None:
        raise HoldfastError(f"workflow: inputs: {name} is null")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _file(value: Any) -> Iterator[Problem]:
    yield from bodies.a_text(value)
    if isinstance(value, str) and value.startswith("-"):
        yield (), f"must be a workflow file, not {shown(value)}"


def _inputs(value: Any) -> Iterator[Problem]:
    yield from bodies.a_map(value)
    for name in value if isinstance(value, Mapping) else ():
        if isinstance(name, str) and "=" in name:
            yield (name,), "a name cannot hold ="


FIELDS = {"file": Field(_file, required=True), "inputs": Field(_inputs)}
KIND = ChildRun()
