"""A process that appends: `registry_writer.py FILE NAME COUNT` adds so many events and exits."""

from __future__ import annotations

import sys
from pathlib import Path

from holdfast.core.registry import Registry


def main(path: str, name: str, count: str) -> None:
    """Appends notes whose ids tell the writer and the turn."""
    with Registry(Path(path)) as registry:
        for number in range(int(count)):
            registry.append({"event": "note", "id": f"{name}-{number}", "text": "x" * (number % 300)}, sync=False)
        assert registry.notices == []


main(*sys.argv[1:])
