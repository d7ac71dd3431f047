"""What is to be done now, and what each way on takes: what an agent asks before it works."""

from __future__ import annotations

from typing import Any

from holdfast.core.errors import HoldfastError
from holdfast.workflow.rules.desk import Desk, judged
from holdfast.workflow.rules.graph import Move
from holdfast.workflow.rules.moves import Facts, missing, needed_commands
from holdfast.workflow.rules.plans import KEY
from holdfast.workflow.rules.standing import is_finished, title_of

ADVANCE, TICK = "holdfast workflow state advance", "holdfast workflow state tick"


def outlook(desk: Desk) -> dict[str, Any]:
    """Where the work stands, as `state show` and `state next` print it. Writes nothing. Raises HoldfastError."""
    document, refused = judged(desk)
    contract = desk.contract()
    facts = desk.facts(document, contract)
    now = facts.now
    moves = [] if now.place == contract.graph.end else contract.graph.moves_from(now.place)
    counted = [item for item in document.items if any(cell.strip() for cell in item.cells.values())]
    return {
        "file": str(desk.file.path),
        "phase": now.place.phase,
        "status": now.place.status,
        "rules": contract.graph.name,
        "item": {"id": now.item.id if now.item else now.current, "title": now.title} if now.current else None,
        "do": _do(facts),
        "plan": {"digest": now.plan or None, "approved": document.state.get(KEY) or None},
        "moves": [_way(facts, move, number) for number, move in enumerate(moves)],
        "items": [
            {"id": item.id, "title": title_of(item), "status": item.status, "finished": is_finished(item)}
            for item in counted
        ],
        "log_characters": len(document.log_text),
        "refused": [f"{one.claim}: {one.reason}" for one in refused],
        "interrupted": desk.intent.exists(),
    }


def _do(facts: Facts) -> str:
    graph, place = facts.contract.graph, facts.now.place
    if place == graph.end:
        return f"the item is done; the next one begins with: {TICK}"
    waits = [need.kind for move in graph.moves_from(place) for need in move.needs]
    if "approval" in waits:
        return "wait: a person looks at the plan, and runs: holdfast workflow state approve (or reject)"
    if place.status == "BLOCKED":
        return f"what blocks the work is in the Log; once it is gone: {ADVANCE}"
    if place.status == "READY" and place.phase != graph.start:
        return f"begin: {ADVANCE}"
    return graph.phases[place.phase].says


def _way(facts: Facts, move: Move, number: int) -> dict[str, Any]:
    """One way on: what leads there, what is missing, and the commands that would be run."""
    lacks: list[dict[str, str]] = [lack._asdict() for lack in missing(facts, move)]
    commands: list[str] = []
    try:
        commands = [f"{each}" for each in needed_commands(facts, move)]
    except HoldfastError as error:
        lacks.append({"need": "commands", "why": error.message, "hint": error.hint or ""})
    return {
        "to": str(move.target),
        "needs": [str(need) for need in facts.contract.graph.needs_of(move)],
        "missing": lacks,
        "runs": commands,
        "command": _command(facts, move, number),
    }


def _command(facts: Facts, move: Move, number: int) -> str:
    kinds = {need.kind for need in move.needs}
    for kind, command in (("approval", "approve"), ("rejection", "reject")):
        if kind in kinds:
            return f"holdfast workflow state {command}"
    if facts.now.place.phase == facts.contract.graph.start:
        return TICK
    reason = " --reason TEXT" if move.target.status == "BLOCKED" else ""
    return ADVANCE + (f" --to {move.target}{reason}" if number else "")
