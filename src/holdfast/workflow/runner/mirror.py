"""The run in workflow_state.md, for people and agents who read that file: where it stands, and a line when a step ends.

The journal is the truth. What a crash kept out of the file comes into it when the run is resumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from holdfast.core.clock import iso
from holdfast.core.errors import HoldfastError
from holdfast.core.masking import mask_text
from holdfast.workflow.records import FAILED, SUCCEEDED, TIMED_OUT, Record
from holdfast.workflow.runner.state import ASKING, FINISHED, PROBE, RETRYING, RUNNING, RunState

if TYPE_CHECKING:
    from holdfast.workflow.state_file.document import Document
    from holdfast.workflow.state_file.merging import Judge
    from holdfast.workflow.state_file.store import StateFile, Written

EVERY_S = 0.5
"""The file is written at most so often, apart from where the run waits or ends."""
MOST_NAMED = 5
TOLD = {"ended", "skipped", "asked"}


class Mirror:
    """Keeps a state file up with a run. What cannot be written is said once, and stops nothing."""

    def __init__(
        self, file: StateFile, state: RunState, say: Callable[[str], None], judge: Judge | None = None
    ) -> None:
        self._file, self._state, self._say, self._judge = file, state, say, judge
        self._lines: list[str] = []
        self._written_s: float | None = None
        self._broken = False
        self._fans: set[str] = set()

    def catch_up(self, records: Iterable[Record]) -> None:
        """Writes where the run stands, and the lines for what ended that the file does not have yet.

        Those before the first that is there may have been rotated away.
        """
        lines = self._lines_of(records)
        there = self._log_of_run()
        first = min((at for at, line in enumerate(lines) if line in there), default=0)
        self._lines = [line for line in lines[first:] if line not in there]
        self.write()

    def took(self, records: Sequence[Record]) -> None:
        """Takes in what a turn of the runner wrote; writes it when it is time."""
        self._lines += self._lines_of(records)
        if self._written_s is None or monotonic() - self._written_s >= EVERY_S:
            self.write()

    def write(self) -> None:
        """Writes what is not in the file yet."""
        if self._broken:
            return
        lines, self._lines = self._lines, []
        try:
            written = self._write(lines)
        except HoldfastError as error:
            self._broken = True
            self._say(f"{self._file.path.name} is not kept up: {error.message}")
            return
        for refused in written.refused:
            self._say(f"{self._file.path.name}: {refused.reason}")
        self._written_s = monotonic()

    def _write(self, lines: Sequence[str]) -> Written:
        def change(document: Document) -> Document:
            return self._changed(document, lines)

        if self._judge is None:
            return self._file.change(change, why="run", create=True)
        return self._file.change(change, why="run", create=True, judge=self._judge)

    def _changed(self, document: Document, lines: Sequence[str]) -> Document:
        state = self._state
        values = {"Run": state.run.id, "Workflow": state.run.workflow, "RunStatus": state.status}
        for key, value in {**values, "RunStep": _now(state)}.items():
            document = document.with_state(key, value)
        return document.with_logs(lines)

    def _log_of_run(self) -> str:
        try:
            return self._file.read().log_text if self._file.exists() else ""
        except HoldfastError:  # `write` meets it again and says it
            return ""

    def _lines_of(self, records: Iterable[Record]) -> list[str]:
        lines = [line for record in records if (line := self._line(record))]
        return sorted([*lines, *self._fan_lines()], key=lambda line: line.partition(" ")[0])

    def _fan_lines(self) -> Iterator[str]:
        """A line for each fan-out that has ended: no record of its own says so."""
        for name in self._state.items.keys() - self._fans:
            fan = self._state.steps.get(name)
            if fan is not None and fan.status in FINISHED and fan.ended_ms is not None:
                self._fans.add(name)
                why = f": {fan.reason}" if fan.reason else ""
                yield f"{iso(fan.ended_ms)} run {self._state.run.id[-4:]} step {name} {fan.status}{why}"

    def _line(self, record: Record) -> str | None:
        """What the Log says of a record; of an item of a fan-out only that it failed."""
        parts = record.key.split("/")
        run = self._state.run
        if parts[:2] == ["run", "ended"]:
            return f"{iso(record.at_ms)} run {run.id} ({run.workflow}) {record.data.get('status')}"
        if parts[0] == "step" and len(parts) == 4 and parts[2] == "answer":
            by = f"{record.data.get('by', 'somebody')}: {record.data.get('answer', 'done')}"
            return f"{iso(record.at_ms)} run {run.id[-4:]} step {parts[1]} answered by {mask_text(by)}"
        if parts[0] != "step" or parts[1].endswith(PROBE) or parts[-1] not in TOLD:
            return None
        status = str(record.data.get("status", parts[-1]))
        if "[" in parts[1] and status in (SUCCEEDED, "skipped"):
            return None
        why = record.data.get("reason") or record.data.get("question")
        if not why and status in (FAILED, TIMED_OUT) and record.data.get("exit_code") is not None:
            why = f"exit {record.data['exit_code']}"
        attempt = f", attempt {parts[2]}" if parts[-1] == "ended" and parts[2] != "1" else ""
        said = mask_text(f": {why}") if why else ""
        return f"{iso(record.at_ms)} run {run.id[-4:]} step {parts[1]} {status}{attempt}{said}"


def _now(state: RunState) -> str:
    """What runs, or waits, or the last that ended."""
    busy = [
        each.instance
        for each in state.steps.values()
        if each.status in (RUNNING, RETRYING, ASKING) and each.instance not in state.items
    ]
    if not busy:
        return f"{state.done} of {state.total} done"
    more = f" and {len(busy) - MOST_NAMED} more" if len(busy) > MOST_NAMED else ""
    return ", ".join(busy[:MOST_NAMED]) + more
