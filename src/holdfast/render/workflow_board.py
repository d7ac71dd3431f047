"""What goes on in a run, as lines for a terminal of a given size: what runs, the end of what it says, what waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from holdfast.core.masking import mask_text
from holdfast.render.screen import clipped
from holdfast.render.tasks import paint, seconds
from holdfast.render.terminal import one_line
from holdfast.render.workflow_lines import asked_line, items, reason
from holdfast.render.workflow_table import COLORS, DIM
from holdfast.render.workflow_words import left
from holdfast.workflow.records import UNKNOWN
from holdfast.workflow.reports.logs import last_lines, log_of
from holdfast.workflow.reports.model import ASKING, BAD, GRAVEST_FIRST, RETRYING, RUNNING, word
from holdfast.workflow.runner.state import RunState, StepState

NAME_WIDTH = 24
OUTPUT_LINES = 8
"""At most so many lines of one step's output."""


class Board:
    """Draws frames; remembers what it read of which log."""

    OPEN = (RUNNING, RETRYING, ASKING, UNKNOWN)

    def __init__(self, runs: Path, *, color: bool) -> None:
        self._runs, self._color = runs, color

    def frame(self, state: RunState, steps: Sequence[StepState], now_ms: int, width: int, height: int) -> list[str]:
        """Lines no wider than `width`, no more than `height`: a headline, fan-outs folded, then each step by itself."""
        shown = sorted((each for each in steps if each.status in self.OPEN), key=_urgency)
        fans = [
            state.steps[fan] for fan in list(state.items) if fan in state.steps and state.steps[fan].status in self.OPEN
        ]
        alone = [each for each in shown if each.index is None and each.instance not in state.items]
        running_items = {each.step: each for each in shown if each.index is not None and each.status == RUNNING}
        room = max(1, height - 1)
        rows = [self._fan(state, fan, now_ms) for fan in fans] + [self._step(state, each, now_ms) for each in alone]
        talkers = [running_items.get(fan.instance) for fan in fans]
        talkers += [each if each.status == RUNNING else None for each in alone]
        lines = [self._headline(state, now_ms, width)]
        lines += self._body(state, rows, talkers, width, room)
        return lines[:height]

    def _body(
        self, state: RunState, rows: list[tuple[str, str]], talkers: list[StepState | None], width: int, room: int
    ) -> Iterator[str]:
        if len(rows) > room:
            hidden = len(rows) - room + 1
            rows = rows[: room - 1]
        else:
            hidden = 0
        talking = sum(talker is not None for talker in talkers[: len(rows)])
        each = min(OUTPUT_LINES, (room - len(rows) - bool(hidden)) // talking) if talking else 0
        for (row, status), talker in zip(rows, talkers, strict=False):
            yield self._paint(clipped(row, width), COLORS.get(status))
            for line in self._output(state, talker, each) if talker is not None else ():
                yield self._paint(clipped(f"    | {line}", width), DIM)
        if hidden:
            yield self._paint(clipped(f"and {hidden:,} more", width), DIM)

    def _headline(self, state: RunState, now_ms: int, width: int) -> str:
        counts = dict(state.counts)
        bad = ", ".join(f"{counts[each]:,} {word(each)}" for each in GRAVEST_FIRST if each in BAD and counts.get(each))
        took = seconds(max(0, now_ms - state.run.created_ms) / 1000)
        said = f"{one_line(state.workflow.name)}: {state.done:,} of {state.total:,} done, {took}"
        return clipped(f"{said}; {bad}" if bad else said, width)

    def _fan(self, state: RunState, fan: StepState, now_ms: int) -> tuple[str, str]:
        return f"  {_name(fan)}  {items(state, fan)}{_since(fan, now_ms)}", fan.status

    def _step(self, state: RunState, each: StepState, now_ms: int) -> tuple[str, str]:
        if each.status in (ASKING, UNKNOWN):
            return f"  {one_line(mask_text(asked_line(state, each)))}", each.status
        if each.status == RETRYING:
            why = f", after {one_line(mask_text(reason(each)))}" if reason(each) else ""
            again = f"attempt {each.attempt + 1} in {left((each.due_ms or now_ms) + 999, now_ms)}{why}"
            return f"  {_name(each)}  {again}", each.status
        attempt = f", attempt {each.attempt}" if each.attempt > 1 else ""
        return f"  {_name(each)}  running{_since(each, now_ms)}{attempt}", each.status

    def _output(self, state: RunState, step: StepState, count: int) -> list[str]:
        if count <= 0:
            return []
        path = log_of(self._runs, self._runs, state.run.id, step.instance, step.attempt)
        return [one_line(line.replace("\t", "    ")) for line in last_lines(path, count)]

    def _paint(self, text: str, code: str | None) -> str:
        return paint(text, code, self._color)


def _urgency(step: StepState) -> tuple[bool, bool, int]:
    """Who waits for a person comes first, then what waits for its retry, then what runs the longest."""
    return step.status not in (ASKING, UNKNOWN), step.status != RETRYING, step.started_ms or 0


def _name(step: StepState) -> str:
    return clipped(one_line(mask_text(step.instance)), NAME_WIDTH)


def _since(step: StepState, now_ms: int) -> str:
    return f" {seconds(max(0, now_ms - step.started_ms) / 1000)}" if step.started_ms is not None else ""
