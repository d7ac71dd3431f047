"""The documents of a project, each read and understood once in a run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from holdfast.checks.documents.anchors import anchors
from holdfast.checks.documents.blocks import Blocks, scan
from holdfast.checks.documents.links import Inlines, inlines
from holdfast.checks.documents.sites import sites
from holdfast.core.files import FileError, read_text

ENDINGS = (".md", ".markdown")
LIMIT = 4 * 2**20
GUESSES, MOST_GUESSES, LONGEST_GUESS = 100, 2000, 100
"""How often a close name is looked for in a run, among how many names, and how long what it should be close to is."""
ASIDE = re.compile(r"(?:^|/)(?:node_modules|_?vendor(?:ed)?|third_party|site-packages|\{\{[^/]*)/")
SPECIMENS = re.compile(r"(?:^|/)(?:tests?|testing|testdata|test_data|fixtures|__snapshots__)/(?!README\.md$)")
"""Where documents are what a test reads, and wrong on purpose."""


class Unread(Exception):
    """A document that could not be read: why."""


class Document:
    """A Markdown document."""

    def __init__(self, path: str, text: str, *, site: bool) -> None:
        self.path, self.text, self.site = path, text, site

    @cached_property
    def blocks(self) -> Blocks:
        return scan(self.text)

    @cached_property
    def inlines(self) -> Inlines:
        return inlines(self.blocks.prose)

    @cached_property
    def anchors(self) -> frozenset[str]:
        """The anchors of its headings, and the names that its HTML gives."""
        titles = [(heading.line, heading.text) for heading in self.blocks.headings]
        ordered = [text for _, text in sorted([*titles, *self.inlines.titles])]
        names = self.inlines.names | anchors(ordered, self.inlines.labels, site=self.site)
        return names | frozenset(re.findall(r"(?m)^\(([\w.-]+)\)=[ \t]*$", self.text)) if self.site else names


class Library:
    """A project's documents and the names of its files, less those that git tracks and that are gone."""

    def __init__(self, project: Path, files: Iterable[str]) -> None:
        self.project = project
        self.files = frozenset(path for path in files if os.path.lexists(os.path.join(project, path)))
        self.directories = frozenset(_directories(self.files))
        self.sites = sites(project, self.files)
        self._guesses = GUESSES
        self._read: dict[str, Document | Unread] = {}

    def meant(self, wanted: str, known: Iterable[str], *, mark: str = "") -> str:
        """`; is NAME meant?` where a known name is close, for the first so many questions of a run."""
        from difflib import get_close_matches

        self._guesses -= 1
        if self._guesses < 0 or len(wanted) > LONGEST_GUESS:
            return ""
        folded = {each.lower(): each for each in sorted(known)[:MOST_GUESSES]}
        close = get_close_matches(wanted.lower(), folded, n=1, cutoff=0.7)
        return f"; is {mark}{folded[close[0]]} meant?" if close else ""

    @cached_property
    def folded(self) -> dict[str, str]:
        """The files and directories by their names in lower case."""
        return {path.lower(): path for path in (*self.directories, *self.files)}

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        """The paths of files by their last part."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.files):
            found.setdefault(path.rpartition("/")[2], []).append(path)
        return found

    @cached_property
    def documents(self) -> tuple[str, ...]:
        """The documents that are looked at: not those of others, nor specimens of tests, nor links to a document."""
        named = (path for path in self.files if path.lower().endswith(ENDINGS))
        own = (path for path in named if not ASIDE.search(path) and not SPECIMENS.search(path))
        return tuple(sorted(path for path in own if not self._is_link(path)))

    def _is_link(self, path: str) -> bool:
        """Whether it is a symbolic link to another of the files, which is looked at itself."""
        whole = self.project / path
        return os.path.islink(whole) and os.path.isfile(whole)

    def document(self, path: str) -> Document:
        """A document. Raises Unread where it cannot be read as one."""
        if path not in self._read:
            try:
                self._read[path] = Document(path, _text(self.project / path), site=path.startswith(self.sites))
            except Unread as error:
                self._read[path] = error
        found = self._read[path]
        if isinstance(found, Unread):
            raise found
        return found


def _directories(files: Iterable[str]) -> set[str]:
    found = {""}
    for path in files:
        while (path := path.rpartition("/")[0]) and path not in found:
            found.add(path)
    return found


def _text(path: Path) -> str:
    """A file's text. Raises Unread."""
    if os.path.islink(path) and not os.path.exists(path):
        raise Unread("a symbolic link to what is not there")
    try:
        return read_text(path, limit=LIMIT)
    except FileError as error:
        raise Unread(f"{error.reason}, in line {error.line}" if error.line else error.reason) from error
