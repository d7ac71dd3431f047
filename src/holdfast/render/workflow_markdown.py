"""A run as Markdown, for GITHUB_STEP_SUMMARY and for comments: no name and no output can break out of its cell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.render import workflow_words as words
from holdfast.render.terminal import one_line, printable
from holdfast.workflow.reports.model import BAD, RunReport, StepReport

LIMIT = 1_000_000
"""Bytes; GitHub drops a step summary of more than 1 MiB whole."""
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#|~!@]|:(?=//))")
_TAIL_LINES = 40
_ITEMS_SHOWN, _TAILS_SHOWN = 50, 50


def render(report: RunReport) -> str:
    """A heading that says how it ended, a table of the steps, the end of the output of those that failed, what is next.

    What does not fit into LIMIT bytes is left out, and a line says so.
    """
    lines: list[str] = []
    left = LIMIT - 200
    for line in _lines(report):
        left -= len(line.encode("utf-8", "replace")) + 1
        if left < 0:
            lines += ["", "The rest did not fit; `--format json` has it all"]
            break
        lines.append(line)
    return "\n".join(lines).rstrip("\n") + "\n"


def _lines(report: RunReport) -> Iterator[str]:
    yield f"### {cell(report.workflow)}: {cell(words.verdict(report))}"
    yield ""
    origin = f", from {cell(report.origin)}" if report.origin else ""
    yield f"Run {cell(report.id)} of {cell(report.file)} by {cell(report.who)}{origin}"
    yield ""
    if report.reason:
        yield from (f"Reason: {cell(report.reason)}", "")
    yield from ("| Step | Status | Tries | Time | |", "| --- | --- | ---: | ---: | --- |")
    for step in report.steps:
        yield _row(report, step)
        bad = [item for item in step.items if item.status in BAD]
        for item in bad[:_ITEMS_SHOWN]:
            yield _row(report, item)
        if len(bad) > _ITEMS_SHOWN:
            yield f"| {len(bad) - _ITEMS_SHOWN:,} more failed | | | | |"
    yield ""
    failed = [step for step in report.leaves() if step.status in BAD and step.tail.strip()]
    for step in failed[:_TAILS_SHOWN]:
        yield _tail(step)
    if len(failed) > _TAILS_SHOWN:
        yield from (f"{len(failed) - _TAILS_SHOWN:,} more failed", "")
    yield from _next(report)


def _row(report: RunReport, step: StepReport) -> str:
    why = cell(words.why(step, report.now_ms))
    return (
        f"| {cell(step.instance)} | {cell(words.status(step))} | {step.attempts or '-'} | {words.took(step)} | {why} |"
    )


def cell(text: str) -> str:
    """Text that is only text in a cell of a table: nothing in it is markup, HTML, a link or a mention."""
    plain = printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", plain).replace("\t", " ").replace("\n", "<br>")


def fence(text: str) -> str:
    """A fence that is longer than any row of backticks in the text."""
    longest = max((len(found) for found in re.findall("`+", text)), default=0)
    return "`" * max(3, longest + 1)


def _tail(step: StepReport) -> str:
    """One piece: where it does not fit, no fence is left open."""
    said = "\n".join(printable(step.tail.rstrip()).split("\n")[-_TAIL_LINES:])
    bars = fence(said)
    name = _html(step.instance)
    return "\n".join((f"<details><summary>{name}</summary>", "", f"{bars}text", said, bars, "", "</details>", ""))


def _html(text: str) -> str:
    import html

    return html.escape(one_line(text))


def _next(report: RunReport) -> Iterator[str]:
    for each in report.next:
        command = one_line(each.command)
        bars = fence(command)
        yield from (f"{cell(each.why)}:", "", f"{bars}sh", command, bars, "")
