"""A process that appends: `registry_writer.py FILE NAME ROUNDS EVENTS` adds so many events after each line it reads.

Before each round it prints a line."""

from __future__ import annotations

import sys
from pathlib import Path

from holdfast.core.registry import Registry


def main(path: str, name: str, rounds: str, events: str) -> None:
    """Appends notes whose ids tell the writer and the turn."""
    with Registry(Path(path)) as registry:
        for turn in range(int(rounds)):
            print(turn, flush=True)  # noqa: T201
            sys.stdin.readline()
            for number in range(turn * int(events), (turn + 1) * int(events)):
                note = {"event": "note", "id": f"{name}-{number}", "text": "x" * (number % 300), "at": "2026-11-20"}
                registry.append(note, sync=False)
        assert registry.notices == []


main(*sys.argv[1:])
