"""The links of a Markdown document, and the names in it that links may lead to."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

CODE = re.compile(r"(?<!`)(`+)(?!`)")
ESCAPE = re.compile(r"\\[!-/:-@\[-`{-~]")
_PARENTHESES = r"\((?:[^\s()]|\([^\s()]*+\))*+\)"
INLINE = re.compile(
    r"\]\([ \t]*\n?[ \t]*"
    rf"(?:<(?P<pointed>[^<>\n]*+)>|(?P<plain>(?:(?:[^\s()<]|{_PARENTHESES})(?:[^\s()]|{_PARENTHESES})*+)?+))"
    r"""(?P<title>[ \t]*\n?[ \t]*(?:"[^"]{0,1000}+"|'[^']{0,1000}+'|\([^()]{0,1000}+\)))?+[ \t]*\n?[ \t]*\)"""
)
BRACKET = re.compile(r"\[|\]\(|\]|\n[ \t]*(?=\n)")
SPACED = re.compile(r"\]\((?P<plain>[^()<>\n\"']{1,300}+)\)")
DEFINITION = re.compile(
    r"^[ \t>]{0,12}\[(?P<label>[^\]\[^][^\]\[]{0,998}+)\]:[ \t]*\n?[ \t]*(?:<(?P<pointed>[^<>\n]*+)>|(?P<plain>\S++))"
    r"""(?:[ \t]+(?:"[^"\n]*+"|'[^'\n]*+'|\([^()\n]*+\)))?+[ \t]*$""",
    re.MULTILINE,
)
TAG = re.compile(r"<([A-Za-z][A-Za-z0-9-]*+)((?:\s[^<>]{0,2000}+)?)>")
ATTRIBUTE = re.compile(
    r"""(?<![\w:.@-])(href|src|id|name)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""", re.IGNORECASE
)
LINKING = {"a": "href", "img": "src", "source": "src", "video": "src", "audio": "src"}
TITLE = re.compile(r"</h[1-6]", re.IGNORECASE)
LONGEST_TITLE = 1000


class Link(NamedTuple):
    """A link or an image, by where it leads; `spaced` where its target has a space, so that it is no link at all."""

    line: int
    target: str
    spaced: bool = False


class Inlines(NamedTuple):
    """What the prose of a document holds."""

    links: tuple[Link, ...]
    names: frozenset[str]
    """What `id` and `name` attributes give."""
    titles: tuple[tuple[int, str], ...]
    """Headings that are written in HTML, with their lines."""
    labels: frozenset[str]
    """The labels of link definitions, in lower case."""


class _Places:
    """The lines of places in a text, asked for in rising order."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._line = text, 0, 1

    def line(self, place: int) -> int:
        if place < self._at:
            self._at, self._line = 0, 1
        self._line += self._text.count("\n", self._at, place)
        self._at = place
        return self._line


def inlines(prose: str) -> Inlines:
    """The links, names and HTML headings of a document's prose (see `blocks.scan`)."""
    text = without_code(prose)
    masked = ESCAPE.sub("\0\0", text)
    definitions = [(match, Link(0, _target(match))) for match in DEFINITION.finditer(masked)]
    places = _Places(masked)
    links = [link._replace(line=places.line(match.start("label"))) for match, link in definitions]
    labels = frozenset(_label(match["label"]) for match, _ in definitions)
    links += _inline(masked, text)
    names, titles = set[str](), list[tuple[int, str]]()
    places = _Places(text)
    for tag in TAG.finditer(text):
        named = tag[1].lower()
        given = {
            each[1].lower(): html.unescape(each[2] or each[3] or each[4] or "") for each in ATTRIBUTE.finditer(tag[2])
        }
        names.update(given[key] for key in ("id", "name") if given.get(key))
        if given.get(LINKING.get(named, "")):
            links.append(Link(places.line(tag.start()), given[LINKING[named]].strip()))
        if re.fullmatch("h[1-6]", named) and (end := TITLE.search(text, tag.end(), tag.end() + LONGEST_TITLE)):
            titles.append((places.line(tag.start()), text[tag.end() : end.start()]))
    return Inlines(tuple(sorted(links, key=lambda link: link.line)), frozenset(names), tuple(titles), labels)


def _label(text: str) -> str:
    return " ".join(text.lower().split())


def _target(match: re.Match[str]) -> str:
    return html.unescape(match["pointed"] if match["pointed"] is not None else match["plain"] or "")


def _inline(masked: str, text: str) -> Iterator[Link]:
    places, depth = _Places(masked), 0
    for bracket in BRACKET.finditer(masked):
        at, what = bracket.start(), bracket[0]
        if what in "[]":
            depth += 1 if what == "[" else -min(depth, 1)
        elif what != "](":
            depth = 0  # a paragraph ends
        elif depth:
            depth -= 1
            match = INLINE.match(masked, at)
            if match is not None:
                start, end = match.span("pointed") if match["pointed"] is not None else match.span("plain")
                yield Link(places.line(at), html.unescape(_unescaped(text[start:end])))
            elif spaced := SPACED.match(masked, at):
                yield Link(places.line(at), spaced["plain"].strip(), spaced=True)


def _unescaped(target: str) -> str:
    return ESCAPE.sub(lambda match: match[0][1], target) if "\\" in target else target


def without_code(prose: str) -> str:
    """The prose with its code spans blank, line by line where a span goes over several."""
    if "`" not in prose:
        return prose
    parts, done = list[str](), 0
    for start, end in _spans(prose):
        parts += [prose[done:start], re.sub(r"[^\n]", " ", prose[start:end])]
        done = end
    return "".join([*parts, prose[done:]])


def _spans(prose: str) -> Iterator[tuple[int, int]]:
    """The code spans: from a run of backticks to the next run as long in the same paragraph."""
    for paragraph in re.finditer(r"[^\n]+(?:\n[^\n]+)*", prose):
        runs = [match.span() for match in CODE.finditer(prose, paragraph.start(), paragraph.end())]
        following = dict[int, int]()  # by length, the index of the next run that is as long
        closes = [0] * len(runs)
        for index in range(len(runs) - 1, -1, -1):
            length = runs[index][1] - runs[index][0]
            closes[index] = following.get(length, 0)
            following[length] = index
        index = 0
        while index < len(runs):
            if closes[index]:
                yield runs[index][0], runs[closes[index]][1]
                index = closes[index]
            index += 1
