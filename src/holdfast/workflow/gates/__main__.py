"""The program of a `gate` step: `python -m holdfast.workflow.gates '{"metric": ..., "from": ..., "at_least": 85}'`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import Any

from holdfast.workflow.gates.interface import Gate
from holdfast.workflow.gates.judging import judge, shown
from holdfast.workflow.gates.metrics import BOUNDS
from holdfast.workflow.kinds import bodies
from holdfast.workflow.kinds.gate import KIND
from holdfast.workflow.outputs import write_outputs

STRICT = ("metric", *BOUNDS, "timeout", "aggregate", "path")
"""What is no text of its own, and so must not hold an expression any more."""


def main(arguments: Sequence[str]) -> int:
    """Says one line; 0 where the gate is passed, 1 where it is not or there is no data, 2 where it asks nonsense."""
    try:
        asked: Any = json.loads(arguments[0])
        since_ms = int(asked.pop("since_ms", 0))
        problems = [": ".join((*map(str, way), message)) for way, message in KIND.problems(asked)]
        problems += [f"{name}: not worked out: {asked[name]}" for name in STRICT if bodies.is_open(asked.get(name))]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        return _say(f"gate: not an argument of a gate: {error}", 2)
    if problems:
        return _say("\n".join(f"gate: {problem}" for problem in problems), 2)
    bounds = {name: float(asked[name]) for name in BOUNDS if name in asked}
    options = {name: value for name, value in asked.items() if name not in BOUNDS and name != "metric"}
    verdict = judge(Gate(asked["metric"], options, since_ms), bounds)
    if verdict.value is not None:
        write_outputs(os.environ, {"value": shown_exactly(verdict.value), "passed": str(verdict.passed).lower()})
    return _say(verdict.line, 0 if verdict.passed else 1)


def shown_exactly(value: float) -> str:
    """A number that reads back as itself."""
    return shown(value) if value == int(value) else repr(value)


def _say(line: str, code: int) -> int:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
