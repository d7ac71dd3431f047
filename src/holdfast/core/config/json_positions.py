"""Where the keys of a JSON document are. The json module has accepted the text before, so nothing here judges it."""

from __future__ import annotations

import re
from json import JSONDecoder
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed leaves it out

from holdfast.core.config.table import KeyPath

_SPACE = re.compile(r"[ \t\n\r]*")
_DEPTH = 16
"""Deeper values are skipped whole: no setting is there, and a hostile file must not exhaust the stack."""


def json_positions(text: str) -> tuple[dict[KeyPath, int], list[tuple[KeyPath, int]]]:
    """The offset of each key and array element of a valid JSON document, and those keys that repeat an earlier one."""
    found: dict[KeyPath, int] = {}
    repeated: list[tuple[KeyPath, int]] = []

    def value(at: int, path: KeyPath) -> int:
        if text[at] not in "{[" or len(path) >= _DEPTH:
            return JSONDecoder().raw_decode(text, at)[1]
        in_object, number = text[at] == "{", 0
        at = skip(at + 1)
        while text[at] not in "}]":
            start = at
            name: str | int = number
            if in_object:
                name, at = scanstring(text, at + 1)
                at = skip(skip(at) + 1)  # over the colon
            if (*path, name) in found:
                repeated.append(((*path, name), start))
            found.setdefault((*path, name), start)
            at = skip(value(at, (*path, name)))
            number += 1
            if text[at] == ",":
                at = skip(at + 1)
        return at + 1

    def skip(at: int) -> int:
        match = _SPACE.match(text, at)
        return match.end() if match else at

    value(skip(0), ())
    return found, repeated
