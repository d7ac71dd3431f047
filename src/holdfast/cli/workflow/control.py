"""`holdfast workflow cancel`, `approve`, `reject` and `done`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from holdfast.cli.options import Project
from holdfast.cli.workflow import run_options as option
from holdfast.cli.workflow.walking import How, Place, at_terminal, loaded, opened, say, walk
from holdfast.core.errors import ExitCode, HoldfastError

if TYPE_CHECKING:
    from holdfast.workflow.runner.state import RunState, StepState

cancel = typer.Typer(add_completion=False)
approve = typer.Typer(add_completion=False)
reject = typer.Typer(add_completion=False)
done = typer.Typer(add_completion=False)

Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="Why; it stays with the run.")]


@cancel.command()
def cancel_run(
    run_name: option.RunName,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it stays with the run.")] = "",
    database: option.Database = None,
    project: Project = None,
) -> ExitCode:
    """End a run: what runs is ended with all its processes, finally-steps still have their turn."""
    from holdfast.core.clock import now_ms
    from holdfast.core.who import who
    from holdfast.workflow.engines.interface import RunTaken
    from holdfast.workflow.records import CANCELLED, Record
    from holdfast.workflow.runner.loop import cancel_key
    from holdfast.workflow.runs import resolve

    with opened(project, How(database=database)) as place:
        run_id = resolve(place.engine, run_name)
        state = loaded(place.engine, run_id)
        if state.ended is not None:
            raise HoldfastError(f"run {run_id} has ended: {state.status}")
        by = who(os.environ)
        data = {"by": by, **({"reason": reason} if reason else {})}
        place.engine.signal(run_id, Record(cancel_key(state), data, now_ms()))
        try:
            walk(place, run_id)
        except RunTaken as taken:
            say(f"{taken.message}, and was told to end it")
            return ExitCode.OK
        return ExitCode.OK if loaded(place.engine, run_id).status == CANCELLED else ExitCode.FINDINGS


@approve.command()
def approve_step(
    run_name: option.RunName,
    step: option.StepName,
    answer: Annotated[str | None, typer.Option("--answer", metavar="OPTION", help="One of the options.")] = None,
    note: Note = "",
    database: option.Database = None,
    project: Project = None,
) -> ExitCode:
    """Answer a question that a run waits for. Only a person may, and confirms it at a terminal."""
    with opened(project, How(database=database), to_run=False) as place:
        state, asking = _asking(place, run_name, step)
        if asking.performs:
            raise HoldfastError(f"{step} is work to be done", hint=f"holdfast workflow done {state.run.id} {step}")
        chosen = _chosen(asking, answer)
        _confirm(place, state, asking, chosen)
        _answer(place, state, asking, {"answer": chosen, **_noted(note)})
    return ExitCode.OK


@reject.command()
def reject_step(
    run_name: option.RunName,
    step: option.StepName,
    note: Note = "",
    database: option.Database = None,
    project: Project = None,
) -> ExitCode:
    """Refuse what a run waits for: the step has failed, and what needs it is not done."""
    with opened(project, How(database=database), to_run=False) as place:
        state, asking = _asking(place, run_name, step)
        _confirm(place, state, asking, "reject")
        from holdfast.core.who import who

        why = f"rejected by {who(os.environ)}" + (f": {note}" if note else "")
        _answer(place, state, asking, {"rejected": True, "reason": why, **_noted(note)})
    return ExitCode.OK


@done.command()
def done_step(
    run_name: option.RunName,
    step: option.StepName,
    note: Note = "",
    database: option.Database = None,
    project: Project = None,
) -> ExitCode:
    """Say that a guide's work is done: its commands are run, and only their passing counts.

    Of a step that was interrupted a person may say so where they know that it did its work.
    """
    from holdfast.workflow.records import UNKNOWN

    with opened(project, How(database=database), to_run=False) as place:
        state, asking = _asking(place, run_name, step)
        if asking.status == UNKNOWN:
            _confirm(place, state, asking, "it did its work")
            _answer(place, state, asking, {"done": True, **_noted(note)})
        elif asking.performs:
            _answer(place, state, asking, _noted(note))
        else:
            raise HoldfastError(f"{step} is a question", hint=f"holdfast workflow approve {state.run.id} {step}")
    return ExitCode.OK


def _noted(note: str) -> dict[str, Any]:
    return {"note": note} if note else {}


def _asking(place: Place, run_name: str, step: str) -> tuple[RunState, StepState]:
    """The run and its step, which waits for somebody. Raises HoldfastError."""
    from holdfast.workflow.records import UNKNOWN
    from holdfast.workflow.runner.again import known
    from holdfast.workflow.runner.state import ASKING
    from holdfast.workflow.runs import resolve

    state = loaded(place.engine, resolve(place.engine, run_name))
    found = known(state, step)
    if state.ended is not None or found.status not in (ASKING, UNKNOWN):
        raise HoldfastError(f"{step} of run {state.run.id} waits for no answer: it is {found.status}")
    return state, found


def _chosen(asking: StepState, answer: str | None) -> str:
    options = [str(each) for each in (asking.asked or {}).get("options") or ()]
    listed = ", ".join(options)
    if answer is None and (not options or options[0] == "approve"):
        return options[0] if options else "approve"
    if answer is None:
        raise HoldfastError("which answer?", hint=f"--answer with one of {listed}")
    if options and answer not in options:
        raise HoldfastError(f"--answer {answer}: not one of {listed}")
    if answer == "reject":
        raise HoldfastError("a refusal is no approval", hint="holdfast workflow reject RUN STEP")
    return answer


def _confirm(place: Place, state: RunState, asking: StepState, answer: str) -> None:
    """Has the person confirm at the terminal. Raises HoldfastError where they may not, or do not."""
    from holdfast.core.masking import mask_text
    from holdfast.render.terminal import one_line
    from holdfast.workflow.approval import may_approve

    refused = may_approve(os.environ, at_terminal(), place.config.workflow.approve_without_terminal)
    if refused is not None:
        raise HoldfastError(refused, hint="a person has to do it, at a terminal of their own")
    if not at_terminal():
        return
    question = (asking.asked or {}).get("question") or asking.reason or ""
    typer.echo(one_line(mask_text(f"{state.workflow.name}, {asking.instance}: {question}")), err=True)
    end = state.run.id[-4:]
    typed = typer.prompt(f"{answer}: to confirm, type the last 4 characters of the run, {end}", err=True)
    if typed.strip().upper() != end:
        raise HoldfastError("not confirmed, and nothing was written")


def _answer(place: Place, state: RunState, asking: StepState, data: dict[str, Any]) -> None:
    from holdfast.core.clock import now_ms
    from holdfast.core.who import who
    from holdfast.workflow.records import Record
    from holdfast.workflow.reports.liveness import liveness

    run_id = state.run.id
    record = Record(f"step/{asking.instance}/answer/{asking.answers + 1}", {"by": who(os.environ), **data}, now_ms())
    if not place.engine.signal(run_id, record):
        raise HoldfastError(f"somebody else answered {asking.instance} of run {run_id} meanwhile")
    goes_on = liveness(state.owner).alive and state.status == "running"
    say(f"answered; run {run_id} goes on" if goes_on else f"answered; to go on: holdfast workflow resume {run_id}")
