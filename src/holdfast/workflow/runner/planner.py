"""What may begin now: what was touched is looked at again, and nothing else, so that long runs cost no more a step."""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush

from holdfast.workflow.model import NEVER_OF_ITSELF
from holdfast.workflow.records import UNKNOWN
from holdfast.workflow.runner.graph import Graph, is_finally, is_rescue
from holdfast.workflow.runner.state import ASKING, FINISHED, PENDING, RETRYING, RUNNING, RunState, StepState


class Planner:
    """Keeps what is running, ready, and due later. `touch` tells it of an instance that a record changed."""

    def __init__(self, state: RunState, graph: Graph, width: int) -> None:
        self.state, self.graph, self.width = state, graph, width
        self.look: deque[str] = deque()
        """Steps whose turn may have come."""
        self.running: set[str] = set()
        """Instances of which an attempt is performed."""
        self.asking: dict[str, int | None] = {}
        """What waits for an answer, and until when (milliseconds since 1970)."""
        self._ready: deque[str] = deque()
        self._queued: set[str] = set()
        self._due: list[tuple[int, str]] = []
        self._held: dict[str, deque[str]] = {}
        for instance in list(state.steps):
            self.touch(instance)

    def touch(self, instance: str) -> None:
        """Takes note of where an instance stands now."""
        step = self.state.steps[instance]
        self._note_running(step)
        if step.status == RETRYING:
            heappush(self._due, (step.due_ms or 0, instance))
        elif step.status == PENDING:
            if step.index is None:
                self.look.append(instance)
            else:
                self.ready(instance)
        elif step.status in FINISHED:
            self._finished(step)

    def _note_running(self, step: StepState) -> None:
        if step.status == RUNNING and step.instance not in self.state.items:
            self.running.add(step.instance)
        else:
            self.running.discard(step.instance)
        if step.status == ASKING:
            self.asking[step.instance] = (step.asked or {}).get("expires_ms")
        else:
            self.asking.pop(step.instance, None)
        if step.index is not None and step.status != RUNNING:
            self._let_on(step.step)

    def _finished(self, step: StepState) -> None:
        if step.index is not None:
            fan = self.state.steps[step.step]
            if fan.status not in FINISHED:
                return
            step = fan
        self.look.extend(self.graph.dependents.get(step.step, ()))
        rescue = self.graph.steps[step.step].on_failure
        if rescue:
            self.look.append(rescue)

    def ready(self, instance: str) -> None:
        """Puts an instance at the end of those that may begin."""
        if instance not in self._queued:
            self._queued.add(instance)
            self._ready.append(instance)

    def hold(self, name: str, instance: str) -> None:
        """Sets an instance aside until `let_on` of that name."""
        self._held.setdefault(name, deque()).append(instance)

    def let_on(self, name: str) -> None:
        """Puts all that were held under a name back among the ready ones."""
        for instance in self._held.pop(name, ()):
            self.ready(instance)

    def _let_on(self, fan: str) -> None:
        held = self._held.get(fan)
        if held:
            self.ready(held.popleft())

    @property
    def holds(self) -> bool:
        """Whether anything is set aside."""
        return any(self._held.values())

    def next(self, now_ms: int) -> StepState | None:
        """The next instance to begin, if any may."""
        while self._due and self._due[0][0] <= now_ms:
            self.ready(heappop(self._due)[1])
        while self._ready and len(self.running) < self.width:
            instance = self._ready.popleft()
            self._queued.discard(instance)
            step = self.state.steps[instance]
            if step.status not in (PENDING, RETRYING):
                continue
            if self._at_most(step):
                self.hold(step.step, instance)
                continue
            return step
        return None

    def _at_most(self, step: StepState) -> bool:
        if step.index is None:
            return False
        most = self.graph.steps[step.step].max_parallel
        return bool(most) and self.state.items[step.step].get(RUNNING, 0) >= most

    @property
    def next_ms(self) -> int | None:
        """When something is due at the latest: a retry, or the end of an approval's time."""
        due = [expires for expires in self.asking.values() if expires is not None]
        while self._due and self.state.steps[self._due[0][1]].status != RETRYING:
            heappop(self._due)
        return min([*due, *[each[0] for each in self._due[:1]]], default=None)

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs, nothing may begin, and nothing is due again."""
        retries = self.state.counts.get(RETRYING, 0)
        return not (self.running or self._ready or self.look or self.holds or retries or self.state.probes)

    @property
    def is_asking(self) -> bool:
        """Whether somebody has to answer before it can go on."""
        return self.state.counts.get(ASKING, 0) + self.state.counts.get(UNKNOWN, 0) > 0

    def needless(self) -> list[str]:
        """Steps that stand for the failure of another, which has not happened."""
        return [
            step.id
            for step in self.graph.steps.values()
            if step.when == NEVER_OF_ITSELF
            and self.state.steps[step.id].status == PENDING
            and not is_rescue(self.graph, self.state, step)
        ]

    def at_the_end(self) -> list[str]:
        """Finally-steps that have not begun."""
        steps = self.graph.steps.values()
        return [step.id for step in steps if is_finally(step) and self.state.steps[step.id].status == PENDING]
