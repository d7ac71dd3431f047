"""From one place to another: what is allowed, what it takes, and what of that is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from holdfast.core.errors import HoldfastError
from holdfast.core.files import file_errors, open_regular
from holdfast.workflow.rules.commands import Command, chosen
from holdfast.workflow.rules.contract import Contract
from holdfast.workflow.rules.graph import Graph, Move, Need, Place
from holdfast.workflow.rules.ledger import SHA256, Ledger, Run, confirmed
from holdfast.workflow.rules.sentences import one_line
from holdfast.workflow.rules.standing import Standing, is_finished

APPROVE = "a person runs: holdfast workflow state approve"


class Missing(NamedTuple):
    """A need that is not met, why, and what meets it."""

    need: str
    why: str
    hint: str = ""


class Facts(NamedTuple):
    """All that a move is judged by."""

    project: Path
    contract: Contract
    now: Standing
    ledger: Ledger
    tree: str | None = None
    """The digest of the project's files; None where it was not asked for or nobody can tell."""


class Refused(HoldfastError):
    """A move that is not made: what is allowed instead, and what evidence is missing."""

    def __init__(self, message: str, *, hint: str | None, allowed: Iterable[str], missing: Iterable[Missing]) -> None:
        super().__init__(message, hint=hint)
        self.allowed, self.missing = tuple(allowed), tuple(missing)


def choose(graph: Graph, place: Place, target: str) -> Move:
    """The move that `target` names: PHASE/STATUS, a phase, a status, or for an empty text the way forward.

    Raises Refused where there is none.
    """
    moves = graph.moves_from(place)
    wanted = target.strip().upper()
    for move in moves:
        names = {str(move.target).upper(), "" if move.target == place else move.target.phase.upper()}
        if move.target.phase == place.phase:
            names = {str(move.target).upper(), move.target.status.upper()}
        if not wanted or wanted in names:
            return move
    allowed = [describe(graph, move) for move in moves]
    if place == graph.end:
        hint = "the next item begins with: holdfast workflow state tick"
    else:
        hint = f"allowed: {'; '.join(allowed)}" if allowed else "nothing leads away from here"
    what = f"no move leads to {one_line(target, 60)}" if wanted else "no move leads on"
    raise Refused(f"{place}: {what}", hint=hint, allowed=allowed, missing=())


def is_recorded(graph: Graph, move: Move) -> bool:
    """Whether the registry has to know that a move was made: because it takes evidence, or leads to the end."""
    return bool(graph.needs_of(move)) or move.target == graph.end


def describe(graph: Graph, move: Move) -> str:
    """Where a move leads and what it takes: `VALIDATE/RUNNING (needs approved_plan; commands: all)`."""
    needs = "; ".join(map(str, graph.needs_of(move)))
    return f"{move.target} (needs {needs})" if needs else str(move.target)


def missing(facts: Facts, move: Move) -> tuple[Missing, ...]:
    """What a move lacks, apart from commands, which are run when it is made."""
    needs = facts.contract.graph.needs_of(move)
    return tuple(lack for need in needs for lack in unmet(facts, need))


def unmet(facts: Facts, need: Need) -> Iterator[Missing]:
    """What of one need is not there; commands are never asked for here."""
    look = _LOOKS.get(need.kind)
    return look(facts, need) if look is not None else iter(())


def _plan(facts: Facts, _need: Need) -> Iterator[Missing]:
    if not facts.now.plan:
        yield Missing("plan", "section Plan says nothing", "write the plan into section Plan")


def _rejection(facts: Facts, need: Need) -> Iterator[Missing]:
    verdict = facts.ledger.verdict(facts.now.plan)
    if verdict is None or verdict.evidence.get("kind") != "rejection":
        yield Missing(need.kind, "no person rejected this plan", "a person runs: holdfast workflow state reject")


def _run(facts: Facts, need: Need) -> Iterator[Missing]:
    for name in need.names:
        if facts.ledger.named(name) is None:
            how = f"holdfast task-log run --task {name} -- COMMAND"
            yield Missing(f"run: {name}", f"task {name} did not succeed since the item was begun", how)


def _item(facts: Facts, _need: Need) -> Iterator[Missing]:
    if not facts.now.current:
        yield Missing("item", "CurrentItem names none", "holdfast workflow state tick --task TITLE")
    elif facts.now.item is not None and is_finished(facts.now.item):
        yield Missing(
            "item", f"item {facts.now.item.id} is {facts.now.item.status}", "the next one begins with a tick at the end"
        )


