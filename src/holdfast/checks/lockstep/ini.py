"""Ini files as setuptools, tox and mypy write them, with the lines of what they say; no value is interpreted."""

from __future__ import annotations

import re
from typing import NamedTuple

_KEY = re.compile(r"([^\s:=#;\[][^:=]*?)\s*[:=]\s*(.*)")


class Line(NamedTuple):
    """A line of a value."""

    text: str
    number: int


Ini = dict[str, dict[str, list[Line]]]
"""The lines of each value, less comments and blanks, by section and key in lower case."""


def read_ini(text: str) -> Ini:
    """What an ini file says. Lines that are neither a section, a key nor a value's continuation are passed over."""
    found: Ini = {}
    section: dict[str, list[Line]] = {}
    value: list[Line] = []
    for number, line in enumerate(text.splitlines(), 1):
        bare = re.sub(r"(?:^|\s)[#;].*", "", line).rstrip()
        if not bare:
            continue
        if bare.startswith("["):
            section, value = found.setdefault(bare.strip("[] ").lower(), {}), []
        elif bare[0].isspace():
            value.append(Line(bare.strip(), number))
        elif match := _KEY.fullmatch(bare):
            value = section.setdefault(match[1].lower(), [])
            value += [Line(match[2], number)] if match[2] else []
    return found
