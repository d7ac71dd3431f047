"""`holdfast workflow worker`: perform steps of a project's runs on this machine, for runners anywhere."""

import os
import sys
from typing import Annotated

import typer

from holdfast.cli import options as shared
from holdfast.core.errors import ExitCode, HoldfastError

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Database = Annotated[
    str | None, typer.Option(metavar="URL", help="The database that the runs are in; default: workflow.database.")
]
Queues = Annotated[str, typer.Option(metavar="NAMES", help="Perform steps of these queues, separated by commas.")]
Jobs = Annotated[int, typer.Option(metavar="N", min=0, max=1024, help="Steps at once; 0: one for each core.")]
Name = Annotated[str | None, typer.Option(metavar="NAME", help="What to call it; default: the machine's name.")]
Lease = Annotated[
    float, typer.Option(metavar="SECONDS", min=1, max=3600, help="Taken for dead after as long without a sign of life.")
]
Grace = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", min=0, help="When told to leave: end what still runs after as long."),
]
Attached = Annotated[bool, typer.Option("--attached", hidden=True, help="Leave when standard input ends.")]


@app.command()
def worker(
    database: Database = None,
    queues: Queues = "default",
    jobs: Jobs = 0,
    name: Name = None,
    lease: Lease = 12.0,
    grace: Grace = None,
    attached: Attached = False,
    project: shared.Project = None,
) -> ExitCode:
    """Perform steps of this project's runs until told to leave; start it in a checkout, on as many machines as wanted.

    Ctrl-C or SIGTERM: takes nothing new, finishes what runs, leaves; a second one ends what runs. Steps of a worker
    that died are taken over by the others. Needs the extra `distributed`.
    """
    from holdfast.core.config import load_config
    from holdfast.core.project import find_project
    from holdfast.workflow.engines.dbos.wiring import perform

    root = find_project(project, os.environ)
    url = database or load_config(root, os.environ).workflow.database
    if not url:
        raise HoldfastError(
            "no database is named", hint="give one with --database postgresql://user:password@host/database"
        )
    names = tuple(dict.fromkeys(part.strip() for part in queues.split(",") if part.strip()))
    if not names:
        raise HoldfastError("--queues names no queue", hint="leave it out for the queue of steps that name none")
    code = perform(
        url,
        project=root,
        queues=names,
        jobs=jobs or os.cpu_count() or 1,
        name=name or os.uname().nodename,
        lease_s=lease,
        grace_s=grace,
        until=sys.stdin.buffer if attached else None,
        say=lambda text: typer.echo(text, err=True),
    )
    return ExitCode(code)
