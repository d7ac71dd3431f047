"""`holdfast validate-env`: every check that the project asks for, in one run."""

import os
from typing import Annotated

import typer

from holdfast.cli import options as shared
from holdfast.core.errors import ExitCode

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def validate_env(
    only: Annotated[list[str] | None, typer.Option("--only", metavar="NAMES", help="Run these checks alone.")] = None,
    skip: Annotated[list[str] | None, typer.Option("--skip", metavar="NAMES", help="Leave these checks out.")] = None,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first check that fails.")] = False,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=0, help="How many at once; 0 is one a core.")] = None,
    timeout: Annotated[
        str | None, typer.Option("--timeout", metavar="TIME", help="What one check may take, such as 90s or 10m.")
    ] = None,
    form: shared.ReportFormat = shared.Format.TEXT,
    output: shared.Output = None,
    strict: shared.Strict = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Run all, and remember nothing.")] = False,
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
        "strict": strict or None,
    }
    prepared = validation.prepare(
        project, os.environ, {key: value for key, value in given.items() if value is not None}
    )
    if explain is not None:
        return validation.explain(prepared, explain)
    if list_checks:
        return validation.list_checks(prepared)
    return validation.run(prepared, form, output, log=not no_log)
