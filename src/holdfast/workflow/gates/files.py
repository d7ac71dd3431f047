"""Opening a report: a file of bounded size that this run made."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from holdfast.core.clock import iso
from holdfast.workflow.gates.interface import Gate, NoData

LIMIT = 64 * 2**20
"""Bytes of a report."""
WHOLE_LIMIT = 32 * 2**20
"""Bytes of one that is read whole: as values it takes up to 25 times as much."""
CLOCK_MS = 50
"""File systems stamp files by a clock that lags by up to a tick behind the one that a run's start is read from."""


@contextmanager
def report(gate: Gate) -> Iterator[BinaryIO]:
    """The report, open. Raises NoData where it is missing, too large, or older than the run."""
    path = str(gate.options["from"])
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise NoData(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise NoData(f"{path} is no regular file")
    with os.fdopen(handle, "rb") as file:
        if status.st_size > LIMIT:
            raise NoData(f"{path} has {status.st_size:,} bytes; {LIMIT:,} are the most")
        _require_fresh(gate, path, status.st_mtime_ns // 1_000_000)
        yield file


def content(gate: Gate) -> bytes:
    """All of the report. Raises NoData as `report`, and where it is empty."""
    with report(gate) as file:
        found = file.read(WHOLE_LIMIT + 1)
    if len(found) > WHOLE_LIMIT:
        raise NoData(f"{gate.options['from']} has more than {WHOLE_LIMIT:,} bytes")
    if not found.strip():
        raise NoData(f"{gate.options['from']} is empty")
    return found


def is_fresh_asked(gate: Gate) -> bool:
    """Whether the report has to be one of this run."""
    return str(gate.options.get("fresh", True)).lower() != "false"


def _require_fresh(gate: Gate, path: str, written_ms: int) -> None:
    if is_fresh_asked(gate) and written_ms + CLOCK_MS < gate.since_ms:
        raise NoData(
            f"{path} is from {iso(written_ms)}, before this run began ({iso(gate.since_ms)}); "
            "let a step of this run write it, or say fresh: false"
        )
