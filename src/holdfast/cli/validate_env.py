"""`holdfast validate-env`: every check that the project asks for, in one run."""

import os
from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli import options as shared
from holdfast.core.errors import ExitCode, HoldfastError

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(cls=shared.WithChanged)
def validate_env(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILES]...", help="Where a check works by file, these alone."),
    ] = None,
    only: Annotated[list[str] | None, typer.Option("--only", metavar="NAMES", help="Run these checks alone.")] = None,
    skip: Annotated[list[str] | None, typer.Option("--skip", metavar="NAMES", help="Leave these checks out.")] = None,
    changed: Annotated[
        str | None,
        typer.Option(
            shared.CHANGED, metavar="[BASE]", help="The same for the files that differ from BASE; by default from HEAD."
        ),
    ] = None,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first check that fails.")] = False,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=0, help="How many at once; 0 is one a core.")] = None,
    timeout: Annotated[
        str | None, typer.Option("--timeout", metavar="TIME", help="What one check may take, such as 90s or 10m.")
    ] = None,
    form: shared.ReportFormat = shared.Format.TEXT,
    output: shared.Output = None,
    also: shared.AlsoReport = None,
    strict: shared.Strict = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Run all, and remember nothing.")] = False,
    new_only: Annotated[bool, typer.Option("--new-only", help="What the baseline knows does not count.")] = False,
    write_baseline: Annotated[
        bool,
        typer.Option("--write-baseline", help="Write what is found; with --new-only drop the mended."),
    ] = False,
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="CHECK", help="Say which input of a check changed; run nothing.")
    ] = None,
    list_checks: Annotated[bool, typer.Option("--list", help="List the checks and whether they would run.")] = False,
    no_log: shared.NoLog = False,
    project: shared.Project = None,
) -> ExitCode:
    """Check the project: environment, lint, layout, types, tests and lock, in parallel, with one summary.

    A check whose inputs are what they were when it last passed is not run again. Exit code 0: all passed; 1: findings;
    2: a check could not run.
    """
    from holdfast.cli import validation

    given = {
        "validate.only": shared.names(only) or None,
        "validate.skip": shared.names(skip) or None,
        "validate.fail_fast": fail_fast or None,
        "validate.jobs": jobs,
        "validate.timeout": timeout,
        "validate.cache": False if no_cache else None,
        "validate.new_only": new_only or None,
        "strict": strict or None,
    }
    prepared = validation.prepare(
        project, os.environ, {key: value for key, value in given.items() if value is not None}
    )
    if explain is not None:
        return validation.explain(prepared, explain)
    if list_checks:
        return validation.list_checks(prepared)
    if write_baseline and (files or changed is not None):
        raise HoldfastError("a baseline is written from all files", hint="leave the files and --changed out")
    there = validation.limited(prepared, files or (), changed)
    reports = shared.reports(also)
    return validation.run(there, form, output, also=reports, log=not no_log, write_baseline=write_baseline)
