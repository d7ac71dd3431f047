"""`holdfast workflow`: its subcommands, each imported when it is called."""

import typer

from holdfast.cli.lazy import Lazy

COMMANDS: dict[str, str] = {
    "validate": "holdfast.cli.workflow.definition:validate",
    "state": "holdfast.cli.workflow.state:app",
}
"""Each names a Typer application of one command."""


class WorkflowGroup(Lazy):
    """The group of `holdfast workflow`."""

    lazily = COMMANDS


app = typer.Typer(cls=WorkflowGroup, no_args_is_help=True, rich_markup_mode=None, add_completion=False)


@app.callback()
def workflow() -> None:
    """Run workflows that survive crashes, and keep the file that says where the work stands."""
