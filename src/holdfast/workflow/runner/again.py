"""Doing parts of a run again: in the same run, in a new one from a checkpoint, or under a changed file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from holdfast.core.clock import now_ms
from holdfast.core.errors import HoldfastError
from holdfast.core.ids import new_id
from holdfast.workflow.engines.interface import Engine, Lease, Run
from holdfast.workflow.model import NEVER_OF_ITSELF, Step, Workflow
from holdfast.workflow.records import CANCELLED, FAILED, SUCCEEDED, TIMED_OUT, UNKNOWN, Record
from holdfast.workflow.runner.graph import Graph, is_finally
from holdfast.workflow.runner.starting import COPIED
from holdfast.workflow.runner.state import FINISHED, NOT_SELECTED, PENDING, SKIPPED, RunState, StepState, fold

AGAIN = frozenset((FAILED, TIMED_OUT, UNKNOWN, CANCELLED))
"""What may be tried again."""
EVIDENCE = "run/evidence"


def again(state: RunState, instance: str | None, by: str) -> list[Record]:
    """The records that have a failed step or item, or all, done again, with what depended on them.

    Raises HoldfastError where there is no such step, or where it has not failed.
    """
    if instance is None:
        targets = [s for s in state.steps.values() if s.status in AGAIN and s.instance not in state.items]
    else:
        targets = _targets(state, known(state, instance))
    if not targets:
        raise HoldfastError(f"run {state.run.id}: nothing in it has failed")
    graph = Graph(state.workflow)
    after = _after(state, graph, {each.step for each in targets})
    unique = {each.instance: each for each in (*targets, *after)}
    return [Record(f"step/{each.instance}/again/{each.agains + 1}", {"by": by}, now_ms()) for each in unique.values()]


def known(state: RunState, instance: str) -> StepState:
    """The step or item. Raises HoldfastError with what there is instead."""
    if instance in state.steps:
        return state.steps[instance]
    from holdfast.core.config.mistakes import nearest

    near = nearest(instance, list(state.steps)[:10_000])
    hint = f"did you mean {near}?" if near else f"its steps: {', '.join(list(state.steps)[:20])}"
    raise HoldfastError(f"run {state.run.id} has no step {instance}", hint=hint)


def _targets(state: RunState, step: StepState) -> list[StepState]:
    if step.instance in state.items:
        found = [item for item in state.items_of(step.instance) if item.status in AGAIN]
    else:
        found = [step] if step.status in AGAIN else []
    if not found:
        hint = f"holdfast workflow restart {state.run.id} --from {step.step} does it again in a new run"
        raise HoldfastError(f"{step.instance} has not failed: it is {step.status}", hint=hint)
    return found


def _after(state: RunState, graph: Graph, steps: set[str]) -> Iterable[StepState]:
    """What came after these steps, and what is done at the end or in place of a failure: it has its turn again."""
    downstream = graph.downstream(steps)
    for step in graph.steps.values():
        late = is_finally(step) or step.when == NEVER_OF_ITSELF
        if step.id in steps or not (late or step.id in downstream):
            continue
        whole = state.steps[step.id]
        if whole.status in FINISHED and whole.reason != NOT_SELECTED:
            yield from state.items_of(step.id) if step.id in state.items else (whole,)


def restarted(state: RunState, start: str | None, who: str) -> Run:
    """A new run that takes over what the old one did before a step; without a step, all that succeeded.

    Raises HoldfastError where there is no such step. The evidence is copied by `take_over`.
    """
    graph = Graph(state.workflow)
    if start is not None and start not in graph.steps:
        known(state, start.partition("[")[0])
    begins = [start.partition("[")[0]] if start else [s.id for s in graph.steps.values() if not _has_done(state, s)]
    if not begins:
        raise HoldfastError(f"run {state.run.id} has done everything", hint="name the step to begin with: --from STEP")
    old, now = state.run, now_ms()
    facts = {**old.facts, "since_ms": old.facts.get("since_ms") or old.created_ms}
    return Run(
        new_id(now),
        state.workflow.name,
        state.workflow.as_json(),
        old.inputs,
        now,
        who,
        facts=facts,
        options={COPIED: {"run": old.id, "steps": sorted(graph.downstream(begins))}},
        origin=f"{old.id}@{start or begins[0]}",
        total=len(graph.steps),
    )


def _has_done(state: RunState, step: Step) -> bool:
    return state.steps[step.id].status in (SUCCEEDED, SKIPPED) and not is_finally(step)


def take_over(engine: Engine, lease: Lease) -> None:
    """Copies a restarted run's evidence, where that has not been done: all of it in one write, whoever resumes it."""
    run, records = engine.load(lease.run_id)
    copied = run.options.get(COPIED)
    if not copied or any(record.key == EVIDENCE for record in records):
        return
    old, old_records = engine.load(copied["run"])
    state = fold(Workflow.from_json(old.document), old, old_records)
    engine.record(lease, [*_evidence(state, old_records, set(copied["steps"])), _mark(old)])


def _mark(old: Run) -> Record:
    return Record(EVIDENCE, {"origin": old.id}, now_ms())


def _evidence(state: RunState, records: Sequence[Record], anew: set[str]) -> Iterable[Record]:
    steps = {step.id: step for step in state.workflow.steps}
    kept = {step for step in steps if step not in anew and _has_done(state, steps[step])}
    for record in records:
        parts = record.key.split("/")
        if parts[0] == "step" and len(parts) > 2 and parts[1].partition("[")[0] in kept:
            yield record._replace(data={**record.data, "origin": state.run.id})


def moved(state: RunState, workflow: Workflow, by: str) -> Record:
    """The record that moves a run to a changed file. Raises HoldfastError where steps that have begun differ."""
    now_there = {step.id: step for step in workflow.steps}
    wrong = []
    for before in state.workflow.steps:
        if state.steps[before.id].status in (PENDING, SKIPPED, CANCELLED):
            continue
        after = now_there.get(before.id)
        if after is None:
            wrong.append(f"{before.id} is gone, and it {_was(state, before)}")
        elif differs := _differences(before, after):
            wrong.append(f"{before.id} differs in {', '.join(differs)}, and it {_was(state, before)}")
    if wrong:
        raise HoldfastError(
            f"run {state.run.id} cannot be moved to {workflow.file}: {'; '.join(wrong)}",
            hint="begin a new run, or take these changes back",
        )
    return Record(f"run/moved/{state.moves + 1}", {"by": by, "document": workflow.as_json()}, now_ms())


def _was(state: RunState, step: Step) -> str:
    status = state.steps[step.id].status
    return {"running": "has begun", "asking": "waits for an answer", "unknown": "was interrupted"}.get(
        status, f"has {status}" if status in (SUCCEEDED, FAILED) else f"is {status}"
    )


def _differences(before: Step, after: Step) -> list[str]:
    pairs = zip(Step._fields, before, after, strict=True)
    return [name for name, one, other in pairs if name not in ("line", "description") and _plain(one) != _plain(other)]


def _plain(value: object) -> object:
    """The value as it is after a journey through JSON."""
    return list(value) if isinstance(value, tuple) and not hasattr(value, "_fields") else value
