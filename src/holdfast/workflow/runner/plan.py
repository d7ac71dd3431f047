"""What a run would do: worked out as far as it is known before anything has run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.workflow.engines.interface import Run, Work
from holdfast.workflow.model import ALWAYS, NEVER_OF_ITSELF, ON_FAILURE, Step, Workflow
from holdfast.workflow.runner.expansion import holds, items_of
from holdfast.workflow.runner.graph import Graph
from holdfast.workflow.runner.state import NOT_SELECTED, RunState
from holdfast.workflow.runner.work import Workshop, make_work, variables

RUNS, SKIPPED, DEPENDS = "runs", "skipped", "depends"
KNOWN = frozenset(("inputs", "commit", "branch", "project", "run", "env"))
"""What expressions may read that is known before anything has run."""


class Planned(NamedTuple):
    """What would become of a step."""

    id: str
    kind: str
    wave: int
    """Steps of the same wave wait for none of each other; 1 is the first."""
    needs: tuple[str, ...]
    fate: str
    """runs, skipped, or depends: on what is not known yet."""
    reason: str
    argv: tuple[str, ...] | None
    """None where it is not known yet, or where somebody answers."""
    shell: bool
    written: Any
    """What the file says of it."""
    variables: tuple[str, ...]
    """The names of what is in its environment beyond what every step has."""
    items: int | None
    """Of a fan-out; None where it is none, or where the number is not known yet."""
    for_each: str | None


class Plan(NamedTuple):
    """What a run would do, in the order in which steps may begin."""

    workflow: str
    file: str
    inputs: Mapping[str, Any]
    steps: tuple[Planned, ...]


def make_plan(shop: Workshop, workflow: Workflow, run: Run) -> Plan:
    """The plan. Raises HoldfastError for a step of --only or --from that there is not. Writes nothing."""
    graph = Graph(workflow)
    state = RunState(workflow, run)
    selected = graph.selected(run.options.get("only") or (), run.options.get("from") or ())
    waves = _waves(workflow, graph)
    fates: dict[str, Planned] = {}
    for step in sorted(workflow.steps, key=lambda each: waves[each.id]):
        fates[step.id] = _planned(shop, state, step, waves[step.id], selected, fates, graph)
    return Plan(workflow.name, workflow.file, run.inputs, tuple(fates.values()))


def _waves(workflow: Workflow, graph: Graph) -> dict[str, int]:
    found: dict[str, int] = {}

    def wave(step_id: str) -> int:
        todo = [step_id]
        while todo:
            before = [*graph.steps[todo[-1]].needs, *graph.rescues.get(todo[-1], ())]
            open_ = [each for each in before if each not in found and each not in todo]
            if open_:
                todo += open_
            else:
                found[todo.pop()] = 1 + max((found.get(each, 0) for each in before), default=0)
        return found[step_id]

    main = {step.id: wave(step.id) for step in workflow.steps}
    last = max(main.values(), default=0)
    return {key: last + 1 if _at_the_end(graph.steps[key]) else number for key, number in main.items()}


def _at_the_end(step: Step) -> bool:
    return step.when in (ALWAYS, ON_FAILURE) and not step.needs


def _planned(
    shop: Workshop,
    state: RunState,
    step: Step,
    wave: int,
    selected: frozenset[str] | None,
    fates: Mapping[str, Planned],
    graph: Graph,
) -> Planned:
    fate, reason = _fate(shop, state, step, selected, fates, graph)
    count = _count(shop, state, step)
    work = _work(shop, state, step)
    return Planned(
        step.id,
        step.kind,
        wave,
        step.needs,
        fate,
        reason,
        work.argv if work else None,
        step.kind == "run" and isinstance(step.body, str),
        step.body,
        tuple(sorted({*step.env, *step.pass_env, *step.secrets})),
        count,
        step.for_each,
    )


def _fate(
    shop: Workshop,
    state: RunState,
    step: Step,
    selected: frozenset[str] | None,
    fates: Mapping[str, Planned],
    graph: Graph,
) -> tuple[str, str]:
    if selected is not None and step.id not in selected:
        return SKIPPED, NOT_SELECTED
    if step.when == NEVER_OF_ITSELF:
        of = graph.rescues.get(step.id, [])
        return (DEPENDS, f"only where {' or '.join(of)} fails") if of else (SKIPPED, "no on_failure names it")
    if step.when == ON_FAILURE:
        return DEPENDS, "only after a failure"
    for need in step.needs if step.when != ALWAYS else ():
        before = fates[need]
        if before.fate == SKIPPED and before.reason != NOT_SELECTED:
            return SKIPPED, f"{need} is skipped"
        if before.fate == DEPENDS:
            return DEPENDS, f"on {need}"
    return _condition(shop, state, step)


def _condition(shop: Workshop, state: RunState, step: Step) -> tuple[str, str]:
    if step.condition is None:
        return RUNS, ""
    if not _is_known(step.condition):
        return DEPENDS, f"if: {step.condition}"
    try:
        true = holds(step, variables(state, state.steps[step.id], shop.env), of_item=False)
    except HoldfastError as error:
        return DEPENDS, f"if: {error.message}"
    return (RUNS, "") if true else (SKIPPED, f"if: {step.condition} is false")


def _is_known(expression: str) -> bool:
    from holdfast.workflow.expressions import names

    return names(expression) <= KNOWN


def _count(shop: Workshop, state: RunState, step: Step) -> int | None:
    if step.for_each is None or not _is_known(step.for_each):
        return None
    try:
        items: Sequence[Any] = items_of(step, variables(state, state.steps[step.id], shop.env))
    except HoldfastError:
        return None
    return len(items)


def _work(shop: Workshop, state: RunState, step: Step) -> Work | None:
    """The attempt as it would be, where all that it needs is known."""
    from holdfast.workflow.expressions import references_of

    try:
        if not references_of([step.body, *step.env.values(), step.cwd, list(step.artifacts)]) <= KNOWN | {"secrets"}:
            return None
        return make_work(shop, state, state.steps[step.id], 1)
    except HoldfastError:
        return None
