"""A run for a person at a terminal: a line a step, what failed with the end of its output, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from holdfast.render import workflow_words as words
from holdfast.render.screen import clipped
from holdfast.render.tasks import moment, paint, seconds
from holdfast.render.terminal import columns, one_line, padded, printable
from holdfast.workflow.reports.model import (
    ASKING,
    BAD,
    CANCELLED,
    DROPPED,
    INTERRUPTED,
    OPEN,
    PENDING,
    RETRYING,
    RUNNING,
    SKIPPED,
    SUCCEEDED,
    WAITING,
    RunReport,
    StepReport,
    word,
)

BOLD, DIM, RED, GREEN, YELLOW, CYAN = "1", "2", "31", "32", "33", "36"
COLORS = {
    SUCCEEDED: GREEN,
    RUNNING: CYAN,
    INTERRUPTED: RED,
    **dict.fromkeys((WAITING, ASKING, RETRYING, CANCELLED), YELLOW),
    **dict.fromkeys((PENDING, SKIPPED, DROPPED), DIM),
    **dict.fromkeys(BAD, RED),
}
NAME_WIDTH = 28
STEPS_SHOWN, ITEMS_SHOWN, TAILS_SHOWN, ARTIFACTS_SHOWN = 200, 10, 5, 20
TAIL_LINES = 10
"""How much is shown where not all is asked for."""
EVERYTHING = 1 << 60
SHORTEST_WHY = 8


class _Style(NamedTuple):
    color: bool
    width: int | None
    all: bool

    def limit(self, number: int) -> int:
        return EVERYTHING if self.all else number

    def paint(self, text: str, code: str | None) -> str:
        return paint(text, code, self.color)


def render(report: RunReport, *, color: bool = False, width: int | None = None, everything: bool = False) -> str:
    """The run as text that ends in a newline: a page, however many items it has, unless `everything` is asked for."""
    style = _Style(color, width, everything)
    blocks = [
        list(_head(report, style)),
        list(_table(report, style)),
        *_work(report),
        *_tails(report, style),
        list(_artifacts(report, style)),
        list(_end(report, style)),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _head(report: RunReport, style: _Style) -> Iterator[str]:
    yield f"{style.paint(one_line(report.workflow), BOLD)}  {report.id}  ({one_line(report.file)})"
    begun = f"begun {_moment(report.created_ms)} UTC by {one_line(report.who)}"
    origin = f"; from {one_line(report.origin)}" if report.origin else ""
    yield style.paint(begun + origin, DIM)
    if report.owner and report.status in OPEN:
        yield style.paint(one_line(report.owner), DIM)


def _moment(milliseconds: int) -> str:
    from holdfast.core.clock import iso

    return moment(iso(milliseconds))


class _Row(NamedTuple):
    name: str
    status: str
    code: str | None
    attempts: str
    took: str
    why: str


def _table(report: RunReport, style: _Style) -> Iterator[str]:
    rows = [row for step in _most(report.steps, style.limit(STEPS_SHOWN)) for row in _rows(step, report.now_ms, style)]
    if not rows:
        return
    names = min(NAME_WIDTH, max(4, *(columns(row.name) for row in rows if row.status)))
    states = max(6, *(columns(row.status) for row in rows))
    times = max(4, *(len(row.took) for row in rows))
    yield style.paint(f"{'STEP'.ljust(names)}  {'STATUS'.ljust(states)}  TRIES  {'TIME'.rjust(times)}", DIM)
    for row in rows:
        state = style.paint(row.status, row.code) + " " * (states - columns(row.status))
        head = f"{padded(row.name, names)}  {state}  {row.attempts.rjust(5)}  {row.took.rjust(times)}  "
        shown = max(names, columns(row.name)) + states + times + 13
        yield from _filled(head, shown, row.why, style.width)
    if len(report.steps) > style.limit(STEPS_SHOWN):
        yield f"  and {len(report.steps) - STEPS_SHOWN:,} more steps; --all shows them"


def _most(steps: Sequence[StepReport], limit: int) -> list[StepReport]:
    """So many steps in their order: what went well is left out before what did not."""
    if len(steps) <= limit:
        return list(steps)
    first = sorted(range(len(steps)), key=lambda at: (steps[at].status in (SUCCEEDED, SKIPPED, PENDING), at))
    return [steps[at] for at in sorted(first[:limit])]


def _rows(step: StepReport, now_ms: int, style: _Style) -> Iterator[_Row]:
    yield _row(step, now_ms, "")
    wanted = (
        step.items if style.all else [item for item in step.items if item.status not in (SUCCEEDED, PENDING, SKIPPED)]
    )
    limit = style.limit(ITEMS_SHOWN)
    for item in wanted[:limit]:
        yield _row(item, now_ms, "  ")
    if len(wanted) > limit:
        left = f"{len(wanted) - limit:,} more of note; --all shows every item"
        yield _Row(f"  and {left}", "", None, "", "", "")


def _row(step: StepReport, now_ms: int, indent: str) -> _Row:
    name = indent + _short(one_line(step.instance), NAME_WIDTH - len(indent))
    tries = str(step.attempts) if step.attempts else "-"
    why = one_line(words.why(step, now_ms))
    return _Row(name, words.status(step), COLORS.get(step.status), tries, words.took(step), why)


def _short(text: str, size: int) -> str:
    """Text of so many columns at most: its middle is left out."""
    if columns(text) <= size:
        return text
    while columns(text) > size - 2:
        middle = len(text) // 2
        text = text[:middle] + text[middle + 1 :]
    return f"{text[: len(text) // 2]}..{text[len(text) // 2 :]}"


def _filled(head: str, shown: int, body: str, width: int | None) -> Iterator[str]:
    """A head of `shown` columns and a body behind it, wrapped where it is wider than the terminal."""
    if width is None or shown + columns(body) <= width:
        yield (head + body).rstrip()
        return
    import textwrap

    indent = shown if width - shown >= 30 else 4
    if indent == 4:
        yield head.rstrip()
    room = max(20, width - indent)
    lines = textwrap.wrap(body, room, break_on_hyphens=False) or [""]
    for number, line in enumerate(lines):
        yield (head + line if indent == shown and number == 0 else " " * indent + line).rstrip()


def _work(report: RunReport) -> Iterator[list[str]]:
    """What somebody is to do, and what will tell whether it is done."""
    asked = [step for step in report.leaves() if step.status == ASKING and step.instructions]
    for step in asked[:TAILS_SHOWN]:
        lines = [
            *printable((step.instructions or "").strip()).split("\n"),
            *(f"- {one_line(c)}" for c in step.criteria),
        ]
        checked = "; ".join(one_line(command) for command in step.commands)
        yield [
            f"{one_line(step.instance)}  what is to be done",
            *(f"  {line}" for line in lines),
            f"  checked by: {checked}",
        ]


def _tails(report: RunReport, style: _Style) -> Iterator[list[str]]:
    failed = [step for step in report.leaves() if (step.status in BAD or _not_done(step)) and step.tail.strip()]
    limit = style.limit(TAILS_SHOWN)
    for step in failed[:limit]:
        yield list(_tail(report, step, style))
    if len(failed) > limit:
        yield [f"{len(failed) - limit:,} more failed; holdfast workflow dead list {report.id}"]


def _not_done(step: StepReport) -> bool:
    """Whether somebody said that it is done, and its commands said otherwise."""
    return step.status == ASKING and bool(step.exit_code)


def _tail(report: RunReport, step: StepReport, style: _Style) -> Iterator[str]:
    lines = printable(step.tail.rstrip()).split("\n")
    name = style.paint(one_line(step.instance), BOLD)
    where = f"holdfast workflow logs {report.id} {shell_word(step.instance)}"
    yield f"{name}  {style.paint(f'the end of its output; all of it: {where}', DIM)}"
    for line in lines[-TAIL_LINES:]:
        yield f"  {style.paint('|', DIM)} {line}".rstrip()


def shell_word(text: str) -> str:
    """Text as one word of a command to copy."""
    import shlex

    return one_line(shlex.quote(text))


def _artifacts(report: RunReport, style: _Style) -> Iterator[str]:
    kept = [artifact for step in report.leaves() for artifact in step.artifacts]
    if not kept:
        return
    limit = style.limit(ARTIFACTS_SHOWN)
    yield style.paint("artifacts", BOLD)
    for artifact in kept[:limit]:
        yield f"  {one_line(artifact.path)}  {words.size(artifact.size)}  sha256 {artifact.sha256[:12]}"
    if len(kept) > limit:
        yield f"  and {len(kept) - limit:,} more; holdfast workflow artifacts {report.id}"


def _end(report: RunReport, style: _Style) -> Iterator[str]:
    yield style.paint(words.verdict(report), COLORS.get(report.status))
    if report.reason:
        yield printable(report.reason)
    width = max((len(each.command) for each in report.next), default=0)
    for each in report.next:
        room = EVERYTHING if style.width is None else style.width - width - 4
        why = style.paint(clipped(one_line(each.why), room), DIM) if room > SHORTEST_WHY else ""
        yield f"  {one_line(each.command).ljust(width)}  {why}".rstrip()


def page(report: RunReport, width: int, height: int, *, color: bool) -> list[str]:
    """The run in lines that fit a terminal: what goes on and what went wrong before what is over or not begun."""
    style = _Style(color, None, all=False)
    head = clipped(f"{one_line(report.workflow)}  {report.id}", width)
    took = seconds(report.duration_s)
    end = clipped(f"{word(report.status)}: {report.done:,} of {report.total:,} done, {took}", width)
    room = max(1, height - 3)
    rows = [row for step in _most(report.steps, room) for row in _rows(step, report.now_ms, style)][:room]
    names = min(NAME_WIDTH, max((columns(row.name) for row in rows), default=0))
    states = max((columns(row.status) for row in rows), default=0)
    lines = []
    for row in rows:
        name, rest = padded(row.name, names), f"{' ' * (states - columns(row.status))}  {row.took.rjust(6)}  {row.why}"
        room_left = width - columns(f"{name}  {row.status}")
        if room_left < 0:
            lines.append(clipped(f"{name}  {row.status}", width))
        else:
            lines.append(f"{name}  {style.paint(row.status, row.code)}{clipped(rest, room_left)}".rstrip())
    return [style.paint(head, BOLD), *lines, "", style.paint(end, COLORS.get(report.status))]
