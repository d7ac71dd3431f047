"""Workflow files for a reader: which there are, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from holdfast.render.json import document
from holdfast.render.tasks import table
from holdfast.render.terminal import printable
from holdfast.workflow.definition.mistakes import Mistake
from holdfast.workflow.model import Workflow

WIDEST = 60
"""Characters of a description in a list."""


class Read(NamedTuple):
    """A file and what came of reading it."""

    name: str
    file: str
    workflow: Workflow | None
    mistakes: tuple[Mistake, ...] = ()


def listing(files: Sequence[Read]) -> str:
    """A line for each file: name, file, how many steps, description; or how many mistakes."""
    rows = [[printable(cell) for cell in (read.name, read.file, *_summary(read))] for read in files]
    return table(("NAME", "FILE", "STEPS", "DESCRIPTION"), rows, [[None] * 4] * len(rows), color=False)


def _summary(read: Read) -> tuple[str, str]:
    if read.workflow is None:
        return "-", f"{counted(len(read.mistakes), 'mistake')}: holdfast workflow validate {read.file}"
    line = next(iter(read.workflow.description.splitlines()), "")
    return str(len(read.workflow.steps)), line if len(line) <= WIDEST else f"{line[: WIDEST - 3]}..."


def counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def verdict(files: Sequence[Read]) -> str:
    """Every mistake, then for each file without one what it holds."""
    lines = [str(mistake) for read in files for mistake in read.mistakes]
    lines += [_praise(read.file, read.workflow) for read in files if read.workflow is not None]
    bad = [len(read.mistakes) for read in files if read.workflow is None]
    if bad:
        lines.append(f"{counted(sum(bad), 'mistake')} in {len(bad)} of {counted(len(files), 'file')}")
    return "".join(f"{printable(line)}\n" for line in lines)


def _praise(file: str, workflow: Workflow) -> str:
    return f"{file}: {workflow.name}, {counted(len(workflow.steps), 'step')}, no mistakes"


def files_json(files: Sequence[Read]) -> str:
    """The same as JSON, of both commands."""
    return document({"schema": "holdfast/workflow-files/1", "files": [_file(read) for read in files]})


def _file(read: Read) -> dict[str, Any]:
    there = read.workflow
    return {
        "name": read.name,
        "file": read.file,
        "valid": there is not None,
        "steps": None if there is None else len(there.steps),
        "description": None if there is None else there.description,
        "mistakes": [{"line": at.line, "column": at.column, "message": at.message} for at in read.mistakes],
    }
