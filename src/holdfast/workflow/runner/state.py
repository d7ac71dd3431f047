"""Where a run stands: the fold of its records, kept up to date record by record. Nothing else interprets them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from holdfast.workflow.engines.interface import Run
from holdfast.workflow.model import ASK, NEVER, RERUN, Step, Workflow
from holdfast.workflow.records import CANCELLED, FAILED, SUCCEEDED, TIMED_OUT, UNKNOWN, Outcome, Record
from holdfast.workflow.runner.retries import INTERRUPTED, delay_s, is_retried

PENDING, RUNNING, RETRYING, ASKING = "pending", "running", "retrying", "asking"
SKIPPED, DROPPED, WAITING = "skipped", "dropped", "waiting"
FINISHED = frozenset((SUCCEEDED, FAILED, TIMED_OUT, CANCELLED, SKIPPED, DROPPED))
"""What a step stays, unless somebody has it done again."""
BAD = frozenset((FAILED, TIMED_OUT, DROPPED))
NOT_SELECTED = "not selected"
"""Why a step was skipped that --only or --from left out; those that need it do not mind."""
PROBE = ".probe"
"""Ends the instance of the probe that finds out about an interrupted attempt: `ship.probe`."""


class StepState:
    """Where a step, or one item of a fan-out, stands."""

    __slots__ = (
        "agains",
        "answer",
        "answered_by",
        "answers",
        "asked",
        "attempt",
        "due_ms",
        "ended_ms",
        "failures",
        "index",
        "instance",
        "item",
        "on_crash",
        "outcome",
        "probed",
        "process",
        "reason",
        "started_ms",
        "status",
        "step",
    )

    def __init__(self, instance: str, step: str, item: Any = None, index: int | None = None) -> None:
        self.instance, self.step, self.item, self.index = instance, step, item, index
        self.status = PENDING
        self.attempt = 0
        """The number of the last attempt; 0: none yet."""
        self.failures = 0
        """Attempts that failed since it was last told to begin anew."""
        self.agains = 0
        """How often it was told to be done again."""
        self.answers = 0
        self.started_ms: int | None = None
        self.ended_ms: int | None = None
        self.due_ms: int | None = None
        """When a retry is due."""
        self.outcome: Outcome | None = None
        """Of the last attempt that ended."""
        self.reason: str | None = None
        self.answer: Any = None
        self.answered_by: str | None = None
        self.asked: Mapping[str, Any] | None = None
        """What is asked, with `asked_ms`, once it was."""
        self.process: Mapping[str, Any] | None = None
        """That of the attempt that runs."""
        self.on_crash = ASK
        self.probed = False

    @property
    def performs(self) -> bool:
        """Whether an answer only lets it begin, as a guide's does."""
        return bool(self.asked and self.asked.get("performs"))


