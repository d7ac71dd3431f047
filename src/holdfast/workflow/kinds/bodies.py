"""Judging what a file says of a step: every mistake with the way to it.

A text that holds `${...}` may become anything once it is worked out: it is let through here, and judged again when the
step's command is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from holdfast.core.config.kinds import DURATION, Unfit, shown
from holdfast.core.config.mistakes import nearest
from holdfast.core.errors import HoldfastError

Problem = tuple[tuple[str | int, ...], str]
"""The way to a mistake, and what it is."""
MOST_COMMANDS = 1000


class Field(NamedTuple):
    """One key of a body."""

    judge: Callable[[Any], Iterator[Problem]]
    required: bool = False


def judged(body: Any, fields: Mapping[str, Field], example: str) -> list[Problem]:
    """The mistakes of a body that is a map with these keys."""
    if not isinstance(body, Mapping):
        return [((), f"must be a map, such as {example}, not {shown(body)}")]
    return list(_judged(body, fields))


def _judged(body: Mapping[Any, Any], fields: Mapping[str, Field]) -> Iterator[Problem]:
    for key, value in body.items():
        if key in fields:
            for way, message in fields[key].judge(value):
                yield (key, *way), message
        else:
            meant = nearest(str(key), fields)
            yield (str(key),), f"unknown key{f'; did you mean {meant}?' if meant else ''}; known: {', '.join(fields)}"
    for key, field in fields.items():
        if field.required and key not in body:
            yield (), f"{key} is missing"


def require(problems: Sequence[Problem], kind: str) -> None:
    """Raises HoldfastError with the first mistake of a body whose expressions are worked out."""
    for way, message in problems:
        raise HoldfastError(": ".join([kind, *(str(part) for part in way), message]))


def is_open(value: Any) -> bool:
    """Whether a value is a text that an expression will fill."""
    return isinstance(value, str) and "${" in value


def a_text(value: Any) -> Iterator[Problem]:
    """A text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        yield (), f"must be a text, not {shown(value)}"
    elif "\0" in value:
        yield (), "must not hold a null character"


def texts(value: Any) -> Iterator[Problem]:
    """A list of texts, with one at least."""
    if not isinstance(value, list | tuple) or not value:
        yield (), f"must be a list of texts, not {shown(value)}"
        return
    for place, each in enumerate(value):
        for _, message in a_text(each):
            yield (place,), message


def argv(value: Any) -> Iterator[Problem]:
    """A program and its arguments. Numbers count as texts, as in `[--jobs, 4]`; an argument may be empty."""
    if not isinstance(value, list | tuple) or not value:
        yield (), f"must be a list of a program and its arguments, not {shown(value)}"
        return
    for place, each in enumerate(value):
        if isinstance(each, bool) or not isinstance(each, str | int | float):
            yield (place,), f"must be a text, not {shown(each)}; put it in quotes"
        elif isinstance(each, str) and ("\0" in each or (place == 0 and not each.strip())):
            yield (place,), "must name a program" if place == 0 else "must not hold a null character"


def command(value: Any) -> Iterator[Problem]:
    """An argv, or a text for the shell, into which nothing is put."""
    if not isinstance(value, str):
        yield from argv(value)
        return
    yield from a_text(value)
    if "${" in value.replace("$${", ""):
        yield (), (
            "a text runs in the shell, where no escaping makes ${...} safe: put the value in env, "
            'such as env: {TARGET: "${inputs.target}"}, and write "$TARGET"; or make it a list of arguments'
        )


def commands(value: Any) -> Iterator[Problem]:
    """A list of commands, with one at least."""
    if not isinstance(value, list | tuple) or not value:
        yield (), f"must be a list of commands, not {shown(value)}"
        return
    for place, each in enumerate(value[:MOST_COMMANDS]):
        for way, message in command(each):
            yield (place, *way), message
    if len(value) > MOST_COMMANDS:
        yield (MOST_COMMANDS,), f"more than {MOST_COMMANDS} commands"


def a_number(value: Any) -> Iterator[Problem]:
    """A number, as YAML has it or as a text."""
    if not is_open(value) and number(value) is None:
        yield (), f"must be a number, not {shown(value)}"


def number(value: Any) -> float | None:
    """The number that a value is, or None; infinity and NaN are none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if abs(found) < float("inf") else None


def a_duration(value: Any) -> Iterator[Problem]:
    """A time such as 90s, 10m, 1h30m."""
    if not is_open(value):
        try:
            DURATION.accept(value)
        except Unfit as error:
            yield (), str(error)


def a_flag(value: Any) -> Iterator[Problem]:
    """True or false."""
    if not isinstance(value, bool) and not is_open(value) and value not in ("true", "false"):
        yield (), f"must be true or false, not {shown(value)}"


def a_map(value: Any) -> Iterator[Problem]:
    """A map whose keys are texts."""
    if not isinstance(value, Mapping):
        yield (), f"must be a map, not {shown(value)}"
        return
    for key in value:
        if not isinstance(key, str) or not key:
            yield (str(key),), "a key must be a text"


def one_of(*choices: str) -> Callable[[Any], Iterator[Problem]]:
    """One of some words."""

    def judge(value: Any) -> Iterator[Problem]:
        if value not in choices and not is_open(value):
            yield (), f"must be one of {', '.join(choices)}, not {shown(value)}"

    return judge


def words_of(value: Sequence[Any]) -> tuple[str, ...]:
    """An argv as texts."""
    return tuple(each if isinstance(each, str) else str(each) for each in value)
