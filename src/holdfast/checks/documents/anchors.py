"""The anchors that GitHub gives to headings, and those that site generators give."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

from holdfast.checks.documents.links import CODE

IMAGE = re.compile(r"!\[[^\[\]]*+\](?:\([^()]*+\)|\[[^\[\]]*+\])")
LINK = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*+\])*+)\]\((?:[^()]|\([^()]*+\))*+\)")
REFERENCE = re.compile(r"\[([^\[\]]*+)\]\[([^\[\]]*+)\]")
AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]*+:[^<>\s]*+)>")
TAG = re.compile(r"</?[A-Za-z][^<>]*+>|<!--.*?-->")
# Bounded, not possessive: Python 3.11.2 loses what such a possessive group has matched; 3.11.7 does not.
EMPHASIS = re.compile(r"(?<![\w\\])(_{1,3})(?=[^\s_])((?:\\.|[^_\\]|(?<=[^\W_])_+(?=[^\W_])){0,400})\1(?!\w)")
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
GIVEN = re.compile(r"[ \t]*\{:?[ \t]*#([\w:.-]+)[^{}]*\}[ \t]*$")
INVISIBLE = str.maketrans("", "", "\ufe0f\u200d")
"""What belongs to emoji, and is there or not as tools please."""
LONGEST = 2000


def anchors(titles: Iterable[str], labels: frozenset[str], *, site: bool) -> frozenset[str]:
    """The anchors of headings, in order: `name`, `name-1` ...; with `site`, those of site generators too."""
    found, seen, others = set[str](), Counter[str](), Counter[str]()
    for title in titles:
        text = title[:LONGEST]
        if site and (given := GIVEN.search(text)):
            found.add(given[1])
            text = text[: given.start()]
        plain = shown(text, labels)
        name = slug(plain)
        found.add(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
        if site:
            other = site_slug(plain)
            found |= {f"{other}_{others[other]}" if others[other] else other, re.sub("-+", "-", name).strip("-")}
            others[other] += 1
    return frozenset(found)


def shown(text: str, labels: frozenset[str]) -> str:
    """A heading as a reader sees it: no markup, the text of links and code."""
    parts, done = list[str](), 0
    for start, end, inside in _code(text):
        parts += [_plain(text[done:start], labels), inside]
        done = end
    joined = "".join([*parts, _plain(text[done:], labels)])
    return _links(joined, labels).strip()


def _code(text: str) -> Iterator[tuple[int, int, str]]:
    runs = [match.span() for match in CODE.finditer(text)]
    while runs:
        start, end = runs.pop(0)
        closing = next((at for at, run in enumerate(runs) if run[1] - run[0] == end - start), None)
        if closing is not None:
            yield start, runs[closing][1], text[end : runs[closing][0]].strip()
            runs = runs[closing + 1 :]


def _plain(text: str, labels: frozenset[str]) -> str:
    text = _links(text, labels)
    text = AUTOLINK.sub(r"\1", text)
    text = TAG.sub("", text)
    text = EMPHASIS.sub(r"\2", text)
    return html.unescape(ESCAPED.sub(r"\1", text))


def _links(text: str, labels: frozenset[str]) -> str:
    text = LINK.sub(r"\1", IMAGE.sub("", text))
    return REFERENCE.sub(lambda match: match[1] if (match[2] or match[1]).lower() in labels else match[0], text)


def slug(text: str) -> str:
    """GitHub's anchor of a heading's text: lower case, dashes for spaces, no punctuation (html-pipeline, TOC)."""
    return "".join("-" if char == " " else char for char in text.lower() if _kept(char)).translate(INVISIBLE)


def _kept(char: str) -> bool:
    return char.isalnum() or char in " -_" or (not char.isascii() and unicodedata.category(char)[0] == "M")


def site_slug(text: str) -> str:
    """Python-Markdown's anchor of a heading's text (its toc extension)."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())


def compared(fragment: str) -> str:
    """An anchor as it is compared."""
    return fragment.translate(INVISIBLE)