def _approval(facts: Facts, need: Need) -> Iterator[Missing]:
    """Whether this very plan was approved, under the phases and commands as they are now."""
    kind = need.kind
    verdict = facts.ledger.verdict(facts.now.plan) if facts.now.plan else None
    if verdict is not None and verdict.evidence.get("kind") == "approval":
        if verdict.evidence.get("rules") == facts.contract.digest():
            return
        yield Missing(
            kind,
            "the commands or the phases are not those under which the plan was approved",
            f"approve anew: {APPROVE}",
        )
    elif verdict is not None:
        yield Missing(kind, "a person rejected this plan", "mend the section Plan, and ask again")
    elif facts.ledger.approved() is not None:
        yield Missing(
            kind,
            f"the plan is not the approved one: its digest is {facts.now.plan[:16] or 'that of nothing'}",
            f"put the approved plan back, go back to the planning phase, or {APPROVE}",
        )
    else:
        yield Missing(kind, "no person approved this plan", APPROVE)


def _digests(facts: Facts, need: Need) -> Iterator[Missing]:
    return (lack for name in need.names for lack in _digest(facts, name))


def _digest(facts: Facts, name: str) -> Iterator[Missing]:
    path = (facts.project / name).resolve()
    need = f"digest: {name}"
    if not path.is_relative_to(facts.project.resolve()):
        yield Missing(need, "it is outside the project")
        return
    if not path.is_file():
        yield Missing(need, "there is no such file")
        return
    found = file_digest(path)
    if facts.ledger.recorded(found) is None:
        why = f"no run that succeeded recorded it as it is now ({SHA256}{found[:16]}...)"
        yield Missing(need, why, "make it an artifact of a workflow's step, and run that")


_LOOKS: dict[str, Callable[[Facts, Need], Iterator[Missing]]] = {
    "item": _item,
    "plan": _plan,
    "approval": _approval,
    "approved_plan": _approval,
    "rejection": _rejection,
    "run": _run,
    "digest": _digests,
}


def file_digest(path: Path) -> str:
    """The sha256 of a file. Raises HoldfastError."""
    import hashlib

    with file_errors(path, "read"), open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def needed_commands(facts: Facts, move: Move) -> tuple[Command, ...]:
    """The commands whose passing a move takes, each once. Raises HoldfastError for those that are not there."""
    found: dict[str, Command] = {}
    for need in facts.contract.graph.needs_of(move):
        if need.kind == "commands":
            config = facts.contract.config.name
            found |= {each.name: each for each in chosen(facts.contract.commands(), need.names, config)}
    return tuple(found.values())


def proof(facts: Facts, command: Command) -> Run | None:
    """The last run of this very command, if it passed for this item, this plan and the files as they are now."""
    if facts.tree is None:
        return None
    last = next((run for run in facts.ledger.runs if run.evidence.get("command") == command.digest), None)
    if last is None or not last.passed or last.evidence.get("item") != facts.ledger.item:
        return None
    fresh = last.evidence.get("plan") == facts.now.plan and last.evidence.get("tree") == facts.tree
    return last if fresh else None


def covered(facts: Facts, move: Move, given: Iterable[str]) -> dict[str, Run]:
    """The commands that need not run again, as the evidence given proves them; the registry has to confirm all of it.

    Raises HoldfastError for what it does not confirm, and for what is evidence of something else.
    """
    commands = {command.digest: command for command in needed_commands(facts, move)}
    found: dict[str, Run] = {}
    for each in given:
        run = confirmed(facts.ledger, each)
        command = commands.get(str(run.evidence.get("command")))
        if command is not None:
            if proof(facts, command) != run:
                raise HoldfastError(
                    f"--evidence {each}: {command.name} passed then; the files, the plan or a later run differ",
                    hint="leave it out, and the command is run again",
                )
            found[command.name] = run
        elif not _serves(facts, move, run, each):
            needs = "; ".join(map(str, facts.contract.graph.needs_of(move))) or "no evidence"
            raise HoldfastError(f"--evidence {each}: no evidence for {move.target}, which needs {needs}")
    return found


def _serves(facts: Facts, move: Move, run: Run, given: str) -> bool:
    for need in facts.contract.graph.needs_of(move):
        if need.kind == "run" and run.task in need.names:
            return True
        if need.kind == "digest" and given.startswith(SHA256):
            digest = given.removeprefix(SHA256).lower()
            paths = (facts.project / name for name in need.names)
            return any(path.is_file() and file_digest(path) == digest for path in paths)
    return False


def refusal(facts: Facts, move: Move, lacks: Iterable[Missing]) -> Refused:
    """The error for a move that lacks evidence."""
    lacks = tuple(lacks)
    allowed = [describe(facts.contract.graph, each) for each in facts.contract.graph.moves_from(facts.now.place)]
    why = "; ".join(f"{lack.need}: {lack.why}" for lack in lacks)
    hint = next((lack.hint for lack in lacks if lack.hint), None)
    return Refused(f"{facts.now.place} to {move.target}: missing {why}", hint=hint, allowed=allowed, missing=lacks)
