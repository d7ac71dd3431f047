"""SIGKILL at any moment: the run completes after `resume`, and what was finished is not done twice.

HOLDFAST_KILLS says how many times to kill; the issue's own number is 200.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from holdfast.core.process_identity import is_running
from holdfast.core.registry import Registry
from holdfast.workflow.engines.journal import open_journal
from holdfast.workflow.executors.interface import Place
from holdfast.workflow.model import Workflow
from holdfast.workflow.records import Record
from holdfast.workflow.runner.registry import derived, written
from holdfast.workflow.runner.state import RunState, fold
from tests.conftest import Cli

KILLS = int(os.environ.get("HOLDFAST_KILLS", "12"))
CHAIN, ITEMS, FLAKY = 30, 20, 9
WHO = "$HOLDFAST_STEP $HOLDFAST_ATTEMPT"
BODY = f'echo "start {WHO}" >> said; sleep 0.003; echo "end {WHO}" >> said'
FAILS_ONCE = f"{BODY}; test $HOLDFAST_ATTEMPT -ge 2"


def crash_workflow() -> str:
    """A chain, a fan-out, and steps that fail at first: 60 in all."""
    lines = ["name: crash", "defaults: {on_crash: rerun}", "steps:"]
    for number in range(CHAIN):
        needs = f", needs: [c{number - 1}]" if number else ""
        lines.append(f"  - {{id: c{number}, run: '{BODY}'{needs}}}")
    lines.append(f"  - {{id: fan, for_each: {list(range(ITEMS))}, max_parallel: 3, run: '{BODY}'}}")
    for number in range(FLAKY):
        needs = "fan" if number % 2 else "c3"
        retry = "retry: {times: 3, backoff: 0.01, jitter: true}"
        lines.append(f"  - {{id: f{number}, needs: [{needs}], run: '{FAILS_ONCE}', {retry}}}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    place = tmp_path / "shop"
    (place / "workflows").mkdir(parents=True)
    (place / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1.0"\n', "utf-8")
    (place / "workflows" / "crash.yaml").write_text(crash_workflow(), "utf-8")
    (place / "workflows" / "gated.yaml").write_text(
        "name: gated\nsteps:\n  - {id: wait, on_crash: rerun, run: 'while ! test -e go; do sleep 0.01; done'}\n",
        "utf-8",
    )
    with Registry(place / "task_registry.json", project="shop") as registry:
        registry.append()
    return place


def start(project: Path, *args: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "holdfast", "workflow", *args, "--no-live"],
        cwd=project,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def kill_after(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Kills it at that moment; whether it was still there."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def runs(project: Path) -> list[str]:
    journal = project / ".holdfast" / "workflow" / "journal.db"
    if not journal.exists():
        return []
    with sqlite3.connect(journal) as connection:
        try:
            found = [row[0] for row in connection.execute("SELECT id FROM runs ORDER BY id")]
        except sqlite3.OperationalError:  # killed before its tables were there
            found = []
    connection.close()
    return found


def known(project: Path, run_id: str) -> tuple[RunState, list[Record]]:
    engine = open_journal(project, Place(project, project / ".holdfast" / "workflow" / "runs", {}))
    try:
        run, records = engine.load(run_id)
    finally:
        engine.close()
    return fold(Workflow.from_json(run.document), run, records), list(records)


def starts(project: Path) -> Counter[str]:
    """How often each attempt began, by what the steps themselves wrote."""
    said = project / "said"
    lines = said.read_text("utf-8").splitlines() if said.exists() else []
    return Counter(line.removeprefix("start ") for line in lines if line.startswith("start "))


def assert_whole(project: Path, run_id: str) -> None:
    """Every step has succeeded, each attempt began once, and the registry has what the journal has."""
    state, records = known(project, run_id)
    assert state.status == "succeeded"
    assert {step.status for step in state.steps.values()} == {"succeeded"}
    assert len(state.steps) == CHAIN + FLAKY + 1 + ITEMS
    begun = starts(project)
    assert {attempt: count for attempt, count in begun.items() if count > 1} == {}
    assert {attempt.split()[0] for attempt in begun} == {s for s in state.steps if s != "fan"}
    ended = [record.key for record in records if re.fullmatch(r"step/.*/\d+/ended", record.key)]
    expected = {f"{what} {run_id}" for what in ("started", "finished")}
    for key in ended:
        _, instance, attempt, _ = key.split("/")
        expected |= {f"{what} {derived(run_id, f'{instance}/{attempt}')}" for what in ("started", "finished")}
    assert written(project / "task_registry.json", run_id) == expected
    assert_mirrored(project, state, records)
    lines = (project / "task_registry.json").read_text("utf-8").count(f'"run":"{run_id}"')
    assert lines == len(expected)


def assert_mirrored(project: Path, state: RunState, records: list[Record]) -> None:
    """The state file says what the journal says, and says it once."""
    text = (project / "workflow_state.md").read_text("utf-8")
    assert f"- Run: {state.run.id}\n" in text
    assert "- RunStatus: succeeded\n" in text
    said = re.findall(r"^- \S+ run \w+ step (\S+) (\w+)", text, re.MULTILINE)
    ends = [(record.key.split("/")[1], record.data["status"]) for record in records if record.key.endswith("/ended")]
    told = [(step, status) for step, status in ends if "[" not in step or status != "succeeded"]
    assert Counter(said) == Counter([*told, ("fan", "succeeded")])


def fresh(project: Path) -> None:
    """Takes away what the steps of the run before said, and puts an empty state file there."""
    (project / "said").unlink(missing_ok=True)
    shutil.rmtree(project / ".holdfast" / "workflow" / "state", ignore_errors=True)
    (project / "workflow_state.md").write_text("## State\n\n## Log\n", "utf-8")


def test_a_run_that_is_killed_at_random_moments_completes_and_does_nothing_twice(project: Path) -> None:
    chance = random.Random(20261120)  # noqa: S311 - moments, not secrets
    fresh(project)
    began = time.monotonic()
    whole = start(project, "run", "crash")
    _, told = whole.communicate(timeout=120)
    assert whole.returncode == 0, told.decode()
    whole_s = time.monotonic() - began
    assert_whole(project, runs(project)[-1])
    kills = 0
    while kills < KILLS:
        fresh(project)
        before = runs(project)
        kills += kill_after(start(project, "run", "crash"), chance.uniform(0.05, whole_s))
        if runs(project) == before:
            continue
        run_id = runs(project)[-1]
        while chance.random() < 0.5 and kills < KILLS:
            kills += kill_after(start(project, "resume", run_id), chance.uniform(0.05, whole_s))
        state, _ = known(project, run_id)
        finished = {step.instance: step.attempt for step in state.steps.values() if step.status == "succeeded"}
        resumed = start(project, "resume", run_id)
        _, said = resumed.communicate(timeout=120)
        assert resumed.returncode == 0, said.decode()
        assert_whole(project, run_id)
        after, _ = known(project, run_id)
        assert {each: after.steps[each].attempt for each in finished} == finished


def test_of_two_that_resume_at_once_one_wins_and_the_other_names_it(project: Path) -> None:
    first = start(project, "run", "gated")
    while not runs(project) or known(project, runs(project)[-1])[0].steps["wait"].status != "running":
        assert first.poll() is None
    kill_after(first, 0)
    both = [start(project, "resume", "last") for _ in range(2)]
    while all(process.poll() is None for process in both):
        os.sched_yield()
    loser = next(process for process in both if process.poll() is not None)
    winner = next(process for process in both if process is not loser)
    _, said = loser.communicate()
    assert loser.returncode == 2, said.decode()
    assert str(winner.pid) in said.decode()
    (project / "go").touch()
    assert winner.wait(60) == 0
    winner.communicate()


def test_ctrl_c_ends_the_steps_and_resume_goes_on(project: Path, holdfast_process: Cli) -> None:
    process = start(project, "run", "gated")
    while not runs(project) or known(project, runs(project)[-1])[0].steps["wait"].process is None:
        assert process.poll() is None
    group = known(project, runs(project)[-1])[0].steps["wait"].process
    os.kill(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said.decode()
    assert "holdfast workflow resume" in said.decode()
    assert group is not None
    assert is_running(group)[0] is False
    (project / "go").touch()
    assert holdfast_process("workflow", "resume", cwd=project).exit_code == 0
