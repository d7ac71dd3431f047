"""`holdfast tracker-issue`: the one issue that a nightly run opens, keeps up to date and closes."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from holdfast.core.errors import ExitCode, HoldfastError

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def tracker_issue(
    reports: Annotated[Path, typer.Argument(metavar="DIR", help="Where the reports are: all of its *.json.")],
    outcome: Annotated[
        str, typer.Option(metavar="RESULT", help="How that job ended: success, failure, cancelled or skipped.")
    ],
) -> ExitCode:
    """Open, update or close the one GitHub issue that says that the nightly run fails. For use in a workflow.

    What it needs is in the environment of every step (GITHUB_REPOSITORY, GITHUB_API_URL, GITHUB_RUN_ID ...), but for
    GITHUB_TOKEN, which may be given to this step alone. Exit code 0: the issue says what is so; 2: it could not be
    brought to.
    """
    from holdfast.adoption.issues import Issues
    from holdfast.adoption.tracker import PASSED, UNDECIDED, Run, read_legs, track

    known = (PASSED, "failure", *UNDECIDED)
    if outcome not in known:
        raise HoldfastError(f"--outcome {outcome!r}: not a result of a job", hint=f"one of {', '.join(known)}")
    if reports.exists() and not reports.is_dir():
        raise HoldfastError(f"{reports}: not a directory", hint="name the directory that the reports are in")
    repository = _required(os.environ, "GITHUB_REPOSITORY")
    issues = Issues(
        os.environ.get("GITHUB_API_URL") or "https://api.github.com", repository, _required(os.environ, "GITHUB_TOKEN")
    )
    server = os.environ.get("GITHUB_SERVER_URL") or "https://github.com"
    run = Run(
        os.environ.get("GITHUB_WORKFLOW") or "holdfast",
        f"{server}/{repository}/actions/runs/{_required(os.environ, 'GITHUB_RUN_ID')}",
        os.environ.get("GITHUB_SHA", "")[:12] or "unknown",
    )
    done = track(issues, run, read_legs(reports), outcome)
    typer.echo(f"{done.done} {done.url}: {done.why}" if done.done else f"nothing to do: {done.why}")
    return ExitCode.OK


def _required(env: Mapping[str, str], name: str) -> str:
    if not env.get(name):
        raise HoldfastError(
            f"{name} is not set", hint="this command is for a step of a GitHub workflow; see MONITORING.md"
        )
    return env[name]
