"""The report for a person at a terminal: what was found and how to mend it, then a summary for tired eyes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from holdfast.core.findings import Finding, Report, Result, Severity, Status

BOLD, DIM, RED, GREEN, YELLOW, CYAN = "1", "2", "31", "32", "33", "36"
STATUS_COLOR = {Status.PASSED: GREEN, Status.FAILED: RED, Status.ERROR: RED, Status.SKIPPED: YELLOW}
STATUS_WORD = {Status.ERROR: "could not run"}
SEVERITY_COLOR = {Severity.ERROR: RED, Severity.WARNING: YELLOW, Severity.INFO: CYAN}
OUTPUT_LINES = 20
FINDINGS_SHOWN = 50

Paint = Callable[..., str]


def render(report: Report, *, color: bool = False) -> str:
    """Findings check by check, each with place and fix; then a line a check; then what it comes to."""
    paint = _painted if color else _plain
    blocks = [block for result in report.results if (block := _details(result, paint))]
    return "\n".join([*blocks, *_summary(report, paint)]) + "\n"


def _plain(text: str, *_codes: str) -> str:
    return text


def _painted(text: str, *codes: str) -> str:
    return f"\033[{';'.join(codes)}m{text}\033[0m"


def _details(result: Result, paint: Paint) -> str:
    lines = [line for finding in result.findings[:FINDINGS_SHOWN] for line in _finding(finding, paint)]
    if len(result.findings) > FINDINGS_SHOWN:
        lines.append(f"  and {len(result.findings) - FINDINGS_SHOWN} more; --format json has them all")
    if result.status is Status.ERROR and result.output:
        lines += [f"  {paint('|', DIM)} {line}" for line in result.output.splitlines()[-OUTPUT_LINES:]]
    return "\n".join([paint(result.check, BOLD), *lines, ""]) if lines else ""


def _finding(finding: Finding, paint: Paint) -> list[str]:
    place = f"{finding.location}: " if finding.location else ""
    severity = paint(finding.severity.value, SEVERITY_COLOR[finding.severity])
    lines = [f"  {place}{severity} {finding.id}: {finding.message}"]
    if finding.fix:
        lines.append(f"    {paint('fix:', DIM)} {finding.fix}")
    return lines


def _summary(report: Report, paint: Paint) -> list[str]:
    rows = [(result, _took(result), _says(result)) for result in report.results]
    name_width = max([5, *(len(result.check) for result in report.results)])
    took_width = max([4, *(len(took) for _, took, _ in rows)])
    lines = []
    for result, took, says in rows:
        word = STATUS_WORD.get(result.status, result.status.value)
        status = paint(word.ljust(13), STATUS_COLOR[result.status])
        lines.append(f"{result.check.ljust(name_width)}  {status}  {took.rjust(took_width)}  {says}".rstrip())
        if result.hint and result.status is not Status.PASSED:
            lines.append(f"{' ' * name_width}  {paint('hint:', DIM)} {result.hint}")
    return [*lines, "", _verdict(report, paint)]


def _took(result: Result) -> str:
    return "-" if result.remembered or result.status is Status.SKIPPED else f"{result.duration_s:.2f}s"


def _says(result: Result) -> str:
    if result.remembered:
        since = result.remembered.since[:19].replace("T", " ")
        return _with_counts(f"unchanged since {since} UTC ({result.remembered.run_id})", result)
    if result.reason:
        return _with_counts(result.reason, result)
    return _with_counts(f"{result.checked}" if result.checked else "", result)


def _with_counts(text: str, result: Result) -> str:
    counts = Counter(finding.severity for finding in result.findings)
    words = [_count(counts[severity], severity.value) for severity in Severity if counts[severity]]
    return "; ".join(part for part in (text, ", ".join(words)) if part)


def _count(number: int, word: str) -> str:
    plural = word if word == "info" or number == 1 else f"{word}s"
    return f"{number} {plural}"


def _verdict(report: Report, paint: Paint) -> str:
    counts = Counter(result.status for result in report.results)
    words = [f"{counts[status]} {STATUS_WORD.get(status, status.value)}" for status in Status if counts[status]]
    said = ", ".join(words) or "nothing ran"
    if report.interrupted:
        said = f"interrupted: {said}"
    good = report.exit_code == 0
    return f"{paint(said, BOLD, GREEN if good else RED)} in {report.duration_s:.2f}s ({report.project})"
