"""How a run goes on: the commands to copy, the most urgent first."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from holdfast.workflow.records import UNKNOWN
from holdfast.workflow.reports.model import ASKING, BAD, INTERRUPTED, OPEN, SUCCEEDED, RunReport, StepReport

SHOWN = 5
Way = tuple[str, str]
GUIDE = "guide"
APPROVE, REJECT = "approve", "reject"
"""The options of an approval that names none; a refusal has a command of its own."""


def ways_on(report: RunReport, *, held: bool = False) -> list[Way]:
    """Pairs of a command and what it does; none for a run that is fine or that somebody runs.

    Of one that is `held` by a runner which waits for the answer too, there is nothing to resume.
    """
    if report.status == SUCCEEDED:
        return []
    if report.status not in OPEN:
        return list(_after_the_end(report))
    ways = [way for step in report.leaves() for way in _open(report.id, step)][:SHOWN]
    if report.status != "running" and not held:
        ways.append((f"holdfast workflow resume {report.id}", _resumes(report)))
    return ways


def _resumes(report: RunReport) -> str:
    if report.status == INTERRUPTED:
        return "goes on where it was interrupted"
    if any(step.status == UNKNOWN for step in report.leaves()):
        return "at a terminal asks about each, and goes on"
    return "goes on once that is done"


def _open(run: str, step: StepReport) -> Iterator[Way]:
    name = shlex.quote(step.instance)
    if step.status == UNKNOWN:
        yield f"holdfast workflow retry {run} {name}", "runs it again"
        yield f"holdfast workflow done {run} {name}", "where you know that it did its work"
    elif step.status == ASKING and step.kind == GUIDE:
        yield f"holdfast workflow done {run} {name}", "when the work is done: its acceptance is checked then"
    elif step.status == ASKING:
        for option in [each for each in step.options if each != REJECT] or [APPROVE]:
            answer, what = f" --answer {shlex.quote(option)}", f"answers {option}"
            if option == APPROVE:
                answer, what = "", "approves it"
            yield f"holdfast workflow approve {run} {name}{answer}", what
        yield f"holdfast workflow reject {run} {name}", "refuses it"


def _after_the_end(report: RunReport) -> Iterator[Way]:
    failed = [step.instance for step in report.leaves() if step.status in BAD and not step.allow_failure]
    if failed:
        name = shlex.quote(failed[0]) if len(failed) == 1 else ""
        what = "tries it again" if name else f"tries the {len(failed):,} that failed again"
        yield f"holdfast workflow retry {report.id} {name}".rstrip(), what
        yield f"holdfast workflow dead list {report.id}", "says why each failed"
    elif report.status != SUCCEEDED:
        yield f"holdfast workflow retry {report.id}", "goes on with what was left"
