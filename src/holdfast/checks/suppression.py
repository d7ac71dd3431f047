"""What of the findings does not count: those that the configuration ignores, and those of the baseline.

Nothing disappears: what does not count stays in the report with the reason, and what is wrong with an ignore or with
the baseline itself is a finding.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from holdfast.checks.baseline import REWRITE, Baseline
from holdfast.checks.patterns import matching
from holdfast.core.config import Config
from holdfast.core.findings import Checked, Finding, Location, Result, Severity, Status, Suppressed, concluded, judged

LACKING, EXPIRED, UNUSED, MENDED = "IGNORE001", "IGNORE002", "IGNORE003", "BASELINE001"

IGNORES, BASELINE = ABOUT = ("ignores", "baseline")
"""The results that are about what is set apart, not about the project."""


class Ignore(NamedTuple):
    """One table below `[tool.holdfast.ignore]`."""

    id: str
    reason: str
    until: str
    """The last day, as `2026-12-31`; empty for no end."""
    paths: tuple[str, ...]
    place: Location | None
    expired: bool

    @property
    def holds(self) -> bool:
        return bool(self.reason.strip()) and not self.expired

    def covers(self, finding: Finding) -> bool:
        """Whether it is about the finding."""
        if finding.id != self.id:
            return False
        file = finding.location.file if finding.location else ""
        return not self.paths or bool(matching([file], self.paths))


def ignores_of(config: Config, now_ms: int) -> tuple[Ignore, ...]:
    """What the configuration ignores, judged on the day (UTC) of `now_ms`."""
    today = time.strftime("%Y-%m-%d", time.gmtime(now_ms / 1000))
    return tuple(
        Ignore(name, each.reason, each.until or "", each.paths, _place(config, name), "" < (each.until or "") < today)
        for name, each in config.ignore.items()
    )


def _place(config: Config, name: str) -> Location | None:
    for key in ("until", "reason", "paths"):
        given = config.given.get(("ignore", name, key))
        match = re.fullmatch(r"(.+):(\d+)", given.source.origin(("ignore", name, key))) if given else None
        if match:
            return Location(match[1], int(match[2]))
    return None


class Suppression:
    """Takes out of results what does not count."""

    def __init__(self, ignores: Sequence[Ignore], baseline: Baseline | None) -> None:
        self._ignores = ignores
        self._baseline = baseline

    def of(self, result: Result, *, strict: bool) -> Result:
        """The result with what does not count set apart, and its status drawn from the rest."""
        kept: list[Finding] = []
        suppressed = list(result.suppressed)
        for finding in result.findings:
            ignore = next((each for each in self._ignores if each.holds and each.covers(finding)), None)
            if ignore:
                suppressed.append(Suppressed(finding, "ignore", ignore.reason))
            else:
                kept.append(finding)
        if self._baseline:
            kept, known = self._baseline.split(result.check, kept)
            suppressed += [Suppressed(finding, "baseline", "known since the baseline was written") for finding in known]
        return _settled(result, kept, suppressed, strict=strict)

    def judge(self, results: Sequence[Result], *, complete: bool) -> list[Result]:
        """What is wrong with the ignores and the baseline, by the results of checks that looked at everything."""
        about = (self.judge_ignores(results, complete=complete), self.judge_baseline(results))
        return [result for result in about if result is not None]

    def judge_ignores(self, results: Sequence[Result], *, complete: bool) -> Result | None:
        """What is wrong with the ignores themselves, given what the checks found; None where there is nothing.

        Only where the run is `complete`, and every check could look, is it known that an ignore is needed no more.
        """
        looked = complete and all(result.status in (Status.PASSED, Status.FAILED) for result in results)
        findings = tuple(self._about_ignores(results, complete=looked))
        if not findings:
            return None
        count = len(self._ignores)
        checked = Checked(count, count, "ignores")
        return concluded(IGNORES, findings, checked=checked)

    def _about_ignores(self, results: Sequence[Result], *, complete: bool) -> Iterator[Finding]:
        found = [finding for result in results for finding in _all(result)]
        for each in self._ignores:
            used = any(each.covers(finding) for finding in found)
            if not each.reason.strip():
                yield Finding(LACKING, Severity.ERROR, f"{each.id} is to be ignored without a reason", each.place)
            elif each.expired and used:
                message = f"{each.id} was ignored until {each.until} ({each.reason}): look again"
                yield Finding(EXPIRED, Severity.WARNING, message, each.place)
            elif complete and not used:
                yield Finding(UNUSED, Severity.INFO, f"nothing is found that {each.id} ignores: it can go", each.place)

    def judge_baseline(self, results: Sequence[Result]) -> Result | None:
        """Which known findings are mended, by the results of checks that looked at everything; None without any."""
        if self._baseline is None:
            return None
        looked = [result for result in results if result.status in (Status.PASSED, Status.FAILED)]
        mended = [each for result in looked for each in self._baseline.mended(result.check, _all(result))]
        findings = tuple(
            Finding(
                MENDED,
                Severity.ERROR,
                f"{known.id} is mended, and the baseline still excuses {known.times - left} of it: {known.message}",
                Location(known.file) if known.file else None,
                f"{REWRITE} --new-only",
            )
            for known, left in mended
        )
        if not findings:
            return None
        count = len(self._baseline)
        return Result(BASELINE, Status.FAILED, findings, checked=Checked(count, count, "known findings"))


def _all(result: Result) -> list[Finding]:
    return [*result.findings, *(each.finding for each in result.suppressed)]


def _settled(result: Result, kept: list[Finding], suppressed: list[Suppressed], *, strict: bool) -> Result:
    """A failure for findings that are all set apart is none; one that has another cause stays."""
    failing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    looked = result.checked is not None and result.checked.done > 0
    by_findings = any(each.finding.severity in failing for each in suppressed)
    clean = result.status is Status.FAILED and looked and by_findings
    status = Status.PASSED if clean and not any(each.severity in failing for each in kept) else result.status
    settled = result._replace(status=status, findings=tuple(kept), suppressed=tuple(suppressed))
    return judged(settled, strict=strict)
