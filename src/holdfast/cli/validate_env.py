"""`holdfast validate-env`: every check that the project asks for, in one run."""

import os
from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli import options as shared
from holdfast.core.errors import ExitCode, HoldfastError

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Names = list[str] | None
Files = Annotated[
    list[Path] | None, typer.Argument(metavar="[FILES]...", help="Where a check works by file, these alone.")
]
Only = Annotated[Names, typer.Option("--only", metavar="NAMES", help="Run these checks alone.")]
Skip = Annotated[Names, typer.Option("--skip", metavar="NAMES", help="Leave these checks out.")]
Changed = Annotated[
    str | None,
    typer.Option(
        shared.CHANGED, metavar="[BASE]", help="Where a check works by file, those that differ from BASE, or HEAD."
    ),
]
FailFast = Annotated[bool, typer.Option("--fail-fast", help="Stop at the first check that fails.")]
Jobs = Annotated[int | None, typer.Option("--jobs", "-j", min=0, help="How many at once; 0 is one a core.")]
Timeout = Annotated[
    str | None, typer.Option("--timeout", metavar="TIME", help="What one check may take, such as 90s or 10m.")
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Run all, and remember nothing.")]
NewOnly = Annotated[bool, typer.Option("--new-only", help="What the baseline knows does not count.")]
WriteBaseline = Annotated[
    bool, typer.Option("--write-baseline", help="Write what is found; with --new-only drop the mended.")
]
Explain = Annotated[
    str | None, typer.Option("--explain", metavar="CHECK", help="Say which input of a check changed; run nothing.")
]
List = Annotated[bool, typer.Option("--list", help="List the checks and whether they would run.")]


@app.command(cls=shared.WithChanged)
def validate_env(
    files: Files = None,
    only: Only = None,
    skip: Skip = None,
    changed: Changed = None,
    fail_fast: FailFast = False,
    jobs: Jobs = None,
    timeout: Timeout = None,
    form: shared.ReportFormat = shared.Format.TEXT,
    output: shared.Output = None,
    also: shared.AlsoReport = None,
    strict: shared.Strict = False,
    no_cache: NoCache = False,
    new_only: NewOnly = False,
    write_baseline: WriteBaseline = False,
    explain: Explain = None,
    list_checks: List = False,
    no_log: shared.NoLog = False,
    project: shared.Project = None,
) -> ExitCode:
    """Check the project: environment, dependencies, code, tests, documents and workflows, in parallel, as one summary.

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
    prepared = validation.prepare(project, os.environ, given)
    if explain is not None:
        return validation.explain(prepared, explain)
    if list_checks:
        return validation.list_checks(prepared)
    if write_baseline and (files or changed is not None):
        raise HoldfastError("a baseline is written from all files", hint="leave the files and --changed out")
    there = validation.limited(prepared, files or (), changed)
    reports = shared.reports(also)
    return validation.run(there, form, output, also=reports, log=not no_log, write_baseline=write_baseline)
