"""Texts with expressions in them: `${steps.build.outputs.version}`. `$${` is a literal `${`."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.workflow.expressions.language import evaluate, names, shown
from holdfast.workflow.expressions.lexing import closing
from holdfast.workflow.expressions.values import Unfit, as_text

LONGEST_TEXT = 2**20
DEEPEST = 64


class Part(NamedTuple):
    """A piece of a text: as it is, or an expression. `column` counts from 1."""

    text: str
    is_expression: bool
    column: int


def parts(text: str) -> Iterator[Part]:
    """The pieces of a text, in their order. Raises HoldfastError where a `${` is not closed."""
    if len(text) > LONGEST_TEXT:
        raise HoldfastError(f"a text of {len(text):,} characters; {LONGEST_TEXT:,} are the most")
    here = 0
    while (found := text.find("${", here)) >= 0:
        if found > here and text[found - 1] == "$":
            yield Part(text[here : found - 1] + "${", is_expression=False, column=here + 1)
            here = found + 2
            continue
        if found > here:
            yield Part(text[here:found], is_expression=False, column=here + 1)
        end = closing(text, found + 2)
        if end is None:
            raise HoldfastError(
                f"{shown(text)}: column {found + 1}: ${{ is not closed", hint="write $${ for a literal ${"
            )
        yield Part(text[found + 2 : end], is_expression=True, column=found + 3)
        here = end + 1
    if here < len(text):
        yield Part(text[here:], is_expression=False, column=here + 1)


def references_of(value: Any) -> set[str]:
    """The first names of all variables that the expressions in a text, list or map read. Raises as `parts`."""
    if isinstance(value, str):
        return {name for part in parts(value) if part.is_expression for name in names(part.text)}
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return {name for each in inside for name in references_of(each)}


class _Filling(NamedTuple):
    """What texts are filled with."""

    variables: Mapping[str, Any]
    keep: frozenset[str]
    typed: bool


def filled(
    value: Any, variables: Mapping[str, Any], keep: Collection[str] = ("secrets",), *, typed: bool = False
) -> Any:
    """The value with every `${...}` in its texts worked out; lists and maps are walked, keys stay as they are.

    What an expression gives becomes text: true and false, numbers, and lists and maps as JSON. With `typed`, a text
    that is one expression and nothing else becomes its value. An expression that reads a name in `keep` stays as it
    is, for whoever performs the step; a value that would look like one is refused. Raises HoldfastError.
    """
    return _filled(value, _Filling(variables, frozenset(keep), typed), 0)


def _filled(value: Any, filling: _Filling, depth: int) -> Any:
    if depth > DEEPEST:
        raise HoldfastError(f"lists and maps nested more than {DEEPEST} deep")
    if isinstance(value, str):
        return _filled_text(value, filling) if "${" in value else value
    if isinstance(value, Mapping):
        return {key: _filled(each, filling, depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(each, filling, depth + 1) for each in value]
    return value


def _filled_text(text: str, filling: _Filling) -> Any:
    pieces = list(parts(text))
    if filling.typed and len(pieces) == 1 and pieces[0].is_expression and not _is_kept(pieces[0], filling):
        value = evaluate(pieces[0].text, filling.variables)
        _require_no_reference(json.dumps(value, ensure_ascii=False), filling.keep)
        return value
    made = [None if _is_kept(piece, filling) else _text(piece, filling) for piece in pieces]
    _require_no_reference("".join("\0" if text is None else text for text in made), filling.keep)
    return "".join(f"${{{piece.text}}}" if text is None else text for piece, text in zip(pieces, made, strict=True))


def _is_kept(piece: Part, filling: _Filling) -> bool:
    used = names(piece.text) & filling.keep if piece.is_expression else None
    if used and not re.fullmatch(r"\s*\w+\.\w+\s*", piece.text, re.ASCII):
        name = min(used)
        raise HoldfastError(
            f"expression {piece.text.strip()[:120]}: {name} are put in as they are, nothing can be computed with them",
            hint=f"write ${{{name}.NAME}}",
        )
    return bool(used)


def _text(piece: Part, filling: _Filling) -> str:
    if not piece.is_expression:
        return piece.text
    try:
        return as_text(evaluate(piece.text, filling.variables))
    except Unfit as error:
        raise HoldfastError(f"expression {piece.text.strip()[:120]}: it gives {error}") from error


def _require_no_reference(text: str, keep: Collection[str]) -> None:
    """A value from outside must not name a secret, which would be put in its place later."""
    for part in text.split("${")[1:]:
        name = next((name for name in keep if part.lstrip().startswith(name)), None)
        if name:
            raise HoldfastError(f"a value holds ${{{name}..., which would be taken for a reference: {shown(text)}")
