"""Conditions, and the items of a fan-out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from holdfast.core.errors import HoldfastError
from holdfast.workflow.model import Step

MOST_ITEMS = 100_000
_OF_ITEM = re.compile(r"\b(?:item|index)\b")


def holds(step: Step, known: Mapping[str, Any], *, of_item: bool) -> bool:
    """Whether the step's condition holds. One that speaks of `item` or `index` is asked of each item.

    Raises HoldfastError where it cannot be worked out.
    """
    if step.condition is None or (step.for_each is not None and of_item != bool(_OF_ITEM.search(step.condition))):
        return True
    from holdfast.workflow.expressions import condition

    return condition(step.condition, known)


def items_of(step: Step, known: Mapping[str, Any]) -> Sequence[Any]:
    """What the step is done for, each a JSON value. Raises HoldfastError where `for_each` gives no list.

    A text that is a JSON list will do: what a step hands on is text.
    """
    items = _read(step.for_each or "")  # a list that stands in the file, of any length
    if not isinstance(items, list):
        from holdfast.workflow.expressions import evaluate

        items = evaluate(step.for_each or "", known)
    if isinstance(items, str):
        items = _read(items)
    if not isinstance(items, list):
        raise HoldfastError(f"for_each: {step.for_each} gives no list")
    if len(items) > MOST_ITEMS:
        raise HoldfastError(f"for_each: {len(items):,} items; {MOST_ITEMS:,} are the most")
    return items


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # the latter where it is nested a thousand deep
        return text
