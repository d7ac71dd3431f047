"""What comments in an example declare: `# type: url, required`, above a variable or behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from holdfast.checks.environment_files.kinds import CHOICES, KINDS, OTHER_NAMES, Kind, kind_of
from holdfast.checks.environment_files.reading import Binding, EnvFile

_TYPE = re.compile(r"(?i)#+\s*type\s*[:=]\s*(?P<rest>.*)")
_ALONE = re.compile(r"(?i)#+\s*\(?(?P<word>required|optional)\)?\s*(?:[.:,;-].*)?")
_DESCRIBED = re.compile(r"\s+--?\s+|\s+#|;\s|\.\s|\.$|\s+\u2014\s+")
_PARTS = re.compile(r",(?![^(\[]*[)\]])")
WORDS = {"required": True, "mandatory": True, "optional": False}


class Declaration(NamedTuple):
    """What is said of one variable. None where nothing is."""

    kind: Kind | None = None
    required: bool | None = None


class Misread(NamedTuple):
    """A declaration that says nothing known; `meant` is what comes near."""

    line: int
    meant: str


class Declared(NamedTuple):
    """All that an example declares."""

    by_name: dict[str, Declaration]
    misread: tuple[Misread, ...]


def declared_in(file: EnvFile) -> Declared:
    """The declarations of a file, those of variables that are commented out among them."""
    comments = dict(file.comments)
    by_name: dict[str, Declaration] = {}
    misread: list[Misread] = []
    for binding in (*_commented_out(file), *file.bindings):
        said, seen = Declaration(), set()
        for line, text in (*_above(comments, binding.line), (binding.line, binding.comment)):
            one, wrong = _declaration(text, line)
            said = Declaration(one.kind or said.kind, said.required if one.required is None else one.required)
            seen.update(wrong)
        misread += seen
        by_name[binding.name] = said
    return Declared(by_name, tuple(dict.fromkeys(misread)))


def _commented_out(file: EnvFile) -> Iterator[Binding]:
    from holdfast.checks.environment_files.reading import parsed

    for line, text in file.comments:
        for found in parsed(file.path, text.lstrip("# \t")).bindings if "=" in text else ():
            if found.name in file.commented_out:
                yield found._replace(line=line)


def _above(comments: dict[int, str], line: int) -> list[tuple[int, str]]:
    """The comments directly above a line, down to it; a variable that is commented out ends them."""
    found: list[tuple[int, str]] = []
    while (text := comments.get(line - 1 - len(found))) is not None:
        if re.match(r"#+\s*[A-Za-z_]\w*=", text) and not _TYPE.match(text):
            break
        found.append((line - 1 - len(found), text))
    return found[::-1]


def _declaration(text: str, line: int) -> tuple[Declaration, list[Misread]]:
    alone = _ALONE.fullmatch(text)
    if alone:
        return Declaration(required=WORDS[alone["word"].lower()]), []
    match = _TYPE.fullmatch(text)
    if match is None:
        return Declaration(), []
    first, *rest = (part.strip() for part in _PARTS.split(_DESCRIBED.split(match["rest"], maxsplit=1)[0]))
    if first.lower().startswith(("one of", "oneof")):  # whose values may stand without brackets
        values = [part for part in rest if part.lower() not in WORDS]
        first, rest = ", ".join([first, *values]), [part for part in rest if part not in values]
    kind, misread = kind_of(first), []
    if kind is None:
        misread.append(Misread(line, _near(first, (*KINDS, *OTHER_NAMES, *CHOICES))))
    required = None
    for word in map(str.lower, rest):
        required = WORDS.get(word, required)
        if word not in WORDS and (meant := _near(word, tuple(WORDS))):
            misread.append(Misread(line, meant))
    return Declaration(kind, required), misread


def _near(word: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(word.lower(), known, 1, 0.7)), "")