class RunState:
    """Where a run stands. `steps` holds each step in the file's order, and the items of a fan-out as they are known."""

    def __init__(self, workflow: Workflow, run: Run) -> None:
        self.run, self.workflow = run, workflow
        self.steps: dict[str, StepState] = {step.id: StepState(step.id, step.id) for step in workflow.steps}
        self.counts: dict[str, int] = {PENDING: len(self.steps)}
        """How many steps and items have each status."""
        self.items: dict[str, dict[str, int]] = {}
        """For each fan-out that was worked out, how many of its items have each status."""
        self.cancel: Mapping[str, Any] | None = None
        """Who cancelled the run and why, if anybody did since it was last reopened."""
        self.cancels = self.ends = self.moves = 0
        self.ended: Mapping[str, Any] | None = None
        self.ended_ms: int | None = None
        self.owner: Mapping[str, Any] | None = None
        self.probes: set[str] = set()
        """Probes that were begun and have not ended."""
        self.extra: dict[str, list[Record]] = {}
        """Records that say nothing about where the run stands, by their first word: the outbox of the registry."""
        self._models: dict[str, Step] = {step.id: step for step in workflow.steps}

    @property
    def status(self) -> str:
        """running, waiting, succeeded, failed, cancelled or timed_out."""
        if self.ended is not None:
            return str(self.ended.get("status", FAILED))
        count = self.counts.get
        if count(ASKING, 0) + count(UNKNOWN, 0) and not self._busy():
            return WAITING
        return RUNNING

    def _busy(self) -> bool:
        fans = sum(1 for fan in self.items if self.steps[fan].status == RUNNING)
        return self.counts.get(RUNNING, 0) - fans + self.counts.get(RETRYING, 0) > 0

    @property
    def done(self) -> int:
        """How many steps and items have ended."""
        return sum(self.counts.get(status, 0) for status in FINISHED)

    @property
    def total(self) -> int:
        """How many there are, as far as fan-outs are worked out."""
        return len(self.steps)

    def model(self, state: StepState) -> Step:
        """What the file says of a step or of an item's step."""
        return self._models[state.step]

    def items_of(self, step: str) -> Iterable[StepState]:
        """The items of a fan-out, in their order; none where it is no fan-out or not worked out yet."""
        count = sum(self.items.get(step, {}).values())
        return (self.steps[f"{step}[{index}]"] for index in range(count))

    def apply(self, record: Record) -> None:
        """Takes one record in. What it does not know, as a newer version may write, is passed over."""
        first, _, rest = record.key.partition("/")
        if first == "step":
            self._step_record(rest.split("/"), record)
        elif first == "run":
            self._run_record(rest.split("/"), record)
        else:
            self.extra.setdefault(first, []).append(record)

    def _run_record(self, parts: Sequence[str], record: Record) -> None:
        what = parts[0]
        number = int(parts[-1]) if parts[-1].isdecimal() else 1
        if what == "cancel" and number > self.cancels:
            self.cancel, self.cancels = record.data, number
        elif what == "ended":
            self.ended, self.ended_ms, self.ends = record.data, record.at_ms, self.ends + 1
        elif what == "owner":
            self.owner = record.data
        elif what == "moved":
            self._moved(record)

    def _moved(self, record: Record) -> None:
        self.moves += 1
        self.workflow = Workflow.from_json(record.data["document"])
        self._models = {step.id: step for step in self.workflow.steps}
        self._reopen()
        gone = [each for each in self.steps.values() if each.step not in self._models]
        for state in gone:
            self.counts[state.status] -= 1
            del self.steps[state.instance]
        for step in self.workflow.steps:
            if step.id not in self.steps:
                self._add(StepState(step.id, step.id))

    def _step_record(self, parts: Sequence[str], record: Record) -> None:
        instance, what, *more = parts
        number = int(more[0]) if more and more[0].isdecimal() else 0
        if what.isdecimal() and more:
            number, what = int(what), more[0]
        if instance.endswith(PROBE):
            self._probe(instance.removesuffix(PROBE), instance, what, record)
            return
        state = self.steps.get(instance)
        take = TAKES.get(what)
        if state is not None and take is not None:
            take(self, state, number, record)

    def _started(self, state: StepState, attempt: int, record: Record) -> None:
        if attempt <= state.attempt:
            return
        state.attempt, state.process, state.probed, state.due_ms = attempt, None, False, None
        state.started_ms = record.at_ms if state.started_ms is None else state.started_ms
        state.ended_ms = state.reason = None
        state.on_crash = str(record.data.get("on_crash", ASK))
        self._to(state, RUNNING)

    def _process(self, state: StepState, attempt: int, record: Record) -> None:
        if attempt == state.attempt:
            state.process = record.data

    def _ended(self, state: StepState, attempt: int, record: Record) -> None:
        if attempt != state.attempt or state.status != RUNNING:
            return
        outcome = Outcome.from_json(record.data)
        state.outcome, state.ended_ms, state.process, state.reason = outcome, record.at_ms, None, outcome.reason
        if outcome.status == UNKNOWN:
            self._interrupted(state, record)
        elif outcome.status in (FAILED, TIMED_OUT) and self.cancel is None:
            self._failed(state, outcome, final=bool(record.data.get("final")))
        else:
            self._to(state, outcome.status)

    def _failed(self, state: StepState, outcome: Outcome, *, final: bool) -> None:
        state.failures += 1
        retry = self.model(state).retry
        if state.performs and not final:
            self._to(state, ASKING)
        elif is_retried(retry, outcome, state.failures) and not final:
            seed = f"{self.run.id}/{state.instance}/{state.attempt}"
            state.due_ms = (state.ended_ms or 0) + round(1000 * delay_s(retry, state.failures, seed))
            self._to(state, RETRYING)
        else:
            self._to(state, outcome.status)

    def _interrupted(self, state: StepState, record: Record) -> None:
        """It was killed in the middle, or (`began` is false) before it could do anything."""
        if self.cancel is not None:
            self._to(state, CANCELLED)
        elif self._reruns(state, record):
            state.due_ms = record.at_ms
            self._to(state, RETRYING)
        elif state.on_crash == NEVER:
            state.reason = "it was interrupted, and is not to be run again (on_crash: never)"
            self._to(state, FAILED)
        else:
            state.reason = state.reason or "it was interrupted, and nobody knows whether it did its work"
            self._to(state, UNKNOWN)

    def _reruns(self, state: StepState, record: Record) -> bool:
        began = record.data.get("began", True)
        return not began or state.on_crash == RERUN or INTERRUPTED in self.model(state).retry.on

    def _probe(self, base: str, instance: str, what: str, record: Record) -> None:
        if what == "started":
            self.probes.add(instance)
            return
        state = self.steps.get(base)
        if what == "ended":
            self.probes.discard(instance)
        if what != "ended" or state is None or state.status != UNKNOWN:
            return
        state.probed = True
        code = record.data.get("exit_code")
        if code == 0:
            state.reason = "its probe says that it did its work"
            self._to(state, SUCCEEDED)
        elif code == 1:
            state.due_ms = record.at_ms
            self._to(state, RETRYING)
        else:
            state.reason = f"it was interrupted, and its probe could not tell whether it did its work (exit {code})"

    def _skipped(self, state: StepState, _attempt: int, record: Record) -> None:
        if state.status in FINISHED:
            return
        state.reason, state.ended_ms = str(record.data.get("reason", "")), record.at_ms
        self._to(state, str(record.data.get("status", SKIPPED)))

    def _expanded(self, state: StepState, _attempt: int, record: Record) -> None:
        items = record.data["items"]
        if state.instance in self.items:
            return
        state.started_ms = record.at_ms
        self.items[state.instance] = {}
        self._to(state, RUNNING)
        for index, item in enumerate(items):
            self._add(StepState(f"{state.instance}[{index}]", state.instance, item, index))
        if not items:
            state.reason, state.ended_ms = "no items", record.at_ms
            self._to(state, SUCCEEDED)

    def _asked(self, state: StepState, _attempt: int, record: Record) -> None:
        state.asked = {"performs": self.model(state).kind != "approve", **record.data, "asked_ms": record.at_ms}
        state.started_ms = state.started_ms or record.at_ms
        if state.status == PENDING:
            self._to(state, ASKING)

    def _answered(self, state: StepState, number: int, record: Record) -> None:
        data, fits = record.data, number > state.answers and state.status in (ASKING, UNKNOWN)
        state.answers = max(state.answers, number)
        if not fits or (state.status == UNKNOWN) != bool(data.get("done")):
            return
        if data.get("rejected") or data.get("expired"):
            state.reason, state.ended_ms = str(data.get("reason") or data.get("note") or "rejected"), record.at_ms
            self._to(state, FAILED)
            return
        state.answer, state.answered_by, state.reason = data.get("answer"), data.get("by"), None
        if state.performs and not data.get("done"):
            self._to(state, PENDING)
        else:
            state.ended_ms, said = record.at_ms, "says that it did its work" if data.get("done") else "answered"
            state.reason = f"{data.get('by', 'somebody')} {said}"
            self._to(state, SUCCEEDED)

    def _again(self, state: StepState, number: int, _record: Record) -> None:
        if number <= state.agains:
            return
        state.agains = number
        if state.status in (RUNNING, PENDING):
            return
        state.failures, state.due_ms, state.asked, state.answer = 0, None, None, None
        state.reason = state.ended_ms = None
        items = self.items.get(state.instance)
        self._to(state, PENDING if items is None else status_of_items(items))
        self._reopen()

    def _reopen(self) -> None:
        self.cancel = self.ended = self.ended_ms = None

    def _dropped(self, state: StepState, _attempt: int, record: Record) -> None:
        if state.status in FINISHED | {UNKNOWN}:
            state.reason = str(record.data.get("why") or state.reason or "")
            state.ended_ms = state.ended_ms or record.at_ms
            self._to(state, DROPPED)

    def _add(self, state: StepState) -> None:
        self.steps[state.instance] = state
        self.counts[state.status] = self.counts.get(state.status, 0) + 1
        if state.index is not None:
            items = self.items[state.step]
            items[state.status] = items.get(state.status, 0) + 1

    def _to(self, state: StepState, status: str) -> None:
        before, state.status = state.status, status
        self.counts[before] -= 1
        self.counts[status] = self.counts.get(status, 0) + 1
        if state.index is not None:
            items = self.items[state.step]
            items[before] -= 1
            items[status] = items.get(status, 0) + 1
            self._fan(self.steps[state.step], items, state.ended_ms)

    def _fan(self, fan: StepState, items: Mapping[str, int], at_ms: int | None) -> None:
        """Brings a fan-out up to date with its items."""
        status = status_of_items(items)
        if fan.status == status:
            return
        fan.ended_ms = at_ms if status in FINISHED else None
        bad = sum(items.get(each, 0) for each in BAD)
        fan.reason = f"{bad} of {sum(items.values())} items failed" if bad and status in BAD else None
        self._to(fan, status)


