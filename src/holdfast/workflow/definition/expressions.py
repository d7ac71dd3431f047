"""The expressions of a file, judged before it runs: whether they can be read, and whether what they name is there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from holdfast.core.config.table import KeyPath
from holdfast.core.errors import HoldfastError
from holdfast.workflow.definition.outline import Before, Outline
from holdfast.workflow.definition.schema import STEP
from holdfast.workflow.definition.source import Source
from holdfast.workflow.model import ALWAYS, ON_FAILURE

RUN_NAMES = ("inputs", "run", "commit", "branch", "project")
STEP_NAMES = (*RUN_NAMES, "steps", "env")
ITEM_NAMES = (*STEP_NAMES, "item", "index")
FILLED = ("env", "idempotency_key", "concurrency", "cwd", "artifacts", "probe")
"""Fields of every kind of step whose texts may hold `${...}`."""
_QUOTED = re.compile(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""")
_STEP = re.compile(r"(?<![\w.])steps\.([A-Za-z_]\w*)")
_USES_SECRET = re.compile(r"(?<![\w.])secrets\b")
_SECRET = re.compile(r"\s*secrets\.[A-Za-z_][A-Za-z0-9_]*\s*")


class Piece(Protocol):
    """A part of a text: as it is, or an expression."""

    @property
    def text(self) -> str: ...
    @property
    def is_expression(self) -> bool: ...


class Language(Protocol):
    """What is known of expressions; the package holdfast.workflow.expressions is one."""

    def check(self, text: str, known: Mapping[str, Collection[str] | None], /) -> str | None:
        """What is wrong with an expression that may use these names and parts of them, or None.

        Raises HoldfastError where that cannot be told.
        """
        ...

    def parts(self, text: str, /) -> Iterable[Piece]:
        """The pieces of a text that may hold `${...}`. Raises HoldfastError."""
        ...


class _Scope(NamedTuple):
    """What expressions at a place may name."""

    names: Collection[str]
    reader: str | None = None
    """The step whose turn has come; None where any step may be named."""


def judge_expressions(source: Source, found: Outline, language: Language) -> None:
    """Notes what is wrong with the expressions of a file in which no steps wait for each other."""
    judging = _Judging(source, found, language)
    judging.texts(("concurrency",), found.table.get("concurrency"), _Scope(RUN_NAMES))
    for name in FILLED:
        judging.texts(("defaults", name), found.defaults.get(name), _Scope(ITEM_NAMES))
    for number, step in enumerate(found.steps):
        judging.step(number, step)


class _Judging:
    """Notes mistakes of expressions."""

    def __init__(self, source: Source, found: Outline, language: Language) -> None:
        self._source, self._found, self._language = source, found, language
        self._before = Before(found)
        inputs = found.table.get("inputs", {})
        self._inputs = [str(name) for name in inputs] if isinstance(inputs, dict) else None

    def step(self, number: int, step: Mapping[str, Any]) -> None:
        at: KeyPath = ("steps", number)
        name = step.get("id")
        reader = name if isinstance(name, str) and step.get("when") not in (ALWAYS, ON_FAILURE) else None
        scope = _Scope(ITEM_NAMES if "for_each" in step else STEP_NAMES, reader)
        for field, names in (("if", scope.names), ("for_each", STEP_NAMES)):
            if isinstance(step.get(field), str):
                self._expression((*at, field), step[field], _Scope(names, reader))
        for field in step:
            if field in FILLED or field not in STEP:
                self.texts((*at, field), step[field], scope)

    def texts(self, at: KeyPath, value: Any, scope: _Scope) -> None:
        """Judges every `${...}` in a text, list or table."""
        for path, text in strings_in(value, at):
            if "${" in text and not self._source.full and path[2:] != ("run",):  # a shell's text has none
                self._text(path, text, scope)

    def _text(self, at: KeyPath, text: str, scope: _Scope) -> None:
        try:
            held = [piece.text for piece in self._language.parts(text) if piece.is_expression]
        except HoldfastError as error:
            self._source.wrong(at, _said(error))
            return
        for expression in held:
            if not _USES_SECRET.search(_QUOTED.sub("''", expression)):
                self._expression(at, expression, scope)
            elif not _SECRET.fullmatch(expression):
                self._source.wrong(at, "nothing can be computed with a secret; write ${secrets.NAME}")
            elif at[1:2] != ("env",) and at[2:3] != ("env",):
                self._source.wrong(at, "a secret may stand in `env` alone, as everybody can see a program's words")

    def _expression(self, at: KeyPath, text: str, scope: _Scope) -> None:
        known: dict[str, Collection[str] | None] = dict.fromkeys(scope.names)
        known["inputs"] = self._inputs
        if "steps" in known:
            known["steps"] = self._found.by_id
        try:
            wrong = self._language.check(text, known)
        except HoldfastError as error:
            wrong = _said(error)
        if wrong is not None:
            self._source.wrong(at, wrong)
        elif scope.reader is not None:
            self._order(at, text, scope.reader)

    def _order(self, at: KeyPath, text: str, reader: str) -> None:
        for name in dict.fromkeys(_STEP.findall(_QUOTED.sub("''", text))):
            if name in self._found.by_id and not self._before.has_ended(name, reader):
                self._source.wrong(at, f"`{name}` may not have ended by then; name it in `needs`")


def _said(error: HoldfastError) -> str:
    return f"{error.message}; {error.hint}" if error.hint else error.message


def strings_in(value: Any, at: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Every text in a value, with its path; names of keys are none."""
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from strings_in(each, (*at, key))
