"""Making a move: what it takes is looked up or run, and only then is it written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.workflow.rules.commands import Command
from holdfast.workflow.rules.contract import Contract
from holdfast.workflow.rules.desk import Change, Desk, Done, record_move, require_registry, settled, with_entry, written
from holdfast.workflow.rules.graph import Move
from holdfast.workflow.rules.ledger import Run
from holdfast.workflow.rules.moves import Facts, choose, covered, is_recorded, missing, needed_commands, refusal
from holdfast.workflow.rules.perform import Bench, Ran, perform
from holdfast.workflow.rules.sentences import one_line
from holdfast.workflow.rules.standing import Standing, place_of
from holdfast.workflow.rules.tick import at_place
from holdfast.workflow.state_file.document import Document

BLOCKED = "BLOCKED"


class Asked(NamedTuple):
    """What a move was asked with."""

    target: str = ""
    evidence: tuple[str, ...] = ()
    reason: str = ""


class _Prepared(NamedTuple):
    facts: Facts
    move: Move
    to_run: tuple[Command, ...]
    proven: dict[str, Run]


def advance(desk: Desk, asked: Asked) -> Done:
    """Makes a move. Commands that it needs are run first, and where one fails, the move is not made: `ok` is false.

    Raises Refused for a move that is not there or lacks evidence, and HoldfastError where it cannot be made.
    """
    document, contract, first = settled(desk)
    prepared = _prepared(desk, document, contract, asked)
    if desk.dry_run:
        done = written(desk, lambda at, _contract: _moved(desk, at, prepared, (), asked), why="advance")
        runs = tuple(f"would run {each}" for each in prepared.to_run)
        return done._replace(lines=(*runs, *done.lines))
    if is_recorded(contract.graph, prepared.move):
        require_registry(desk.env)
    ran = tuple(perform(command, _bench(desk, prepared.facts)) for command in prepared.to_run)
    done = written(
        desk, lambda at, now: _moved(desk, at, _unchanged(desk, at, now, prepared), ran, asked), why="advance"
    )
    return done._replace(
        lines=(*first.lines, *done.lines),
        state=(first.state[0], done.state[1]),
        refused=(*first.refused, *done.refused),
        ok=all(each.passed for each in ran),
    )


def _prepared(desk: Desk, document: Document, contract: Contract, asked: Asked) -> _Prepared:
    move = choose(contract.graph, place_of(document, contract.graph), asked.target)
    if move.target.status == BLOCKED and not asked.reason.strip():
        raise HoldfastError(f"what blocks the work? {move.target} needs a reason", hint="give it with --reason TEXT")
    facts = desk.facts(document, contract, tree=bool(asked.evidence))
    lacks = missing(facts, move)
    if lacks:
        raise refusal(facts, move, lacks)
    proven = covered(facts, move, asked.evidence)
    to_run = tuple(each for each in needed_commands(facts, move) if each.name not in proven)
    return _Prepared(facts, move, to_run, proven)


def _bench(desk: Desk, facts: Facts) -> Bench:
    return Bench(desk.project, desk.registry, desk.env, facts.ledger.item, facts.now.plan, desk.tree, desk.say)


def _unchanged(desk: Desk, document: Document, contract: Contract, before: _Prepared) -> _Prepared:
    """What was prepared, if it still holds after the commands ran. Raises HoldfastError."""
    facts = desk.facts(document, contract)
    same = _bound(facts.now) == _bound(before.facts.now) and facts.contract.digest() == before.facts.contract.digest()
    if not same:
        raise HoldfastError(
            "the state file or the rules were changed while the commands ran; nothing was moved",
            hint="look at it, and advance again: holdfast workflow state next",
        )
    lacks = missing(facts, before.move)
    if lacks:
        raise refusal(facts, before.move, lacks)
    return before._replace(facts=facts)


def _bound(now: Standing) -> tuple[object, ...]:
    return now.place, now.key, now.plan


def _moved(desk: Desk, document: Document, prepared: _Prepared, ran: Sequence[Ran], asked: Asked) -> Change:
    """The document with what was run in its Log, and in its new place where all of that passed."""
    for each in ran:
        document = with_entry(document, desk, "\n".join([str(each), *each.lines]))
    failed = [each for each in ran if not each.passed]
    lines = tuple(str(each) for each in ran)
    source, target = prepared.facts.now.place, prepared.move.target
    if failed:
        names = ", ".join(each.name for each in failed)
        return Change(document, (*lines, f"{source} stays: {names} did not pass"))
    reason = f": {one_line(asked.reason, 500)}" if asked.reason.strip() else ""
    document = at_place(with_entry(document, desk, f"{source} to {target}{reason}"), target)
    if not desk.dry_run:
        record_move(desk, prepared.facts, prepared.move, [*_passed(ran), *prepared.proven.items()])
    return Change(document, (*lines, f"{source} to {target}{reason}"))


def _passed(ran: Sequence[Ran]) -> list[tuple[str, Run]]:
    return [(each.name, Run(each.id, each.name, {})) for each in ran]
