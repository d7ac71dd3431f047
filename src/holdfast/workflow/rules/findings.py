"""The lines of a log that matter most, by a ranking that gives the same answer for the same log.

A line is critical, an error, a warning or information by the words in it, and comes in that order;
among equals the later line comes first, as it is nearer to how things ended. Lines that differ in moments, durations,
ids and numbers alone are one finding, which stands where it was last seen and says how often.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from holdfast.workflow.rules.sentences import inert

KEPT = 5
LIMIT = 5000
"""A log of more code points is rotated."""
LINE_LIMIT = 200
SEVERITIES = ("critical", "error", "warning", "info")

_NONE = re.compile(
    r"\b(?:0|no|without|zero) (?:errors?|failures?|failed|warnings?|problems?|issues?|exceptions?"
    r"|vulnerabilit(?:y|ies))\b"
    r"|\b(?:error|failure|failed|warning|critical|vulnerabilitie)s?\s*[:=]\s*0\b",
    re.IGNORECASE,
)
_CRITICAL = re.compile(
    r"\b(?:critical|fatal|panic|segfault|segmentation fault|data loss|corrupt(?:ed|ion)?|vulnerabilit(?:y|ies)"
    r"|security (?:hole|issue|flaw|bug)|out of memory)\b",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"\b(?:errors?|failed|fails|failures?|failing|traceback|exception|timed out)\b"
    r"|\w+(?:Error|Exception)\b|\bexit(?: code)? [1-9]|^E\s{2,}",
    re.IGNORECASE,
)
_WARNING = re.compile(
    r"\b(?:warn|\w*warnings?|deprecated|deprecation|caution|flaky|skipped|retry|retried)\b", re.IGNORECASE
)
_BULLET = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
_QUOTE = re.compile(r"^[>|\s]+")
_MOMENT = re.compile(r"^\W*\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?\W*\s")
_VARIES = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{26}\b|\b[0-9a-f]{7,64}\b|0x[0-9a-f]+|\d+(?:\.\d+)?")
_FENCE = re.compile(r"^\s*(?:`{3,}|~{3,})\S*\s*$")


class Finding(NamedTuple):
    """One line of a log, or several that say the same."""

    severity: str
    text: str
    times: int
    last: int
    """The number of the line, from 0, where it was last seen."""

    def __str__(self) -> str:
        label = "" if self.text.lower().startswith(f"{self.severity}:") else f"{self.severity}: "
        return f"{label}{inert(self.text, LINE_LIMIT)}" + (f" ({self.times} times)" if self.times > 1 else "")


def severity(line: str) -> str:
    """What a line is, by its words; "0 errors" and "no warnings" are information."""
    rest = _NONE.sub(" ", line)
    if _CRITICAL.search(rest):
        return "critical"
    if _ERROR.search(rest):
        return "error"
    return "warning" if _WARNING.search(rest) else "info"


def rank(log: str, kept: int = KEPT) -> list[Finding]:
    """The findings of a log without comments that matter most, first that which matters most."""
    folded: dict[tuple[str, str], Finding] = {}
    for number, text in enumerate(_lines(log)):
        kind = severity(text)
        key = kind, _VARIES.sub("0", text)
        before = folded.get(key)
        folded[key] = Finding(kind, text, before.times + 1 if before else 1, number)
    return sorted(folded.values(), key=lambda finding: (SEVERITIES.index(finding.severity), -finding.last))[:kept]


def _lines(log: str) -> Iterable[str]:
    """What the log says, line by line: without fences, bullets, quote marks and the moments before it."""
    for line in log.splitlines():
        if _FENCE.match(line):
            continue
        text = _QUOTE.sub("", _BULLET.sub("", line))
        text = _MOMENT.sub("", f"{text} ").strip()
        if any(char.isalnum() for char in text):
            yield text
