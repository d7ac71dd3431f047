"""How findings speak of a variable: by its name where that is surely no value, by its line otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from holdfast.checks.environment_files.reading import EnvFile

_WORD = r"(?:[A-Z]{1,20}(?:\d{1,3}[A-Z]{0,3})?|[a-z]{1,20}(?:\d{1,3}[a-z]{0,3})?|\d{1,3})"
_USUAL = re.compile(rf"_*(?=[A-Za-z]){_WORD}(?:_+{_WORD})*_*")
LONGEST = 64
MANY = 8


Say = Callable[[str, int], str]
"""What a message calls the variable of a name that stands in a line."""


def is_usual(name: str) -> bool:
    """Whether a name looks like one: words of letters, with a few digits at most."""
    return len(name) <= LONGEST and _USUAL.fullmatch(name) is not None and (name.isupper() or name.islower())


def sayer(file: EnvFile | None, known: Callable[[str], bool]) -> Say:
    """What tells the names in a file, where the code knows them or they look like names.

    Below a line that could not be read, or that has no `=`, a piece of a value may stand where names do: there only
    names that the code knows are told.
    """
    odd = [each.line for each in file.broken] if file else []
    odd += [each.line for each in file.bindings if each.value is None and not is_usual(each.name)] if file else []
    first = min(odd, default=0)

    def say(name: str, line: int) -> str:
        told = known(name) or (is_usual(name) and (not first or line < first))
        return name if told else "this variable"

    return say


def several(names: Iterable[str]) -> str:
    """The names in a row; of many, some, and how many more."""
    ordered = list(names)
    more = len(ordered) - MANY
    return ", ".join(ordered[:MANY]) + (f" and {more} more" if more > 0 else "")
