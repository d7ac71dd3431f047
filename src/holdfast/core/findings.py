"""What checks say: findings, results and the report that every output format renders.

Nothing here is green because nothing ran: a result that passed says how much it checked.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from holdfast.core.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEMA = "holdfast/report/1"


class Severity(StrEnum):
    """How much a finding weighs. Only errors fail a check; warnings do too under `--strict`."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Status(StrEnum):
    """What became of a check. `error` is "could not run", which is never a pass."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"


class Location(NamedTuple):
    """A place in the project. `file` is relative to the project's root, with forward slashes; lines start at 1."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


class Finding(NamedTuple):
    """One thing that is wrong, with a stable id, and the command that mends it where there is one."""

    id: str
    severity: Severity
    message: str
    location: Location | None = None
    fix: str | None = None

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits that stay the same when lines move: the id, the file and the message without its lines."""
        import re

        from holdfast.core.digests import sha256

        place = self.location.file if self.location else ""
        words = re.sub(r"(?i)(\blines? |\w:)\d+(?:[:-]\d+)?", r"\1", self.message)
        return sha256(f"{self.id}\0{place}\0{words}".encode(errors="surrogatepass"))[:16]

    def as_json(self) -> dict[str, Any]:
        """The finding as report fields; what does not apply is null, so that readers need not guess."""
        place = self.location
        return {
            "id": self.id,
            "severity": self.severity.value,
            "message": self.message,
            "file": place.file if place else None,
            "line": place.line if place else None,
            "column": place.column if place else None,
            "fix": self.fix,
            "fingerprint": self.fingerprint,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Finding:
        """The finding that `as_json` wrote. Raises KeyError, TypeError or ValueError where it is not one."""
        place = Location(data["file"], data["line"], data["column"]) if data["file"] else None
        return cls(data["id"], Severity(data["severity"]), data["message"], place, data["fix"])


class Suppressed(NamedTuple):
    """A finding that does not count, and why: it stays in every report."""

    finding: Finding
    by: str
    """`baseline`, or `ignore` for one of the configuration."""
    reason: str


class Checked(NamedTuple):
    """How much a check looked at: "77 of 77 packages"."""

    done: int
    total: int
    unit: str

    def __str__(self) -> str:
        return f"{self.done} of {self.total} {self.unit}"


class Remembered(NamedTuple):
    """The earlier run whose result still stands, because nothing that it read has changed."""

    since: str
    run_id: str


class _Result(NamedTuple):
    """The fields of a Result."""

    check: str
    status: Status
    findings: tuple[Finding, ...] = ()
    reason: str | None = None
    hint: str | None = None
    checked: Checked | None = None
    tool: str | None = None
    duration_s: float = 0.0
    remembered: Remembered | None = None
    output: str = ""
    """The tail of what the tool said, where a reader needs it to understand an error."""
    suppressed: tuple[Suppressed, ...] = ()
    unaffected: bool = False
    """Skipped because the run is limited to changed files, and it looks at none of them."""


class Result(_Result):
    """What one check says. `reason` tells why it was skipped or could not run, or what failed where no finding does.

    Raises ValueError for a pass in which nothing was looked at. Not a dataclass: that takes a millisecond to make.
    """

    __slots__ = ()

    if not TYPE_CHECKING:  # whose types are those of the fields

        def __new__(cls, *fields: Any, **named: Any) -> Result:
            made = super().__new__(cls, *fields, **named)
            _require_honest(made)
            return made

        def _replace(self, **changes: Any) -> Result:
            return type(self)(**{**self._asdict(), **changes})

    def as_json(self) -> dict[str, Any]:
        """The result as report fields."""
        return {
            "check": self.check,
            "status": self.status.value,
            "reason": self.reason,
            "hint": self.hint,
            "checked": (
                {"done": self.checked.done, "total": self.checked.total, "unit": self.checked.unit}
                if self.checked
                else None
            ),
            "tool": self.tool,
            "duration_s": round(self.duration_s, 3),
            "unchanged_since": self.remembered.since if self.remembered else None,
            "unchanged_run": self.remembered.run_id if self.remembered else None,
            "unaffected": self.unaffected,
            "findings": [finding.as_json() for finding in self.findings],
            "suppressed": [
                {**each.finding.as_json(), "suppressed_by": each.by, "suppressed_reason": each.reason}
                for each in self.suppressed
            ],
            "output": self.output,
        }


def _require_honest(result: _Result) -> None:
    if result.status is Status.PASSED and (result.checked is None or result.checked.done == 0):
        raise ValueError(f"{result.check}: a check that looked at nothing has not passed")
    if result.status in (Status.ERROR, Status.SKIPPED) and not result.reason:
        raise ValueError(f"{result.check}: {result.status.value} needs a reason")


def concluded(
    check: str,
    findings: Sequence[Finding],
    *,
    checked: Checked | None,
    reason: str | None = None,
    hint: str | None = None,
    tool: str | None = None,
) -> Result:
    """The result of a check that looked: failed where a finding is an error, else passed."""
    failed = any(finding.severity is Severity.ERROR for finding in findings)
    status = Status.FAILED if failed else Status.PASSED
    return Result(check, status, tuple(findings), reason, hint, checked, tool)


def judged(result: Result, *, strict: bool) -> Result:
    """The result with its status drawn from its findings: errors fail it, and warnings do when `strict`."""
    if result.status not in (Status.PASSED, Status.FAILED):
        return result
    failing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    if any(finding.severity in failing for finding in result.findings):
        return result._replace(status=Status.FAILED)
    return result


class Report(NamedTuple):
    """Every result of one command, and what is needed to know what it was a report of."""

    command: str
    project: str
    run_id: str
    started_at: str
    duration_s: float
    results: tuple[Result, ...]
    interrupted: bool = False
    scope: str | None = None
    """Which files the run was limited to, in words; None where it was not."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for result in self.results for finding in result.findings)

    @property
    def exit_code(self) -> ExitCode:
        """130 interrupted; 2 where a check could not run, or none did; 1 for findings; else 0.

        A check that no changed file concerns has nothing to say; where that is all of them, nothing is wrong.
        """
        statuses = {Status.PASSED if result.unaffected else result.status for result in self.results}
        if self.interrupted:
            return ExitCode.INTERRUPTED
        if Status.ERROR in statuses or not statuses - {Status.SKIPPED}:
            return ExitCode.UNUSABLE
        return ExitCode.FINDINGS if Status.FAILED in statuses else ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """The report as the document that `--format json` prints; see docs/specs/003-report.md."""
        return {
            "schema": SCHEMA,
            "command": self.command,
            "project": self.project,
            "run_id": self.run_id,
            "started_at": self.started_at,
            "duration_s": round(self.duration_s, 3),
            "interrupted": self.interrupted,
            "scope": self.scope,
            "exit_code": int(self.exit_code),
            "results": [result.as_json() for result in self.results],
        }
