"""Whether the links of a document lead somewhere: for everybody who has a clone, and on GitHub."""

from __future__ import annotations

import os
import posixpath
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from holdfast.checks.documents.anchors import compared
from holdfast.checks.documents.library import ENDINGS, Document, Library, Unread
from holdfast.checks.documents.links import Link
from holdfast.core.findings import Finding, Location, Severity
from holdfast.core.git import repository_root

ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|@")
TEMPLATE = re.compile(r"\{\{|\{%|\$\{|<%|\{[\w.-]*\}|%\(")
_PAGES = (
    "issues wiki pulls pull actions releases discussions security tree blob raw blame compare commit"
    " commits graphs projects labels milestones milestone tags stargazers watchers network forks fork"
    " workflows archive contributors packages edit new settings search pulse branches deployments"
)
PAGES = frozenset(_PAGES.split())
"""What GitHub has beside the files of a repository: `../../issues` leads there from a page of a file."""
BUILT_IN = re.compile(r"(?:readme|top|L\d+(?:C\d+)?(?:-L\d+(?:C\d+)?)?|(?:user-content-)?fn(?:ref)?[-:]?.+|:~:.*)?")
ISSUE_FORMS = re.compile(
    r"(?:^|/)\.github/(?:ISSUE_TEMPLATE/|PULL_REQUEST_TEMPLATE|DISCUSSION_TEMPLATE/)", re.IGNORECASE
)
"""They become the text of an issue, where relative links lead elsewhere."""
KEPT = (
    *ENDINGS,
    ".rst",
    ".txt",
    ".py",
    ".ipynb",
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".svg",
    ".webp",
    ".pdf",
    ".yml",
    ".toml",
)
"""Endings of what a site generator takes from the repository; other targets may be what it makes, or labels."""
PLACEHOLDERS = frozenset(["url", "link", "href", "path", "target", "...", "…", "URL", "LINK", "link_url", "image_url"])
MADE_LATER = ("::: ", "--8<--", "{%", "{{", "```{")
"""Signs of a page to which a site generator adds what has anchors too."""
LONGEST = 4096


class _Target(NamedTuple):
    """Where a link leads: a path from the project's root, and the name in it; `up` counts levels above the root."""

    path: str
    fragment: str
    up: int


