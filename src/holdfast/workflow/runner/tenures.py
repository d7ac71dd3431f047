"""For how long a run was worked on: what its timeout is held against."""

from __future__ import annotations

from collections.abc import Iterable

from holdfast.workflow.records import Record

BY_OTHERS = ("answer", "dropped", "cancel", "moved")
"""What people write, also while nobody runs the run."""


def worked_ms(records: Iterable[Record]) -> int:
    """Milliseconds for which runners had a run, as far as its records tell; those after it was reopened alone.

    What a runner that was killed did after its last record is not counted.
    """
    before, began, last = 0, None, 0
    for record in records:
        parts = record.key.split("/")
        if parts[:2] == ["run", "owner"]:
            before, began = before + (last - began if began is not None else 0), record.at_ms
            last = began
        elif "again" in parts:
            before, last = 0, max(last, record.at_ms)
            began = last
        elif not any(word in parts for word in BY_OTHERS):
            last = max(last, record.at_ms)
    return before + (last - began if began is not None else 0)
