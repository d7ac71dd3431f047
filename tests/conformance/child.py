"""What other processes do in the conformance tests: `child.py ENGINE PROJECT VERB ...`."""

from __future__ import annotations

import sys
from pathlib import Path

from holdfast.core.errors import HoldfastError
from holdfast.workflow.engines.interface import Engine, Lease, NoSuchRun, RunTaken, Work
from holdfast.workflow.records import SUCCEEDED
from tests.conformance.bench import a_run, me, record, work
from tests.conformance.engines import ENGINES

STEPS = 60


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def claim(engine: Engine, run_id: str) -> None:
    """Tries to claim a run once it is told to, and says how that went."""
    say("ready")
    sys.stdin.readline()
    try:
        engine.claim(run_id, me("child"))
        say("claimed")
    except RunTaken:
        say("taken")
    sys.stdin.readline()


def signal(engine: Engine, run_id: str, key: str) -> None:
    say(str(engine.signal(run_id, record(key, by="child"))))


def start(engine: Engine, run_id: str, *argv: str) -> None:
    """Begins a run with one attempt, says so, and waits to be killed."""
    engine.begin(a_run()._replace(id=run_id))
    lease = engine.claim(run_id, me("child"))
    engine.dispatch(lease, [work(run_id, "a", *argv)])
    say("started")
    while True:
        for each in engine.wait(lease, 1.0):
            say(each.key)


def group(engine: Engine, run_id: str, name: str) -> None:
    """Holds a group until it is killed."""
    engine.begin(a_run()._replace(id=run_id))
    lease = engine.claim(run_id, me("child"))
    say(str(engine.enter(lease, name)))
    sys.stdin.readline()


def chain(engine: Engine, run_id: str, effects: str) -> None:
    """Walks a run of STEPS attempts, from wherever an earlier process was killed. Each writes a line when it works."""
    try:
        engine.load(run_id)
    except NoSuchRun:
        engine.begin(a_run()._replace(id=run_id))
    lease = engine.claim(run_id, me("child"))
    known = {each.key for each in engine.load(run_id)[1]}
    for number in range(STEPS):
        step(engine, lease, number, effects, known)
    engine.record(lease, [record("run/ended/1", status=SUCCEEDED, done=STEPS, total=STEPS)])
    engine.release(lease)
    say("done")


def step(engine: Engine, lease: Lease, number: int, effects: str, known: set[str]) -> None:
    """Performs one step unless it has ended; one that was killed in the middle is tried again."""
    attempt = 1
    script = f'echo "{number} $HOLDFAST_ATTEMPT" >> {effects}'
    while True:
        todo = work(lease.run_id, f"s{number}", "/bin/sh", "-c", script, attempt=attempt)
        if f"{todo.key}/ended" not in known:
            if perform(engine, lease, todo, known):
                return
        elif f"{todo.key}/lost" not in known:
            return
        attempt += 1


def perform(engine: Engine, lease: Lease, todo: Work, known: set[str]) -> bool:
    """Whether the attempt has ended; False where nobody can tell."""
    if f"{todo.key}/started" in known:
        found = engine.recover(lease, todo, adopt=True)
        if found.state == "ended":
            engine.record(lease, [record(f"{todo.key}/ended", **(found.outcome.as_json() if found.outcome else {}))])
            return True
        if found.state == "gone":
            engine.record(lease, [record(f"{todo.key}/ended", status="unknown"), record(f"{todo.key}/lost")])
            return False
    else:
        engine.dispatch(lease, [todo])
    while not any(each.key == f"{todo.key}/ended" for each in engine.wait(lease, 5.0)):
        pass
    return True


VERBS = {"claim": claim, "signal": signal, "start": start, "group": group, "chain": chain}

if __name__ == "__main__":
    name, project, verb, *rest = sys.argv[1:]
    try:
        VERBS[verb](ENGINES[name](Path(project), 2), *rest)  # type: ignore[operator]
    except HoldfastError as error:
        say(f"error: {error}")
        sys.exit(2)
