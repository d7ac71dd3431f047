"""Everything that is wrong with a document, said at its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from holdfast.workflow.definition.expressions import Language, judge_expressions
from holdfast.workflow.definition.inputs import judge_inputs
from holdfast.workflow.definition.mistakes import meant
from holdfast.workflow.definition.outline import find_circles, outline
from holdfast.workflow.definition.schema import wrong_in
from holdfast.workflow.definition.source import Source
from holdfast.workflow.definition.steps import judge_places, judge_steps
from holdfast.workflow.definition.values import unfit_in
from holdfast.workflow.kinds.interface import Kind

LONGEST_CIRCLE = 10
"""Steps that a message names."""


def judge(
    source: Source,
    kinds: Mapping[str, Kind],
    language: Callable[[], Language] | None,
    unknown_place: Callable[[str], str | None] | None = None,
) -> None:
    """Notes all mistakes of a document that was parsed."""
    found = outline(source.value)
    for wrong in wrong_in(source.value, kinds):
        if source.full:
            return
        source.wrong(
            wrong.path, wrong.message + ("" if wrong.known is None else meant(str(wrong.path[-1]), wrong.known))
        )
    for path, message in unfit_in(source.value):
        source.wrong(path, message)
    judge_inputs(source, found.table.get("inputs"))
    judge_steps(source, found, kinds)
    if unknown_place is not None:
        judge_places(source, found, unknown_place)
    circles = list(find_circles(found.waits_for))
    for circle in circles:
        source.wrong(("steps", found.by_id[circle[0]]), f"steps wait for each other: {_shortened(circle)}")
    if language is not None and not circles:
        judge_expressions(source, found, language())


def _shortened(circle: tuple[str, ...]) -> str:
    if len(circle) > LONGEST_CIRCLE:
        circle = (*circle[: LONGEST_CIRCLE - 2], "...", *circle[-2:])
    return " -> ".join(circle)
