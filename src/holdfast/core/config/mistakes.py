"""What can be wrong with a configuration, said with its place and what was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from holdfast.core.config.table import KeyPath
from holdfast.core.errors import HoldfastError

UNREADABLE, TWO_FILES, UNKNOWN_KEY, BAD_VALUE, UNKNOWN_VARIABLE, WRONG_NAME = (f"CFG00{n}" for n in range(1, 7))
MEANINGS = {
    UNREADABLE: "A configuration file cannot be read or is not valid TOML, YAML or JSON",
    TWO_FILES: "More than one file holds a configuration",
    UNKNOWN_KEY: "A key is not a setting",
    BAD_VALUE: "A value does not fit its setting",
    UNKNOWN_VARIABLE: "A `HOLDFAST_*` environment variable names no setting",
    WRONG_NAME: "A file looks like a configuration but has a name that is not read",
}
MOST = 1000
"""After this many the rest is not listed: a file with more is no configuration."""
SHOWN = 50
MEND = "mend it, then ask again: holdfast config check"


class Mistake(NamedTuple):
    """One mistake. `file` is relative to the project; lines and columns start at 1."""

    id: str
    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ": ".join(
            [":".join(str(part) for part in (self.file, self.line, self.column) if part is not None), self.message]
            if self.file
            else [self.message]
        )


class ConfigError(HoldfastError):
    """A configuration that cannot be used, with all of its mistakes, in the order of their places."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        in_a_file = any(mistake.file for mistake in self.mistakes)
        super().__init__(_message(self.mistakes), hint=MEND if in_a_file else None)


def _message(mistakes: tuple[Mistake, ...]) -> str:
    if len(mistakes) == 1:
        return str(mistakes[0])
    lines = [f"{len(mistakes)} mistakes in the configuration", *(f"  {mistake}" for mistake in mistakes[:SHOWN])]
    return "\n".join(
        lines
        + ([f"  and {len(mistakes) - SHOWN} more; holdfast config check lists them"] if len(mistakes) > SHOWN else [])
    )


def dotted(path: KeyPath) -> str:
    """`checks.api.command[1]`; a part that is not a bare word is quoted and made harmless."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            bare = re.fullmatch("[A-Za-z0-9_$-]{1,60}", part)
            text += f".{part if bare else repr(part[:60])}"
    return text.removeprefix(".")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that a mistyped one was probably meant to be."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name[:80], list(known), n=1)), None)
