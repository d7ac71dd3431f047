"""Where the work stands, drawn from a state file: phase, status, item and plan as the rules see them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.workflow.rules.contract import plan_digest, says_something
from holdfast.workflow.rules.graph import Graph, Place
from holdfast.workflow.rules.ledger import item_key
from holdfast.workflow.rules.sentences import one_line
from holdfast.workflow.state_file.document import Document, Item

PENDING, COMPLETED = "pending", "completed"
FINISHED = frozenset(
    ("completed", "complete", "done", "closed", "finished", "skip", "skipped", "cancelled", "canceled", "dropped")
) | {"x", "[x]", "wontfix", "merged"}
"""What the status of a row says that needs no more work."""
_NONE = frozenset(("", "-", "none", "null", "nil", "n/a", "~", "idle"))
_NUMBERED = re.compile(r"(.*?)(\d{1,9})")


class Standing(NamedTuple):
    """Where the work stands. `current` is the value of CurrentItem, empty where there is none."""

    place: Place
    current: str
    item: Item | None
    title: str
    key: str
    """What tells the item apart in the registry."""
    plan: str
    """The digest of section Plan; empty where that says nothing."""


def standing(document: Document, graph: Graph) -> Standing:
    """Where the work stands by this file. Raises HoldfastError for a phase or status that the graph does not have."""
    current = document.state.get("CurrentItem", "").strip()
    current = "" if current.lower() in _NONE else current
    item = find_item(document, current) if current else None
    title = title_of(item) if item else current
    plan = document.section("Plan")
    text = plan.text if plan is not None and says_something(plan.text) else ""
    key = item_key(item.id if item else current) if current else ""
    return Standing(place_of(document, graph), current, item, title, key, plan_digest(text) if text else "")


def place_of(document: Document, graph: Graph) -> Place:
    """The phase and status of section State; the start where it has none. Raises HoldfastError for unknown ones."""
    phase = _known("Phase", document.state.get("Phase", ""), graph.phases, graph.start)
    status = _known("Status", document.state.get("Status", ""), graph.statuses, graph.statuses[0])
    return Place(phase, status)


def _known(key: str, value: str, names: Iterable[str], default: str) -> str:
    if value.strip().lower() in _NONE:
        return default
    found = next((name for name in names if name.lower() == value.strip().lower()), None)
    if found is None:
        raise HoldfastError(
            f"section State: {key}: {one_line(value, 60)} is none of {', '.join(names)}",
            hint="write one of them; a version that was right: holdfast workflow state history",
        )
    return found


def find_item(document: Document, current: str) -> Item | None:
    """The row that CurrentItem names, by its id or else by its title."""
    by_id = document.item(current)
    return by_id or next((item for item in document.items if title_of(item) == current), None)


def title_of(item: Item) -> str:
    """What a row is about, in its own words."""
    return item.get("description") or item.id


def is_finished(item: Item) -> bool:
    """Whether a row needs no more work."""
    return item.status.strip().strip("*_`").lower() in FINISHED


def next_item(document: Document) -> Item | None:
    """The first row that is not finished. Raises HoldfastError for one that CurrentItem could not name."""
    for item in document.items:
        if is_finished(item) or not any(value.strip() for value in item.cells.values()):
            continue
        if not item.id:
            raise HoldfastError(f"line {item.line}: an item without an id", hint="write an id into its row")
        if document.item(item.id) != item:
            raise HoldfastError(
                f"line {item.line}: another item has the id {item.id} too", hint="give it one of its own"
            )
        return item
    return None


def with_new_item(document: Document, title: str, more: dict[str, str] | None = None) -> tuple[Document, str]:
    """The document with one more pending row, and its id. Raises HoldfastError where the table cannot take it."""
    name = one_line(title)
    if not name:
        raise HoldfastError("an item needs a title")
    row_id = _new_id([item.id for item in document.items])
    columns = document.tables[0].columns if document.tables else ()
    if not columns:
        extra = {column.capitalize(): value for column, value in (more or {}).items()}
        return document.with_item({"ID": row_id, "Description": name, "Status": PENDING, **extra}), row_id
    done = document.with_item({"description": name, "status": PENDING, **_if_column(columns, row_id), **(more or {})})
    return done, row_id if _if_column(columns, row_id) else done.items[len(document.tables[0].rows)].id


def _if_column(columns: Iterable[str], row_id: str) -> dict[str, str]:
    from holdfast.workflow.state_file.table import column_name

    return {"id": row_id} if "id" in map(column_name, columns) else {}


def _new_id(ids: list[str]) -> str:
    """One more than the highest number, in the form of the last id: T-09 is followed by T-10."""
    numbered = [match for each in ids if (match := _NUMBERED.fullmatch(each))]
    if not numbered:
        return str(len(ids) + 1) if str(len(ids) + 1) not in ids else f"{len(ids) + 1}a"
    prefix, width = numbered[-1][1], len(numbered[-1][2])
    highest = max(int(match[2]) for match in numbered if match[1] == prefix)
    return f"{prefix}{highest + 1:0{width}d}"
