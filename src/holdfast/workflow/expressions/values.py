"""What goes into an expression and what comes out of it: JSON values within bounds, nothing else."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

LONGEST_TEXT = 2**20
"""Characters of one text."""
MOST_ENTRIES = 100_000
"""Of one list or map."""
MOST_VALUES = 1_000_000
"""Of all lists and maps of a value together."""
MOST_TEXT = 16 * 2**20
"""Characters of all texts of a value together."""
DEEPEST = 64
SMALLEST, LARGEST = -(2**63), 2**63 - 1


class Unfit(Exception):
    """A value that an expression may not give or be given; the message says why."""


class _Weight:
    """Counts what a value is made of, and says when it is too much."""

    def __init__(self) -> None:
        self.values = self.characters = self.longest = 0

    def entries(self, count: int) -> None:
        if count > MOST_ENTRIES:
            raise Unfit(f"a list or map with {count:,} entries; {MOST_ENTRIES:,} are the most")
        self.longest = max(self.longest, count)
        self.values += count
        if self.values > MOST_VALUES:
            raise Unfit(f"lists and maps with more than {MOST_VALUES:,} values in all")

    def text(self, text: str) -> str:
        if len(text) > LONGEST_TEXT:
            raise Unfit(f"a text of {len(text):,} characters; {LONGEST_TEXT:,} are the most")
        self.characters += len(text)
        if self.characters > MOST_TEXT:
            raise Unfit(f"texts with more than {MOST_TEXT:,} characters in all")
        if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
            raise Unfit("a text with half a surrogate pair, which is not Unicode")
        return text


def plain(value: Any) -> Any:
    """The value as JSON has it: timestamps and durations become texts (RFC 3339, `5400s`). Raises Unfit."""
    return _plain(value, _Weight(), 0)


def weighed(value: Any) -> tuple[Any, int, int]:
    """The value as `plain`, how much it is (values and characters), and how long its longest list or map is."""
    weight = _Weight()
    made = _plain(value, weight, 0)
    return made, 1 + weight.values + weight.characters, weight.longest


def _plain(value: Any, weight: _Weight, depth: int) -> Any:
    if depth > DEEPEST:
        raise Unfit(f"lists and maps nested more than {DEEPEST} deep")
    if isinstance(value, str):
        return weight.text(str(value))
    if isinstance(value, Mapping):
        weight.entries(len(value))
        return {_key(key, weight): _plain(each, weight, depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple):
        weight.entries(len(value))
        return [_plain(each, weight, depth + 1) for each in value]
    return _scalar(value)


def _key(key: Any, weight: _Weight) -> str:
    if not isinstance(key, str):
        raise Unfit(f"a map with the key {key!r:.60}; keys are texts")
    return weight.text(key)


def _scalar(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if not SMALLEST <= value <= LARGEST:
            raise Unfit("a whole number that does not fit 64 bits")
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Unfit(f"the number {value}, which JSON does not have")
        return value
    return _time(value)


def _time(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return f"{value.total_seconds():.6f}".rstrip("0").rstrip(".") + "s"
    if isinstance(value, bytes | bytearray):
        raise Unfit("bytes; string(..) makes a text of them")
    raise Unfit(f"a {type(value).__name__.lower()}, which is not a value")


def as_text(value: Any) -> str:
    """A value as an argument or a variable holds it: texts as they are, lists and maps as JSON. Raises Unfit."""
    if value is None:
        raise Unfit("null, which is no text; say what to take instead: x == null ? '' : x")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if "\0" in text:
        raise Unfit("a text with a null character, which no program can be given")
    return text
