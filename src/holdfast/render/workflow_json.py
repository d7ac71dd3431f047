"""A run as one JSON document, `holdfast/run/1`; see docs/specs/008-run-report.md."""

from __future__ import annotations

from typing import Any

from holdfast.core.clock import iso
from holdfast.core.masking import mask_text
from holdfast.render.json import document
from holdfast.workflow.reports.model import RunReport, StepReport
from holdfast.workflow.reports.overview import Past

SCHEMA = "holdfast/run/1"


def render(report: RunReport) -> str:
    """JSON with an indent of two; every item of every fan-out is in it."""
    return document(run(report))


def run(report: RunReport) -> dict[str, Any]:
    """The document's values."""
    return {
        "schema": SCHEMA,
        "id": report.id,
        "workflow": report.workflow,
        "file": report.file,
        "digest": report.digest,
        "status": report.status,
        "reason": report.reason,
        "exit_code": int(report.exit_code),
        "who": report.who,
        "owner": report.owner,
        "created_at": iso(report.created_ms),
        "ended_at": moment(report.ended_ms),
        "reported_at": iso(report.now_ms),
        "duration_s": report.duration_s,
        "origin": report.origin,
        "inputs": dict(report.inputs),
        "facts": dict(report.facts),
        "done": report.done,
        "total": report.total,
        "steps": [step(each) for each in report.steps],
        "next": [{"command": each.command, "why": each.why} for each in report.next],
    }


def moment(milliseconds: int | None) -> str | None:
    """An ISO moment, or None."""
    return None if milliseconds is None else iso(milliseconds)


def step(each: StepReport) -> dict[str, Any]:
    """One step, or one item, as values of JSON."""
    found: dict[str, Any] = {
        "step": each.instance,
        "kind": each.kind,
        "status": each.status,
        "description": each.description,
        "allow_failure": each.allow_failure,
        "attempts": each.attempts,
        "started_at": moment(each.started_ms),
        "ended_at": moment(each.ended_ms),
        "duration_s": each.duration_s,
        "exit_code": each.exit_code,
        "signal": each.signal,
        "reason": each.reason,
        "outputs": dict(each.outputs),
        "artifacts": [artifact._asdict() for artifact in each.artifacts],
        "log": each.log,
        "log_bytes": each.log_bytes,
        "tail": each.tail,
        "notes": list(each.notes),
        "question": _question(each),
        "answer": {"answer": each.answer, "by": each.answered_by} if each.answer else None,
        "retry_at": moment(each.retry_at_ms),
    }
    if each.items:
        found |= {"counts": dict(each.counts), "items": [step(item) for item in each.items]}
    return found


def _question(each: StepReport) -> dict[str, Any] | None:
    if each.question is None:
        return None
    return {
        "question": each.question,
        "options": list(each.options),
        "expires_at": moment(each.expires_ms),
        "instructions": each.instructions,
        "criteria": list(each.criteria),
        "commands": list(each.commands),
    }


def summary(report: RunReport) -> dict[str, Any]:
    """The document's values without steps that are over or not begun: for lists of runs."""
    values = run(report)
    del values["schema"]
    going = ("running", "retrying", "asking", "unknown", "interrupted")
    values["steps"] = [step(each._replace(items=())) for each in report.steps if each.status in going]
    return values


def past_run(each: Past) -> dict[str, Any]:
    """One run of a list."""
    run = each.run
    return {
        "id": run.id,
        "workflow": mask_text(run.workflow),
        "status": each.status,
        "who": mask_text(run.who),
        "created_at": iso(run.created_ms),
        "ended_at": moment(run.ended_ms),
        "done": run.done,
        "total": run.total,
        "origin": run.origin,
    }
