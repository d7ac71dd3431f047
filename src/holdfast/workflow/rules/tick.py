"""One tick: what follows from where the work stands, without anybody's decision, to a point where nothing follows.

In the start phase the first item is taken. At the end, in this order: the changelog gets its line, the row is marked
completed, a long log is rotated, and the next item begins. A tick after that changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from holdfast.core.clock import iso
from holdfast.core.digests import sha256
from holdfast.core.errors import HoldfastError
from holdfast.workflow.rules.contract import Contract
from holdfast.workflow.rules.findings import LIMIT, rank
from holdfast.workflow.rules.graph import Place
from holdfast.workflow.rules.ledger import Ledger, Run, item_key
from holdfast.workflow.rules.sentences import SENTENCE_LIMIT, inert, one_line, summary
from holdfast.workflow.rules.standing import (
    COMPLETED,
    Standing,
    find_item,
    is_finished,
    next_item,
    standing,
    title_of,
    with_new_item,
)
from holdfast.workflow.state_file.document import Document, Item


class Entry(NamedTuple):
    """A line of the changelog, and the item that it is about: its key, its row's id, its title."""

    line: str
    item: str
    row: str
    title: str


class Ticked(NamedTuple):
    """What a tick makes of the two files, and what it did, a line each."""

    document: Document
    config: str
    done: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    """Whole logs that are kept in files of their own."""
    entry: Entry | None = None
    begun: str = ""
    """The key of the item that begins."""
    refused: str = ""
    """Why a claim was put back."""


class Given(NamedTuple):
    """What a tick is told."""

    contract: Contract
    ledger: Callable[[str], Ledger]
    """What the registry says about an item, by its key."""
    now_ms: int
    improve: Callable[[str, Mapping[str, str]], str] | None = None
    """Makes a better sentence for the changelog of ours and of what it is about; an empty one leaves ours."""
    task: str = ""
    """What to work on, where the caller says it: a title, or the id of a row."""


def tick(document: Document, given: Given) -> Ticked:
    """What one tick does. Raises HoldfastError where a task is needed, or where the files cannot take what follows."""
    done = _tick(document, given)
    if done.document != document:
        after = given._replace(
            contract=given.contract._replace(config=given.contract.config._replace(text=done.config)), task=""
        )
        again = _tick(done.document, after) if not done.refused else done
        if again.document != done.document or again.config != done.config:
            raise HoldfastError(
                "the state file cannot hold what a tick writes: the next one would change it again",
                hint="see what is wrong with it: holdfast workflow state lint",
            )
    return done


def _tick(document: Document, given: Given) -> Ticked:
    graph = given.contract.graph
    now = standing(document, graph)
    if now.place.phase == graph.start:
        return _start(document, given)
    if now.place == graph.end:
        return _end(document, now, given)
    if given.task:
        raise HoldfastError(
            f"{now.place}: item {one_line(now.current, 60)} is worked on",
            hint="put the task behind it: holdfast workflow state add-item TITLE",
        )
    return Ticked(document, given.contract.config.text)


def _start(document: Document, given: Given) -> Ticked:
    graph = given.contract.graph
    before = standing(document, graph)
    document, item = _chosen(document, given.task)
    if item is None and before.item is not None and not is_finished(before.item):
        item = before.item
    if item is None:
        raise HoldfastError(
            f"{graph.start}: a task is needed, and no item is pending",
            hint="holdfast workflow state tick --task TITLE, or: holdfast workflow state add-item TITLE",
        )
    return Ticked(
        at_place(document, graph.begin).with_state("CurrentItem", item.id),
        given.contract.config.text,
        (f"{_named(item)} begins at {graph.begin}",),
        begun=item_key(item.id),
    )


def _chosen(document: Document, task: str) -> tuple[Document, Item | None]:
    """The row that a task names, which is made where there is none; without a task the next one."""
    if not task:
        return document, next_item(document)
    found = find_item(document, one_line(task))
    if found is None:
        document, row_id = with_new_item(document, task)
        found = document.item(row_id)
    return document, found


def _end(document: Document, now: Standing, given: Given) -> Ticked:
    if given.task:
        document, _ = _chosen(document, given.task)
    ticked = Ticked(document, given.contract.config.text)
    if now.current and not (now.item is not None and is_finished(now.item) and next_item(document) is None):
        run = _reached(now, given)
        if run is None:
            return _put_back(document, now, given)
        if now.item is None or not is_finished(now.item):
            ticked = _finished(ticked, now, given, run)
    for action in given.contract.graph.at_end:
        if action == "rotate_log":
            ticked = _rotated(ticked, now, given)
        elif action == "iterate":
            ticked = _iterated(ticked, now, given)
    return ticked


