"""`holdfast workflow dead`: what failed for good, and what becomes of it."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from holdfast.cli.workflow.reading import (
    All,
    Database,
    Form,
    FormOption,
    Project,
    Reading,
    RunArgument,
    color,
    reading,
    show,
    show_json,
)
from holdfast.core.clock import now_ms
from holdfast.core.errors import ExitCode, HoldfastError
from holdfast.workflow.reports.overview import Seen
from holdfast.workflow.runner.state import StepState

dead = typer.Typer(add_completion=False, no_args_is_help=True, help="Steps and items that failed for good.")

Step = Annotated[str, typer.Argument(metavar="STEP", help="A step or an item: fan[3].")]
Steps = Annotated[list[str] | None, typer.Argument(metavar="[STEP]...", help="Steps, items, or a whole fan-out.")]
Every = Annotated[bool, typer.Option("--all", help="Every dead letter of the run.")]
SHOWN = 50


@dead.command("list")
def list_letters(
    run: RunArgument = "last",
    form: FormOption = Form.TEXT,
    everything: All = False,
    database: Database = None,
    project: Project = None,
) -> None:
    """List what failed, with why."""
    with reading(project, database) as found:
        made = _seen(found, run).report(now_ms())
    names = {step.instance: step for step in made.leaves()}
    letters = [step for step in names.values() if step.status in ("failed", "timed_out", "unknown")]
    if form is Form.JSON:
        from holdfast.render.workflow_json import step as as_json

        show_json("dead-letters", {"run": made.id, "letters": [as_json(each) for each in letters]})
        return
    from holdfast.render.workflow_lists import dead as listed

    show(listed(letters if everything else letters[:SHOWN], made, color=color()))
    if len(letters) > SHOWN and not everything:
        show(f"and {len(letters) - SHOWN:,} more; --all shows them\n")


@dead.command("show")
def show_letter(
    run: RunArgument, step: Step, form: FormOption = Form.TEXT, database: Database = None, project: Project = None
) -> None:
    """Show all that is known of one, with the end of its output."""
    from holdfast.workflow.reports.dead_letters import chosen
    from holdfast.workflow.reports.logs import last_lines, log_of

    with reading(project, database) as found:
        seen = _seen(found, run)
        letters = chosen(seen, [step])
        made = seen.report(now_ms())
    if len(letters) > 1:
        raise HoldfastError(
            f"{step}: {len(letters):,} of its items failed", hint=f"say which, as {letters[0].instance}"
        )
    letter = next(each for each in made.leaves() if each.instance == letters[0].instance)
    if form is Form.JSON:
        from holdfast.render.workflow_json import step as as_json

        show_json("dead-letter", {"run": made.id, "letter": as_json(letter)})
        return
    from holdfast.render.workflow_lists import letter as shown

    path = log_of(found.project, found.runs, made.id, letters[0].instance, letters[0].attempt)
    show(shown(letter, made, last_lines(path, 20) or letter.tail.split("\n"), color=color()))


@dead.command("retry")
def retry_letters(
    run: RunArgument,
    steps: Steps = None,
    every: Every = False,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="Kept with the run.")] = "",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run at once.")] = False,
    database: Database = None,
    project: Project = None,
) -> ExitCode:
    """Have dead letters tried again: at once where somebody runs the run, or when it is resumed."""
    from holdfast.core.who import who
    from holdfast.workflow.reports.dead_letters import try_again

    with reading(project, database) as found:
        seen = _seen(found, run)
        letters = _named(seen, steps, every=every)
        told = try_again(found.engine, seen, letters, by=who(os.environ), why=why, now_ms=now_ms())
    show(f"{told:,} of {len(letters):,} to be tried again\n")
    sys.stdout.flush()
    command = ["workflow", "resume", seen.state.run.id]
    if seen.owner.alive:
        show(f"{seen.owner.words} goes on with them\n")
    elif resume:
        return _resumed([*command, *(["--database", database] if database else [])], found)
    else:
        show(f"holdfast {' '.join(command)} goes on\n")
    return ExitCode.OK


@dead.command("drop")
def drop_letters(
    run: RunArgument,
    steps: Steps = None,
    every: Every = False,
    why: Annotated[str | None, typer.Option("--why", metavar="TEXT", help="Why nobody needs it any more.")] = None,
    database: Database = None,
    project: Project = None,
) -> None:
    """Give dead letters up for good, with a reason that is kept with the run."""
    from holdfast.core.who import who
    from holdfast.workflow.reports.dead_letters import drop

    if not (why or "").strip():
        raise HoldfastError("what is given up needs a reason", hint="--why 'the repository is gone'")
    with reading(project, database) as found:
        seen = _seen(found, run)
        letters = _named(seen, steps, every=every)
        told = drop(found.engine, seen, letters, by=who(os.environ), why=str(why), now_ms=now_ms())
    show(f"{told:,} of {len(letters):,} given up\n")


def _seen(found: Reading, run: str) -> Seen:
    from holdfast.workflow.reports.overview import see

    return see(found.engine, found.run(run))


def _named(seen: Seen, names: list[str] | None, *, every: bool) -> list[StepState]:
    from holdfast.workflow.reports.dead_letters import chosen, letters_of

    if bool(names) == every:
        raise HoldfastError("name the steps, or say --all", hint=f"holdfast workflow dead list {seen.state.run.id}")
    letters = chosen(seen, names) if names else letters_of(seen)
    if not letters:
        raise HoldfastError(f"{seen.state.run.id} has no dead letters")
    return letters


def _resumed(arguments: list[str], found: Reading) -> ExitCode:
    """What the run ended with: a process of its own goes on with it, as nothing here performs."""
    import subprocess

    done = subprocess.run([sys.executable, "-m", "holdfast", *arguments], cwd=found.project, check=False)
    return ExitCode(done.returncode) if done.returncode in tuple(ExitCode) else ExitCode.FINDINGS
