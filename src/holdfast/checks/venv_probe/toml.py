"""TOML as far as an environment needs it: tomllib where Python has it, a line reader where it has not (3.8 to 3.10)."""

from __future__ import annotations

import re
from typing import Any, Iterator, Tuple

from .values import Unusable, cut

Keys = Tuple[str, ...]

# Patterns are compiled where they are used: with tomllib there, most runs use none of them.
_KEY = r"(?:\"(?:[^\"\\]|\\.)*\"|'[^']*'|[A-Za-z0-9_-]+)"
_DOTTED = rf"({_KEY}(?:[ \t]*\.[ \t]*{_KEY})*)"
_TABLE = rf"[ \t]*(\[\[?)[ \t]*{_DOTTED}[ \t]*\]\]?[ \t]*(?:#.*)?$"
_PAIR = rf"[ \t]*{_DOTTED}[ \t]*=[ \t]*(.*)$"
_MARK = r"\"\"\"|'''|\"(?:[^\"\\]|\\.)*\"|'[^']*'|#.*|[\[\]{}]"
_SIMPLE = r"(\"(?:[^\"\\]|\\.)*\"|'[^']*'|true|false|[+-]?[0-9]{1,18})[ \t]*(?:#.*)?$"
_VERSION = r"\{.*\bversion[ \t]*=[ \t]*(\"[^\"\\]*\"|'[^']*')"
HINT = "mend the TOML; a TOML-aware editor shows the place"


PARSED: dict[str, dict[str, Any]] = {}
"""Documents by their text, so that none is parsed twice in a process; a caller may add those that it has."""


class NotRead:
    """A value that the line reader does not read, such as an array."""


def tables(text: str, file: str) -> dict[str, Any]:
    """A TOML document as nested dictionaries, which are shared. Raises Unusable with the file and the line."""
    if text not in PARSED:
        PARSED[text] = _parsed(text, file)
    return PARSED[text]


def _parsed(text: str, file: str) -> dict[str, Any]:
    try:
        import tomllib
    except ModuleNotFoundError:
        return tables_by_line(text, file)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = re.search(r" \(at line ([0-9]+), column [0-9]+\)$", str(error))
        line = where.group(1) if where else str(text.count("\n") + 1)
        said = str(error)[: where.start()] if where else str(error)
        raise Unusable(f"{file}:{line}: not TOML: {cut(said)}", HINT) from error
    except (RecursionError, ValueError) as error:  # nested a thousand deep, a number of 5000 digits, a 13th month
        raise Unusable(f"{file}: not TOML that can be read: {cut(error)}", HINT) from error


def tables_by_line(text: str, file: str) -> dict[str, Any]:
    """The same without tomllib: texts, whole numbers and booleans; anything else is NotRead. Raises Unusable."""
    document: dict[str, Any] = {}
    for line, keys, raw in _lines(text, file):
        table = document
        for key in keys if raw is None else keys[:-1]:
            table = table.setdefault(key, {})
            if not isinstance(table, dict):
                raise Unusable(f"{file}:{line}: not TOML: {cut(key)} is a value and a table", HINT)
        if raw is not None:
            table[keys[-1]] = _value(raw)
    return document


def line_of(text: str, keys: Keys) -> int | None:
    """The line, from 1, on which a key of a document that was read gets its value."""
    return next((line for line, found, raw in _lines(text, "") if found == keys and raw is not None), None)


def _lines(text: str, file: str) -> Iterator[tuple[int, Keys, str | None]]:
    """Line, full key and raw value of each assignment; a table's own line has no value."""
    table: Keys = ()
    depth, quote, ignored = 0, "", False
    tables_at, pairs_at = re.compile(_TABLE).match, re.compile(_PAIR).match
    for number, ended in enumerate(text.split("\n"), 1):
        line = ended.rstrip("\r")
        if depth > 0 or quote:
            depth, quote = _after(line, depth, quote)
            continue
        header, pair = tables_at(line), pairs_at(line)
        if header:
            table, ignored = _keys(header.group(2)), header.group(1) == "[["
            if not ignored:
                yield number, table, None
        elif pair:
            depth, quote = _after(pair.group(2), 0, "")
            if not ignored:
                yield number, table + _keys(pair.group(1)), pair.group(2)
        elif file and line.strip() and not line.lstrip().startswith("#"):
            raise Unusable(f"{file}:{number}: not TOML: {cut(line.strip())}", HINT)


def _keys(dotted: str) -> Keys:
    return tuple(part.strip("\"'") for part in re.findall(_KEY, dotted))


def _after(line: str, depth: int, quote: str) -> tuple[int, str]:
    """How deep in brackets, and in which multi-line text, the line ends."""
    at = 0
    while True:
        if quote:
            end = line.find(quote, at)
            if end < 0:
                return depth, quote
            at, quote = end + 3, ""
        token = re.compile(_MARK).search(line, at)
        if token is None:
            return depth, ""
        at, said = token.end(), token.group()
        if said in ('"""', "'''"):
            quote = said
        elif said in "[]{}":
            depth += 1 if said in "[{" else -1


def _value(raw: str) -> Any:
    simple = re.match(_SIMPLE, raw)
    said = simple.group(1) if simple else None
    if said is None:
        version = re.match(_VERSION, raw)
        return {"version": version.group(1)[1:-1]} if version else NotRead()
    if said[0] == "'":
        return said[1:-1]
    import json

    try:
        return json.loads(said.lstrip("+"))
    except ValueError:
        return NotRead()
