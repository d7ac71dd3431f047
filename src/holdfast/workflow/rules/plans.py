"""A person's word on a plan: what is shown, what is written, and that both are about the same text."""

from __future__ import annotations

from typing import NamedTuple

from holdfast.core.clock import iso
from holdfast.core.errors import HoldfastError
from holdfast.workflow.rules.commands import Command
from holdfast.workflow.rules.contract import Contract
from holdfast.workflow.rules.desk import Change, Desk, Done, record_move, require_registry, settled, with_entry, written
from holdfast.workflow.rules.graph import Graph, Move, Place
from holdfast.workflow.rules.moves import Facts
from holdfast.workflow.rules.sentences import one_line
from holdfast.workflow.rules.tick import at_place
from holdfast.workflow.state_file.document import Document

KEY = "ApprovedPlan"
SHOWN = 16
"""Characters of a digest that are shown."""


class Question(NamedTuple):
    """What a person is asked to approve or reject."""

    item: str
    title: str
    plan: str
    """The text."""
    digest: str
    commands: tuple[Command, ...]
    """What will be run to prove that the plan was carried out."""
    rules: str
    """The digest of commands and phases."""


def question(desk: Desk, kind: str) -> Question:
    """What waits for a person's word: `approval` or `rejection`. Raises HoldfastError where nothing does."""
    document, contract, _ = settled(desk)
    facts = desk.facts(document, contract)
    _move(contract.graph, facts.now.place, kind)
    if not facts.now.plan:
        raise HoldfastError("section Plan says nothing, and there is nothing to approve", hint="write the plan into it")
    if not facts.now.current:
        raise HoldfastError("CurrentItem names no item, and a plan is one's of an item")
    section = document.section("Plan")
    text = section.text.strip() if section is not None else ""
    item = facts.now.item.id if facts.now.item else facts.now.current
    return Question(item, facts.now.title, text, facts.now.plan, contract.commands(), contract.digest())


def _move(graph: Graph, place: Place, kind: str) -> Move | None:
    """The move that a person's word makes; None where the work is under an approved plan, which may be approved anew.

    Raises HoldfastError where nobody is asked.
    """
    for move in graph.moves_from(place):
        if any(need.kind == kind for need in move.needs):
            return move
    bound = any(need.kind == "approved_plan" for need in graph.phases[place.phase].needs)
    if kind == "approval" and bound and place != graph.end:
        return None
    raise HoldfastError(
        f"{place}: no plan waits for a person here",
        hint="the plan is handed in with: holdfast workflow state advance",
    )


def approve(desk: Desk, asked: Question) -> Done:
    """Writes down that a person approved the plan that was shown. Raises HoldfastError where it is another one now."""
    require_registry(desk.env)

    def function(document: Document, contract: Contract) -> Change:
        facts = _same(desk, document, contract, asked)
        move = _move(contract.graph, facts.now.place, "approval")
        said = f"plan {asked.digest[:SHOWN]} approved by {desk.who}"
        if not desk.dry_run:
            evidence = {"kind": "approval", "item": facts.ledger.item, "plan": asked.digest, "rules": asked.rules}
            desk.record("approval", evidence)
        document = with_entry(document, desk, said)
        document = document.with_state(KEY, f"{asked.digest[:SHOWN]} by {desk.who} at {iso(desk.now_ms)}")
        if move is None:
            return Change(document, (said,))
        if not desk.dry_run:
            record_move(desk, facts, move)
        return Change(at_place(document, move.target), (said, f"{facts.now.place} to {move.target}"))

    return written(desk, function, why="approve")


def reject(desk: Desk, asked: Question, reason: str) -> Done:
    """Writes down that a person rejected the plan that was shown, and why. Raises HoldfastError, as `approve` does."""
    require_registry(desk.env)

    def function(document: Document, contract: Contract) -> Change:
        facts = _same(desk, document, contract, asked)
        move = _move(contract.graph, facts.now.place, "rejection")
        why = f": {one_line(reason, 500)}" if reason.strip() else ""
        said = f"plan {asked.digest[:SHOWN]} rejected by {desk.who}{why}"
        if not desk.dry_run:
            desk.record("rejection", {"kind": "rejection", "item": facts.ledger.item, "plan": asked.digest})
        document = with_entry(document, desk, said)
        if move is None:
            return Change(document, (said,))
        return Change(at_place(document, move.target), (said, f"{facts.now.place} to {move.target}"))

    return written(desk, function, why="reject")


def _same(desk: Desk, document: Document, contract: Contract, asked: Question) -> Facts:
    facts = desk.facts(document, contract)
    item = facts.now.item.id if facts.now.item else facts.now.current
    if (facts.now.plan, item, contract.digest()) != (asked.digest, asked.item, asked.rules):
        raise HoldfastError(
            "the plan, the item or the commands were changed while you looked at them; nothing was written",
            hint="look at them again: holdfast workflow state show",
        )
    return facts
