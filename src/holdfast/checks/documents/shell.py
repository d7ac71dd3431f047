"""The commands in a shell block of a document: enough of a shell's grammar to know the words of each.

What cannot be told for certain (an expansion, a placeholder, a loop) is left out, for a command that is not understood
is no finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_LANGUAGES = "sh bash shell zsh console shell-session shellsession sh-session shellscript terminal"
LANGUAGES = frozenset(_LANGUAGES.split())
_SESSIONS = "console shell-session shellsession sh-session terminal"
SESSIONS = frozenset(_SESSIONS.split())
PROMPT = re.compile(r"(?:\([\w.-]+\)[ \t]*)?(?:[\w.@~:/-]*[$%\u276f])[ \t]+(?=\S)")
WORD_PROMPT = re.compile(r"(?:\([\w.-]+\)[ \t]*)?[$%\u276f][ \t]+(?=\S)")
HEREDOC = re.compile(r"<<-?[ \t]*(['\"]?)(\w+)\1")
_KEYWORDS = "if then else elif fi for while until do done case esac select function { } [[ [ ! time coproc in"
KEYWORDS = frozenset(_KEYWORDS.split())
WRAPPERS = frozenset(["sudo", "env", "exec", "nohup", "command", "time", "builtin", "noglob"])
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
TOKEN = re.compile(
    r"""(?P<space>[ \t]+)|(?P<comment>(?<![^\s;&|(])\#.*)|(?P<end>\|\||&&|;;|[;&|()\n](?!>))
    |(?P<redirect>\d*(?:>>|>&|<&|>\||&>>?|<>|<<<|>|<(?!\())(?:&?\d|-(?=\s|$))?)
    |(?P<single>'[^']*+')|(?P<double>"(?:[^"\\]|\\.)*+")|(?P<escape>\\.)|(?P<expansion>\$\(|`|\$\{?|<\()
    |(?P<plain>[^\s;&|()<>'"\\$`#]++|\#)""",
    re.VERBOSE | re.DOTALL,
)
TO_NOWHERE = re.compile(r"&\d|\d$|-$")
"""A redirection that is whole: no file follows."""
BETWEEN = frozenset(("space", "end", "comment", "redirect"))
LONGEST = 10_000


class Command(NamedTuple):
    """One simple command of a block. Words of which a part is expanded by the shell are None."""

    line: int
    words: tuple[str | None, ...]


def is_shell(info: str) -> bool:
    """Whether what a fence says names a shell."""
    return language(info) in LANGUAGES


def language(info: str) -> str:
    return re.split(r"[\s,{:]", info.strip().lstrip("{. "), maxsplit=1)[0].strip("}. ").lower()


def commands(info: str, lines: Sequence[str], first: int) -> Iterator[Command]:
    """The commands of a fenced block whose first line of content is the given line of the document."""
    for line, text in _logical(_typed(language(info), lines, first)):
        if len(text) <= LONGEST:
            yield from _parsed(line, text)


def _typed(kind: str, lines: Sequence[str], first: int) -> list[tuple[int, str]]:
    """The lines that somebody types: where there are prompts, those after a prompt and what continues them."""
    numbered = list(enumerate(lines, first))
    prompt = PROMPT if kind in SESSIONS else WORD_PROMPT
    if not any(prompt.match(line) for line in lines):
        return [] if kind in ("console", "terminal") and len(lines) > 12 else numbered
    typed, going_on = list[tuple[int, str]](), False
    for number, line in numbered:
        match = prompt.match(line)
        if match or going_on:
            said = line[match.end() :] if match else re.sub(r"^(?:>|\.\.\.)[ \t]", "", line)
            typed.append((number, said))
            going_on = said.rstrip().endswith("\\")
    return typed


def _logical(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The lines with those joined that a backslash continues, less the content of heredocs."""
    joined, start, until = "", 0, ""
    for number, line in lines:
        if until:
            until = "" if line.strip() == until else until
            continue
        start = start if joined else number
        whole = line.rstrip("\r\n")
        if whole.endswith("\\") and not whole.endswith("\\\\"):
            joined += whole[:-1] + " "
            continue
        joined += whole
        if match := HEREDOC.search(joined):
            until, joined = match[2], joined[: match.start()] + " " + joined[match.end() :]
        yield start, joined
        joined = ""
    if joined:
        yield start, joined


def _parsed(line: int, text: str) -> Iterator[Command]:
    words: list[str | None] = []
    for word in [*_words(text), _End()]:
        if isinstance(word, _End):
            if bare := _bare(words):
                yield Command(line, tuple(bare))
            words = []
        else:
            words.append(word)


class _End(NamedTuple):
    """The end of a simple command."""


def _words(text: str) -> Iterator[str | _End | None]:
    """The words of a line; None for one that the shell expands, and nothing more where the line is not understood."""
    word, known, target, at = list[str](), True, False, 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:  # a quote that does not end in this line
            return
        kind, at = match.lastgroup, match.end()
        if kind in BETWEEN:
            if word and not target:
                yield _word(word, known=known)
            opens = kind == "redirect" and not TO_NOWHERE.search(match[0])
            target = opens or (target and not word and kind == "space")
            word, known = [], True
            yield from [_End()] if kind == "end" else ()
            continue
        end = _expanded(text, match) if kind == "expansion" else at
        if end is None:
            return
        word.append(_literal(kind, match[0]))
        known, at = known and not _expands(kind, match[0]), end
    if word and not target:
        yield _word(word, known=known)


def _expands(kind: str | None, token: str) -> bool:
    return kind == "expansion" or (kind == "double" and bool(re.search(r"(?<!\\)[$`]", token)))


def _word(parts: list[str], *, known: bool) -> str | None:
    word = "".join(parts)
    return word if known else _head(word)


def _head(word: str) -> str | None:
    """What is known of a word that the shell expands: `NAME=` or `--option=`."""
    head, equals, _ = word.partition("=")
    return f"{head}=" if equals and "$" not in head else None


def _literal(kind: str | None, token: str) -> str:
    if kind == "expansion":
        return "$"
    if kind in ("single", "double"):
        return token[1:-1]
    return token[1:] if kind == "escape" else token


def _expanded(text: str, match: re.Match[str]) -> int | None:
    """Where an expansion ends, or None where that cannot be told."""
    if match[0] in ("$(", "<("):
        depth = 0
        for place in range(match.start() + 1, len(text)):
            depth += {"(": 1, ")": -1}.get(text[place], 0)
            if depth == 0:
                return place + 1
        return None
    if match[0] == "`":
        end = text.find("`", match.end())
        return end + 1 if end >= 0 else None
    if match[0] == "${":
        end = text.find("}", match.end())
        return end + 1 if end >= 0 else None
    name = re.compile(r"\w+|[?!#@*$-]").match(text, match.end())
    return name.end() if name else match.end()


def _bare(words: list[str | None]) -> list[str | None]:
    """The words less assignments before them, and programs that only start another."""
    rest = list(words)
    while rest:
        first = rest[0]
        if first is None:
            return []
        if ASSIGNMENT.match(first) or first in KEYWORDS:
            rest = rest[1:] if ASSIGNMENT.match(first) or first in ("then", "else", "do", "!", "{", "time") else []
        elif first in WRAPPERS and len(rest) > 1 and not (rest[1] or "-").startswith("-"):
            rest = rest[1:]
        else:
            return rest
    return rest
