"""`holdfast workflow`: its subcommands, each imported when it is called."""

import typer

from holdfast.cli.lazy import Lazy

COMMANDS: dict[str, str] = {
    "run": "holdfast.cli.workflow.run:run",
    "resume": "holdfast.cli.workflow.run:resume",
    "restart": "holdfast.cli.workflow.anew:restart",
    "move": "holdfast.cli.workflow.anew:move",
    "cancel": "holdfast.cli.workflow.control:cancel",
    "retry": "holdfast.cli.workflow.anew:retry",
    "approve": "holdfast.cli.workflow.control:approve",
    "reject": "holdfast.cli.workflow.control:reject",
    "done": "holdfast.cli.workflow.control:done",
    "drill": "holdfast.cli.workflow.drill:drill",
    "worker": "holdfast.cli.workflow.worker:app",
    "validate": "holdfast.cli.workflow.definition:validate",
    "list": "holdfast.cli.workflow.definition:listing",
    "show": "holdfast.cli.workflow.definition:show",
    "graph": "holdfast.cli.workflow.graph:graph",
    "schema": "holdfast.cli.workflow.definition:schema",
    "status": "holdfast.cli.workflow.look:status",
    "logs": "holdfast.cli.workflow.logs:logs",
    "history": "holdfast.cli.workflow.past:history",
    "report": "holdfast.cli.workflow.look:report",
    "checkpoints": "holdfast.cli.workflow.look:checkpoints",
    "artifacts": "holdfast.cli.workflow.look:artifacts",
    "prune": "holdfast.cli.workflow.past:prune",
    "dead": "holdfast.cli.workflow.dead:dead",
    "sessions": "holdfast.cli.workflow.sessions:sessions",
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
