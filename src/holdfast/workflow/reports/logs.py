"""What a step said: its log, read in pieces however large it is, without secrets."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from holdfast.core.files import file_errors
from holdfast.core.masking import mask_text
from holdfast.workflow.engines.interface import Work
from holdfast.workflow.executors.files import attempt_files
from holdfast.workflow.executors.interface import Place

PIECE = 1 << 16
LONGEST_BLOCK = 1 << 15
"""A private key that began is waited for so long, in bytes, that it can be masked whole."""
POLL_S = 0.1
_BEGIN, _END = b"-----BEGIN ", b"-----END "


def log_of(project: Path, runs: Path, run_id: str, instance: str, attempt: int) -> Path:
    """Where an attempt's output is, or would be."""
    return Path(attempt_files(Work(run_id, instance, attempt, (), {}), Place(project, runs, {})).log)


def last_lines(path: Path, count: int, *, within: int = 1 << 13) -> list[str]:
    """The last lines of a file that may grow, masked: at most `count`, of its last `within` bytes; of none, nothing.

    Control characters are as they were. A line that was rewritten by carriage returns is its last state.
    """
    try:
        with open(path, "rb", opener=_opener) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - within))
            data = file.read(within)
    except OSError:
        return []
    lines = mask_text(data.decode("utf-8", "replace")).rstrip().split("\n")
    if size > within and len(lines) > 1:
        del lines[0]  # its beginning is missing, and with it what would tell a secret
    kept = [line.rstrip("\r").rpartition("\r")[2] for line in lines if line.strip()]
    return kept[-count:] if count else []


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe in a log's place is not waited for


def read(path: Path, *, tail: int | None = None, going: Callable[[], bool] | None = None) -> Iterator[str]:
    """A log piece by piece, masked; pieces end where lines do, unless a line is longer than PIECE.

    With `tail`, its last lines alone. With `going`, what is added is waited for as long as that is true. Holds no
    more than a few hundred kilobytes. Raises HoldfastError where it cannot be read.
    """
    with file_errors(path, "read"), open(path, "rb", opener=_opener) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "not a regular file")
        if tail is not None:
            file.seek(_start_of(file, tail))
        for piece in _pieces(file, going):
            yield mask_text(piece.decode("utf-8", "replace"))


def _start_of(file: BinaryIO, lines: int) -> int:
    """Where the last lines begin, searched from the end."""
    end = at = file.seek(0, os.SEEK_END)
    wanted = lines
    while at > 0 and wanted >= 0:
        step = min(PIECE, at)
        at -= step
        file.seek(at)
        data = file.read(step)
        if at + step == end and data.endswith(b"\n"):
            data = data[:-1]
        found = data.count(b"\n")
        if found >= wanted:
            place = len(data)
            for _ in range(wanted):
                place = data.rfind(b"\n", 0, place)
            return at + place + 1 if wanted else end
        wanted -= found
    return 0


def _pieces(file: BinaryIO, going: Callable[[], bool] | None) -> Iterator[bytes]:
    held = b""
    while True:
        goes_on = going() if going is not None else False  # asked before reading: what came last is read then
        data = file.read(PIECE)
        if data:
            held += data
            cut = shown_part(held)
            if cut:
                yield held[:cut]
                held = held[cut:]
        elif goes_on:
            time.sleep(POLL_S)
        else:
            break
    if held:
        yield held


def shown_part(held: bytes) -> int:
    """How much can be shown: whole lines, without a private key whose end is not there yet."""
    cut = held.rfind(b"\n") + 1
    begun = held.rfind(_BEGIN)
    if begun >= 0 and held.find(_END, begun) < 0 and len(held) - begun < LONGEST_BLOCK:
        cut = min(cut, held.rfind(b"\n", 0, begun) + 1)
    return cut or (len(held) if len(held) >= 2 * PIECE else 0)
