"""Runs whose runner is killed at random moments: nothing that ended is performed again, and nothing is lost.

HOLDFAST_CRASHES says how many moments; HOLDFAST_SEED which ones. Both are printed.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from holdfast.core.clock import now_ms
from holdfast.core.ids import new_id
from holdfast.workflow.records import Record
from tests.conformance.bench import Bench
from tests.conformance.child import STEPS
from tests.conformance.engines import EMBEDDED

CRASHES = int(os.environ.get("HOLDFAST_CRASHES", "12"))
SEED = int(os.environ.get("HOLDFAST_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
PATIENCE_S = 120.0


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_chain_survives_kills_at_random_moments(name: str, tmp_path: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311 - no secret is made of it
    print(f"HOLDFAST_CRASHES={CRASHES} HOLDFAST_SEED={SEED}")  # noqa: T201 - shown where the test fails
    crashes = runs = again = 0
    while crashes < CRASHES:
        bench = Bench(name, tmp_path / f"shop{runs}")
        bench.project.mkdir()
        killed, unknown = crash_until_done(bench, chance)
        crashes, runs, again = crashes + killed, runs + 1, again + unknown
    print(f"{crashes} kills over {runs} runs of {STEPS} steps: 0 lost, 0 twice, {again} attempts of unknown end")


def crash_until_done(bench: Bench, chance: random.Random) -> tuple[int, int]:
    """Kills and resumes a run until it is done; how often, and how many attempts' ends nobody knew."""
    run_id, effects = new_id(now_ms()), bench.project / "effects"
    longest_s = whole_run_s(bench)
    killed, until = 0, time.monotonic() + PATIENCE_S
    while True:
        assert time.monotonic() < until
        child = bench.child("chain", run_id, str(effects))
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(chance.uniform(0.0, longest_s))
        if child.poll() is not None:
            said = child.communicate()[0]
            assert said == "done\n", said
            break
        child.send_signal(signal.SIGKILL)
        child.communicate()
        killed += 1
    records = bench.open().load(run_id)[1]
    return killed, check(records, effects.read_text("utf-8").splitlines())


def whole_run_s(bench: Bench) -> float:
    """How long a run takes here that nobody kills."""
    began = time.monotonic()
    child = bench.child("chain", new_id(now_ms()), str(bench.project / "warm-up"))
    assert child.communicate(timeout=PATIENCE_S)[0] == "done\n"
    return time.monotonic() - began


def check(records: Sequence[Record], effects: list[str]) -> int:
    """Whether each step ended once and worked once in each attempt; how many attempts' ends were unknown."""
    ends = {each.key: each.data["status"] for each in records if each.key.endswith("/ended")}
    done = Counter(key.split("/")[1] for key, status in ends.items() if status == "succeeded")
    assert done == Counter(f"s{number}" for number in range(STEPS))
    worked = Counter(tuple(line.split()) for line in effects)
    assert set(worked.values()) == {1}, [each for each, times in worked.items() if times > 1]
    for number, attempt in worked:
        assert f"step/s{number}/{attempt}/ended" in ends
    for key, status in ends.items():
        _, instance, attempt, _ = key.split("/")
        if status == "succeeded":
            assert (instance[1:], attempt) in worked
            assert f"step/{instance}/{int(attempt) + 1}/started" not in {each.key for each in records}
    return sum(status == "unknown" for status in ends.values())
