"""The jobs and the steps of GitHub's workflows and composite actions.

Source: docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from holdfast.checks.lockstep.files import listed, mapping
from holdfast.core.config.documents import Document
from holdfast.core.config.table import KeyPath


class Job(NamedTuple):
    """A job, or the one part of a composite action."""

    document: Document
    path: KeyPath
    said: Mapping[str, Any]

    def steps(self) -> Iterator[Step]:
        """Its steps."""
        for index, step in enumerate(listed(self.said.get("steps"))):
            yield Step(self.document, (*self.path, "steps", index), mapping(step))


class Step(NamedTuple):
    """A step of a job."""

    document: Document
    path: KeyPath
    said: Mapping[str, Any]

    @property
    def action(self) -> tuple[str, str]:
        """The action that it uses, in lower case, and at which ref; nothing for a step that runs commands."""
        uses = self.said.get("uses")
        name, _, ref = uses.partition("@") if isinstance(uses, str) else ("", "", "")
        return name.lower(), ref

    @property
    def inputs(self) -> Mapping[str, Any]:
        """What it gives to the action."""
        return mapping(self.said.get("with"))

    def commands(self) -> Iterator[tuple[str, int | None]]:
        """The lines that it runs, each with its line in the file."""
        text = self.said.get("run")
        if not isinstance(text, str):
            return
        number = self.document.line((*self.path, "run"))
        rows = self.document.text.splitlines()
        for line in text.splitlines():
            number = _found(rows, line.strip(), number)
            yield line, number


def jobs(document: Document) -> Iterator[Job]:
    """The jobs of a workflow; for a composite action, its steps as one job."""
    whole = mapping(document.value)
    for name, job in mapping(whole.get("jobs")).items():
        yield Job(document, ("jobs", name), mapping(job))
    if "runs" in whole:
        yield Job(document, ("runs",), mapping(whole["runs"]))


def _found(rows: list[str], text: str, start: int | None) -> int | None:
    """The first line from `start` on in which a text stands; `start` where YAML folded it."""
    if start is None or not text:
        return start
    for number in range(start, len(rows) + 1):
        if text in rows[number - 1]:
            return number
    return start
