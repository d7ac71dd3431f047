"""The words of an expression, as the CEL specification's lexis has them: enough to know which names it uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

MACROS = ("map", "filter", "all", "exists", "exists_one", "existsOne")
LITERALS = ("true", "false", "null", "in")
TYPES = (
    *("bool", "bytes", "double", "duration", "dyn", "google", "int", "list", "map", "null_type", "string", "timestamp"),
    *("type", "uint"),
)
ENDS_OPERAND = (")", "]", "}")

_WORD = re.compile(
    r"""
    (?P<space>\s+|//[^\n]*)
  | (?P<string>[bB]?[rR][bB]?(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"[^"\n]*"|'[^'\n]*')
      | [bB]?(?:\"{3}(?:\\.|[^\\])*?\"{3}|'{3}(?:\\.|[^\\])*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
  | (?P<number>0[xX][0-9a-fA-F]+[uU]?|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[uU]?)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<quoted>`[^`\n]*`)
  | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Word(NamedTuple):
    """One word: a string, number, name, quoted (a field in backticks) or sign. `at` counts characters from 0."""

    kind: str
    text: str
    at: int


class Reference(NamedTuple):
    """A variable that an expression reads: `steps.ship.answer` reads `ship` of `steps`. Columns start at 1."""

    name: str
    attribute: str | None
    """The part of it that is read; None where it is the whole, or a part that is only known when it is evaluated."""
    column: int
    attribute_column: int


def words(text: str, start: int = 0) -> Iterator[Word]:
    """The words of an expression, without spaces and comments. A sign that CEL does not know is a word too."""
    for found in _WORD.finditer(text, start):
        if found.lastgroup and found.lastgroup != "space":
            yield Word(found.lastgroup, found.group(), found.start())


def references(text: str) -> list[Reference]:
    """The variables that an expression reads, in their order, without those that its macros bind (`l.all(x, ..)`)."""
    found = list(words(text))
    bound: list[str | None] = []
    read = []
    for place, word in enumerate(found):
        if word.text == "(":
            bound.append(_bound_by(found, place))
        elif word.text == ")" and bound:
            bound.pop()
        elif word.kind == "name" and _is_variable(found, place) and word.text not in bound:
            read.append(_reference(found, place))
    return read


def _is_variable(found: list[Word], place: int) -> bool:
    if found[place].text in LITERALS or found[place].text in TYPES or _text(found, place + 1) == "(":
        return False
    if _text(found, place - 1) != ".":
        return True
    before = found[place - 2] if place > 1 else None
    return before is None or (before.kind == "sign" and before.text not in ENDS_OPERAND)


def _bound_by(found: list[Word], opening: int) -> str | None:
    """The variable that the macro binds whose parenthesis this is."""
    is_macro = opening > 1 and _text(found, opening - 1) in MACROS and _text(found, opening - 2) == "."
    if is_macro and opening + 2 < len(found) and found[opening + 1].kind == "name" and found[opening + 2].text == ",":
        return found[opening + 1].text
    return None


def _reference(found: list[Word], place: int) -> Reference:
    word, after = found[place], found[place + 1 : place + 4]
    attribute, at = None, word.at
    if len(after) > 1 and after[0].text == "." and after[1].kind == "name" and _text(found, place + 3) != "(":
        attribute, at = after[1].text, after[1].at
    elif len(after) > 2 and after[0].text == "[" and after[2].text == "]" and re.fullmatch(PLAIN_TEXT, after[1].text):
        attribute, at = after[1].text[1:-1], after[1].at
    return Reference(word.text, attribute, word.at + 1, at + 1)


PLAIN_TEXT = r"""'[^'"\\\n]*'|"[^'"\\\n]*\""""


def _text(found: list[Word], place: int) -> str:
    return found[place].text if 0 <= place < len(found) else ""


def closing(text: str, start: int) -> int | None:
    """Where the `}` stands that closes a `${` whose expression begins at `start`; None where there is none."""
    depth = 0
    for word in words(text, start):
        if word.text == "{":
            depth += 1
        elif word.text == "}" and depth == 0:
            return word.at
        elif word.text == "}":
            depth -= 1
    return None
