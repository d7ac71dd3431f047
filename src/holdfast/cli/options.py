"""Options and small pieces that several subcommands share."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperCommand

from holdfast.core.errors import ExitCode, HoldfastError

if TYPE_CHECKING:
    from holdfast.core.findings import Report


class Format(StrEnum):
    """The formats of a report; see holdfast.render.FORMATS."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    SARIF = "sarif"
    GITHUB = "github"


class Form(StrEnum):
    """How a command answers that has no report."""

    TEXT = "text"
    JSON = "json"


Project = Annotated[
    Path | None, typer.Option("--project", "-C", metavar="DIR", help="The project; by default the nearest one upwards.")
]
ReportFormat = Annotated[Format, typer.Option("--format", help="How to print the report.")]
Output = Annotated[
    Path | None, typer.Option("--output", metavar="FILE", help="Write the report here; text goes to the terminal.")
]
AlsoReport = Annotated[
    list[str] | None,
    typer.Option("--report", metavar="FORMAT=FILE", help="Write the report here too, such as sarif=holdfast.sarif."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Warnings fail too.")]
NoLog = Annotated[bool, typer.Option("--no-log", help="Do not log this run in the task registry.")]


CHANGED = "--changed"


class WithChanged(TyperCommand):
    """A command whose `--changed` may stand without a value, which then is HEAD: typer knows no such option."""

    # typer's own type of context is not the public one
    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        for at in [number for number, argument in enumerate(args) if argument == CHANGED]:
            if at + 1 == len(args) or args[at + 1].startswith("-"):
                args[at] = f"{CHANGED}=HEAD"
        return super().parse_args(ctx, args)


def names(values: list[str] | None) -> tuple[str, ...]:
    """Names given as repeated options, comma separated, or both."""
    return tuple(name.strip() for value in values or () for name in value.split(",") if name.strip())


def reports(values: list[str] | None) -> tuple[tuple[Format, Path], ...]:
    """What `--report` names, each FORMAT=FILE. Raises HoldfastError for what is not."""
    named = []
    for value in values or ():
        form, _, file = value.partition("=")
        if form not in list(Format) or not file:
            raise HoldfastError(f"--report {value}: not FORMAT=FILE", hint=f"a format is one of {', '.join(Format)}")
        named.append((Format(form), Path(file)))
    return tuple(named)


def publish(
    report: Report, form: Format, output: Path | None, *, also: tuple[tuple[Format, Path], ...] = ()
) -> ExitCode:
    """Prints the report, or writes it to a file and prints it as text; returns its exit code. `also` are more files.

    A file that cannot be written does not keep the report from the reader: it is printed, and the exit code is 2.
    """
    from holdfast.core.files import write_atomic
    from holdfast.render import render
    from holdfast.render.terminal import wants_color, width

    color, columns = wants_color(sys.stdout, os.environ), width(sys.stdout, os.environ)
    shown = form if output is None else Format.TEXT
    sys.stdout.write(render(report, shown.value, color=color, width=columns))
    code = report.exit_code
    for kind, path in (*([(form, output)] if output is not None else []), *also):
        try:
            write_atomic(path, render(report, kind.value).encode("utf-8", "replace"))
        except HoldfastError as error:
            sys.stdout.flush()
            typer.echo(f"holdfast: {error.message}", err=True)
            code = ExitCode.UNUSABLE
    if form is Format.GITHUB:
        _step_summary(report)
    return code


def _step_summary(report: Report) -> None:
    """Adds the report to the page of the GitHub Actions step, where there is one."""
    page = os.environ.get("GITHUB_STEP_SUMMARY")
    if page:
        from holdfast.core.files import file_errors
        from holdfast.render.github import summary

        with file_errors(Path(page), "write"), Path(page).open("a", encoding="utf-8") as file:
            file.write(summary(report))
