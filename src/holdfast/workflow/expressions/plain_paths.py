"""Dotted paths, `steps.ship.answer`, looked up without the CEL library, with the same result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from holdfast.workflow.expressions.lexing import LITERALS, TYPES

RESERVED = (
    *("as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package"),
    *("namespace", "return", "var", "void", "while", *LITERALS, *TYPES),
)
_NAME, _KEY = "[A-Za-z_][A-Za-z0-9_]*", r"""'[^'"\\\n]*'|"[^'"\\\n]*\""""
PATH = re.compile(rf"{_NAME}(?:\.{_NAME}|\[(?:{_KEY}|0|[1-9]\d{{0,8}})\]){{0,30}}")
RESERVED_PART = re.compile(rf"(?:^|\.)(?:{'|'.join(RESERVED)})(?![A-Za-z0-9_])")
_PART = re.compile(r"""\.?(?P<name>[A-Za-z_][A-Za-z0-9_]*)|\[(?:['"](?P<key>[^'"]*)['"]|(?P<index>\d+))\]""")
MOST_NAMED = 12


class Missing(Exception):
    """A path that leads nowhere: the message, and where in the path, from 0."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message, self.at = message, at


def is_path(text: str) -> bool:
    """Whether an expression is a path alone, so that it can be looked up here."""
    return PATH.fullmatch(text) is not None and RESERVED_PART.search(text) is None


def look_up(path: str, variables: Mapping[str, Any]) -> Any:
    """What a path leads to. Raises Missing, with the nearest name that there is."""
    value: Any = variables
    way = ""
    for part in _PART.finditer(path):
        name, key, index = part.group("name", "key", "index")
        if index:
            value = _item(value, int(index), way, part.start())
        else:
            value = _entry(value, name or key or "", way, part.start())
        way = path[: part.end()]
    return value


def _entry(value: Any, name: str, way: str, at: int) -> Any:
    if not isinstance(value, Mapping):
        raise Missing(f"{way} is {kind_of(value)}, and has no {name or repr(name)}", at)
    if name not in value:
        lack = f"{way} has no {name or repr(name)}" if way else f"there is no {name}"
        raise Missing(f"{lack}{instead(name, value)}", at + (1 if way else 0))
    return value[name]


def _item(value: Any, index: int, way: str, at: int) -> Any:
    if not isinstance(value, list | tuple):
        raise Missing(f"{way} is {kind_of(value)}, and has no [{index}]", at)
    if index >= len(value):
        raise Missing(f"{way} has {len(value)} entries, and no [{index}]", at)
    return value[index]


def instead(name: str, known: Iterable[object]) -> str:
    """`; did you mean ship?`, or else what is known, or nothing."""
    from holdfast.core.config.mistakes import nearest

    there = sorted(str(each) for each in known)
    meant = nearest(name, there[:10_000])
    if meant:
        return f"; did you mean {meant[:80]}?"
    shown = ", ".join(each[:80] for each in there[:MOST_NAMED])
    return f"; known: {shown}{', ...' if len(there) > MOST_NAMED else ''}" if there else ""


def kind_of(value: Any) -> str:
    """What a value is, for people: `a text`, `null`."""
    names = ((bool, "true or false"), (int | float, "a number"), (str, "a text"), (Mapping, "a map"))
    if value is None:
        return "null"
    return next((name for kind, name in names if isinstance(value, kind)), "a list")