def _reached(now: Standing, given: Given) -> Run | None:
    """The evidence that the item is done; one that had no row went by its title alone."""
    end = str(given.contract.graph.end)
    found = given.ledger(now.key).reached(end)
    return found or (given.ledger(item_key(now.current)).reached(end) if now.item else None)


def _put_back(document: Document, now: Standing, given: Given) -> Ticked:
    graph = given.contract.graph
    back = next(move.source for move in graph.moves if move.target == graph.end)
    place = Place(back.phase, back.status or graph.statuses[0])
    why = f"{now.place} was put back to {place}: the registry knows no passing run of item {one_line(now.current, 60)}"
    changed = at_place(document, place).with_log(f"{iso(given.now_ms)} {why}")
    return Ticked(changed, given.contract.config.text, refused=why)


def _finished(ticked: Ticked, now: Standing, given: Given, run: Run) -> Ticked:
    """SUMMARY and the mark that keeps it from being written twice."""
    actions = given.contract.graph.at_end
    document, config, done, entry = ticked.document, ticked.config, list(ticked.done), None
    if "summary" in actions:
        row_id = now.item.id if now.item else now.current
        entry = Entry(f"- {_sentence(now, row_id, given, run)}", now.key, row_id, now.title)
        config = given.contract.config._replace(text=config).with_entry(entry.line)
        done.append(f"changelog: {entry.line}")
    if "complete" in actions:
        document = with_row_completed(document, now.item.id if now.item else "", now.title)
        done.append(f"item {one_line(now.current, 40)} is {COMPLETED}")
    return ticked._replace(document=document, config=config, done=tuple(done), entry=entry)


def _sentence(now: Standing, row_id: str, given: Given, run: Run) -> str:
    found = run.finished.get("commit")
    commit = found[:7] if isinstance(found, str) else ""
    if commit and run.finished.get("dirty"):
        commit += " with changes"
    names = tuple(str(name) for name in run.evidence.get("commands", ()))
    ours = summary(now.title, row_id, names, commit)
    if given.improve is None:
        return ours
    about = {"item": row_id, "title": now.title, "commands": ", ".join(names), "commit": commit, "run": run.id}
    return inert(given.improve(ours, about), SENTENCE_LIMIT) or ours


def with_row_completed(document: Document, row_id: str, title: str) -> Document:
    """Marks a row, which is made where there is none: that keeps its changelog line from being written twice."""
    if document.item(row_id) is None:
        document, row_id = with_new_item(document, title)
    return document.with_cell(row_id, "status", COMPLETED)


def _rotated(ticked: Ticked, now: Standing, given: Given) -> Ticked:
    log = ticked.document.log_text
    if len(log) <= LIMIT:
        return ticked
    found = rank(log)
    ticked = _kept(ticked)
    day, name = iso(given.now_ms)[:10], log_name(ticked.kept[-1], given.now_ms)
    heading = f"{day}: {one_line(now.title, 80) or 'log'} (whole log: {name})"
    document = ticked.document.with_archive(heading, [str(finding) for finding in found]).without_log()
    done = f"log of {len(log):,} characters rotated: {len(found)} findings kept, all of it in {name}"
    return ticked._replace(document=document, done=(*ticked.done, done))


def _iterated(ticked: Ticked, now: Standing, given: Given) -> Ticked:
    document, again = ticked.document, given.contract.graph.again
    item = next_item(document)
    if item is None or (now.item is not None and item.id == now.item.id):
        return ticked
    if document.log_text:
        ticked = _kept(ticked)
        document = document.without_log()
    document = at_place(document.with_state("CurrentItem", item.id), again)
    begins = f"{_named(item)} is next, at {again}"
    return ticked._replace(document=document, done=(*ticked.done, begins), begun=item_key(item.id))


def _kept(ticked: Ticked) -> Ticked:
    """With the whole log, comments and all."""
    section = ticked.document.section("Log")
    return ticked._replace(kept=(*ticked.kept, section.text)) if section is not None else ticked


def log_name(text: str, now_ms: int) -> str:
    """What the file of a whole log is called: its day, and its content's digest."""
    return f"{iso(now_ms)[:10]}-{sha256(text.encode('utf-8', 'surrogateescape'))[:12]}.md"


def at_place(document: Document, place: Place) -> Document:
    """The document with another phase and status."""
    return document.with_state("Phase", place.phase).with_state("Status", place.status)


def _named(item: Item) -> str:
    title = title_of(item)
    return f"item {one_line(item.id, 40)}" + (f" ({one_line(title, 60)})" if title != item.id else "")
