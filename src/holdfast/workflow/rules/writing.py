"""What anybody may write: a line in the Log, and a row of the Items."""

from __future__ import annotations

from holdfast.core.errors import HoldfastError
from holdfast.workflow.rules.contract import Contract
from holdfast.workflow.rules.desk import Change, Desk, Done, with_entry, written
from holdfast.workflow.rules.sentences import one_line
from holdfast.workflow.rules.standing import with_new_item
from holdfast.workflow.state_file.document import Document

LIMIT = 10_000
"""Code points of one entry."""


def add_log(desk: Desk, text: str) -> Done:
    """Adds a line to the Log: when, who, what. Raises HoldfastError for a text of nothing, and for one too long."""
    shown = one_line(text)
    if not shown:
        raise HoldfastError("there is nothing to log")
    if len(shown) > LIMIT:
        raise HoldfastError(f"an entry of {len(shown)} characters; at most {LIMIT} are taken", hint="keep it in a file")
    return written(
        desk, lambda document, _: Change(with_entry(document, desk, shown), (f"logged: {shown}",)), why="log"
    )


def add_item(desk: Desk, title: str, priority: str = "") -> Done:
    """Adds a pending row. Raises HoldfastError where the table cannot take it."""

    def function(document: Document, _contract: Contract) -> Change:
        more = {"priority": one_line(priority)} if priority.strip() else {}
        changed, row_id = with_new_item(document, title, more)
        return Change(changed, (f"item {one_line(row_id)} added: {one_line(title)}",))

    return written(desk, function, why="add-item")