class Judge:
    """The links of a project's documents, against its files."""

    def __init__(self, library: Library, tracked: frozenset[str] | None) -> None:
        self._library, self._tracked = library, tracked
        top = repository_root(library.project)
        self._above = library.project.relative_to(top).as_posix() if top else "."
        """Where the project lies in its repository."""

    def findings(self, document: Document) -> Iterator[Finding]:
        """What is wrong with a document's links, each target once for each line."""
        for link in dict.fromkeys(document.inlines.links):
            yield from self._judged(document, link)

    def _judged(self, document: Document, link: Link) -> Iterator[Finding]:
        target = link.target
        if (
            target in PLACEHOLDERS
            or not target
            or len(target) > LONGEST
            or ELSEWHERE.match(target)
            or TEMPLATE.search(target)
        ):
            return
        aim = _aim(document.path, target)
        place = Location(document.path, link.line)
        if link.spaced:
            if aim.path in self._library.files:
                message = f"no link at all, for its target has a space: {target}; write <{target}>"
                yield Finding("DOC006", Severity.ERROR, message, place)
            return
        if aim.up or not aim.path:
            yield from self._outside(document, target, aim, place)
            return
        if aim.path in self._library.files:
            yield from self._found(document, target, aim, place)
        elif aim.path not in self._library.directories and not self._rendered(document, target, aim):
            yield from self._missing(target, aim, place)

    def _outside(self, document: Document, target: str, aim: _Target, place: Location) -> Iterator[Finding]:
        """A link to the root, within the page, or above the project."""
        if not aim.up:
            if target.startswith("#"):
                yield from self._anchor(document, target, aim.fragment, document, place)
            return
        inside = 0 if self._above == "." else self._above.count("/") + 1
        first = aim.path.partition("/")[0]
        if aim.up <= inside:
            where = self._library.project / ("../" * aim.up) / aim.path
            if not _exists(where):
                yield Finding("DOC001", Severity.ERROR, f"dead link: {_path(target)}: there is no such file", place)
        elif first not in PAGES and not (document.site and not target.lower().endswith(ENDINGS)):
            yield Finding("DOC004", Severity.ERROR, f"a link out of the repository: {_path(target)}", place)

    def _found(self, document: Document, target: str, aim: _Target, place: Location) -> Iterator[Finding]:
        if self._tracked is not None and aim.path not in self._tracked:
            message = f"a link to a file that git does not track yet: {aim.path}"
            yield Finding("DOC003", Severity.WARNING, message, place, f"git add -- {shlex.quote(aim.path)}")
        if aim.fragment and aim.path.lower().endswith(ENDINGS):
            try:
                other = self._library.document(aim.path)
            except Unread:
                return  # said of that document
            yield from self._anchor(document, target, aim.fragment, other, place)

    def _anchor(
        self, document: Document, target: str, fragment: str, other: Document, place: Location
    ) -> Iterator[Finding]:
        wanted = compared(fragment).removeprefix("user-content-")
        known = other.anchors
        if BUILT_IN.fullmatch(fragment) or wanted in known or wanted in {compared(each) for each in known}:
            return
        if other.site and any(sign in other.text for sign in MADE_LATER):
            return
        where = "in this document" if other is document else f"in {other.path}"
        meant = self._library.meant(wanted, known, mark="#")
        yield Finding("DOC005", Severity.ERROR, f"dead anchor: there is no #{_shown(fragment)} {where}{meant}", place)

    def _rendered(self, document: Document, target: str, aim: _Target) -> bool:
        """Whether the target may be a page that a site generator makes."""
        if not document.site:
            return False
        name = aim.path.rpartition("/")[2]
        return target.startswith("/") or target.endswith("/") or not name.lower().endswith(KEPT)

    def _missing(self, target: str, aim: _Target, place: Location) -> Iterator[Finding]:
        library = self._library
        above = aim.path
        while above := above.rpartition("/")[0]:
            if above in library.files or f"{above}/" in library.files:  # a submodule, a repository, a linked directory
                if _exists(library.project / aim.path):
                    return
                break
        same = library.folded.get(aim.path.lower())
        if same is not None:
            message = f"dead link where case counts, as on GitHub: {_path(target)}; it is called {same}"
            yield Finding("DOC002", Severity.ERROR, message, place)
        elif _exists(library.project / aim.path):
            message = f"a link to what git ignores, so that nobody else has it: {_path(target)}"
            yield Finding("DOC003", Severity.ERROR, message, place)
        else:
            others = library.by_name.get(aim.path.rpartition("/")[2], [])
            meant = f"; is {others[0]} meant?" if len(others) == 1 else ""
            yield Finding("DOC001", Severity.ERROR, f"dead link: {_path(target)}: there is no such file{meant}", place)


def _aim(source: str, target: str) -> _Target:
    path, _, fragment = target.partition("#")
    path = unquote(path.partition("?")[0])
    base = "" if path.startswith("/") else posixpath.dirname(source)
    whole = posixpath.normpath(posixpath.join(base, path.lstrip("/"))) if path else ""
    up = 0
    while whole == ".." or whole.startswith("../"):
        whole, up = whole[3:], up + 1
    return _Target("" if whole == "." else whole, unquote(fragment), up)


def _exists(path: Path) -> bool:
    try:
        os.stat(path)
    except (OSError, ValueError):
        return False
    return True


def _path(target: str) -> str:
    """A target without its query, which may hold anything."""
    path, _, fragment = target.partition("#")
    return _shown(path.partition("?")[0] + (f"#{fragment}" if fragment else ""))


def _shown(text: str) -> str:
    """What a document says, harmless and short."""
    plain = "".join(char if char.isprintable() else repr(char)[1:-1] for char in text[:200])
    return plain if len(plain) <= 120 else f"{plain[:117]}..."
