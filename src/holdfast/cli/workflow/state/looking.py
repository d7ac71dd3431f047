"""`holdfast workflow state show|next`: where the work stands, and what is to be done now."""

from __future__ import annotations

from typing import Any

import typer

from holdfast.cli.task_log_options import Form, FormOption, ProjectOption, say, show, show_json
from holdfast.cli.workflow.state.desk import open_desk
from holdfast.cli.workflow.state.options import Looks, Now, StateOption

show_app = typer.Typer(add_completion=False)
next_app = typer.Typer(add_completion=False)


@show_app.command()
def show_state(
    project: ProjectOption = None,
    state: StateOption = None,
    now: Now = None,
    form: FormOption = Form.TEXT,
    dry_run: Looks = False,
) -> None:
    """Show where the work stands."""
    from holdfast.workflow.rules.outlook import outlook

    del dry_run
    found = outlook(open_desk(project, state, now))
    if form is Form.JSON:
        show_json("state", found)
        return
    show(_head(found))
    plan = found["plan"]
    show(f"plan     {plan['digest'][:16] if plan['digest'] else 'none'}{_approved(plan)}\n")
    show("".join(f"{'x' if item['finished'] else ' '} {_item(item)}  {item['status']}\n" for item in found["items"]))
    _tell(found)


@next_app.command()
def show_next(
    project: ProjectOption = None,
    state: StateOption = None,
    now: Now = None,
    form: FormOption = Form.TEXT,
    dry_run: Looks = False,
) -> None:
    """Say what is to be done now, what leads on from here, and what evidence that takes."""
    from holdfast.workflow.rules.outlook import outlook

    del dry_run
    found = outlook(open_desk(project, state, now))
    if form is Form.JSON:
        wanted = ("file", "phase", "status", "rules", "item", "do", "moves", "refused", "interrupted")
        show_json("state-next", {name: found[name] for name in wanted})
        return
    show(_head(found))
    show(f"now      {found['do']}\n")
    for move in found["moves"]:
        show(f"\n{move['to']}  by: {move['command']}\n")
        show("".join(f"  runs     {command}\n" for command in move["runs"]))
        for lack in move["missing"]:
            show(
                f"  missing  {lack['need']}: {lack['why']}\n" + (f"           {lack['hint']}\n" if lack["hint"] else "")
            )
    _tell(found)


def _head(found: dict[str, Any]) -> str:
    item = _item(found["item"]) if found["item"] else "none"
    return f"phase    {found['phase']}\nstatus   {found['status']}\nitem     {item}\n"


def _item(item: dict[str, str]) -> str:
    return item["id"] if item["id"] == item["title"] else f"{item['id']}  {item['title']}"


def _approved(plan: dict[str, str | None]) -> str:
    return f" (approved: {plan['approved']})" if plan["approved"] else ""


def _tell(found: dict[str, Any]) -> None:
    for line in found["refused"]:
        say(f"the next command will put this back: {line}")
    if found["interrupted"]:
        say("a tick did not come to its end; the next command finishes it")
