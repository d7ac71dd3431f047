"""The one module that imports cel-expr-python, Google's CEL: cel.dev, github.com/google/cel-spec."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from holdfast.core.errors import HoldfastError

NEEDED = "pip install 'holdfast[workflow]'"
WHERE = re.compile(r"<input>:(-?\d+):(-?\d+): (.*)")
BUDGET = ("Iteration budget exceeded", "recursion limit", "recursion depth")


class Refused(Exception):
    """What the library did not take or could not work out: its message, and the column, or 0 where it names none."""

    def __init__(self, message: str, column: int = 0) -> None:
        super().__init__(message)
        self.message, self.column = message, column


def compiled(text: str, names: Iterable[str]) -> Any:
    """The expression, ready to be evaluated. Raises Refused, and HoldfastError where the library is missing."""
    return _compiled(text, tuple(sorted(names)))


@lru_cache(maxsize=256)
def _compiled(text: str, names: tuple[str, ...]) -> Any:
    try:
        return _environment(names).compile(text)
    except (RuntimeError, ValueError) as error:  # what pybind11 makes of an absl::Status
        raise _refused(str(error), text) from error


@lru_cache(maxsize=64)
def _environment(names: tuple[str, ...]) -> Any:
    try:
        from cel_expr_python import cel
    except ImportError as error:
        raise HoldfastError(
            "expressions need the CEL library, which is not installed; paths such as steps.ship.answer do without",
            hint=NEEDED,
        ) from error
    return cel.NewEnv(variables=dict.fromkeys(names, cel.Type.DYN))


def worked_out(text: str, data: Mapping[str, Any]) -> Any:
    """The value, as the library gives it. `data` holds JSON values. Raises Refused, and HoldfastError as `compiled`."""
    expression = compiled(text, data)
    try:
        result = expression.eval(data=dict(data))
        value = result.plain_value()
    except (RuntimeError, ValueError, OverflowError) as error:
        raise _refused(str(error), text) from error
    if str(result.type()) == "ERROR":
        raise _refused(str(value), text)
    return value


def _refused(said: str, text: str) -> Refused:
    """The library's message in fewer words, of `INVALID_ARGUMENT: ERROR: <input>:1:4: Syntax error: ...`."""
    if any(sign in said for sign in BUDGET):
        return Refused("it takes more steps, or is nested deeper, than an expression may")
    place = WHERE.search(said)
    if not place:
        return Refused(re.sub(r"^[A-Z_]+: |\s*\[[A-Z_]+\]$", "", said).strip()[:200] or "it cannot be worked out")
    line, column, message = int(place[1]), int(place[2]), place[3]
    message = re.sub(r" expecting .*| \(in container ''\)|\s*\[[A-Z_]+\]$", "", message).replace("<EOF>", "end")
    before = sum(len(each) + 1 for each in text.split("\n")[: max(line - 1, 0)])
    return Refused(message.strip()[:200], max(before + column, 0))
