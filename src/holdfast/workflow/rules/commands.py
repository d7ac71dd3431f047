"""The commands that project_config.md names: one `- name: command` a line in its section Commands.

A command is split into arguments as a shell would split them, and no shell reads it. A time limit may stand after the
name: `- test (20m): pytest -q`. The command may stand in backticks, and the lines in a fence.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable
from typing import NamedTuple

from holdfast.core.digests import sha256
from holdfast.core.errors import HoldfastError
from holdfast.workflow.rules.graph import ALL

TIMEOUT_S = 600.0
MOST = 50
_LINE = re.compile(
    r"^\s*(?:[-*+]\s+)?(?P<name>[A-Za-z][\w.-]{0,39})\s*(?:\((?P<limit>[^)]*)\))?\s*:\s+(?P<command>\S.*)$"
)
_LIMIT = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)?")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, None: 1.0}
_SHELL = re.compile(r"^(?:\|\|?|&&?|;|[12&]?>>?(?:&[12])?|<|\$\(.*)$")


class Command(NamedTuple):
    """One command by its name, with its limit in seconds."""

    name: str
    argv: tuple[str, ...]
    timeout_s: float = TIMEOUT_S

    def __str__(self) -> str:
        return f"{self.name}: {shlex.join(self.argv)}"

    @property
    def digest(self) -> str:
        """The sha256 of what is run; the limit does not count."""
        return sha256(json.dumps([self.name, *self.argv]).encode())


def read_commands(section: str, file: str) -> tuple[Command, ...]:
    """The commands of a section's text, in its order. Raises HoldfastError with everything that is wrong with them."""
    found: dict[str, Command] = {}
    wrong: list[str] = []
    for line in _without_comments(section).splitlines():
        try:
            command = _on_line(line)
        except ValueError as error:
            wrong.append(str(error))
            continue
        if command is not None and command.name in found:
            wrong.append(f"{command.name} is there twice")
        found |= {command.name: command} if command is not None else {}
    if len(found) > MOST:
        wrong.append(f"{len(found)} commands; at most {MOST} are run")
    if wrong:
        raise HoldfastError(
            f"{file}: section Commands: " + "; ".join(wrong),
            hint="one `- name: command arg ...` a line; for a shell write: sh -c 'a && b'",
        )
    return tuple(found.values())


def digest(commands: Iterable[Command]) -> str:
    """The sha256 of all that these commands run."""
    return sha256("".join(command.digest for command in commands).encode())


def chosen(commands: tuple[Command, ...], names: tuple[str, ...], file: str) -> tuple[Command, ...]:
    """Those that a move needs. Raises HoldfastError for a name that the file does not have, and for none at all."""
    if names == (ALL,):
        if not commands:
            raise HoldfastError(
                f"{file}: it names no commands, and nothing passes because nothing ran",
                hint="write `- test: pytest -q` below a heading `## Commands`",
            )
        return commands
    by_name = {command.name: command for command in commands}
    missing = [name for name in names if name not in by_name]
    if missing:
        raise HoldfastError(
            f"{file}: there is no command {', '.join(missing)}",
            hint=f"write `- {missing[0]}: ...` below the heading `## Commands`",
        )
    return tuple(by_name[name] for name in names)


def _without_comments(text: str) -> str:
    return re.sub(r"<!--.*?(?:-->|\Z)", "", text, flags=re.DOTALL)


def _on_line(line: str) -> Command | None:
    """The command of a line; None for prose. Raises ValueError for a list's item that is none."""
    match = _LINE.match(line)
    if match is None:
        if re.match(r"\s*[-*+]\s+\S", line):
            raise ValueError(f"{line.strip()[:80]!r} is not `- name: command`")
        return None
    try:
        return _command(match)
    except ValueError as error:
        raise ValueError(f"{match['name']}: {error}") from error


def _command(match: re.Match[str]) -> Command:
    text = match["command"].strip()
    if len(text) > 1 and text[0] == text[-1] == "`":
        text = text.strip("`").strip()
    argv = shlex.split(text)
    if not argv:
        raise ValueError("there is no command")
    operator = next((word for word in argv if _SHELL.match(word)), None)
    if operator is not None:
        raise ValueError(f"{operator} is a shell's, and no shell reads this")
    return Command(match["name"], tuple(argv), _limit(match["limit"]))


def _limit(text: str | None) -> float:
    if text is None:
        return TIMEOUT_S
    match = _LIMIT.fullmatch(text.strip().removeprefix("timeout").strip(" :="))
    seconds = float(match[1]) * _UNITS[match[2]] if match else 0.0
    if not 0 < seconds <= 86400:
        raise ValueError(f"({text}) is no limit; write (90s), (20m) or (2h)")
    return seconds
