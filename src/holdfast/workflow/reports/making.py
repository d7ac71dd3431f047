"""Making a report of a run from where it stands."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from holdfast.core.masking import MASK, is_secret_name, mask_text
from holdfast.workflow.model import Step
from holdfast.workflow.records import UNKNOWN, Outcome
from holdfast.workflow.reports.liveness import Liveness
from holdfast.workflow.reports.model import (
    ASKING,
    INTERRUPTED,
    PENDING,
    RETRYING,
    RUNNING,
    WAITING,
    Next,
    RunReport,
    StepReport,
)
from holdfast.workflow.reports.ways_on import ways_on
from holdfast.workflow.runner.state import RunState, StepState

NO_OUTCOME = Outcome("")


def report(state: RunState, *, now_ms: int, owner: Liveness | None = None) -> RunReport:
    """The run with all its steps and items, masked. Without `owner` it is taken for what its records say."""
    run = state.run
    status = status_of(state, owner)
    steps = [_step(state, state.steps[step.id], now_ms) for step in state.workflow.steps]
    made = RunReport(
        id=run.id,
        workflow=mask_text(state.workflow.name),
        file=mask_text(state.workflow.file),
        digest=state.workflow.digest,
        status=status,
        reason=_reason(state, status, owner),
        who=mask_text(run.who),
        created_ms=run.created_ms,
        ended_ms=state.ended_ms,
        now_ms=now_ms,
        origin=run.origin,
        inputs=masked(run.inputs),
        facts=masked(run.facts),
        owner=owner.words if owner and status in (RUNNING, INTERRUPTED) else None,
        done=state.done,
        total=state.total,
        steps=tuple(map(_left_alone, steps) if _is_idle(state, owner) else steps),
    )
    return made._replace(
        next=tuple(Next(*way) for way in ways_on(made, held=owner is not None and owner.alive is True))
    )


def status_of(state: RunState, owner: Liveness | None) -> str:
    """What a run is: as its records say, or interrupted where they say running and nobody runs it any more."""
    return INTERRUPTED if state.status == RUNNING and owner is not None and owner.alive is False else state.status


def _reason(state: RunState, status: str, owner: Liveness | None) -> str | None:
    if state.cancel is not None:
        by, why = state.cancel.get("by"), state.cancel.get("reason")
        said = f"cancelled by {by}" if by else "cancelled"
        return mask_text(f"{said}: {why}" if why else said)
    if status == INTERRUPTED and owner is not None:
        return f"nobody runs it: {owner.why}" if owner.why else "nobody runs it"
    ended = (state.ended or {}).get("reason")
    return mask_text(str(ended)) if ended else None


def masked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values without what looks like a secret, by its form or by its name."""
    return {mask_text(str(name)): _masked(str(name), value) for name, value in values.items()}


def _masked(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return masked(value)
    if isinstance(value, list | tuple):
        return [_masked(name, each) for each in value]
    if not isinstance(value, str):
        return value
    return MASK if value and is_secret_name(name) else mask_text(value)


def _step(state: RunState, each: StepState, now_ms: int) -> StepReport:
    items = tuple(_leaf(state.model(item), item, now_ms) for item in state.items_of(each.instance))
    made = _leaf(state.model(each), each, now_ms)
    if not items:
        return made
    return made._replace(items=items, attempts=0, reason=None, **_span(items, made, now_ms))


def _span(items: Iterable[StepReport], fan: StepReport, now_ms: int) -> dict[str, Any]:
    """When a fan-out began and ended: with its first item and its last."""
    begun = min((item.started_ms for item in items if item.started_ms is not None), default=fan.started_ms)
    ended = None if fan.status == RUNNING else fan.ended_ms
    took = None if begun is None else max(0, (ended or now_ms) - begun) / 1000
    return {"started_ms": begun, "ended_ms": ended, "duration_s": took}


def _is_idle(state: RunState, owner: Liveness | None) -> bool:
    """Whether nothing of it is being performed, though it has not ended."""
    return state.ended is None and (state.status == WAITING or (owner is not None and owner.alive is False))


def _left_alone(step: StepReport) -> StepReport:
    """A step as it stands where nobody runs it any more."""
    if step.status != RUNNING:
        return step
    if step.items:
        items = tuple(map(_left_alone, step.items))
        worst = next((status for status in (UNKNOWN, INTERRUPTED) if any(i.status == status for i in items)), PENDING)
        return step._replace(items=items, status=worst, duration_s=None)
    return step._replace(status=INTERRUPTED, duration_s=None)


def _leaf(model: Step, each: StepState, now_ms: int) -> StepReport:
    outcome = each.outcome if each.outcome is not None and each.status != RUNNING else NO_OUTCOME
    asked = each.asked or {}
    return StepReport(
        instance=mask_text(each.instance),
        kind=model.kind,
        status=each.status,
        description=mask_text(model.description),
        attempts=each.attempt,
        started_ms=each.started_ms,
        ended_ms=each.ended_ms,
        duration_s=_took(each, outcome, now_ms),
        exit_code=outcome.exit_code,
        signal=outcome.signal,
        reason=_said(each.reason) or _said(outcome.reason),
        outputs=masked(outcome.outputs),
        artifacts=tuple(artifact._replace(path=mask_text(artifact.path)) for artifact in outcome.artifacts),
        log=outcome.log,
        log_bytes=outcome.log_bytes,
        tail=mask_text(outcome.tail),
        notes=tuple(mask_text(note) for note in outcome.notes),
        question=_said(asked.get("question")),
        options=tuple(mask_text(str(option)) for option in asked.get("options") or ()),
        expires_ms=asked.get("expires_ms"),
        instructions=_said(asked.get("instructions")),
        criteria=tuple(mask_text(str(each)) for each in asked.get("criteria") or ()),
        commands=tuple(mask_text(each if isinstance(each, str) else shlex.join(each)) for each in _commands(asked)),
        answer=_said(each.answer),
        answered_by=_said(each.answered_by),
        retry_at_ms=each.due_ms if each.status == RETRYING else None,
        allow_failure=model.allow_failure,
    )


def _commands(asked: Mapping[str, Any]) -> list[str | list[str]]:
    found: list[str | list[str]] = asked.get("commands") or []
    return found


def _said(text: Any) -> str | None:
    return mask_text(str(text)) if text else None


def _took(each: StepState, outcome: Outcome, now_ms: int) -> float | None:
    if each.started_ms is None or each.status == ASKING:
        return None
    if each.status in (RUNNING, UNKNOWN):
        return max(0, (each.ended_ms or now_ms) - each.started_ms) / 1000
    if outcome is not NO_OUTCOME:
        return outcome.duration_s
    return max(0, each.ended_ms - each.started_ms) / 1000 if each.ended_ms is not None else None
