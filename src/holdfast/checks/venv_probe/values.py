"""The values that the probe works with and answers with."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Tuple

ERROR, WARNING, INFO = "error", "warning", "info"

Version = Tuple[int, ...]
Command = Tuple[str, ...]
LONGEST = 300
NAMED = 3


class Unusable(Exception):
    """Input that cannot be understood: one line with place and reason, and what to do about it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = shown(message)
        self.hint = shown(hint)


class Unanswered(Exception):
    """A question that cannot be answered, and why."""


class Environment(NamedTuple):
    """A place where Python runs from: `kind` is venv, conda, or bare for an interpreter that is in neither."""

    root: Path
    bin: Path
    python: Path
    site_packages: Path | None
    found: str
    kind: str


class Place(NamedTuple):
    """Where an environment was looked for, and what was there."""

    label: str
    path: str | None
    state: str


class Problem(NamedTuple):
    """One thing that is wrong. `file` is relative to the project; `fix` is the commands that mend it, in order."""

    id: str
    severity: str
    message: str
    file: str | None = None
    line: int | None = None
    fix: tuple[Command, ...] = ()


class Answer(NamedTuple):
    """What the probe says of a project: how it was answered, and what could not be."""

    project: Path
    environment: Environment | None
    version: Version
    looked: tuple[Place, ...]
    problems: tuple[Problem, ...]
    answered: tuple[str, ...]
    unanswered: tuple[tuple[str, str], ...]


def shown(text: object) -> str:
    """A path or value as any terminal can print it: controls and undecodable bytes escaped, a long one cut."""
    said = str(text)
    if not said.isprintable():
        said = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in said)
    return said


def cut(text: object) -> str:
    """`shown`, cut at LONGEST characters: for what comes from a file and may be of any length."""
    said = shown(text)
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}..."


def dotted(version: Version) -> str:
    """`3.11.7`; without a patch level where it is not known."""
    return ".".join(map(str, version)) if version else "unknown"


def command_line(fix: tuple[Command, ...]) -> str:
    """Commands as one line to copy into a shell; words that cannot be printed come in its `$'...'` form."""
    return " && ".join(" ".join(map(_word, command)) for command in fix)


def why_unanswered(answer: Answer) -> list[str]:
    """The questions that were not answered, gathered by their reasons: "isolated, pip (bin is not there)".

    Many that have one reason are counted: names of what nobody could ask tell nothing.
    """
    reasons: dict[str, list[str]] = {}
    for question, why in answer.unanswered:
        reasons.setdefault(why, []).append(question)
    return [f"{_counted(questions)} ({why})" for why, questions in reasons.items()]


def _counted(questions: list[str]) -> str:
    return ", ".join(questions) if len(questions) <= NAMED else f"{len(questions)} questions"


def _word(word: str) -> str:
    if word.isprintable():
        import shlex

        return shlex.quote(word)
    raw = word.encode("utf-8", "surrogateescape")
    return "$'" + "".join(chr(byte) if chr(byte).isalnum() and byte < 128 else f"\\x{byte:02x}" for byte in raw) + "'"
