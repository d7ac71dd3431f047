"""What cannot be handed on: YAML's escapes and JSON's can make any character, and their numbers have no bounds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from holdfast.core.config.table import KeyPath

DEEPEST = 32
"""Lists and tables in each other, as in a file."""


def unfit_in(value: Any, at: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Each place in a value with what no program could be given and no JSON could hold, and what it is."""
    if len(at) > DEEPEST:
        yield at, "is nested too deep"
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from unfit_in(key, at)
            yield from unfit_in(each, (*at, key))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from unfit_in(each, (*at, place))
    elif isinstance(value, float) and not math.isfinite(value):
        yield at, "must be a finite number"
    elif isinstance(value, str) and not value.isprintable():
        yield from ((at, message) for message in _unfit_characters(value))


def _unfit_characters(text: str) -> Iterator[str]:
    if "\0" in text:
        yield "holds a null character"
    if any("\ud800" <= character <= "\udfff" for character in text):
        yield "holds half of a surrogate pair, which is no character"
