"""Forks writers and kills each at a random point: `registry_killed.py FILE KILLS SEED`.

Prints a JSON object: `acknowledged`, the ids of the events whose append had returned; `notices`, what was mended;
`torn`, how many kills left a file that was not whole.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from holdfast.core.registry import Registry
from holdfast.core.registry_reader import opened


def write_until_killed(path: Path, run: int, acknowledge: int, chance: random.Random) -> None:
    """Appends records of up to 20 KB, and says each id as soon as its append has returned."""
    registry = Registry(path)
    for number in range(100_000):
        name = f"{run}-{number}"
        registry.append({"event": "note", "id": name, "text": "x" * chance.randrange(20_000)}, sync=False)
        os.write(acknowledge, f"{name}\n".encode())


def kill_one(path: Path, run: int, chance: random.Random) -> list[str]:
    """Starts one writer, kills it after its first event and a random time, and returns what it had acknowledged."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        write_until_killed(path, run, writing, chance)
    os.close(writing)
    said = os.read(reading, 65536)
    time.sleep(chance.random() * 0.0004)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while block := os.read(reading, 65536):
        said += block
    os.close(reading)
    return said.decode().split()


def main(path: Path, kills: int, seed: int) -> None:
    """Kills so many writers, one after the other; each next one finds what the last one left."""
    chance = random.Random(seed)  # noqa: S311 - for repeating a run, not for secrets
    acknowledged: list[str] = []
    notices: list[str] = []
    torn = 0
    for run in range(kills):
        acknowledged += kill_one(path, run, chance)
        with opened(path) as snapshot:
            torn += snapshot.torn > 0
        with Registry(path) as registry:
            registry.append({"event": "note", "id": f"after-{run}", "text": "still here"}, sync=False)
            acknowledged.append(f"after-{run}")
            notices += registry.notices
    print(json.dumps({"acknowledged": acknowledged, "notices": notices, "torn": torn}))  # noqa: T201


main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
