"""Fan-out over a database, Holdfast's engine beside the bare engine: python -m benchmarks.distributed [URL].

Both: the same items, each `true` as a process, in the same database, by as many worker processes of DBOS, which run as
many at once, with the same queue settings, which are much better than DBOS's defaults. Bare: a DBOS workflow that calls
subprocess.run, and nothing of Holdfast. Timed from the first item enqueued to the last result read, with the workers
up, in rounds that take turns. Without a URL a PostgreSQL server is started for it.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.measure import Row, publish
from holdfast.core.clock import iso, now_ms
from holdfast.workflow.engines.dbos.queueing import CROWDED_AHEAD, CROWDED_POLL_S

SETTLED_MS = 200  # an end may be committed that long after it was stamped
TARGET = 1.3
ABI = "bare-1"
EFFECTS = "BENCHMARK_EFFECTS"
"""The file that items add themselves to, where there is one."""
ROOT = Path(__file__).resolve().parent.parent


def as_a_step() -> Callable[[int], int]:
    """Runs `true` as a step is run: shim, log, exit file, and the search for what it left behind."""
    from holdfast.workflow.engines.interface import Work
    from holdfast.workflow.executors import find_executor
    from holdfast.workflow.executors.interface import Place
    from holdfast.workflow.executors.perform import perform

    executor = find_executor("local")
    project = Path(tempfile.mkdtemp())
    place = Place(project, project / "runs", os.environ)
    env = {"PATH": os.environ["PATH"]}

    def run(item: int) -> int:
        step = Work(f"bare{os.getpid()}", f"fan[{item}]", 1, ("true",), env)
        outcome = perform(executor, step, place, on_process=lambda _: None, stopped=lambda: None)
        return outcome.exit_code or 0

    return run


def as_a_process(item: int) -> int:
    """Runs `true`, or adds the item to a file that says what was done."""
    return subprocess.run(command(item), check=True).returncode


def command(item: int) -> tuple[str, ...]:
    """What both do for an item."""
    effects = os.environ.get(EFFECTS)
    return ("/bin/sh", "-c", f"echo {item} >> {effects}") if effects else ("true",)


def bare_worker(url: str, jobs: int, *, steps: bool) -> None:
    """One worker of the bare engine."""
    import dbos

    step = as_a_step() if steps else as_a_process
    places = threading.BoundedSemaphore(jobs)

    config: Any = {
        "name": "bare",
        "system_database_url": url,
        "executor_id": f"bare-{os.getpid()}",
        "application_version": ABI,
        "log_level": "ERROR",
        "notification_listener_polling_interval_sec": 0.01,
    }
    dbos.DBOS(config=config)

    @dbos.DBOS.workflow(name="perform")
    def perform(item: int) -> int:
        with places:
            return step(item)

    dbos.DBOS.launch()
    dbos.DBOS.register_queue(
        "bare",
        worker_concurrency=jobs + CROWDED_AHEAD,
        polling_interval_sec=CROWDED_POLL_S,
        on_conflict="always_update",
    )
    print("up", flush=True)
    signal.pause()


def bare(url: str, count: int) -> float:
    """Seconds of the bare engine for so many items; each result is seen once."""
    import dbos

    client = dbos.DBOSClient(system_database_url=url, application_name="bare")
    stamp = time.time_ns()
    began = time.perf_counter()
    engine = client._sys_db.engine
    for at in range(0, count, 500):
        with engine.begin() as connection:
            for item in range(at, min(at + 500, count)):
                options: Any = {
                    "workflow_name": "perform",
                    "queue_name": "bare",
                    "workflow_id": f"{stamp}:{item}",
                    "app_version": ABI,
                }
                client.enqueue_in_transaction(connection, options, item)
    seen: set[str] = set()
    since_ms = 0
    while len(seen) < count:
        time.sleep(0.25)
        found = client.list_workflows(
            workflow_id_prefix=f"{stamp}:",
            status="SUCCESS",
            load_input=False,
            completed_after=iso(max(0, since_ms - SETTLED_MS)),
        )
        since_ms = max([since_ms, *(each.completed_at or 0 for each in found)])
        seen |= {each.workflow_id for each in found if each.output == 0}
    took = time.perf_counter() - began
    client.destroy()
    return took


def ours(url: str, count: int, project: Path) -> float:
    """Seconds of Holdfast's engine for so many items, each of which has exactly one end; 0 items: a first run."""
    from holdfast.core.ids import new_id
    from holdfast.core.process_identity import identity
    from holdfast.workflow.engines.dbos.wiring import connect
    from holdfast.workflow.engines.interface import Owner, Run, Work

    engine = connect(url, project=project, jobs=0, env=os.environ)
    run_id = new_id(now_ms())
    engine.begin(Run(run_id, "fan", {}, {}, now_ms(), "benchmark"))
    lease = engine.claim(run_id, Owner("benchmark", identity(os.getpid())))
    env = {"PATH": os.environ["PATH"]}
    began = time.perf_counter()
    engine.dispatch(lease, [Work(run_id, f"fan[{n}]", 1, command(n), env) for n in range(count)])
    ends: Counter[str] = Counter()
    while len(ends) < count:
        found = [record for record in engine.wait(lease, 60) if record.key.endswith("/ended")]
        ends.update(record.key for record in found)
        assert all(record.data["status"] == "succeeded" for record in found), found
    took = time.perf_counter() - began
    assert set(ends.values()) <= {1}
    engine.release(lease)
    engine.close()
    return took


