"""What two lookers say of one file, as findings: one for each secret that the project did not allow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from holdfast.checks.secret_scan import findings, judge, names
from holdfast.checks.secret_scan.allowed import Baseline, is_marked
from holdfast.checks.secret_scan.content import NAMED, Find, finds_in
from holdfast.checks.secret_scan.outside import Foreign
from holdfast.core.findings import Finding

JUDGED = ("Private Key", "Basic Auth Credentials", "JSON Web Token")
"""What detect-secrets finds in examples too; here more is looked at than one line."""
LINE = 4000
QUOTED = re.compile(r"([\"'`])(.*?)\1")
PART = re.compile(r"[^\s\"'`=,;()<>]+")


def own(text: str, path: str, baseline: Baseline) -> Iterator[tuple[Find, bool]]:
    """The secrets that are found here, and whether the project allows each."""
    found = finds_in(text, path)
    lines = text.split("\n") if found else []
    for find in found:
        if find.kind == NAMED and names.PRODUCTION.search(path):
            continue  # what a file of environment variables is for; that it is there is said of the file
        yield find, is_marked(lines, find.line) or _accepted(baseline, path, lines, text, find)


def _accepted(baseline: Baseline, path: str, lines: Sequence[str], text: str, find: Find) -> bool:
    line, (_, start, end) = lines[find.line - 1], _place(find, text)
    around = [match[0] for match in PART.finditer(line[:LINE]) if match.start() < end and start < match.end()]
    quoted = [match[2] for match in QUOTED.finditer(line[:LINE]) if match.start() < end and start < match.end()]
    values = (text[find.value_start : find.value_end], text[find.start : find.end], *around, *quoted)
    return baseline.accepts(path, line, values)


def said_of(path: str, text: str, foreign: Sequence[Foreign], baseline: Baseline) -> list[Finding]:
    """The findings of one file."""
    found = list(own(text, path, baseline))
    said = [findings.of_content(find.kind, path, find.line) for find, allowed in found if not allowed]
    lines = text.split("\n") if foreign else []
    taken = [_place(find, text) for find, _ in found]
    seen: list[Foreign] = []
    for each in foreign:
        if each.accepted or is_marked(lines, each.line) or any(_same(each, one) for one in seen):
            continue
        if any(_is_at(place, each) for place in taken) or (not baseline.text and _is_nothing(each, lines)):
            continue
        seen.append(each)
        said.append(findings.of_tool(each.kind, path, each.line))
    return said


def _place(find: Find, text: str) -> tuple[int, int, int]:
    start = text.rfind("\n", 0, find.start) + 1
    return find.line, find.start - start, find.end - start


def _is_at(place: tuple[int, int, int], foreign: Foreign) -> bool:
    line, start, end = place
    return line == foreign.line and foreign.start < end and start < foreign.end


def _same(one: Foreign, other: Foreign) -> bool:
    return _is_at((other.line, other.start, other.end), one)


def _is_nothing(foreign: Foreign, lines: Sequence[str]) -> bool:
    """Whether it is a stand-in, or of a kind that is judged here by more than its first line."""
    if foreign.kind in JUDGED:
        return True
    line = lines[foreign.line - 1] if foreign.line <= len(lines) else ""
    around = [part for part in PART.finditer(line) if part.start() < foreign.end and foreign.start < part.end()]
    return any(judge.is_stand_in(part[0]) for part in around)
