"""`holdfast workflow state`: its subcommands, each imported when it is called."""

import typer

from holdfast.cli.lazy import Lazy

COMMANDS: dict[str, str] = {
    "lint": "holdfast.cli.workflow.state.lint:lint",
    "history": "holdfast.cli.workflow.state.versions:history",
    "diff": "holdfast.cli.workflow.state.versions:diff",
    "restore": "holdfast.cli.workflow.state.versions:restore",
    "repair": "holdfast.cli.workflow.state.versions:repair",
}
"""Each names a Typer application of one command."""


class StateGroup(Lazy):
    """The group of `holdfast workflow state`."""

    lazily = COMMANDS


app = typer.Typer(cls=StateGroup, no_args_is_help=True, rich_markup_mode=None, add_completion=False)


@app.callback()
def state() -> None:
    """Read and keep workflow_state.md, the file that says where the work stands."""
