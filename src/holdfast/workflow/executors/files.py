"""Where an attempt's files are: its log, its exit code and its outputs, under the directory of its run."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import NamedTuple

from holdfast.core.files import file_errors
from holdfast.workflow.engines.interface import Work
from holdfast.workflow.executors.interface import Place

LONGEST = 200
"""Bytes of a file's name; file systems allow 255."""
_UNSAFE = re.compile(r"[^A-Za-z0-9_.\[\]-]|^\.")


class AttemptFiles(NamedTuple):
    """The files of one attempt, as absolute paths."""

    log: str
    exit: str
    """Absent: it never began. Empty or blank: it began. Else its exit code and a line feed, and perhaps more blanks."""
    output: str
    shown_log: str
    """The log relative to the project, as records name it."""


def attempt_files(work: Work, place: Place) -> AttemptFiles:
    """Where the files of this attempt are; nothing is made."""
    run = f"{place.runs}/{work.run_id}"
    name = f"{_file_name(work.instance)}.{work.attempt}"
    log = f"{run}/logs/{name}.log"
    shown = log.removeprefix(f"{place.project}/")
    return AttemptFiles(log, f"{run}/exit/{name}", f"{run}/outputs/{name}", shown)


def make_folders(work: Work, place: Place) -> None:
    """Makes the directories of a run, for this user alone. Raises HoldfastError."""
    run = place.runs / work.run_id
    for folder in (run, run / "logs", run / "exit", run / "outputs"):
        with file_errors(folder, "make"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def read_bounded(path: str, limit: int) -> bytes | None:
    """The first `limit` bytes of a regular file; None where there is none, or it is something else."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return os.read(handle, limit)  # a regular file gives what it has at once
    except OSError:  # a directory
        return None
    finally:
        os.close(handle)


def cut_file(path: str, limit: int) -> None:
    """Keeps the first `limit` bytes of a regular file, if it can be written."""
    with suppress(OSError):
        handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            os.ftruncate(handle, limit)
        finally:
            os.close(handle)


def _file_name(instance: str) -> str:
    """The instance where it can be a file's name, else with its other characters as %41 and cut by its digest."""
    name = _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in os.fsencode(found[0])), instance)
    if len(name) <= LONGEST:
        return name
    from holdfast.core.digests import sha256

    return f"{name[:LONGEST - 17]}-{sha256(name.encode())[:16]}"
