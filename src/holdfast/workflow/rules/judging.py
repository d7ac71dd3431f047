"""Whether evidence bears what somebody wrote into the state file by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.workflow.rules.contract import Contract
from holdfast.workflow.rules.graph import Place
from holdfast.workflow.rules.ledger import item_key, read_ledger
from holdfast.workflow.rules.moves import Facts, describe, missing, needed_commands, proof
from holdfast.workflow.rules.sentences import one_line
from holdfast.workflow.rules.standing import Standing, place_of, standing
from holdfast.workflow.state_file.document import Document
from holdfast.workflow.state_file.merging import FINISHED, Claim, Judge, Verdict, without_evidence

DONE = FINISHED | {"merged"}
"""What a row says that claims that its work was done; a row that is skipped claims nothing."""
PLACE = ("Phase", "Status")


class Court(NamedTuple):
    """What claims are judged by."""

    project: Path
    contract: Contract
    registry: Path
    tree: Callable[[], str | None]
    """The digest of the project's files as they are now."""


def judge(before: Document | None, after: Document, court: Court) -> Judge:
    """The judge of what a hand changed between two documents.

    Where the file was never written here, as in a new clone, all of it is accepted but an end in a place that is none:
    what it says is looked up when the work goes on from there.
    """
    whys: dict[str, str] = {}

    def place() -> Verdict:
        if "place" not in whys:
            whys["place"] = _place_why(before, after, court) if before is not None else ""
        return Verdict(not whys["place"], whys["place"])

    def verdict(claim: Claim) -> Verdict:
        if claim.first or before is None:
            why = _unborne_end(after, court) if (claim.kind, claim.name) == ("state", "Status") else ""
            return Verdict(not why, why)
        if claim.kind == "state" and claim.name in PLACE:
            return place()
        if claim.kind == "item":
            why = _row_why(claim, after, court)
            return Verdict(not why, why)
        return without_evidence(claim)

    return verdict


def _place_why(before: Document, after: Document, court: Court) -> str:
    try:
        was = place_of(before, court.contract.graph)
    except HoldfastError:  # what was there before could not be understood either
        return _unborne_end(after, court)
    try:
        return why_not(was, standing(after, court.contract.graph), court)
    except HoldfastError as error:
        return error.message


def _unborne_end(after: Document, court: Court) -> str:
    """Why the file says that the work is done in a place where work is never done; empty where it does not."""
    graph = court.contract.graph
    try:
        place = place_of(after, graph)
    except HoldfastError:  # whoever works with it says so
        return ""
    if place.status != graph.end.status or any(move.target == place for move in graph.moves):
        return ""
    return f"no move leads to {place}; the work is done at {graph.end}"


def why_not(was: Place, now: Standing, court: Court) -> str:
    """Why work that was at a place is not where somebody says that it stands; empty where it may be."""
    graph = court.contract.graph
    begins_anew = now.place.phase == graph.start and now.place.status != graph.end.status
    if now.place == was or begins_anew:
        return ""  # who begins anew claims nothing
    move = graph.move(was, now.place)
    if move is None:
        allowed = "; ".join(describe(graph, each) for each in graph.moves_from(was))
        return f"no move leads from {was} to {now.place}; allowed: {allowed or 'none'}"
    facts = Facts(court.project, court.contract, now, read_ledger(court.registry, now.key))
    commands = needed_commands(facts, move)
    facts = facts._replace(tree=court.tree()) if commands else facts
    lacks = [f"{lack.need}: {lack.why}" for lack in missing(facts, move)]
    lacks += [f"no passing run of {each.name} on these files" for each in commands if not proof(facts, each)]
    return f"{was} to {now.place}: missing {'; '.join(lacks)}" if lacks else ""


def _row_why(claim: Claim, after: Document, court: Court) -> str:
    item = after.item(claim.name)
    if item is None or not _is_done(claim.after or "") or _is_done(claim.before or ""):
        return ""
    end = str(court.contract.graph.end)
    if read_ledger(court.registry, item_key(item.id)).reached(end) is not None:
        return ""
    return f"the registry knows no passing run of item {one_line(item.id, 40)}"


def _is_done(status: str) -> bool:
    return status.strip().strip("*_`").lower() in DONE
