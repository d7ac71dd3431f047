"""The findings that a project has agreed to live with for now: a committed file, so that only new ones count.

A finding is known by its fingerprint, which survives moved lines, and by how often it stands in its file. What was
mended has to leave the file, or it could come back unseen: `Baseline.mended` says what that is.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.core.files import read_text, write_atomic
from holdfast.core.findings import Finding, Result, Severity

SCHEMA = "holdfast/baseline/1"
REWRITE = "holdfast validate-env --write-baseline"


class Known(NamedTuple):
    """One line of the file: a finding, and how often it may stand there."""

    check: str
    fingerprint: str
    times: int
    id: str
    file: str | None
    message: str

    def as_json(self) -> dict[str, Any]:
        """As it stands in the file; id, file and message are for who reads the file."""
        return self._asdict()


class Baseline:
    """The known findings of each check."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._known = {(each.check, each.fingerprint): each for each in known}

    def __len__(self) -> int:
        return sum(each.times for each in self._known.values())

    def split(self, check: str, findings: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
        """The new findings of a check, and the known ones."""
        left = Counter({print_: each.times for (of, print_), each in self._known.items() if of == check})
        new: list[Finding] = []
        known: list[Finding] = []
        for finding in findings:
            print_ = finding.fingerprint if left and counts(finding) else ""
            (known if left[print_] > 0 else new).append(finding)
            left[print_] -= 1
        return new, known

    def mended(self, check: str, findings: Iterable[Finding]) -> list[tuple[Known, int]]:
        """What the file knows of a check and is not there any more, and how often, where that is less than it says."""
        found = Counter(finding.fingerprint for finding in findings)
        of = [each for each in self._known.values() if each.check == check]
        return [(each, found[each.fingerprint]) for each in of if found[each.fingerprint] < each.times]

    def updated(self, results: Iterable[Result], *, add: bool) -> Baseline:
        """The baseline as it is after these results: of their checks what was found, of all others what it was.

        Without `add` it only loses what was mended.
        """
        looked = {result.check: result for result in results}
        kept = [each for each in self._known.values() if each.check not in looked]
        return Baseline([*kept, *(each for result in looked.values() for each in self._found(result, add=add))])

    def _found(self, result: Result, *, add: bool) -> Iterable[Known]:
        whole = [*result.findings, *(each.finding for each in result.suppressed if each.by == "baseline")]
        findings = {finding.fingerprint: finding for finding in whole if counts(finding)}
        for print_, count in Counter(finding.fingerprint for finding in whole if counts(finding)).items():
            before = self._known.get((result.check, print_))
            limit = count if add else min(count, before.times if before else 0)
            if limit:
                one = findings[print_]
                place = one.location.file if one.location else None
                yield Known(result.check, print_, limit, one.id, place, one.message)

    def as_text(self) -> str:
        """The file's content: a finding a line, sorted, so that it can be reviewed and merged."""
        lines = sorted(
            json.dumps(each.as_json())
            for each in sorted(self._known.values(), key=lambda each: (each.check, each.file or "", each.id))
        )
        return f'{{"schema": "{SCHEMA}", "findings": [\n' + ",\n".join(lines) + "\n]}\n"


def counts(finding: Finding) -> bool:
    """Whether a finding is one that a baseline is about.

    Infos never fail anything, and what has no place in a file is about a machine, which others do not share.
    """
    return finding.severity is not Severity.INFO and finding.location is not None


def load(path: Path) -> Baseline | None:
    """The baseline in a file, or None where there is no such file. Raises HoldfastError where it is not one."""
    if not path.exists():
        return None
    try:
        document = json.loads(read_text(path))
    except ValueError as error:
        raise _unusable(path, f"not JSON: {error}") from error
    except RecursionError as error:
        raise _unusable(path, "nested too deeply") from error
    if not isinstance(document, Mapping) or document.get("schema") != SCHEMA:
        raise _unusable(path, f"its schema is not {SCHEMA}")
    try:
        return Baseline([_known(item) for item in document["findings"]])
    except (KeyError, TypeError, ValueError) as error:
        raise _unusable(path, f"a finding in it cannot be read: {error}") from error


def _known(item: Mapping[str, Any]) -> Known:
    texts = [str(item[key]) for key in ("check", "fingerprint")]
    file = item.get("file")
    return Known(texts[0], texts[1], int(item["times"]), str(item.get("id")), file and str(file), str(item["message"]))


def _unusable(path: Path, reason: str) -> HoldfastError:
    return HoldfastError(f"{path}: {reason}", hint=f"mend it, or delete it and run {REWRITE}")


def save(path: Path, baseline: Baseline) -> None:
    """Writes the file in one step. Raises HoldfastError where it cannot be written."""
    write_atomic(path, baseline.as_text().encode())
