"""The words in which every format speaks of runs and steps."""

from __future__ import annotations

from holdfast.render.tasks import seconds
from holdfast.workflow.reports.model import (
    ASKING,
    BAD,
    RETRYING,
    RUNNING,
    SKIPPED,
    SUCCEEDED,
    RunReport,
    StepReport,
    word,
)


def status(step: StepReport) -> str:
    """A step's status; a failure that the workflow allows says so."""
    allowed = " (allowed)" if step.allow_failure and step.status in BAD else ""
    return word(step.status) + allowed


def took(step: StepReport) -> str:
    """How long a step took, for a person; a dash where it did nothing."""
    return "-" if step.duration_s is None else seconds(step.duration_s)


def why(step: StepReport, now_ms: int) -> str:
    """What there is to know beside a step's status: how many items, why it failed, what it waits for."""
    parts = [items(step), _open(step, now_ms), _answer(step), _failure(step)]
    return "; ".join(part for part in parts if part)


def items(step: StepReport) -> str:
    """`2 failed, 9,998 succeeded of 10,000 items`; empty where a step has none."""
    if not step.items:
        return ""
    counted = ", ".join(f"{number:,} {word(kind)}" for kind, number in step.counts.items())
    return f"{counted} of {len(step.items):,} {'item' if len(step.items) == 1 else 'items'}"


def _open(step: StepReport, now_ms: int) -> str:
    if step.status == RETRYING and step.retry_at_ms is not None:
        again = f"again in {left(step.retry_at_ms, now_ms)}"
        return f"{again}, after {step.reason}" if step.reason else again
    if step.status != ASKING or not step.question:
        return ""
    if step.instructions:
        failed = f"not done yet: {step.reason or f'exit code {step.exit_code}'}; " if step.exit_code else ""
        return f"{failed}{step.instructions.strip().partition(chr(10))[0]}"
    chosen = f" ({' | '.join(step.options)})" if step.options else ""
    until = f", expires in {left(step.expires_ms, now_ms)}" if step.expires_ms is not None else ""
    return f"{step.question}{chosen}{until}"


def left(until_ms: int, now_ms: int) -> str:
    """The time until a moment: 9s, 3m07s, 5h02m, 3d04h; 0s where it has passed."""
    whole = max(0, until_ms - now_ms) // 1000
    minutes, rest = divmod(whole, 60)
    hours, within = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24}d{hours % 24:02d}h"
    if hours:
        return f"{hours}h{within:02d}m"
    return f"{minutes}m{rest:02d}s" if minutes else f"{rest}s"


def _answer(step: StepReport) -> str:
    if not step.answer:
        return ""
    return f"{step.answer}, by {step.answered_by}" if step.answered_by else step.answer


def _failure(step: StepReport) -> str:
    if step.status in (SUCCEEDED, RUNNING, RETRYING, ASKING):
        return "; ".join(step.notes)
    ended = f"signal {step.signal}" if step.signal else f"exit code {step.exit_code}" if step.exit_code else ""
    said = step.reason or ""
    if step.status != SKIPPED and ended and ended not in said:
        said = f"{said} ({ended})" if said else ended
    return "; ".join([*([said] if said else []), *step.notes])


def verdict(report: RunReport) -> str:
    """What a run comes to: `failed: 1 failed, 3 succeeded of 4 steps in 12.1s`."""
    counts = ", ".join(f"{number:,} {word(kind)}" for kind, number in report.counts().items())
    number = len(report.steps)
    steps = f"{counts or 'nothing'} of {number:,} {'step' if number == 1 else 'steps'}"
    return f"{word(report.status)}: {steps} in {seconds(report.duration_s)}"


def size(count: int) -> str:
    """Bytes for a person: 812 B, 12.3 kB, 4.0 MB."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError
