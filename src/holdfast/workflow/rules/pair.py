"""Two files that change together: the state file and project_config.md, whatever happens in between.

Before the first of the two is written, an intent is: which line, for which item, and what both files are to be. Who
finds an intent brings both to the end that it names. Whether the line was written is told by the file's digest, and
where somebody edited the file meanwhile, by how often the line is there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from holdfast.core.digests import sha256
from holdfast.core.errors import HoldfastError
from holdfast.core.files import file_errors, fsync_directory, write_atomic
from holdfast.workflow.rules.contract import config_bytes
from holdfast.workflow.rules.project_config import read_config
from holdfast.workflow.rules.standing import find_item, is_finished
from holdfast.workflow.rules.tick import Entry, with_row_completed
from holdfast.workflow.state_file.document import Document

NAME = "tick.json"
"""What the file of an intent is called, beside the versions of the state file."""


class Intent(NamedTuple):
    """What a tick is about to write, and the digests of both files before and after."""

    entry: Entry
    times: int
    """How often the changelog held the line before."""
    config: tuple[str, str]
    state: tuple[str, str]


def write_intent(path: Path, intent: Intent) -> None:
    """Remembers an intent; it is on disk when this returns. Raises HoldfastError."""
    with file_errors(path.parent, "make"):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, json.dumps({**intent._asdict(), "entry": intent.entry._asdict()}).encode())


def read_intent(path: Path) -> Intent | None:
    """The intent of a tick that did not come to its end. Raises HoldfastError where the file is none."""
    with file_errors(path, "read"):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
    try:
        found = json.loads(content)
        entry = Entry(**{name: str(found["entry"][name]) for name in Entry._fields})
        return Intent(entry, int(found["times"]), _two(found["config"]), _two(found["state"]))
    except (ValueError, KeyError, TypeError) as error:
        raise HoldfastError(
            f"{path}: not what a tick left: {error}",
            hint="see whether the changelog has the line of the last item, then remove the file",
        ) from error


def _two(value: list[str]) -> tuple[str, str]:
    before, after = value
    return str(before), str(after)


def forget_intent(path: Path) -> None:
    """Both files are what they were to be. Raises HoldfastError."""
    with file_errors(path, "remove"):
        path.unlink(missing_ok=True)
        fsync_directory(path.parent)


def digest(content: bytes) -> str:
    """What an intent knows a file by."""
    return sha256(content)


def bring_config_forward(intent: Intent, path: Path) -> bool:
    """Writes the line where it is not there yet; returns whether it had to. Raises HoldfastError."""
    content = config_bytes(path)
    if digest(content) == intent.config[1]:
        return False
    config = read_config(content, path.name)
    if digest(content) != intent.config[0] and config.entries(intent.entry.line) > intent.times:
        return False
    write_atomic(path, config.with_entry(intent.entry.line).encode("utf-8"))
    return True


def bring_state_forward(intent: Intent, document: Document) -> Document:
    """The document with the row marked completed, where it is not yet. Raises HoldfastError."""
    entry = intent.entry
    item = document.item(entry.row) or find_item(document, entry.title)
    if item is not None and is_finished(item):
        return document
    return with_row_completed(document, item.id if item else entry.row, entry.title)
