"""What our own rules say of one workflow: its events, and its jobs among each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from holdfast.checks.workflow_files.document import Document, Part
from holdfast.core.findings import Finding, Location, Severity

EVENT, RUNNER, NEEDS, CYCLE, CRON = "GHA003", "GHA004", "GHA005", "GHA006", "GHA016"
EVENTS = frozenset(
    re.findall(
        r"\S+",
        "branch_protection_rule check_run check_suite create delete deployment deployment_status discussion "
        "discussion_comment fork gollum image_version issue_comment issues label member merge_group milestone "
        "page_build project project_card project_column public pull_request pull_request_comment "
        "pull_request_review pull_request_review_comment pull_request_target push registry_package release "
        "repository_dispatch schedule status watch workflow_call workflow_dispatch workflow_run",
    )
)
"""The events that start a workflow; docs.github.com, "Events that trigger workflows"."""
CRON_FIELDS = 5
JOBS, CYCLES = 1000, 20
"""How many jobs are compared with each other, and how many are asked for their cycle: a file may be hostile."""
EXPRESSION = "${{"


class Found:
    """The findings in one file, as they come up."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.findings: list[Finding] = []

    def add(self, code: str, line: int, message: str, severity: Severity = Severity.ERROR) -> None:
        """Takes a finding in."""
        self.findings.append(Finding(code, severity, message, Location(self._file, line)))


def events(root: Part, found: Found) -> None:
    """A workflow that names no event, or one that GitHub does not have, never runs."""
    said = root.table.get("on")
    if said is None or not said.value:
        found.add(EVENT, said.line if said else 1, "no event starts it: `on` is missing or empty")
        return
    named = {said.text: said} if said.text else dict(said.table)
    named |= {item.text: item for item in said.items if item.text}
    for name, part in named.items():
        if name and name not in EVENTS:
            _unknown_event(name, part.line, found)
    for item in said.get("schedule").items:
        cron = item.get("cron")
        if cron.text and len(cron.text.split()) != CRON_FIELDS and not cron.text.startswith("@"):
            found.add(CRON, cron.line, f"the schedule {cron.text!r} does not have five fields, so it never starts")


def _unknown_event(name: str, line: int, found: Found) -> None:
    """An event that looks like a known one is misspelt; another may be newer than this list."""
    import difflib

    close = difflib.get_close_matches(name, sorted(EVENTS), n=1, cutoff=0.8)
    if close:
        found.add(EVENT, line, f"{name} is no event; {close[0]} is")
    else:
        found.add(EVENT, line, f"{name} is no event that GitHub is known to have", Severity.WARNING)


def jobs(root: Part, found: Found) -> Mapping[str, Part]:
    """The jobs, with what is wrong between them noted."""
    named = {name: job for name, job in root.get("jobs").table.items() if job.table}
    every = root.get("jobs").table
    for name, job in named.items():
        if "uses" not in job.table and not job.get("runs-on").value:
            found.add(RUNNER, job.line, f"the job {name} does not say where it runs: `runs-on` is missing")
        for need in needs(job):
            if need.text and need.text not in every and EXPRESSION not in need.text:
                found.add(NEEDS, need.line, f"the job {name} needs {need.text}, and no job is called so")
    _cycle(named, found)
    return named


def needs(job: Part) -> tuple[Part, ...]:
    """The names of the jobs that a job waits for."""
    said = job.get("needs")
    return (said,) if said.text else tuple(said.items)


def _cycle(named: Mapping[str, Part], found: Found) -> None:
    waits = {name: {need.text for need in needs(job) if need.text in named} for name, job in named.items()}
    if len(waits) > JOBS:
        return
    free: set[str] = set()
    while ready := {name for name, others in waits.items() if name not in free and others <= free}:
        free |= ready
    told: set[str] = set()
    for name in [name for name in waits if name not in free][:CYCLES]:
        path = [] if name in told else _path_back(name, waits)
        if path:
            told.update(path)
            found.add(CYCLE, needs(named[name])[0].line, f"jobs wait for each other: {' -> '.join([*path, name])}")


def _path_back(start: str, waits: Mapping[str, set[str | None]]) -> list[str]:
    """A way from a job over what it needs back to itself; empty where there is none."""
    came: dict[str, str] = {}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        for other in sorted(filter(None, waits[here])):
            if other == start:
                return list(_walked(here, start, came))[::-1]
            if other not in came:
                came[other] = here
                waiting.append(other)
    return []


def _walked(here: str, start: str, came: Mapping[str, str]) -> Iterator[str]:
    while here != start:
        yield here
        here = came[here]
    yield start


def workflow_jobs(document: Document, found: Found) -> Mapping[str, Part]:
    """What the rules of this module say of a workflow that could be read; its jobs."""
    root = document.root
    if root is None:
        return {}
    events(root, found)
    return jobs(root, found)
