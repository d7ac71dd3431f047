"""What changed in a run between two looks at it, a line a change."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.render.terminal import one_line
from holdfast.render.workflow_words import status, took, why
from holdfast.workflow.reports.model import BAD, PENDING, RunReport, StepReport, word


def changes(before: RunReport | None, now: RunReport) -> Iterator[str]:
    """Lines for steps that are something else than before; of items only those that are not well."""
    known = {} if before is None else {step.instance: step.status for step in _told(before)}
    for step in _told(now):
        if step.status != known.get(step.instance, PENDING):
            yield _line(step, now.now_ms)
    if before is not None and before.status != now.status:
        yield f"{one_line(now.workflow)}: {word(now.status)}, {now.done:,} of {now.total:,} done"


def _told(report: RunReport) -> Iterator[StepReport]:
    for step in report.steps:
        yield step
        yield from (item for item in step.items if item.status in BAD)


def _line(step: StepReport, now_ms: int) -> str:
    said = f"{step.instance}: {status(step)}"
    if step.duration_s is not None and step.ended_ms is not None:
        said += f" in {took(step)}"
    more = why(step, now_ms)
    return one_line(f"{said} ({more})" if more else said)