Take = Callable[[RunState, StepState, int, Record], None]
TAKES: Mapping[str, Take] = {
    "started": RunState._started,
    "process": RunState._process,
    "ended": RunState._ended,
    "skipped": RunState._skipped,
    "expanded": RunState._expanded,
    "asked": RunState._asked,
    "answer": RunState._answered,
    "again": RunState._again,
    "dropped": RunState._dropped,
}


def status_of_items(items: Mapping[str, int]) -> str:
    """What a fan-out is whose items have these statuses: running until each has ended."""
    total = sum(items.values())
    if sum(items.get(status, 0) for status in FINISHED) < total:
        return RUNNING
    if any(items.get(status) for status in BAD):
        return FAILED
    if items.get(CANCELLED):
        return CANCELLED
    return SKIPPED if total and items.get(SKIPPED) == total else SUCCEEDED


def fold(workflow: Workflow, run: Run, records: Iterable[Record]) -> RunState:
    """Where a run stands after all its records."""
    state = RunState(workflow, run)
    for record in records:
        state.apply(record)
    return state


def dead_letters(state: RunState) -> list[StepState]:
    """The steps and items that failed for good, each with why, and were neither tried again nor dropped.

    A fan-out stands for nothing itself: its items do.
    """
    return [
        each
        for each in state.steps.values()
        if each.status in (FAILED, TIMED_OUT, UNKNOWN) and each.instance not in state.items
    ]
