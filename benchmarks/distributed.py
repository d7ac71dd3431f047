"""Fan-out over a database: Holdfast's engine beside the bare engine, in one run: python -m benchmarks.distributed URL.

Both: the same items, each `true` as a process, in the same database, by as many worker processes of DBOS with the same
queue settings, which are much better than DBOS's defaults. Bare: a DBOS workflow that calls subprocess.run, and nothing
of Holdfast. Timed from the first item enqueued to the last result read, with the workers up.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

POLL_S, AHEAD = 0.05, 8  # the settings of Holdfast's queues
ABI = "bare-1"
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


def bare_worker(url: str, jobs: int, *, steps: bool) -> None:
    """One worker of the bare engine."""
    import dbos

    step = as_a_step() if steps else lambda _: subprocess.run(["true"], check=True).returncode

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
        return step(item)

    dbos.DBOS.launch()
    dbos.DBOS.register_queue("bare", worker_concurrency=jobs + AHEAD, polling_interval_sec=POLL_S)
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
    while len(seen) < count:
        found = client.list_workflows(
            workflow_id_prefix=f"{stamp}:", status="SUCCESS", load_input=False, offset=0, sort_desc=True, limit=count
        )
        seen |= {each.workflow_id for each in found if each.output is not None}
        time.sleep(0.5)
    took = time.perf_counter() - began
    client.destroy()
    return took


def ours(url: str, count: int, project: Path) -> float:
    """Seconds of Holdfast's engine for so many items, each of which has exactly one end; 0 items: a first run."""
    from holdfast.core.clock import now_ms
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
    engine.dispatch(lease, [Work(run_id, f"fan[{n}]", 1, ("true",), env, on_crash="rerun") for n in range(count)])
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


def main() -> None:
    """Prints both times of every round, and the ratio of their medians."""
    options = argparse.ArgumentParser()
    options.add_argument("url")
    options.add_argument("--items", type=int, default=10_000)
    options.add_argument("--workers", type=int, default=4)
    options.add_argument("--jobs", type=int, default=8)
    options.add_argument("--rounds", type=int, default=1)
    options.add_argument("--bare-worker", action="store_true")
    options.add_argument("--steps", action="store_true", help="the bare engine too runs them through our executor")
    given = options.parse_args()
    if given.bare_worker:
        bare_worker(given.url, given.jobs, steps=given.steps)
    times: dict[str, list[float]] = {"bare": [], "holdfast": []}
    jobs = str(given.jobs)
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        (project / "pyproject.toml").write_text('[project]\nname = "fan"\nversion = "1.0"\n', "utf-8")
        own = [sys.executable, "-m", "benchmarks.distributed", given.url, "--bare-worker", "--jobs", jobs]
        own += ["--steps"] * given.steps
        worker = [sys.executable, "-m", "holdfast", "workflow", "worker", "--project", folder, "--jobs", jobs]
        worker += ["--database", given.url]
        ours(given.url, 0, project)  # a worker wants to see that the database is its project's
        for _ in range(given.rounds):
            took = with_workers([own] * given.workers, ROOT, "up", lambda: bare(given.url, given.items))
            times["bare"].append(took)
            took = with_workers(
                [worker] * given.workers, ROOT, "at once", lambda: ours(given.url, given.items, project)
            )
            times["holdfast"].append(took)
            print({name: f"{all_[-1]:.2f} s" for name, all_ in times.items()}, flush=True)
    medians = {name: statistics.median(all_) for name, all_ in times.items()}
    rates = {name: f"{given.items / took:.0f}/s" for name, took in medians.items()}
    print(f"{given.items} items, {given.workers} workers x {jobs}: {rates}", flush=True)
    print(f"ratio {medians['holdfast'] / medians['bare']:.2f}")


if __name__ == "__main__":
    main()
