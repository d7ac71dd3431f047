"""The report for a person at a terminal: what was found and how to mend it, then a summary for tired eyes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from holdfast.core.findings import Finding, Report, Result, Severity, Status
from holdfast.render.terminal import columns, one_line, padded, printable

BOLD, DIM, RED, GREEN, YELLOW, CYAN = "1", "2", "31", "32", "33", "36"
STATUS_COLOR = {Status.PASSED: GREEN, Status.FAILED: RED, Status.ERROR: RED, Status.SKIPPED: YELLOW}
STATUS_WORD = {Status.ERROR: "could not run"}
STATUS_WIDTH = len("could not run")
SEVERITY_COLOR = {Severity.ERROR: RED, Severity.WARNING: YELLOW, Severity.INFO: CYAN}
SEVERITY_ORDER = list(Severity)
OUTPUT_LINES = 20
FINDINGS_SHOWN = 50
NAME_WIDTH = 20
SET_APART = {"baseline": "known", "ignore": "ignored"}
SAYS_WIDTH = 30

Paint = Callable[..., str]


class _Style(NamedTuple):
    """How to write for one reader: with colours or without, wrapped at a width or not at all."""

    paint: Paint
    width: int | None

    def roomy(self, indent: int) -> bool:
        """Whether text that is indented so far can still be read."""
        return self.width is None or self.width - indent >= SAYS_WIDTH

    def wrapped(self, head: str, shown: str, body: str, indent: int) -> list[str]:
        """`head` (which on the screen reads `shown`) with the body after it, further lines indented."""
        first, *rest = printable(body).split("\n")
        lines = self._filled(first, len(shown), indent)
        lines[0] = head + lines[0][len(shown) :]
        return [*lines, *(line for more in rest for line in self._filled(more, indent, indent))]

    def _filled(self, text: str, first_indent: int, indent: int) -> list[str]:
        if self.width is None or first_indent + columns(text) <= self.width:
            return [" " * first_indent + text]
        import textwrap

        return textwrap.wrap(
            text,
            self.width,
            initial_indent=" " * first_indent,
            subsequent_indent=" " * indent,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [" " * first_indent]


def render(report: Report, *, color: bool = False, width: int | None = None) -> str:
    """Findings check by check, each with place and fix; then a line a check; then what it comes to.

    With `width`, messages are wrapped to so many columns; commands to copy never are.
    """
    style = _Style(_painted if color else _plain, width)
    blocks = [[*block, ""] for result in report.results if (block := _details(result, style))]
    lines = [line for block in blocks for line in block]
    return "\n".join([*lines, *_summary(report, style)]) + "\n"


def summary(report: Report) -> str:
    """The last part of `render` alone: a line a check, and what it comes to."""
    return "\n".join(_summary(report, _Style(_plain, None))) + "\n"


def status_word(status: Status) -> str:
    """What people read for a status."""
    return STATUS_WORD.get(status, status.value)


def by_severity(result: Result) -> list[Finding]:
    """The findings of a result, the grave ones first, so that a limit cuts the light ones."""
    return sorted(result.findings, key=lambda finding: SEVERITY_ORDER.index(finding.severity))


def says(result: Result, *, run: bool = True) -> str:
    """What a result says beside its status: the reason, how much was checked, and how many findings there are.

    With `run`, also the id of the run that a remembered result is from.
    """
    if result.remembered:
        since = result.remembered.since[:19].replace("T", " ")
        by = f" ({result.remembered.run_id})" if run else ""
        return _with_counts(f"unchanged since {since} UTC{by}", result)
    return _with_counts(result.reason or str(result.checked or ""), result)


def took(result: Result) -> str:
    """Seconds for a reader; a dash where nothing ran."""
    return "-" if result.remembered or result.status is Status.SKIPPED else f"{result.duration_s:.2f}s"


def needs_output(result: Result) -> bool:
    """Whether what the tool said is all there is to understand a result by."""
    unexplained = result.status is Status.FAILED and not result.findings
    return bool(result.output.strip()) and (result.status is Status.ERROR or unexplained)


def verdict(report: Report) -> str:
    """What a report comes to: "1 failed, 3 passed"."""
    counts = Counter(result.status for result in report.results)
    words = [f"{counts[status]} {status_word(status)}" for status in _GRAVEST_FIRST if counts[status]]
    said = ", ".join(words) or "nothing ran"
    return f"interrupted: {said}" if report.interrupted else said


_GRAVEST_FIRST = (Status.FAILED, Status.ERROR, Status.PASSED, Status.SKIPPED)


def _plain(text: str, *_codes: str) -> str:
    return text


def _painted(text: str, *codes: str) -> str:
    return f"\033[{';'.join(codes)}m{text}\033[0m"


def _details(result: Result, style: _Style) -> list[str]:
    lines = [line for finding in by_severity(result)[:FINDINGS_SHOWN] for line in _finding(finding, style)]
    if len(result.findings) > FINDINGS_SHOWN:
        lines.append(f"  and {len(result.findings) - FINDINGS_SHOWN} more; --format json has them all")
    if needs_output(result):
        lines += _output(result, style)
    return [style.paint(one_line(result.check), BOLD), *lines] if lines else []


def _output(result: Result, style: _Style) -> Iterator[str]:
    said = printable(result.output.rstrip()).split("\n")
    if len(said) > OUTPUT_LINES:
        yield f"  {style.paint(f'| the last {OUTPUT_LINES} of {len(said)} lines', DIM)}"
    for line in said[-OUTPUT_LINES:]:
        yield f"  {style.paint('|', DIM)} {line}".rstrip()


def _finding(finding: Finding, style: _Style) -> list[str]:
    place = f"  {one_line(str(finding.location))}: " if finding.location else "  "
    word, name = finding.severity.value, one_line(finding.id)
    head = f"{place}{style.paint(word, SEVERITY_COLOR[finding.severity])} {name}: "
    lines = style.wrapped(head, f"{place}{word} {name}: ", finding.message, 4)
    if finding.fix:
        lines.append(f"    {style.paint('fix:', DIM)} {printable(finding.fix)}")
    return lines


def _summary(report: Report, style: _Style) -> list[str]:
    names = [one_line(result.check) for result in report.results]
    name_width = min(NAME_WIDTH, max([5, *map(columns, names)]))
    took_width = max([4, *(len(took(result)) for result in report.results)])
    lines = []
    for name, result in zip(names, report.results, strict=True):
        lines += _row(padded(name, name_width), result, took(result).rjust(took_width), style)
        if result.hint and result.status is not Status.PASSED:
            indent = " " * (name_width + 2 if style.roomy(name_width + 2) else 4)
            head = f"{indent}{style.paint('hint:', DIM)} "
            lines += style.wrapped(head, f"{indent}hint: ", result.hint, len(indent))
    return [*lines, "", _last_line(report, style)]


def _row(name: str, result: Result, time: str, style: _Style) -> list[str]:
    word = padded(status_word(result.status), STATUS_WIDTH)
    head = f"{name}  {style.paint(word, STATUS_COLOR[result.status])}  {time}  "
    shown = " " * columns(f"{name}  {word}  {time}  ")
    said = says(result, run=False)  # it would take each such line past the edge; JSON has it
    lines = style.wrapped(head, shown, said, len(shown) if style.roomy(len(shown)) else 4)
    return [line.rstrip() for line in lines]


def _with_counts(text: str, result: Result) -> str:
    counts = Counter(finding.severity for finding in result.findings)
    words = [_count(counts[severity], severity.value) for severity in Severity if counts[severity]]
    apart = Counter(each.by for each in result.suppressed)
    words += [f"{apart[by]} {word}" for by, word in SET_APART.items() if apart[by]]
    return "; ".join(part for part in (text, ", ".join(words)) if part)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if word == "info" or number == 1 else f"{number} {word}s"


def _last_line(report: Report, style: _Style) -> str:
    good = report.exit_code == 0
    said = style.paint(verdict(report), BOLD, GREEN if good else RED)
    scope = f"; limited to {one_line(report.scope)}" if report.scope else ""
    return f"{said} in {report.duration_s:.2f}s ({one_line(report.project)}){scope}"
