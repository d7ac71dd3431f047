"""Walking a run for a command: the engine, who is told, what is printed at the end, and the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from holdfast.core.config import Config, load_config
from holdfast.core.errors import ExitCode
from holdfast.core.project import find_project

if TYPE_CHECKING:
    from holdfast.workflow.definition.expressions import Language
    from holdfast.workflow.engines.interface import Engine, Lease
    from holdfast.workflow.model import Workflow
    from holdfast.workflow.records import Record
    from holdfast.workflow.runner.listener import Listener
    from holdfast.workflow.runner.loop import Settings
    from holdfast.workflow.runner.state import RunState, StepState
    from holdfast.workflow.runner.work import Workshop
    from holdfast.workflow.state_file.merging import Claim, Judge, Verdict


DISPATCHED = 1000
"""How many attempts wait in a database at once for workers to take them; how many run is theirs to say."""


class How(NamedTuple):
    """How a command wants runs to be walked and shown."""

    jobs: int | None = None
    form: str = "text"
    output: Path | None = None
    wait: bool = False
    live: bool = True
    log: bool = True
    state: Path | None = None
    database: str | None = None


class Place(NamedTuple):
    """A project and the engine that its runs are in."""

    project: Path
    config: Config
    engine: Engine
    how: How
    width: int
    """How many attempts may be begun at once."""


def say(line: str) -> None:
    """One line of talk, on stderr."""
    from holdfast.core.masking import mask_text
    from holdfast.render.terminal import one_line

    typer.echo(f"holdfast: {one_line(mask_text(line))}", err=True)


def at_terminal() -> bool:
    """Whether somebody can be asked something."""
    from holdfast.render.terminal import is_terminal

    return is_terminal(sys.stdin) and is_terminal(sys.stderr)


@contextmanager
def opened(directory: Path | None, how: How, *, to_run: bool = True) -> Iterator[Place]:
    """The project and its engine. Raises HoldfastError."""
    from holdfast.workflow.engines.opening import most_at_once, open_to_read, open_to_run

    project = find_project(directory, os.environ)
    config = load_config(project, os.environ)
    database = config.workflow.database if how.database is None else how.database
    jobs = config.workflow.jobs if how.jobs is None else how.jobs
    if not jobs and how.jobs is None:
        jobs = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2
    if not database and jobs > (most := most_at_once()):
        say(f"--jobs {jobs}: {most} at once, as this process may have no more open files (ulimit -n)")
        jobs = most
    engine = open_to_run(project, database, os.environ, jobs=jobs) if to_run else open_to_read(project, database)
    try:
        yield Place(project, config, engine, how, DISPATCHED if database else max(1, jobs))
    finally:
        engine.close()


def walk(place: Place, run_id: str, prepare: Callable[[Engine, Lease], None] | None = None) -> ExitCode:
    """Takes a run, walks it as far as it goes and shows where it stands. Raises RunTaken where somebody has it.

    `prepare` writes what has to be on record before.
    """
    from holdfast.core.process_identity import identity
    from holdfast.core.who import who
    from holdfast.workflow.engines.interface import Owner
    from holdfast.workflow.model import Workflow
    from holdfast.workflow.runner.interrupts import Interrupts
    from holdfast.workflow.runner.loop import Runner
    from holdfast.workflow.runner.starting import COPIED
    from holdfast.workflow.runner.state import fold

    engine = place.engine
    lease = engine.claim(run_id, Owner(who(os.environ), identity(os.getpid())))
    with ExitStack() as stack:
        stack.callback(engine.release, lease)
        interrupts = stack.enter_context(Interrupts())
        if prepare is not None:
            prepare(engine, lease)
        run, records = engine.load(run_id)
        if COPIED in run.options:
            from holdfast.workflow.runner.again import take_over

            take_over(engine, lease)
            run, records = engine.load(run_id)
        state = fold(Workflow.from_json(run.document), run, records)
        settings = _settings(place, state, records, stack)  # which also writes what a crash kept from being mirrored
        if state.ended is None:
            listener = stack.enter_context(_listener(place))
            Runner(engine, lease, state, _shop(place), listener, settings).run(interrupts)
    show(place, state)
    if interrupts.came is not None and state.ended is None:
        say(f"interrupted; to go on: holdfast workflow resume {run_id}")
        return ExitCode.INTERRUPTED
    return ExitCode.OK if state.status == "succeeded" else ExitCode.FINDINGS


def loaded(engine: Engine, run_id: str) -> RunState:
    """Where a run stands. Raises NoSuchRun."""
    from holdfast.workflow.model import Workflow
    from holdfast.workflow.runner.state import fold

    run, records = engine.load(run_id)
    return fold(Workflow.from_json(run.document), run, records)


def workflow_in(project: Path, folder: str, name: str, *, keep: bool) -> Workflow:
    """The workflow of that name, or in that file; with `keep` it may be put into the cache. Raises HoldfastError."""
    from holdfast.plugins import step_kinds
    from holdfast.workflow.definition import find, load
    from holdfast.workflow.executors import unknown

    path = find(name, project, folder)
    return load(path, project, step_kinds(), language=_language, unknown_place=unknown, keep=keep)


def _language() -> Language:
    from holdfast.workflow import expressions

    return expressions


def _shop(place: Place) -> Workshop:
    from holdfast.plugins import step_kinds
    from holdfast.workflow.runner.work import workshop

    return workshop(place.project, os.environ, step_kinds().__getitem__, sys.executable)


def _settings(place: Place, state: RunState, records: Sequence[Record], stack: ExitStack) -> Settings:
    from holdfast.workflow.runner.loop import Settings

    mirrors = [*_registry(place, state, records, stack), *_mirror(place, state, records, stack)]

    def took(news: Sequence[Record]) -> None:
        for mirror in mirrors:
            mirror(news)

    decide = _decide if at_terminal() else None
    return Settings(place.width, wait=place.how.wait, decide=decide, took=took if mirrors else None)


def _registry(
    place: Place, state: RunState, records: Sequence[Record], stack: ExitStack
) -> Iterator[Callable[[Sequence[Record]], None]]:
    """What keeps the task registry up with the run, where the project has one and the user wants it."""
    path = place.project / place.config.registry
    if not (
        place.how.log and place.config.log and os.environ.get("HOLDFAST_NO_LOG", "") in ("", "0") and path.exists()
    ):
        return
    from holdfast.core.who import who
    from holdfast.workflow.runner.registry import RunLog

    log = RunLog(path, place.project, state, who(os.environ), ["holdfast", *sys.argv[1:]], say)
    stack.callback(log.close)
    log.catch_up(records)
    yield log.took


def _mirror(
    place: Place, state: RunState, records: Sequence[Record], stack: ExitStack
) -> Iterator[Callable[[Sequence[Record]], None]]:
    """What keeps workflow_state.md up with the run, where there is one, or --state names one; not with child runs."""
    path = place.how.state or place.project / place.config.workflow.state
    if "/" in (state.run.origin or "") or (place.how.state is None and not path.exists()):
        return
    from holdfast.workflow.runner.mirror import Mirror
    from holdfast.workflow.state_file.store import in_project

    mirror = Mirror(in_project(place.project, path), state, say, _judge(place, path))
    stack.callback(mirror.write)
    mirror.catch_up(records)
    yield mirror.took


def _judge(place: Place, path: Path) -> Judge | None:
    """What judges the claims that people make in the file meanwhile: the rules, read when there is a claim."""
    if not (place.project / place.config.workflow.project_config).exists():
        return None

    def judge(claim: Claim) -> Verdict:
        from holdfast.cli.workflow.state.desk import open_desk
        from holdfast.workflow.rules.desk import judging

        return judging(open_desk(place.project, path, None))(claim)

    return judge


@contextmanager
def _listener(place: Place) -> Iterator[Listener]:
    from holdfast.render.terminal import moves_cursor, wants_color
    from holdfast.render.workflow_live import progress
    from holdfast.workflow.engines.opening import RUNS

    live = place.how.live and moves_cursor(sys.stderr, os.environ)
    color = wants_color(sys.stderr, os.environ)
    with progress(sys.stderr, place.project / RUNS, live=live, color=color) as listener:
        yield listener


def _decide(state: RunState, step: StepState) -> Record | None:
    """Asks the person at the terminal about a step that was interrupted."""
    from holdfast.core.clock import now_ms
    from holdfast.core.who import who
    from holdfast.workflow.records import Record

    say(f"{step.instance} of run {state.run.id}: {step.reason}")
    answer = typer.prompt(
        "Run it again (r), give it up (g), or decide later (Enter)", default="", show_default=False, err=True
    )
    by = who(os.environ)
    if answer.strip().lower() == "r":
        return Record(f"step/{step.instance}/again/{step.agains + 1}", {"by": by}, now_ms())
    if answer.strip().lower() == "g":
        return Record(f"step/{step.instance}/dropped", {"by": by, "why": "given up after it was interrupted"}, now_ms())
    return None


def show(place: Place, state: RunState) -> None:
    """Prints where a run stands, in the format that was asked for. Raises HoldfastError where it cannot be written."""
    from holdfast.core.clock import now_ms
    from holdfast.render.terminal import wants_color, width
    from holdfast.render.workflow_reports import render
    from holdfast.workflow.reports.making import report

    made = report(state, now_ms=now_ms())
    form, output = place.how.form, place.how.output
    shown = form if output is None else "text"
    sys.stdout.write(
        render(made, shown, color=wants_color(sys.stdout, os.environ), width=width(sys.stdout, os.environ))
    )
    if output is not None:
        from holdfast.core.files import write_atomic

        write_atomic(output, render(made, form).encode("utf-8", "replace"))


def offer(place: Place, *, apart_from: str | None = None, recover: bool = False) -> None:
    """Tells of runs that were interrupted, or walks them first."""
    came = dict.fromkeys(interrupted(place.engine), "was interrupted; to go on")
    came |= dict.fromkeys(untold(place), "ended as its runner was killed; to bring registry and state file up to date")
    came.pop(apart_from or "", None)
    for run_id, what in came.items():
        if recover:
            say(f"recovering run {run_id}")
            walk(place, run_id)
        else:
            say(f"run {run_id} {what}: holdfast workflow resume {run_id}")


def untold(place: Place) -> list[str]:
    """Runs of the journal that ended and that a runner still has which is dead: it may not have told anybody."""
    if place.how.database or (place.how.database is None and place.config.workflow.database):
        return []
    from holdfast.workflow.engines.reading import open_reader

    reader = open_reader(place.project, "")
    try:
        dead = [session.id for session in reader.sessions() if not session.alive]
        return [run_id for run_id in dead if reader.load(run_id)[0].ended_ms is not None]
    finally:
        reader.close()


def interrupted(engine: Engine, *, among: int = 50) -> list[str]:
    """Those of the newest runs that have not ended and that nobody runs, the newest first."""
    from holdfast.workflow.reports.liveness import liveness

    found = []
    for run in engine.runs(limit=among):
        if run.status == "running" and "/" not in (run.origin or ""):
            _, records = engine.load(run.id)
            owners = [record.data for record in records if record.key.startswith("run/owner/")]
            if owners and liveness(owners[-1]).alive is False:
                found.append(run.id)
    return found
