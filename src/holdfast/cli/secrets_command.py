"""`holdfast secrets`: is a key, token or password among the files, or in the history?"""

import os
import time
from typing import Annotated

import typer

from holdfast.cli import options as shared
from holdfast.cli.log import ended, logged
from holdfast.core.clock import iso
from holdfast.core.errors import ExitCode, HoldfastError
from holdfast.core.findings import Report

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def secrets(
    history: Annotated[
        bool, typer.Option("--history", help="Look at every content that was ever committed, not at the files.")
    ] = False,
    since: Annotated[
        str | None, typer.Option(metavar="REV", help="With --history: only at what came after this commit.")
    ] = None,
    form: shared.ReportFormat = shared.Format.TEXT,
    output: shared.Output = None,
    strict: shared.Strict = False,
    no_log: shared.NoLog = False,
    project: shared.Project = None,
) -> ExitCode:
    """Look for keys, tokens and passwords; no value is ever shown, and nothing leaves this machine.

    Exit code 0: none; 1: findings; 2: could not look.
    """
    from holdfast.checks.runner import Job, run_one
    from holdfast.checks.secret_scan.history import InHistory
    from holdfast.checks.secrets import CHECK
    from holdfast.cli import validation

    if since is not None and not history:
        raise HoldfastError("--since limits what --history looks at", hint="give both")
    prepared = validation.prepare(project, os.environ, {"strict": True} if strict else {})
    context = prepared.context
    with logged(context.project, context.config, "secrets", enabled=not no_log) as entry:
        with validation.scratch(context.project) as scratch:
            started = time.monotonic()
            job = prepared.job(CHECK, None)
            check = InHistory(since) if history else CHECK
            job = Job(check, job.context._replace(scratch=scratch))
            result = run_one(job, strict=context.config.strict)
            took = time.monotonic() - started
        report = Report("secrets", context.project.name, entry.id, iso(context.now_ms), took, (result,))
        code = shared.publish(report, form, output)
        entry.finish(*ended(code))
    return code
