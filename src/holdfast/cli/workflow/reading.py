"""What the commands share that look at runs: their options, and how they open what holds the runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from holdfast.cli.options import Form, Project
from holdfast.workflow.engines.reading import Reader

__all__ = ["Form", "Project"]

RunArgument = Annotated[
    str, typer.Argument(metavar="RUN", help="An id, its beginning, at least 4 characters of its end, or last.")
]
Database = Annotated[
    str | None, typer.Option("--database", metavar="URL", help="Where the runs are; by default workflow.database.")
]
FormOption = Annotated[Form, typer.Option("--format", help="Text for people, JSON for programs.")]
All = Annotated[bool, typer.Option("--all", help="Every step and item, however many there are.")]


class Reading(NamedTuple):
    """What holds the runs, opened to look at them."""

    engine: Reader
    project: Path
    runs: Path
    """The directory of the runs' files."""

    def run(self, text: str) -> str:
        """The id of the run that is meant. Raises HoldfastError."""
        from holdfast.workflow.runs import resolve

        return resolve(self.engine, text)


@contextmanager
def reading(directory: Path | None, database: str | None) -> Iterator[Reading]:
    """Opens the runs of a project to look at them; nothing is written. Raises HoldfastError."""
    from holdfast.core.config import load_config
    from holdfast.core.project import find_project
    from holdfast.workflow.engines.reading import open_reader

    project = find_project(directory, os.environ)
    named = database if database is not None else load_config(project, os.environ).workflow.database
    engine = open_reader(project, named)
    try:
        yield Reading(engine, project, project / ".holdfast" / "workflow" / "runs")
    finally:
        engine.close()


def color() -> bool:
    """Whether standard output is to be coloured."""
    from holdfast.render.terminal import wants_color

    return wants_color(sys.stdout, os.environ)


def show(text: str) -> None:
    """The answer, on standard output; it ends in a newline."""
    sys.stdout.write(text)


def show_json(schema: str, content: dict[str, object]) -> None:
    """A versioned JSON document, on standard output."""
    from holdfast.render.json import document

    show(document({"schema": f"holdfast/{schema}/1", **content}))
