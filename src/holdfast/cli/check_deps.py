"""`holdfast check-deps`: the truth about a project's dependencies, without touching anything."""

import os
from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli import options as shared
from holdfast.core.errors import ExitCode

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Names = list[str] | None
Only = Annotated[
    Names, typer.Option(metavar="NAMES", help="Of lock, installed, conflicts, imports, vulnerabilities: these alone.")
]
Skip = Annotated[Names, typer.Option(metavar="NAMES", help="Leave these out.")]
Python = Annotated[Path | None, typer.Option(metavar="PATH", help="The environment or interpreter to look at.")]
With = Annotated[Names, typer.Option("--with", metavar="GROUPS", help="Optional groups that are to be installed.")]
Without = Annotated[Names, typer.Option(metavar="GROUPS", help="Groups that need not be installed.")]
Extras = Annotated[
    Names, typer.Option("--extras", "-E", metavar="EXTRAS", help="The project's extras that are to be installed.")
]
Deep = Annotated[bool, typer.Option("--deep", help="Read and hash every installed file.")]
Online = Annotated[
    bool, typer.Option("--online", help="Ask the OSV service; names and versions of packages leave this machine.")
]
Explain = Annotated[
    str | None, typer.Option(metavar="PACKAGE", help="Say who asks for it and why this version; check nothing.")
]
Fix = Annotated[bool, typer.Option("--fix", help="Print the commands that mend what was found; run none.")]
Update = Annotated[
    str | None, typer.Option(metavar="FILE|URL", help="Take in advisories: OSV's all.zip or PyPA's database.")
]


@app.command()
def check_deps(
    only: Only = None,
    skip: Skip = None,
    python: Python = None,
    with_groups: With = None,
    without: Without = None,
    extras: Extras = None,
    deep: Deep = False,
    online: Online = False,
    explain: Explain = None,
    fix: Fix = False,
    update_advisories: Update = None,
    form: shared.ReportFormat = shared.Format.TEXT,
    output: shared.Output = None,
    strict: shared.Strict = False,
    no_log: shared.NoLog = False,
    project: shared.Project = None,
) -> ExitCode:
    """Check the lock against pyproject.toml, the environment against the lock, conflicts, imports and vulnerabilities.

    Nothing is changed, and no environment is needed to look at one. Exit code 0: nothing wrong; 1: findings; 2: a
    check could not look.
    """
    from holdfast.cli import dependencies

    if update_advisories is not None:
        return dependencies.update_advisories(update_advisories, os.environ)
    given = {
        "dependencies.groups": shared.names(with_groups) or None,
        "dependencies.without": shared.names(without) or None,
        "dependencies.extras": shared.names(extras) or None,
        "dependencies.deep": deep or None,
        "advisories.online": online or None,
        "strict": strict or None,
    }
    context = dependencies.prepare(project, os.environ, given, python)
    if explain is not None:
        return dependencies.explain(context, explain, form)
    wanted = dependencies.chosen(shared.names(only), shared.names(skip))
    return dependencies.run(context, wanted, form, output, fix=fix, log=not no_log)
