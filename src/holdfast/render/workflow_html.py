"""A run as one HTML file that stands alone: no script, nothing loaded, readable in the dark, by keyboard and by ear."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterator

from holdfast.core.clock import iso
from holdfast.render import workflow_words as words
from holdfast.render.tasks import moment
from holdfast.render.terminal import one_line, printable
from holdfast.workflow.reports.model import BAD, OPEN, SUCCEEDED, RunReport, StepReport, word

ITEMS_SHOWN, TAILS_SHOWN, ARTIFACTS_SHOWN = 500, 100, 1000
"""How much is shown; what is left out is counted."""

STYLE = """
:root { color-scheme: light dark; --ink: #1c1f24; --page: #ffffff; --soft: #586069; --line: #d5d9de; --panel: #f4f6f8;
  --good: #136c32; --bad: #b3141d; --open: #7a4b00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7eb; --page: #14171b; --soft: #a3adb8; --line: #39414b;
  --panel: #1e232a; --good: #5ed283; --bad: #ff8a85; --open: #f0b450; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 72rem; color: var(--ink); background: var(--page);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p { margin: .25rem 0; }
.soft { color: var(--soft); font-weight: 400; }
.good { color: var(--good); } .bad { color: var(--bad); } .open { color: var(--open); }
.status { font-weight: 600; white-space: nowrap; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem 1rem .4rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; }
tr.item th { font-weight: 400; padding-left: 1.5rem; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
pre, code { font: .875rem/1.45 ui-monospace, monospace; }
pre { margin: .25rem 0; padding: .75rem; background: var(--panel); border: 1px solid var(--line); border-radius: 4px;
  overflow: auto; max-height: 30rem; white-space: pre-wrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: .75rem 0; }
dt { color: var(--soft); } dd { margin: 0; }
@media print { pre { max-height: none; } }
"""


def render(report: RunReport) -> str:
    """The whole document; whatever names and outputs hold is text in it. It may load nothing and run nothing."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    title = f"{_text(report.workflow)}: {_text(word(report.status))}"
    body = "\n".join(_body(report))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _text(value: object) -> str:
    return html.escape(one_line(str(value))).encode("ascii", "xmlcharrefreplace").decode()


def _block(value: str) -> str:
    return html.escape(printable(value)).encode("ascii", "xmlcharrefreplace").decode()


def _tone(status: str, *, allowed: bool = False) -> str:
    if status == SUCCEEDED:
        return "good"
    if status in BAD or status == "interrupted":
        return "open" if allowed else "bad"
    return "open" if status in OPEN or status in ("asking", "retrying", "cancelled") else "soft"


def _body(report: RunReport) -> Iterator[str]:
    yield f"<h1>{_text(report.workflow)}</h1>"
    yield f'<p class="status {_tone(report.status)}">{_text(words.verdict(report))}</p>'
    if report.reason:
        yield f"<p>{_text(report.reason)}</p>"
    yield from _facts(report)
    if report.next:
        yield '<h2 id="next">What next</h2>'
        for each in report.next:
            yield f"<p>{_text(each.why)}</p><pre>{_block(each.command)}</pre>"
    yield from _steps(report)
    yield from _tails(report)
    yield from _artifacts(report)


def _facts(report: RunReport) -> Iterator[str]:
    facts: list[tuple[str, object]] = [
        ("Run", report.id),
        ("File", report.file),
        ("Begun", f"{moment(iso(report.created_ms))} UTC by {report.who}"),
    ]
    facts += [("Ended", f"{moment(iso(report.ended_ms))} UTC")] if report.ended_ms is not None else []
    facts += [("Runner", report.owner)] if report.owner else []
    facts += [("From", report.origin)] if report.origin else []
    facts += [(str(name), value) for name, value in report.facts.items()]
    facts += [(f"Input {name}", value) for name, value in report.inputs.items()]
    yield "<dl>" + "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in facts) + "</dl>"


def _steps(report: RunReport) -> Iterator[str]:
    yield '<h2 id="steps">Steps</h2>\n<div class="scroll" tabindex="0" role="region" aria-labelledby="steps"><table>'
    yield from _head("Step", "Status", ">Tries", ">Time", "Details")
    for step in report.steps:
        yield _row(report, step, "")
        shown = sorted(step.items, key=lambda item: item.status not in BAD)[:ITEMS_SHOWN]
        yield from (_row(report, item, ' class="item"') for item in shown)
        if len(step.items) > len(shown):
            left = f"{len(step.items) - len(shown):,} more items; the JSON report has them all"
            yield f'<tr class="item"><th scope="row" colspan="5" class="soft">{left}</th></tr>'
    yield "</tbody></table></div>"


def _head(*names: str) -> Iterator[str]:
    cells = (f'<th scope="col"{_number(name)}>{name.lstrip(">")}</th>' for name in names)
    yield f"<thead><tr>{''.join(cells)}</tr></thead>\n<tbody>"


def _number(name: str) -> str:
    return ' class="number"' if name.startswith(">") else ""


def _row(report: RunReport, step: StepReport, attribute: str) -> str:
    tone = _tone(step.status, allowed=step.allow_failure)
    about = f'<br><span class="soft">{_text(step.description)}</span>' if step.description else ""
    return (
        f'<tr{attribute}><th scope="row">{_text(step.instance)}{about}</th>'
        f'<td class="status {tone}">{_text(words.status(step))}</td><td class="number">{step.attempts or "-"}</td>'
        f'<td class="number">{words.took(step)}</td><td>{_text(words.why(step, report.now_ms))}</td></tr>'
    )


def _tails(report: RunReport) -> Iterator[str]:
    failed = [step for step in report.leaves() if step.status in BAD and step.tail.strip()]
    if failed:
        yield '<h2 id="output">The end of the output of what failed</h2>'
    for step in failed[:TAILS_SHOWN]:
        name = _text(step.instance)
        label = f'tabindex="0" role="region" aria-label="Output of {name}"'
        yield f"<h3>{name}</h3>\n<pre {label}>{_block(step.tail.rstrip())}</pre>"
        if step.log:
            yield f'<p class="soft">All of it: <code>{_text(step.log)}</code>, {words.size(step.log_bytes)}</p>'
    if len(failed) > TAILS_SHOWN:
        yield f"<p>{len(failed) - TAILS_SHOWN:,} more failed; the JSON report has them all</p>"


def _artifacts(report: RunReport) -> Iterator[str]:
    kept = [(step.instance, each) for step in report.leaves() for each in step.artifacts]
    if not kept:
        return
    yield '<h2 id="artifacts">Artifacts</h2>'
    yield '<div class="scroll" tabindex="0" role="region" aria-labelledby="artifacts"><table>'
    yield from _head("File", "Step", ">Size", "SHA-256")
    for instance, each in kept[:ARTIFACTS_SHOWN]:
        yield (
            f'<tr><th scope="row">{_text(each.path)}</th><td>{_text(instance)}</td>'
            f'<td class="number">{words.size(each.size)}</td><td><code>{_text(each.sha256)}</code></td></tr>'
        )
    yield "</tbody></table></div>"
    if len(kept) > ARTIFACTS_SHOWN:
        yield f"<p>{len(kept) - ARTIFACTS_SHOWN:,} more artifacts; the JSON report has them all</p>"
