"""The one issue that says that the nightly run fails: opened, brought up to date, and closed.

It holds the marker `<!-- holdfast tracker: WORKFLOW -->`, by which it is found again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from holdfast.adoption.issues import Issue
from holdfast.core.errors import HoldfastError
from holdfast.core.files import read_text
from holdfast.core.findings import SCHEMA

BODY_LIMIT = 60_000
"""Characters; GitHub refuses a body of more than 65,536."""
PASSED = "success"
UNDECIDED = ("cancelled", "skipped")
"""What GitHub calls the result of a job that says nothing of the code; `failure` is the fourth."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Run(NamedTuple):
    """The run of a workflow that the issue speaks of."""

    workflow: str
    url: str
    commit: str


class Leg(NamedTuple):
    """What one report says: its name, and a line for each thing that is wrong; none where it passed."""

    name: str
    wrong: tuple[str, ...]


class Tracked(NamedTuple):
    """What was done with the issue: `opened`, `updated`, `closed`, or None where there was nothing to do."""

    done: str | None
    url: str | None
    why: str


class Tracker(Protocol):
    """Where issues are kept: holdfast.adoption.issues.Issues."""

    def marked(self, marker: str) -> list[Issue]: ...
    def create(self, title: str, body: str) -> Issue: ...
    def change(self, number: int, **fields: str) -> Issue: ...


def track(issues: Tracker, run: Run, legs: Sequence[Leg], outcome: str) -> Tracked:
    """Brings the issue in line with how the run ended. `outcome` is GitHub's word for the job that wrote the reports.

    A run has passed where the job did and every report says so; a job without a report has not. Raises Refused.
    """
    if outcome in UNDECIDED:
        return Tracked(None, None, f"the run was {outcome}: it says nothing of the code")
    wrong = _wrong(legs, outcome)
    marker = f"<!-- holdfast tracker: {_plain(run.workflow).replace('--', '')} -->"
    there = issues.marked(marker)
    if not wrong:
        return _close(issues, run, there)
    title, body = f"{_plain(run.workflow)}: the nightly run fails", _body(run, marker, wrong)
    if there:
        return Tracked("updated", issues.change(there[0].number, title=title, body=body).url, "the run failed again")
    return Tracked("opened", issues.create(title, body).url, "the run failed")


def read_legs(directory: Path) -> list[Leg]:
    """What the JSON reports in a directory say, by name. One that cannot be read is wrong, and says why."""
    return [Leg(path.stem, tuple(_read(path))) for path in sorted(directory.glob("*.json"))]


def _read(path: Path) -> Iterator[str]:
    try:
        report = json.loads(read_text(path))
        if report["schema"] != SCHEMA:
            raise ValueError(f"not {SCHEMA}")
        if report["exit_code"] == 0:
            return
        lines = [line for result in report["results"] for line in _lines(result)]
    except HoldfastError as error:
        yield f"its report cannot be read: {error.message}"
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        yield f"its report cannot be read: {type(error).__name__}: {error}"
    else:
        yield from lines or [f"exit code {report['exit_code']}"]


def _lines(result: dict[str, Any]) -> Iterator[str]:
    status = result["status"]
    if status not in ("failed", "error"):
        return
    said = f": {result['reason']}" if result["reason"] else ""
    yield f"{result['check']}: {'could not run' if status == 'error' else 'failed'}{said}"
    for finding in result["findings"]:
        place = ":".join(str(part) for part in (finding["file"], finding["line"]) if part is not None)
        fix = f" (fix: {finding['fix']})" if finding["fix"] else ""
        yield f"  {f'{place}: ' if place else ''}{finding['severity']} {finding['id']}: {finding['message']}{fix}"


def _wrong(legs: Sequence[Leg], outcome: str) -> list[str]:
    """A line for each thing that is wrong, and in which reports where not in all."""
    said: dict[str, list[str]] = {}
    for leg in legs:
        for line in dict.fromkeys(map(_plain, leg.wrong)):
            said.setdefault(line, []).append(leg.name)
    wrong = [line if len(names) == len(legs) else f"{line} [{', '.join(names)}]" for line, names in said.items()]
    if not legs:
        return ["there is no report: the job ended before holdfast could write one"]
    if not wrong and outcome != PASSED:
        return [f"the job ended with {_plain(outcome)!r}, and no report says why: did installing fail?"]
    return wrong


def _body(run: Run, marker: str, wrong: Sequence[str]) -> str:
    """The lines stand in a block of code, where they call no person and link no issue, whatever they say."""
    head = f"{marker}\nThe nightly run of **{_word(run.workflow)}** fails: {run.url} (commit {_word(run.commit)}).\n"
    foot = "This text is replaced at each run that fails, and the issue is closed by the first that passes.\n"
    fence = "~" * max(3, 1 + max((len(each) for line in wrong for each in re.findall("~+", line)), default=0))
    left = BODY_LIMIT - len(head) - len(foot) - 2 * len(fence) - 100
    kept: list[str] = []
    for line in wrong:
        left -= len(line) + 1
        if left < 0:
            kept.append(f"... and {len(wrong) - len(kept)} more lines; the run has them all")
            break
        kept.append(line)
    return "\n".join([head, f"{fence}text", *kept, fence, "", foot])


def _close(issues: Tracker, run: Run, there: Sequence[Issue]) -> Tracked:
    if not there:
        return Tracked(None, None, "the run passed, and no issue is open")
    said = f"Passes again: {run.url} (commit {_word(run.commit)}). What it said before:\n\n"
    urls = [
        issues.change(issue.number, state="closed", state_reason="completed", body=said + issue.body[:BODY_LIMIT]).url
        for issue in there
    ]
    return Tracked("closed", urls[0], "the run passed")


def _plain(text: str) -> str:
    """A text on one line, without characters that move the cursor or turn the direction of writing."""
    return _CONTROL.sub("?", " ".join(text.split("\n")))[:2000]


def _word(text: str) -> str:
    """Letters, digits and what joins them: nothing that Markdown or GitHub gives a meaning."""
    return re.sub(r"[^\w .-]", "?", text)
