"""`holdfast workflow state`: its subcommands, each imported when it is called."""

import typer

from holdfast.cli.lazy import Lazy

COMMANDS: dict[str, str] = {
    "init": "holdfast.cli.workflow.state.beginning:init",
    "show": "holdfast.cli.workflow.state.looking:show_app",
    "next": "holdfast.cli.workflow.state.looking:next_app",
    "tick": "holdfast.cli.workflow.state.moving:tick",
    "advance": "holdfast.cli.workflow.state.moving:advance",
    "approve": "holdfast.cli.workflow.state.approving:approve",
    "reject": "holdfast.cli.workflow.state.approving:reject",
    "log": "holdfast.cli.workflow.state.moving:log",
    "add-item": "holdfast.cli.workflow.state.moving:add_item",
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
