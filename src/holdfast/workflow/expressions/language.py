"""Evaluating CEL expressions (cel.dev): conditions, `for_each`, and what stands in `${...}`."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from holdfast.core.errors import HoldfastError
from holdfast.workflow.expressions import library, plain_paths
from holdfast.workflow.expressions.lexing import MACROS, Reference, references, words
from holdfast.workflow.expressions.library import Refused
from holdfast.workflow.expressions.values import Unfit, plain, weighed

LONGEST = 4_000
"""Characters of an expression."""
MEMORY_BOUND, TIME_BOUND = 2**24, 2**27
"""What is surely below the first in values and characters made, and the second in those compared, is evaluated here."""


def evaluate(text: str, variables: Mapping[str, Any]) -> Any:
    """The value of an expression, as JSON has it. Timestamps and durations become texts.

    A dotted path is looked up without the library. Raises HoldfastError with the expression and the column where it is
    wrong, where a name is not known, where its value is no JSON value or too large, where it takes too long, and where
    the library is missing.
    """
    text = text.strip()
    try:
        return plain(_value(_measured(text), variables))
    except plain_paths.Missing as error:
        raise _mistake(text, error.message, error.at + 1) from error
    except Refused as error:
        raise _mistake(text, error.message, error.column) from error
    except Unfit as error:
        raise _mistake(text, f"it gives {error}") from error


def condition(text: str, variables: Mapping[str, Any]) -> bool:
    """Whether a condition holds. Raises HoldfastError as `evaluate`, and where it is neither true nor false."""
    value = evaluate(text, variables)
    if not isinstance(value, bool):
        raise _mistake(text.strip(), f"a condition is true or false; this is {shown(value)}")
    return value


def names(text: str) -> set[str]:
    """The variables that an expression reads, by their first names: `steps.ship.answer` reads `steps`."""
    return {reference.name for reference in references(text)}


def check(text: str, known: Collection[str] | Mapping[str, Collection[str] | None]) -> str | None:
    """What is wrong with an expression before anything is known of its values: `column 7: ...`; None where nothing is.

    `known` names the variables; as a map, it may also say which parts a variable has: `{"steps": ["tests", "ship"]}`.
    Raises HoldfastError where the library is needed and missing.
    """
    text = text.strip()
    try:
        _measured(text)
        _require_known(text, known)
        if not plain_paths.is_path(text):
            library.compiled(text, known)
    except plain_paths.Missing as error:
        return f"column {error.at + 1}: {error.message}"
    except Refused as error:
        return f"column {error.column}: {error.message}" if error.column > 0 else error.message
    return None


def shown(value: Any) -> str:
    """A value in a message."""
    import json

    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "..."


def _mistake(text: str, message: str, column: int = 0) -> HoldfastError:
    short = " ".join(text.split())
    place = f"column {column}: " if column > 0 else ""
    return HoldfastError(f"expression {short if len(short) <= 120 else short[:117] + '...'}: {place}{message}")


def _measured(text: str) -> str:
    if len(text) > LONGEST:
        raise Refused(f"it has {len(text):,} characters; {LONGEST:,} are the most")
    if not text:
        raise Refused("it is empty")
    if "\0" in text:
        raise Refused("it holds a null character", text.index("\0") + 1)
    return text


def _require_known(text: str, known: Collection[str] | Mapping[str, Collection[str] | None]) -> None:
    for reference in references(text):
        if reference.name not in known:
            raise plain_paths.Missing(
                f"there is no {reference.name}{plain_paths.instead(reference.name, known)}", reference.column - 1
            )
        parts = known[reference.name] if isinstance(known, Mapping) else None
        if parts is not None and reference.attribute is not None and reference.attribute not in parts:
            lack = f"{reference.name} has no {reference.attribute}{plain_paths.instead(reference.attribute, parts)}"
            raise plain_paths.Missing(lack, reference.attribute_column - 1)


def _value(text: str, variables: Mapping[str, Any]) -> Any:
    if plain_paths.is_path(text):
        return plain_paths.look_up(text, variables)
    read = references(text)
    _require_known(text, dict.fromkeys(variables))
    try:
        data, weight, longest = weighed(_used(read, variables))
    except Unfit as error:
        raise Refused(f"what it reads holds {error}") from error
    try:
        if _is_light(text, weight + len(text), max(longest, len(text))):
            return library.worked_out(text, data)
        from holdfast.workflow.expressions.apart import worked_out_apart

        return worked_out_apart(text, data)
    except Refused as error:
        _explain(error, read, variables)
        raise


def _used(read: list[Reference], variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables that are read, and of those that are large only the parts: a run has thousands of steps."""
    used: dict[str, Any] = {}
    for name in {reference.name for reference in read}:
        parts = {reference.attribute for reference in read if reference.name == name}
        whole = variables[name]
        if isinstance(whole, Mapping) and None not in parts:
            used[name] = {part: whole[part] for part in parts if part in whole}
        else:
            used[name] = whole
    return used


def _is_light(text: str, weight: int, longest: int) -> bool:
    """Whether evaluating surely takes little memory and time. The estimate is far above the truth, and never below."""
    found = [word.text for word in words(text)]
    macros = sum(found.count(macro) for macro in MACROS)
    turns: int = math.prod([min(longest, 10_000)] * macros)
    made = 1 + found.count("+") + found.count(",")
    grows = "map" in found or "filter" in found
    if made > 1 + macros or grows or "matches" in found:
        copied = longest if grows else 1
        searched = len(text) if "matches" in found else 1
        return weight * made * turns * copied * searched < MEMORY_BOUND
    return weight * turns < TIME_BOUND


def _explain(error: Refused, read: list[Reference], variables: Mapping[str, Any]) -> None:
    """Where a key was missing: which, and what there is instead."""
    for reference in read:
        whole = variables[reference.name]
        missing = isinstance(whole, Mapping) and reference.attribute is not None and reference.attribute not in whole
        if missing and error.message.endswith(f'Key not found in map : "{reference.attribute}"'):
            near = plain_paths.instead(reference.attribute or "", whole)
            raise Refused(f"{reference.name} has no {reference.attribute}{near}", reference.attribute_column) from error
