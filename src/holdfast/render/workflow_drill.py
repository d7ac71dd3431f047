"""What a crash drill found, as text or JSON."""

from __future__ import annotations

import json

from holdfast.render.terminal import one_line
from holdfast.workflow.drill.drilling import Drilled
from holdfast.workflow.drill.verdict import StepVerdict

SCHEMA = "holdfast/drill/1"
HEAD = ("step", "kills", "lost", "ran twice", "begun again", "asked", "resumed after")
PROBLEMS_SHOWN = 5


def render(drilled: Drilled, form: str) -> str:
    """The document for `text` or `json`."""
    return _json(drilled) if form == "json" else _text(drilled)


def _json(drilled: Drilled) -> str:
    document = {
        "schema": SCHEMA,
        "workflow": drilled.workflow,
        "status": drilled.status,
        "checkpoints": drilled.points,
        "failed": drilled.failed,
        "duration_s": round(drilled.duration_s, 3),
        "stubbed": list(drilled.stubbed),
        "steps": [step._asdict() for step in drilled.steps],
        "trials": [
            {
                "checkpoint": trial.number,
                "at": trial.at,
                "killed": "machine" if trial.machine else "runner",
                "hit": trial.hit,
                "resumed_s": trial.resumed_s,
                "asked": dict(trial.asked),
                "problem": trial.problem,
            }
            for trial in drilled.trials
        ],
        "kept": str(drilled.kept) if drilled.kept else None,
    }
    return json.dumps(document, indent=2) + "\n"


def _text(drilled: Drilled) -> str:
    rows = [HEAD, *(_row(step) for step in drilled.steps)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    table = [
        "  ".join(_cell(*pair, left=n == 0) for n, pair in enumerate(zip(row, widths, strict=True))) for row in rows
    ]
    machine = sum(trial.machine for trial in drilled.trials)
    count = f"{len(drilled.trials)} kills at {drilled.points} checkpoints, {machine} of them with everything that ran"
    lines = [f"{drilled.workflow}: {count}", *(line.rstrip() for line in table)]
    if drilled.stubbed:
        lines.append(f"did nothing here: {', '.join(drilled.stubbed)}")
    if drilled.status != "succeeded":
        lines.append(f"undisturbed, the run ends as {drilled.status}; that is what the others are held against")
    wrong = [trial for trial in drilled.trials if trial.problem]
    lines += [f"killed {one_line(trial.at)}: {trial.problem}" for trial in wrong[:PROBLEMS_SHOWN]]
    if len(wrong) > PROBLEMS_SHOWN:
        lines.append(f"and {len(wrong) - PROBLEMS_SHOWN} more such kills")
    if drilled.kept:
        lines.append(f"the copies: {drilled.kept}")
    lines.append(_conclusion(drilled))
    return "\n".join(lines) + "\n"


def _conclusion(drilled: Drilled) -> str:
    if drilled.failed:
        return "failed: a crash would lose work of this workflow, or do some of it twice"
    again = [step.step for step in drilled.steps if step.again]
    if again:
        return f"passed: nothing was lost, and what finished never ran again; begun again: {', '.join(again)}"
    return "passed: nothing was lost, and nothing ran twice"


def _row(step: StepVerdict) -> tuple[str, ...]:
    resumed = "" if step.resumed_s is None else f"{step.resumed_s:.2f} s"
    return step.step, str(step.trials), str(step.lost), str(step.twice), str(step.again), str(step.asked), resumed


def _cell(text: str, width: int, *, left: bool) -> str:
    return text.ljust(width) if left else text.rjust(width)
