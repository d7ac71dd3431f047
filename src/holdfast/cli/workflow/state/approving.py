"""`holdfast workflow state approve|reject`: a person's word on a plan."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.task_log_options import Form, FormOption, ProjectOption
from holdfast.cli.workflow.state.desk import answer, open_desk
from holdfast.cli.workflow.state.options import DryRun, Now, StateOption
from holdfast.core.errors import ExitCode, HoldfastError

if TYPE_CHECKING:
    from holdfast.workflow.rules.desk import Desk
    from holdfast.workflow.rules.plans import Question

approve = typer.Typer(add_completion=False)
reject = typer.Typer(add_completion=False)
TYPED = 4
"""Characters of the digest that a person types."""
NOT_DONE = {"approve": "the plan is not approved", "reject": "the plan is not rejected"}


@approve.command()
def approve_plan(
    project: ProjectOption = None,
    state: StateOption = None,
    dry_run: DryRun = False,
    now: Now = None,
    form: FormOption = Form.TEXT,
) -> ExitCode:
    """Approve the plan that waits, as a person at a terminal; nothing else leads from planning to work."""
    from holdfast.workflow.rules.plans import approve, question

    desk = open_desk(project, state, now, dry_run=dry_run)
    _require_person(desk.project)
    asked = question(desk, "approval")
    _confirm(desk, asked, "approve")
    return answer(desk, approve(desk, asked), form, "state-approve", plan=asked.digest)


@reject.command()
def reject_plan(
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="What is wrong with it.")] = "",
    project: ProjectOption = None,
    state: StateOption = None,
    dry_run: DryRun = False,
    now: Now = None,
    form: FormOption = Form.TEXT,
) -> ExitCode:
    """Reject the plan that waits, as a person at a terminal, and send it back to planning."""
    from holdfast.workflow.rules.plans import question, reject

    desk = open_desk(project, state, now, dry_run=dry_run)
    _require_person(desk.project)
    asked = question(desk, "rejection")
    _confirm(desk, asked, "reject")
    return answer(desk, reject(desk, asked, reason), form, "state-reject", plan=asked.digest)


def _at_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _require_person(project: Path) -> None:
    """Raises HoldfastError where no person can be at work."""
    from holdfast.core.config import load_config
    from holdfast.workflow.approval import may_approve

    allowed = load_config(project, os.environ).workflow.approve_without_terminal
    why = may_approve(os.environ, _at_terminal(), allowed)
    if why is not None:
        raise HoldfastError(why, hint="a person runs this at a terminal of their own")


def _confirm(desk: Desk, asked: Question, what: str) -> None:
    """Shows the plan and has the beginning of its digest typed. Raises HoldfastError where something else is."""
    if desk.dry_run or not _at_terminal():
        return
    from holdfast.core.masking import mask_text

    lines = [
        f"item {asked.item}: {asked.title}",
        "",
        *asked.plan.splitlines(),
        "",
        *(f"runs {each}" for each in asked.commands),
        f"digest {asked.digest[:16]}",
    ]
    for line in lines:
        shown = "".join(char if char.isprintable() else "?" for char in mask_text(line.replace("\t", "    ")))
        typer.echo(shown, err=True)
    typed = typer.prompt(
        f"to {what} it, type the first {TYPED} characters of the digest", err=True, default="", show_default=False
    )
    if typed.strip().lower() != asked.digest[:TYPED]:
        raise HoldfastError(f"that is not the beginning of the digest; {NOT_DONE[what]}")
