"""The files that a project begins with."""

from __future__ import annotations

import os
from pathlib import Path

from holdfast.core.errors import HoldfastError
from holdfast.core.files import file_errors, fsync_directory

STATE = """\
# Where the work stands

## State

- Phase: {start}
- Status: {status}
- CurrentItem: none

## Plan

## Rules

Phase and Status are moved by `holdfast workflow state`, as evidence allows; `holdfast workflow state next` says what is
to be done now. Write into Plan, and add rows to Items; a claim that nothing bears is put back.

## Items

| ID | Description | Status | Priority |
|----|-------------|--------|----------|

## Log

## ArchiveLog
"""

CONFIG = """\
# {name}

## Commands

<!--
One `- name: command` a line, each split into arguments; no shell reads it. CONSTRUCT and VALIDATE run all of them, and
only their passing leads on. A limit may follow the name. For example:

- lint: ruff check .
- test (20m): pytest -q
-->

## Changelog
"""


def create(path: Path, text: str) -> bool:
    """Writes a file that is not there yet; returns whether it was not. Raises HoldfastError."""
    with file_errors(path, "write"):
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        except FileExistsError:
            if not path.is_file():
                raise HoldfastError(f"{path}: not a regular file") from None
            return False
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)
        fsync_directory(path.parent)
    return True
