"""`holdfast workflow graph`: the steps of a workflow and what leads from one to another, drawn."""

from __future__ import annotations

import os
import shutil
import sys
from enum import StrEnum
from typing import Annotated

import typer

from holdfast.cli import options as shared
from holdfast.core.config import load_config
from holdfast.core.project import find_project

WIDTH = 100
"""Columns where nobody says how many there are."""


class Drawing(StrEnum):
    """What a graph is drawn as."""

    TERMINAL = "terminal"
    MERMAID = "mermaid"
    SVG = "svg"


graph = typer.Typer(add_completion=False)


@graph.command()
def draw(
    name: Annotated[str, typer.Argument(metavar="NAME|FILE", help="A workflow of the project, or a file.")],
    form: Annotated[Drawing, typer.Option("--format", help="What to draw it as.")] = Drawing.TERMINAL,
    project: shared.Project = None,
) -> None:
    """Draw a workflow: its steps, and what leads from one to another.

    In the terminal a step is a line; ◆ is a gate, ◇ waits for an answer, ○ runs only at the end or after a failure.
    """
    from holdfast.cli.workflow.files import read_workflow
    from holdfast.workflow.definition import find
    from holdfast.workflow.drawing.picture import picture

    root = find_project(project, os.environ)
    folder = load_config(root, os.environ).workflow.folder
    drawn = picture(read_workflow(find(name, root, folder), root))
    if form == Drawing.SVG:
        from holdfast.workflow.drawing.svg import svg

        typer.echo(svg(drawn), nl=False)
    elif form == Drawing.MERMAID:
        from holdfast.workflow.drawing.mermaid import mermaid

        typer.echo(mermaid(drawn), nl=False)
    else:
        from holdfast.workflow.drawing.terminal import terminal

        width = shutil.get_terminal_size((WIDTH, 24)).columns
        typer.echo(terminal(drawn, width, ascii_only=not _shows("├●…")), nl=False)


def _shows(signs: str) -> bool:
    """Whether standard output's encoding has these signs."""
    try:
        signs.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
