"""Walking a run from where it stands to its end, or to where somebody has to answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from holdfast.core.clock import now_ms
from holdfast.core.errors import HoldfastError
from holdfast.workflow.engines.interface import Engine, Lease
from holdfast.workflow.model import PROBE as BY_PROBE
from holdfast.workflow.records import CANCELLED, FAILED, SUCCEEDED, TIMED_OUT, UNKNOWN, Record
from holdfast.workflow.runner.batch import Batch
from holdfast.workflow.runner.expansion import holds, items_of
from holdfast.workflow.runner.graph import CANCELLED_RUN, Graph, cancel_reason, fails, survives_cancel, verdict
from holdfast.workflow.runner.groups import Groups
from holdfast.workflow.runner.interrupts import Interrupts
from holdfast.workflow.runner.listener import Listener
from holdfast.workflow.runner.planner import Planner
from holdfast.workflow.runner.recovery import recover
from holdfast.workflow.runner.state import (
    ASKING,
    FINISHED,
    NOT_SELECTED,
    PENDING,
    PROBE,
    RETRYING,
    RUNNING,
    SKIPPED,
    WAITING,
    RunState,
    StepState,
)
from holdfast.workflow.runner.tenures import worked_ms
from holdfast.workflow.runner.work import Workshop, filled_body, make_probe, make_work, variables

LOOK_S = 0.2
"""How often a signal that came while the engine waited is noticed, and a group that others hold is asked for."""
Decide = Callable[[RunState, StepState], Record | None]
"""Asks a person what to do with a step that was interrupted; None: they have not decided."""


class Settings(NamedTuple):
    """How a run is walked."""

    width: int = 2
    """How many attempts at once."""
    wait: bool = False
    """Stay where an answer is waited for."""
    decide: Decide | None = None
    took: Callable[[Sequence[Record]], None] | None = None
    """Called with the records of each turn after they are written: who mirrors the run elsewhere."""


class Runner:
    """Walks one run under a lease."""

    def __init__(
        self, engine: Engine, lease: Lease, state: RunState, shop: Workshop, listener: Listener, settings: Settings
    ) -> None:
        self.engine, self.lease, self.state, self.shop = engine, lease, state, shop
        self.listener, self.settings = listener, settings
        self.graph = Graph(state.workflow)
        options = state.run.options
        self.selected = self.graph.selected(options.get("only") or (), options.get("from") or ())
        found = recover(engine, lease, state, listener)
        self.planner = Planner(state, self.graph, settings.width)
        self.batch = Batch(engine, lease, state, self.planner)
        self.batch.taken += found
        self.groups = Groups(engine, lease, self.planner)
        limited = state.workflow.timeout_s is not None
        self.began_ms = now_ms() - (worked_ms(engine.load(lease.run_id)[1]) if limited else 0)
        self.stopped = self.interrupted = False

    def run(self, interrupts: Interrupts) -> RunState:
        """Walks the run until it ended, waits for somebody, or was interrupted. Raises LeaseLost."""
        self._resume()
        if self.state.run.status != RUNNING:
            self._summarise(RUNNING)
        while True:
            self._turn(going=interrupts.came is None)
            if self.state.ended is not None or (interrupts.came is not None and not self.planner.running):
                break
            if interrupts.came is not None:
                self._interrupt()
            elif self._is_stuck():
                self._summarise(WAITING)
                break
            self._take_all(self.engine.wait(self.lease, self._patience_s()))
        self.batch.write()
        return self.state

    def _summarise(self, status: str) -> None:
        """For lists of runs, which do not read records."""
        at_ms = now_ms()
        data = {"status": status, "done": self.state.done, "total": self.state.total}
        self.batch.add(Record(f"run/status/{at_ms}", data, at_ms))

    def _interrupt(self) -> None:
        if not self.interrupted:
            self.interrupted = True
            self.listener.note("interrupted: ending what runs; once more to leave at once")
            self._stop(UNKNOWN)

    def _is_stuck(self) -> bool:
        return self.planner.is_idle and self.planner.is_asking and not self.settings.wait

    def _patience_s(self) -> float:
        due = self.planner.next_ms
        if self.state.workflow.timeout_s is not None:
            ends = self.began_ms + round(self.state.workflow.timeout_s * 1000)
            due = ends if due is None else min(due, ends)
        return LOOK_S if due is None else min(LOOK_S, max(0.0, (due - now_ms()) / 1000))

    # -- what others wrote

    def _take_all(self, records: Sequence[Record]) -> None:
        """Takes them in. Of ends alone listeners hear after the next write: what they say holds a step up."""
        later = all(record.key.endswith("/ended") for record in records)
        for record in records:
            self._take(record, later=later)

    def _take(self, record: Record, *, later: bool = False) -> None:
        first, _, rest = record.key.partition("/")
        instance = rest.partition("/")[0]
        known = self.state.steps.get(instance.removesuffix(PROBE)) if first == "step" else None
        before = (known.status, known.attempt) if known else None
        fan = self.state.steps[known.step].status if known else None
        self.state.apply(record)
        self.batch.taken.append(record)
        if known is None:
            return
        if (known.status, known.attempt) != before:
            self.planner.touch(known.instance)
            self._tell(known, later=later)
            self.groups.left(known)
        if self.state.steps[known.step].status != fan:
            self._tell_fan(known, later=later)

    def _tell_fan(self, item: StepState, *, later: bool = False) -> None:
        whole = self.state.steps[item.step]
        if whole is not item and whole.status in FINISHED:
            self._tell_end(whole, later=later)

    def _tell(self, step: StepState, *, later: bool) -> None:
        if step.status in FINISHED:
            self._tell_end(step, later=later)
        elif step.status == RETRYING:
            self.listener.retrying(self.state, step)
        elif step.status in (ASKING, UNKNOWN):
            self.listener.asked(self.state, step)

    def _tell_end(self, step: StepState, *, later: bool) -> None:
        if later:
            self.batch.tells.append(partial(self.listener.ended, self.state, step))
        else:
            self.listener.ended(self.state, step)

    # -- deciding

    def _resume(self) -> None:
        for step in list(self.state.steps.values()):
            if step.status == UNKNOWN and self.settings.decide is not None and step.on_crash != BY_PROBE:
                record = self.settings.decide(self.state, step)
                if record is not None:
                    self.batch.add(record, step.instance)
        for instance in self.planner.running:
            self.listener.started(self.state, self.state.steps[instance])

    def _turn(self, *, going: bool) -> None:
        """Decides all that can be decided, and writes it."""
        at_ms = now_ms()
        self._deadlines(at_ms)
        if self.state.cancel is None:
            self.stopped = False
        elif not self.stopped:
            self._cancel(at_ms)
        while going and self._round(at_ms):
            pass
        self.batch.write()
        taken, self.batch.taken = self.batch.taken, []
        if taken and self.settings.took is not None:
            self.settings.took(taken)

    def _round(self, at_ms: int) -> bool:
        """One round of decisions; whether there may be more."""
        if not self.groups.run_enters(self.state, at_ms, self._refuse_run):
            return False
        self._probes(at_ms)
        while self.planner.look:
            self._consider(self.planner.look.popleft(), at_ms, main_over=False)
        self.groups.ask_again()
        while (step := self.planner.next(at_ms)) is not None:
            self._begin(step, at_ms)
        if self.planner.look:
            return True
        return self.planner.is_idle and not self.planner.is_asking and self._settle(at_ms)

    def _settle(self, at_ms: int) -> bool:
        """Nothing goes on of itself: what was left for the end has its turn; whether that made a difference."""
        if self.state.ended is not None:
            return False
        needless = self.planner.needless()
        for step_id in needless:
            self._skip(self.state.steps[step_id], at_ms, "what it stands in for has not failed")
        if needless:
            return True
        for step_id in self.planner.at_the_end():
            self._consider(step_id, at_ms, main_over=True)
        if not self.planner.is_idle or self.planner.is_asking:
            return True
        self._end(at_ms)
        return False

    def _consider(self, step_id: str, at_ms: int, *, main_over: bool) -> None:
        """Decides about a step whose turn may have come."""
        step, model = self.state.steps[step_id], self.graph.steps[step_id]
        if step.status != PENDING:
            return
        if self.selected is not None and step_id not in self.selected:
            self._skip(step, at_ms, NOT_SELECTED)
            return
        found = verdict(self.graph, self.state, model, main_over=main_over)
        if found is not None and found.runs:
            self._let(step, at_ms)
        elif found is not None:
            self._skip(step, at_ms, found.reason, found.status)

    def _let(self, step: StepState, at_ms: int) -> None:
        """A step's turn has come: its condition decides, and what it is done for."""
        model = self.state.model(step)
        try:
            known = variables(self.state, step, self.shop.env)
            if step.asked is None and not holds(model, known, of_item=False):
                self._skip(step, at_ms, f"if: {model.condition} is false")
            elif model.for_each is None:
                self.planner.ready(step.instance)
            else:
                self._expand(step, at_ms, items_of(model, known))
        except HoldfastError as error:
            self._fail(step, at_ms, error.message)

    def _expand(self, step: StepState, at_ms: int, items: Sequence[object]) -> None:
        self.batch.add(Record(f"step/{step.instance}/expanded", {"items": list(items)}, at_ms), step.instance)
        for index in range(len(items)):
            self.planner.touch(f"{step.instance}[{index}]")

    def _begin(self, step: StepState, at_ms: int) -> None:
        """Begins an attempt, or asks first."""
        model = self.state.model(step)
        if self.state.cancel is not None and not survives_cancel(self.graph, self.state, model):
            self._skip(step, at_ms, cancel_reason(self.state), CANCELLED)
            return
        try:
            if step.index is not None and not holds(model, variables(self.state, step, self.shop.env), of_item=True):
                self._skip(step, at_ms, f"if: {model.condition} is false")
            elif model.kind != "run" and self.shop.kind(model.kind).waits and step.asked is None:
                self._ask(step, at_ms)
            elif self.groups.step_enters(self.state, self.shop, step):
                work = make_work(self.shop, self.state, step, step.attempt + 1)
                self.batch.start(work, step.instance, at_ms, partial(self.listener.started, self.state, step))
        except HoldfastError as error:
            self._fail(step, at_ms, error.message)

    def _ask(self, step: StepState, at_ms: int) -> None:
        kind = self.shop.kind(self.state.model(step).kind)
        asked = dict(kind.question(filled_body(self.shop, self.state, step)))
        if asked.get("expires_s"):
            asked["expires_ms"] = at_ms + round(asked["expires_s"] * 1000)
        asked["performs"] = kind.name != "approve"
        tell = partial(self.listener.asked, self.state, step)
        self.batch.add(Record(_counted(step, "asked"), asked, at_ms), step.instance, tell)

    def _skip(self, step: StepState, at_ms: int, reason: str, status: str = SKIPPED) -> None:
        data = {"reason": reason} if status == SKIPPED else {"reason": reason, "status": status}
        tell = partial(self.listener.skipped, self.state, step)
        self.batch.add(Record(_counted(step, "skipped"), data, at_ms), step.instance, tell)
        self._tell_fan(step, later=True)

    def _fail(self, step: StepState, at_ms: int, reason: str) -> None:
        """Fails a step that could not even begin; trying again would not help."""
        key = f"step/{step.instance}/{step.attempt + 1}"
        self.batch.add(Record(f"{key}/started", {"on_crash": self.state.model(step).on_crash}, at_ms))
        data = {"status": FAILED, "reason": reason, "final": True}
        tell = partial(self.listener.ended, self.state, step)
        self.batch.add(Record(f"{key}/ended", data, at_ms), step.instance, tell)
        self.groups.left(step)
        self._tell_fan(step, later=True)

    def _probes(self, at_ms: int) -> None:
        if not self.state.counts.get(UNKNOWN):
            return
        for step in self.state.steps.values():
            begun = step.instance + PROBE in self.state.probes
            if step.status == UNKNOWN and step.on_crash == BY_PROBE and not step.probed and not begun:
                self._probe(step, at_ms)

    def _probe(self, step: StepState, at_ms: int) -> None:
        try:
            work = make_probe(self.shop, self.state, step)
        except HoldfastError as error:
            key = f"step/{step.instance}{PROBE}/{step.attempt}"
            self.batch.add(Record(f"{key}/ended", {"status": FAILED, "reason": error.message}, at_ms), step.instance)
            return
        self.batch.start(work, step.instance, at_ms)

    # -- ends

    def _deadlines(self, at_ms: int) -> None:
        for instance, expires_ms in list(self.planner.asking.items()):
            if expires_ms is not None and expires_ms <= at_ms:
                self._expire(self.state.steps[instance], at_ms)
        limit_s = self.state.workflow.timeout_s
        if limit_s is not None and self.state.cancel is None and at_ms - self.began_ms >= limit_s * 1000:
            reason = f"the run took longer than {limit_s:g} s"
            data = {"by": "timeout", "reason": reason, "timed_out": True}
            self._signal(Record(cancel_key(self.state), data, at_ms))

    def _expire(self, step: StepState, at_ms: int) -> None:
        seconds = (step.asked or {}).get("expires_s", 0)
        data = {"by": "timeout", "expired": True, "reason": f"nobody answered within {seconds:g} s"}
        self._signal(Record(f"step/{step.instance}/answer/{step.answers + 1}", data, at_ms))

    def _signal(self, record: Record) -> None:
        """Writes what another process might be writing too; the first one stands, and `wait` brings it."""
        if self.engine.signal(self.lease.run_id, record):
            self._take(record)

    def _cancel(self, at_ms: int) -> None:
        """Ends what runs, and what had not begun is not to begin; finally-steps go on."""
        self.stopped = True
        cancel = self.state.cancel or {}
        self.listener.note(cancel.get("reason") or CANCELLED_RUN)
        self._stop(TIMED_OUT if cancel.get("timed_out") else CANCELLED)
        for step in list(self.state.steps.values()):
            if step.status in (PENDING, RETRYING, ASKING, UNKNOWN) and not self._survives(step):
                self._skip(step, at_ms, cancel_reason(self.state), CANCELLED)

    def _survives(self, step: StepState) -> bool:
        return survives_cancel(self.graph, self.state, self.state.model(step))

    def _stop(self, status: str) -> None:
        """Has all that runs ended; after a cancel, not the finally-steps."""
        running = [self.state.steps[instance] for instance in self.planner.running]
        if status != UNKNOWN:
            running = [step for step in running if not self._survives(step)]
        keys = [f"step/{step.instance}/{step.attempt}" for step in running]
        if keys:
            self.engine.stop(self.lease, keys, status)

    def _end(self, at_ms: int) -> None:
        data = {"status": self._result(), "done": self.state.done, "total": self.state.total}
        self.batch.add(Record(f"run/ended/{self.state.ends + 1}", data, at_ms))

    def _refuse_run(self, reason: str, at_ms: int) -> None:
        data = {"status": FAILED, "reason": reason, "done": self.state.done, "total": self.state.total}
        self.batch.add(Record(f"run/ended/{self.state.ends + 1}", data, at_ms))

    def _result(self) -> str:
        if self.state.cancel is not None:
            return TIMED_OUT if self.state.cancel.get("timed_out") else CANCELLED
        steps = self.graph.steps.values()
        if any(fails(self.state, step) or self.state.steps[step.id].status == CANCELLED for step in steps):
            return FAILED
        return SUCCEEDED


def _counted(step: StepState, what: str) -> str:
    """The key of something that is written once for each time that the step is told to be done again."""
    return f"step/{step.instance}/{what}" + (f"/{step.agains}" if step.agains else "")


def cancel_key(state: RunState) -> str:
    """The key under which a run is cancelled now."""
    return "run/cancel" if not state.cancels else f"run/cancel/{state.cancels + 1}"
