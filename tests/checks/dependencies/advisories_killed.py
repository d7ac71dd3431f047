"""Kills an update at its every line: `advisories_killed.py CACHE OLD NEW`.

A child takes NEW in and kills itself with SIGKILL at its n-th line, for n = 1, 2, 3 ... until one comes to its end.
Prints a JSON object: `kills`, and of what `ids` the index was after each of them.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

from holdfast.checks.dependencies.advisories import update as module
from holdfast.checks.dependencies.advisories.index import load
from holdfast.checks.dependencies.advisories.update import update
from holdfast.core import files, locks

TRACED = {str(each.__file__) for each in (module, files, locks)}
NOW_MS = 1_795_000_000_000


def take(source: str, cache: Path) -> None:
    update(source, cache, {}, now_ms=NOW_MS, say=lambda _: None)


def killed_at(number: int, source: str, cache: Path) -> bool:
    """Whether the child was killed; False where it had come to its end before."""
    child = os.fork()
    if child == 0:
        left = number

        def trace(frame: FrameType, event: str, _argument: Any) -> Any:
            nonlocal left
            if frame.f_code.co_filename not in TRACED:
                return None
            if event == "line":
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
            return trace

        sys.settrace(trace)
        take(source, cache)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def ids(cache: Path) -> str:
    index = load(cache)
    assert index is not None
    return ",".join(advisory.id for advisory in index.of("foo"))


def main(cache: Path, old: str, new: str) -> None:
    take(old, cache)
    seen: Counter[str] = Counter()
    kills = 0
    while killed_at(kills + 1, new, cache):
        kills += 1
        seen[ids(cache)] += 1
        if ids(cache) != "OLD-1":
            take(old, cache)
    left = sorted(path.name for path in cache.iterdir())
    said = {"kills": kills, "seen": seen, "ends": ids(cache), "left": left}
    print(json.dumps(said))  # noqa: T201 - a program, whose answer this is


main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
