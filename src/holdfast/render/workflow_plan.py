"""What a run would do, as text and as JSON."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

from holdfast.core.masking import mask_argv, mask_text
from holdfast.render.terminal import one_line
from holdfast.workflow.runner.plan import DEPENDS, RUNS, SKIPPED, Plan, Planned


def render(plan: Plan, form: str) -> str:
    """The plan; it ends in a newline. Every format but json is text."""
    if form == "json":
        from holdfast.render.json import document

        steps = [_json(step) for step in plan.steps]
        return document({"schema": "holdfast/plan/1", "workflow": plan.workflow, "file": plan.file, "steps": steps})
    return "".join(f"{one_line(line)}\n" for line in _lines(plan))


def _json(step: Planned) -> dict[str, Any]:
    argv = None if step.argv is None else mask_argv(step.argv)
    return {**step._asdict(), "argv": argv, "written": _written(step)}


def _lines(plan: Plan) -> Iterator[str]:
    count = {fate: sum(step.fate == fate for step in plan.steps) for fate in (RUNS, DEPENDS, SKIPPED)}
    yield f"{plan.workflow} ({plan.file}): {count[RUNS]} run, {count[DEPENDS]} depend, {count[SKIPPED]} skipped"
    wave = 0
    for step in plan.steps:
        if step.wave != wave:
            wave = step.wave
            yield f"{wave}."
        yield from _step(step)
    yield "nothing was run and nothing was written"


def _step(step: Planned) -> Iterator[str]:
    fate = {RUNS: "", SKIPPED: "  skipped: ", DEPENDS: "  depends: "}[step.fate]
    after = f"  (after {', '.join(step.needs)})" if step.needs else ""
    yield f"   {step.id}  {step.kind}{after}{fate}{step.reason}"
    if step.fate == SKIPPED:
        return
    if step.for_each is not None:
        yield f"      for each of {step.for_each}" + (f": {step.items} items" if step.items is not None else "")
    yield f"      {_command(step)}"
    if step.variables:
        yield f"      with {', '.join(step.variables)}"


def _command(step: Planned) -> str:
    if step.argv is None:
        return _written(step)
    if step.shell:
        return f"in a shell: {mask_text(step.argv[-1])}"
    return shlex.join(mask_argv(step.argv))


def _written(step: Planned) -> str:
    """What the file says."""
    if isinstance(step.written, str):
        return mask_text(step.written)
    if isinstance(step.written, list | tuple):
        return " ".join(mask_argv([str(word) for word in step.written]))
    import json

    return mask_text(json.dumps(step.written, ensure_ascii=False))
