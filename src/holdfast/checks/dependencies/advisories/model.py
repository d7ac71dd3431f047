"""What is known of a vulnerability, as far as a check needs it."""

from __future__ import annotations

from typing import NamedTuple

FIXED, LAST, LIMIT = "fixed", "last", "limit"


class Span(NamedTuple):
    """Versions that are affected: from `start` (empty: the very first) to `end` (empty: all that follow)."""

    start: str
    end: str = ""
    kind: str = ""
    """What the end is: FIXED and LIMIT are not affected any more, LAST still is; empty without an end."""


class Advisory(NamedTuple):
    """What one record says of one package."""

    package: str
    """Normalised (PEP 503)."""
    id: str
    aliases: tuple[str, ...] = ()
    """What others call the same vulnerability."""
    summary: str = ""
    severity: str = ""
    """`low`, `moderate`, `high` or `critical`; empty where the record does not say."""
    spans: tuple[Span, ...] = ()
    versions: tuple[str, ...] = ()
    """Affected versions that no span holds."""
    unclear: tuple[str, ...] = ()
    """Bounds that are no versions (PEP 440), so that whatever lies between them cannot be told."""

    @property
    def ids(self) -> tuple[str, ...]:
        """All its names, its own first."""
        return (self.id, *self.aliases)

    @property
    def weight(self) -> int:
        """What it takes up in an index or in memory, about, and rather more than less: bytes."""
        texts = (self.package, self.summary, *self.ids, *self.versions, *self.unclear)
        return sum(len(text) * 4 + 60 for text in texts) + 200 * (1 + len(self.spans))


class Record(NamedTuple):
    """One OSV record (https://ossf.github.io/osv-schema/) as far as it concerns packages for Python."""

    id: str
    modified_ms: int | None
    """Milliseconds since 1970, UTC; None where the record does not say."""
    advisories: tuple[Advisory, ...]
    """One for each package; none where it is withdrawn or about other ecosystems."""
    withdrawn: bool = False
