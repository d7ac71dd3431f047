"""Lists about runs, for a person: runs, checkpoints, artifacts, dead letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from holdfast.core.clock import iso
from holdfast.core.masking import mask_text
from holdfast.render.tasks import moment, paint, seconds, table
from holdfast.render.terminal import one_line, printable
from holdfast.render.workflow_table import BOLD, COLORS, DIM, TAIL_LINES
from holdfast.render.workflow_words import left, size, took, why
from holdfast.workflow.engines.reading import Session
from holdfast.workflow.reports.checkpoints import Checkpoint
from holdfast.workflow.reports.model import RunReport, StepReport, word
from holdfast.workflow.reports.overview import Past
from holdfast.workflow.reports.pruning import Old

FORMAT_HINT = "--limit N shows more"


def when(milliseconds: int | None) -> str:
    """A moment in UTC without its milliseconds; a dash where there is none."""
    return "-" if milliseconds is None else moment(iso(milliseconds))


def history(found: Iterable[Past], now_ms: int, *, color: bool) -> str:
    """A line a run."""
    rows: list[Sequence[str]] = []
    colors: list[Sequence[str | None]] = []
    for each in found:
        run = each.run
        took = seconds(max(0, (run.ended_ms or now_ms) - run.created_ms) / 1000) if run.ended_ms else "-"
        done = f"{run.done:,}/{run.total:,}" if run.total else "-"
        name, who = one_line(mask_text(run.workflow)), one_line(mask_text(run.who))
        rows.append((run.id, when(run.created_ms), name, word(each.status), done, took, who))
        colors.append((DIM, None, None, COLORS.get(each.status), None, None, None))
    if not rows:
        return "no runs match\n"
    return table(("RUN", "BEGUN (UTC)", "WORKFLOW", "STATUS", "DONE", "TOOK", "WHO"), rows, colors, color)


def flights(reports: Iterable[RunReport], *, color: bool) -> str:
    """The runs in flight: what each is doing, and the commands it needs."""
    blocks = [_flight(report, color) for report in reports]
    return "\n".join(blocks) if blocks else "no run is in flight; holdfast workflow history lists those of the past\n"


def _flight(report: RunReport, color: bool) -> str:
    status = paint(word(report.status), COLORS.get(report.status), color)
    head = f"{paint(one_line(report.workflow), BOLD, color)}  {report.id}  {status}"
    lines = [f"{head}, {report.done:,} of {report.total:,} done, begun {when(report.created_ms)} UTC"]
    if report.owner:
        lines.append(f"  {paint(one_line(report.owner), DIM, color)}")
    for step in report.steps:
        if step.status in ("running", "retrying", "asking", "unknown", "interrupted"):
            said = one_line(why(step, report.now_ms))
            since = f" {took(step)}" if step.duration_s is not None else ""
            state = paint(word(step.status), COLORS.get(step.status), color)
            lines.append(f"  {one_line(step.instance)}: {state}{since}{f'; {said}' if said else ''}")
    width = max((len(each.command) for each in report.next), default=0)
    lines += [f"  {one_line(each.command).ljust(width)}  {paint(each.why, DIM, color)}" for each in report.next]
    return "\n".join(lines) + "\n"


def artifacts(report: RunReport, *, color: bool) -> str:
    """A line a file that the run keeps, with its whole sha256."""
    kept = [(step.instance, each) for step in report.leaves() for each in step.artifacts]
    rows = [(one_line(name), one_line(each.path), size(each.size), each.sha256) for name, each in kept]
    if not rows:
        return "this run keeps no artifacts\n"
    return table(("STEP", "FILE", "SIZE", "SHA-256"), rows, [(None, None, None, DIM)] * len(rows), color)


def dead(letters: Sequence[StepReport], report: RunReport, *, color: bool) -> str:
    """A line a dead letter."""
    rows = [
        (one_line(each.instance), word(each.status), str(each.attempts), when(each.ended_ms), one_line(why(each, 0)))
        for each in letters
    ]
    if not rows:
        return f"{report.id} has no dead letters\n"
    colors = [(None, COLORS.get(each.status), None, None, None) for each in letters]
    return table(("STEP", "STATUS", "TRIES", "ENDED (UTC)", "WHY"), rows, colors, color)


def letter(each: StepReport, report: RunReport, lines: Sequence[str], *, color: bool) -> str:
    """All that is known of one dead letter, with the end of its output."""
    facts = [
        ("step", each.instance),
        ("run", f"{report.id} ({report.workflow})"),
        ("status", word(each.status)),
        ("why", why(each, report.now_ms)),
        ("tries", str(each.attempts)),
        ("ended", f"{when(each.ended_ms)} UTC"),
        *([("log", f"{each.log}, {size(each.log_bytes)}")] if each.log else []),
        *((name, value) for name, value in each.outputs.items()),
    ]
    width = max(len(name) for name, _ in facts)
    said = [f"{one_line(name).ljust(width)}  {one_line(value)}" for name, value in facts]
    said += [f"  {paint('|', DIM, color)} {printable(line)}".rstrip() for line in lines[-2 * TAIL_LINES :]]
    return "\n".join(said) + "\n"


def checkpoints(run_id: str, found: Sequence[Checkpoint], *, color: bool, everything: bool = False) -> str:
    """A line a checkpoint; the items of a fan-out are one line, unless everything is asked for."""
    folded = Counter(each.step for each in found if each.instance != each.step)
    rows: list[Sequence[str]] = []
    colors: list[Sequence[str | None]] = []
    last = {each.step: each for each in found}
    for each in found:
        if each.instance != each.step and not everything:
            if each is not last[each.step]:
                continue
            name = f"{one_line(each.step)}  ({folded[each.step]:,} checkpoints of its items)"
            rows.append((name, "-", "-", when(each.at_ms)))
            colors.append((None, None, None, None))
            continue
        rows.append((one_line(each.instance), str(each.attempt or "-"), word(each.status), when(each.at_ms)))
        colors.append((None, None, COLORS.get(each.status), None))
    if not rows:
        return f"{run_id} has no checkpoints yet\n"
    shown = table(("CHECKPOINT", "ATTEMPT", "STATUS", "WHEN (UTC)"), rows, colors, color)
    return f"{shown}holdfast workflow restart {run_id} --from STEP begins a new run there\n"


def pruned(gone: Sequence[Old], *, dry_run: bool, kept: int) -> str:
    """A line a run that was deleted, and how much room that made."""
    lines = [
        f"{each.run.id}  {when(each.run.created_ms)}  {one_line(each.run.workflow)}  {size(each.size)}" for each in gone
    ]
    number = f"{len(gone):,} {'run' if len(gone) == 1 else 'runs'}"
    done = "would be deleted" if dry_run else "deleted"
    lines.append(f"{number} {done}, {size(sum(each.size for each in gone))}" if gone else "no run is to be deleted")
    if kept:
        lines.append(f"{kept:,} stay: somebody holds them")
    return "\n".join(lines) + "\n"


def sessions(found: Sequence[Session], now_ms: int, *, color: bool) -> str:
    """A line for everybody at work."""
    rows, colors = [], []
    for each in found:
        pid = each.process.get("pid")
        host = one_line(str(each.process.get("host") or "-"))
        state = "alive" if each.alive else f"stale: {one_line(each.why)}" if each.why else "stale"
        ago = f"{left(now_ms, each.seen_ms)} ago"
        who, about = one_line(mask_text(each.who)), one_line(mask_text(each.about))
        rows.append((each.kind, each.id, about, who, host, str(pid or "-"), when(each.since_ms), ago, state))
        colors.append((*[None] * 8, COLORS["succeeded"] if each.alive else COLORS["failed"]))
    if not rows:
        return "nobody is at work\n"
    head = ("KIND", "RUN", "ABOUT", "WHO", "HOST", "PID", "SINCE (UTC)", "SEEN", "STATE")
    return table(head, rows, colors, color)
