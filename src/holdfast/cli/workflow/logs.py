"""`holdfast workflow logs`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli.workflow.reading import Database, Project, Reading, RunArgument, reading
from holdfast.core.errors import HoldfastError
from holdfast.render.terminal import one_line, printable
from holdfast.workflow.reports.logs import log_of, read
from holdfast.workflow.runner.state import RunState, StepState

logs = typer.Typer(add_completion=False)


@logs.command()
def show_logs(
    run: RunArgument,
    step: Annotated[str | None, typer.Argument(metavar="[STEP]", help="A step, or an item: fan[3].")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for more, until it ends.")] = False,
    tail: Annotated[int | None, typer.Option("--tail", "-n", min=0, metavar="N", help="The last lines alone.")] = None,
    attempt: Annotated[int | None, typer.Option("--attempt", min=1, metavar="N", help="Default: the last.")] = None,
    database: Database = None,
    project: Project = None,
) -> None:
    """Print what a step said, or what all steps said, with secrets masked and nothing that a terminal obeys."""
    from holdfast.workflow.reports.overview import see

    with reading(project, database) as found:
        run_id = found.run(run)
        state = see(found.engine, run_id).state
        if step is not None:
            _say(_one(found, state, step, attempt, tail, follow=follow))
        elif follow:
            _follow_all(found, run_id)
        else:
            _all(found, state, tail)


def _one(
    found: Reading, state: RunState, name: str, attempt: int | None, tail: int | None, *, follow: bool
) -> Iterator[str]:
    from holdfast.workflow.reports.steps import find_step

    step = find_step(state, name)
    number = attempt or step.attempt
    if state.items.get(step.instance) is not None:
        raise HoldfastError(f"{name}: a fan-out says nothing itself", hint=f"one of its items does: {name}[0]")
    if not number or number > max(1, step.attempt):
        raise HoldfastError(
            f"{name}: {f'attempt {attempt}: there were {step.attempt}' if attempt else 'has not begun'}",
            hint=f"holdfast workflow status {state.run.id}",
        )
    path = _log(found, state, step, number)
    if not follow:
        return read(path, tail=tail)
    from holdfast.workflow.reports.following import Sparing
    from holdfast.workflow.reports.overview import see

    look = Sparing(lambda: see(found.engine, state.run.id))
    return read(path, tail=tail, going=lambda: look.runs((step.instance, number)))


def _log(found: Reading, state: RunState, step: StepState, attempt: int) -> Path:
    return log_of(found.project, found.runs, state.run.id, step.instance, attempt)


def _all(found: Reading, state: RunState, tail: int | None) -> None:
    for step in state.steps.values():
        path = _log(found, state, step, step.attempt)
        if step.attempt and path.is_file():
            sys.stdout.write(f"== {one_line(step.instance)}, attempt {step.attempt}\n")
            _say(read(path, tail=tail))


def _say(pieces: Iterator[str]) -> None:
    end = "\n"
    for piece in pieces:
        sys.stdout.write(printable(piece))
        sys.stdout.flush()
        end = piece[-1:] or end
    if end != "\n":
        sys.stdout.write("\n")


def _follow_all(found: Reading, run_id: str) -> None:
    from holdfast.workflow.reports.following import Sparing, follow
    from holdfast.workflow.reports.overview import see

    def path_of(attempt: tuple[str, int]) -> Path:
        return log_of(found.project, found.runs, run_id, *attempt)

    for instance, text in follow(Sparing(lambda: see(found.engine, run_id)), path_of):
        for line in printable(text).rstrip("\n").split("\n"):
            sys.stdout.write(f"{one_line(instance)} | {line}\n")
        sys.stdout.flush()
