"""What the task-log commands share: their options, and how they talk."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

ProjectOption = Annotated[
    Path | None, typer.Option("--project", metavar="DIR", help="The project's root. Default: found upwards.")
]
RegistryOption = Annotated[
    Path | None,
    typer.Option("--registry", metavar="FILE", help="Default: HOLDFAST_REGISTRY, or the project's task_registry.json."),
]


class Form(StrEnum):
    """How the reading commands answer."""

    TEXT = "text"
    JSON = "json"


FormOption = Annotated[Form, typer.Option("--format", help="Text for people, JSON for programs.")]


def say(line: str) -> None:
    """One line of talk, on stderr."""
    from holdfast.render.tasks import encodable

    typer.echo(f"holdfast: {encodable(line, sys.stderr.encoding)}", err=True)


def show(text: str) -> None:
    """The answer, on stdout; it ends in a newline."""
    from holdfast.render.tasks import encodable

    typer.echo(encodable(text, sys.stdout.encoding), nl=False)


def show_json(schema: str, content: dict[str, object]) -> None:
    """A versioned JSON document, on stdout."""
    import json

    typer.echo(json.dumps({"schema": f"holdfast/{schema}/1", **content}, indent=2))


def in_color() -> bool:
    """Whether stdout is a terminal that may be coloured."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
