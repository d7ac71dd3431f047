"""The options that the commands share that walk runs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class RunForm(StrEnum):
    """The formats of a run's report; see holdfast.render.workflow_reports."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    JUNIT = "junit"
    HTML = "html"


RunName = Annotated[
    str, typer.Argument(metavar="RUN", help="An id, its beginning, at least 4 characters of its end, or last.")
]
StepName = Annotated[str, typer.Argument(metavar="STEP", help="A step, or an item of a fan-out: tests, fan[3].")]
Jobs = Annotated[
    int | None, typer.Option("--jobs", "-j", min=0, metavar="N", help="How many steps at once; one a core by default.")
]
Form = Annotated[RunForm, typer.Option("--format", help="How to print where the run stands at the end.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write the report here; text goes to the terminal."),
]
Wait = Annotated[bool, typer.Option("--wait", help="Stay where an answer is needed, until somebody gives it.")]
NoLive = Annotated[bool, typer.Option("--no-live", help="A line a step, no moving display.")]
Database = Annotated[
    str | None, typer.Option("--database", metavar="URL", help="Where the runs are; workflow.database by default.")
]
State = Annotated[
    Path | None, typer.Option("--state", metavar="FILE", help="Mirror the run into this workflow_state.md.")
]
Recover = Annotated[bool, typer.Option("--auto-recover", help="Take up interrupted runs first.")]
