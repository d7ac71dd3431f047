"""What is wrong with a workflow file: all of it at once, each with its place."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from holdfast.core.errors import HoldfastError

MOST = 200
"""After this many the rest is not looked for: mending these comes first."""
SHOWN = 50
_COMPARED = 500
"""Names that a mistyped one is compared with, at most: a file of 5,000 steps is judged in bounded time."""


class Mistake(NamedTuple):
    """One mistake. Lines and columns count from 1; both are 0 where the file as a whole is meant."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}" if self.line else f"{self.file}: {self.message}"


class DefinitionError(HoldfastError):
    """A workflow file that cannot be used, with all of its mistakes in the order of their places."""

    def __init__(self, mistakes: Iterable[Mistake], *, hint: str | None = None) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(_message(self.mistakes), hint=hint)


def _message(mistakes: tuple[Mistake, ...]) -> str:
    if len(mistakes) == 1:
        return str(mistakes[0])
    more = len(mistakes) - SHOWN
    count = f"{MOST} or more" if len(mistakes) >= MOST else str(len(mistakes))
    lines = [f"{count} mistakes in {mistakes[0].file}", *(f"  {mistake}" for mistake in mistakes[:SHOWN])]
    return "\n".join([*lines, f"  and {more} more; holdfast workflow validate lists them"] if more > 0 else lines)


def meant(name: str, known: Collection[str]) -> str:
    """`; did you mean `needs`?` where a known name comes near the mistyped one, or nothing."""
    near = nearest_name(name, known)
    return f"; did you mean `{near}`?" if near else ""


def nearest_name(name: str, known: Collection[str]) -> str | None:
    """The known name that a mistyped one was probably meant to be."""
    from holdfast.core.config.mistakes import nearest

    if len(known) > _COMPARED:
        known = [each for each in known if abs(len(each) - len(name)) <= 2 and each[:1] == name[:1]][:_COMPARED]
    return nearest(name, known)
