"""TOML as far as an environment needs it: tomllib where Python has it, a line reader where it has not (3.8 to 3.10)."""

from __future__ import annotations

import json
import re
from typing import Any, Iterator, Tuple

from .values import Unusable, cut

Keys = Tuple[str, ...]

_KEY = r"(?:\"(?:[^\"\\]|\\.)*\"|'[^']*'|[A-Za-z0-9_-]+)"
_PART = re.compile(_KEY)
_DOTTED = rf"({_KEY}(?:[ \t]*\.[ \t]*{_KEY})*)"
_TABLE = re.compile(rf"[ \t]*(\[\[?)[ \t]*{_DOTTED}[ \t]*\]\]?[ \t]*(?:#.*)?$")
_PAIR = re.compile(rf"[ \t]*{_DOTTED}[ \t]*=[ \t]*(.*)$")
_TOKEN = re.compile(r"\"\"\"|'''|\"(?:[^\"\\]|\\.)*\"|'[^']*'|#.*|[\[\]{}]")
_SIMPLE = re.compile(r"(\"(?:[^\"\\]|\\.)*\"|'[^']*'|true|false|[+-]?[0-9]{1,18})[ \t]*(?:#.*)?$")
_VERSION = re.compile(r"\{.*\bversion[ \t]*=[ \t]*(\"[^\"\\]*\"|'[^']*')")
HINT = "mend the TOML; a TOML-aware editor shows the place"


class NotRead:
    """A value that the line reader does not read, such as an array."""


def tables(text: str, file: str) -> dict[str, Any]:
    """A TOML document as nested dictionaries. Raises Unusable with the file and the line."""
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
    for number, ended in enumerate(text.split("\n"), 1):
        line = ended.rstrip("\r")
        if depth > 0 or quote:
            depth, quote = _after(line, depth, quote)
            continue
        header, pair = _TABLE.match(line), _PAIR.match(line)
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
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _after(line: str, depth: int, quote: str) -> tuple[int, str]:
    """How deep in brackets, and in which multi-line text, the line ends."""
    at = 0
    while True:
        if quote:
            end = line.find(quote, at)
            if end < 0:
                return depth, quote
            at, quote = end + 3, ""
        token = _TOKEN.search(line, at)
        if token is None:
            return depth, ""
        at, said = token.end(), token.group()
        if said in ('"""', "'''"):
            quote = said
        elif said in "[]{}":
            depth += 1 if said in "[{" else -1


def _value(raw: str) -> Any:
    simple = _SIMPLE.match(raw)
    said = simple.group(1) if simple else None
    if said is None:
        version = _VERSION.match(raw)
        return {"version": version.group(1)[1:-1]} if version else NotRead()
    if said[0] == "'":
        return said[1:-1]
    try:
        return json.loads(said.lstrip("+"))
    except ValueError:
        return NotRead()