def with_workers(commands: list[list[str]], project: Path, sign: str, measured: Callable[[], float]) -> float:
    """What `measured` returns while these workers run; each has said `sign` before."""
    workers = [
        subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for command in commands
    ]
    try:
        for worker in workers:
            assert worker.stdout is not None
            said = b""
            while sign.encode() not in (line := worker.stdout.readline()):
                assert line, f"a worker ended: {said!r}"
                said += line
        time.sleep(1.5)  # DBOS looks for new queues once a second
        return measured()
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()


class Load(NamedTuple):
    """How much there is to do, and by whom."""

    items: int
    workers: int = 4
    jobs: int = 8
    steps: bool = False
    """The bare engine too runs them through our executor."""


def measured(url: str, load: Load, rounds: int) -> dict[str, list[float]]:
    """The seconds of each round, with the load average at its end shown."""
    times: dict[str, list[float]] = {"bare": [], "holdfast": []}
    jobs = str(load.jobs)
    own = [sys.executable, "-m", "benchmarks.distributed", url, "--bare-worker", "--jobs", jobs]
    own += ["--steps"] * load.steps
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        (project / "pyproject.toml").write_text('[project]\nname = "fan"\nversion = "1.0"\n', "utf-8")
        worker = [sys.executable, "-m", "holdfast", "workflow", "worker", "--project", folder, "--jobs", jobs]
        worker += ["--database", url]
        ours(url, 0, project)  # makes the tables
        for _ in range(rounds):
            for name, commands, cwd, sign, call in (
                ("bare", [own] * load.workers, ROOT, "up", lambda: bare(url, load.items)),
                ("holdfast", [worker] * load.workers, project, "at once", lambda: ours(url, load.items, project)),
            ):
                times[name].append(with_workers(commands, cwd, sign, call))
            now = {name: f"{each[-1]:.2f} s" for name, each in times.items()}
            sys.stderr.write(f"{load.items} items: {now}, load average {os.getloadavg()[0]:.1f}\n")
    return times


def proven(url: str, load: Load) -> dict[str, list[float]]:
    """One round in which each item says what it did; exits where one of them did so twice, or not at all."""
    with tempfile.TemporaryDirectory() as folder:
        effects = Path(folder, "effects")
        os.environ[EFFECTS] = str(effects)
        try:
            times = measured(url, load, 1)
        finally:
            del os.environ[EFFECTS]
        done = Counter(effects.read_text("utf-8").split())
        if done != Counter({str(item): 2 for item in range(load.items)}):  # once by each of the two engines
            sys.exit(f"not each item was done once by each: {len(done)} of {load.items}, {done.most_common(3)}")
    return times


@contextmanager
def database(url: str | None) -> Iterator[str]:
    """The database that is given, else one of a server of our own."""
    if url is not None:
        yield url
        return
    from tests.distributed.server import serving

    with serving() as server:
        yield server.new_database()


def rows(url: str | None = None, *, rounds: int = 5, few: int = 2000, many: int = 10_000) -> Iterator[Row]:
    """The rows of the table; they take minutes."""
    with database(url) as there:
        for count, times, how in (
            (few, measured(there, Load(few), rounds), "bare DBOS, subprocess.run"),
            (few, measured(there, Load(few, steps=True), rounds), "bare DBOS, each performed as a step too"),
            (many, proven(there, Load(many)), "bare DBOS, subprocess.run"),
        ):
            ours_s, bare_s = statistics.median(times["holdfast"]), statistics.median(times["bare"])
            what = f"fan-out of {count:,} items, 4 workers, PostgreSQL"
            shown = f"{count / ours_s:.0f} items/s", f"{count / bare_s:.0f} items/s {how}"
            yield Row(what, *shown, ours_s / bare_s, f"<= {TARGET}", ours_s / bare_s <= TARGET)


def main() -> None:
    """Writes the table, or prints one comparison with a load that is asked for."""
    options = argparse.ArgumentParser()
    options.add_argument("url", nargs="?")
    options.add_argument("--items", type=int)
    options.add_argument("--workers", type=int, default=4)
    options.add_argument("--jobs", type=int, default=8)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--bare-worker", action="store_true")
    options.add_argument("--steps", action="store_true", help="the bare engine too runs them through our executor")
    given = options.parse_args()
    if given.bare_worker:
        bare_worker(given.url, given.jobs, steps=given.steps)
    if given.items is None:
        publish(("<!-- distributed: begin -->", "<!-- distributed: end -->"), rows(given.url))
        return
    with database(given.url) as url:
        load = Load(given.items, given.workers, given.jobs, given.steps)
        medians = {name: statistics.median(all_) for name, all_ in measured(url, load, given.rounds).items()}
    rates = {name: f"{given.items / took:.0f}/s" for name, took in medians.items()}
    sys.stdout.write(f"{load}: {rates}, ratio {medians['holdfast'] / medians['bare']:.2f}\n")


if __name__ == "__main__":
    main()
