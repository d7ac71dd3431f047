"""A line about a step that ended or waits, as plain text."""

from __future__ import annotations

import shlex

from holdfast.render.tasks import seconds
from holdfast.workflow.records import SUCCEEDED, UNKNOWN
from holdfast.workflow.reports.model import BAD, GRAVEST_FIRST, SKIPPED, word
from holdfast.workflow.runner.state import RunState, StepState


def ended_line(state: RunState, step: StepState) -> str | None:
    """`tests: failed in 5.2s, attempt 3 (exit code 1)`; None for an item that is well."""
    if step.index is not None and step.status not in BAD:
        return None
    said = f"{step.instance}: {word(step.status)}"
    if step.instance in state.items:
        return f"{said} ({items(state, step)})"
    outcome = step.outcome
    if outcome is not None and step.attempt and step.status != SKIPPED:
        said += f" in {seconds(outcome.duration_s)}"
        said += f", attempt {step.attempt}" if step.attempt > 1 else ""
    why = reason(step)
    return f"{said} ({why})" if why else said


def reason(step: StepState) -> str:
    """Why a step is as it is; empty where it is well and nobody answered it."""
    if step.reason:
        return step.reason
    outcome = step.outcome
    if outcome is None or step.status == SUCCEEDED:
        return ""
    if outcome.signal:
        return f"signal {outcome.signal}"
    return f"exit code {outcome.exit_code}" if outcome.exit_code else outcome.reason or ""


def items(state: RunState, step: StepState) -> str:
    """`3 failed, 9,997 succeeded of 10,000 items`."""
    counts = dict(state.items.get(step.instance, {}))
    said = ", ".join(f"{counts[each]:,} {word(each)}" for each in GRAVEST_FIRST if counts.get(each))
    return f"{said or 'none'} of {sum(counts.values()):,} items"


def asked_line(state: RunState, step: StepState) -> str:
    """What has to be answered, and the command that answers it."""
    name = f"{state.run.id} {shlex.quote(step.instance)}"
    if step.status == UNKNOWN:
        what = step.reason or "nobody knows whether it did its work"
        return f"{step.instance}: {what}; holdfast workflow retry {name}, or holdfast workflow done {name}"
    question = (step.asked or {}).get("question") or "needs an answer"
    if step.performs:
        failed = step.outcome is not None and step.outcome.exit_code
        what = "not done yet, its commands fail" if failed else (step.asked or {}).get("instructions") or question
        return f"{step.instance}: {what}; when it is done: holdfast workflow done {name}"
    options = [str(each) for each in (step.asked or {}).get("options") or ()]
    chosen = f" --answer {shlex.quote(options[0])}" if options and options[0] != "approve" else ""
    others = "".join(f", or {each}" for each in options[1:])
    return f"{step.instance}: {question}; holdfast workflow approve {name}{chosen}{others}"
