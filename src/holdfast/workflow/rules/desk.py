"""The rules at work on a project's files: each command reads, decides, writes under the lock, and says what it did.

Whatever a tick left behind that did not come to its end is finished first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from holdfast.core.clock import iso
from holdfast.core.errors import HoldfastError
from holdfast.core.files import write_atomic
from holdfast.core.git import GitState, git_state
from holdfast.core.ids import new_id
from holdfast.core.process_identity import identity
from holdfast.core.registry import Registry
from holdfast.core.tasklog import finished, is_off, own_files, started_event
from holdfast.workflow.rules import pair
from holdfast.workflow.rules.contract import Contract, config_bytes, load_contract
from holdfast.workflow.rules.graph import Move
from holdfast.workflow.rules.judging import PLACE, Court, judge
from holdfast.workflow.rules.ledger import Run, read_ledger
from holdfast.workflow.rules.moves import Facts, is_recorded, needed_commands, proof
from holdfast.workflow.rules.perform import TASK
from holdfast.workflow.rules.standing import place_of, standing
from holdfast.workflow.rules.tick import Given, Ticked, tick
from holdfast.workflow.rules.tree import tree_digest
from holdfast.workflow.state_file.document import Document, parse
from holdfast.workflow.state_file.merging import Claim, Judge, Refusal, Verdict
from holdfast.workflow.state_file.store import StateFile


class Desk(NamedTuple):
    """What the rules work on: the files of one project, its registry, and the moment."""

    project: Path
    file: StateFile
    config: Path
    """project_config.md."""
    registry: Path
    who: str
    now_ms: int
    """Milliseconds since 1970, for what is written."""
    say: Callable[[str], None]
    env: Mapping[str, str]
    """For commands that are run."""
    dry_run: bool = False
    improve: Callable[[str, Mapping[str, str]], str] | None = None
    """Makes better sentences for the changelog; see `Given`."""

    @property
    def intent(self) -> Path:
        """The file that says what a tick is about to write."""
        return self.file.keep / pair.NAME

    def contract(self) -> Contract:
        """The rules as they are now. Raises HoldfastError."""
        return load_contract(self.project, self.config)

    def tree(self) -> str | None:
        """The digest of the project's files, apart from those that the rules themselves write."""
        return tree_digest(self.project, apart_from=self.own_files())

    def own_files(self) -> list[str]:
        """What the rules themselves write, relative to the project; it says nothing about the work."""
        mine = [os.path.relpath(path, self.project) for path in (self.file.path, self.config)]
        return [*own_files(self.registry, self.project), ".holdfast", *mine]

    def facts(self, document: Document, contract: Contract, *, tree: bool = False) -> Facts:
        """What moves are judged by. Raises HoldfastError."""
        now = standing(document, contract.graph)
        ledger = read_ledger(self.registry, now.key)
        return Facts(self.project, contract, now, ledger, self.tree() if tree else None)

    def record(self, what: str, evidence: Mapping[str, object], *, git: GitState | None = None) -> str:
        """Logs something that was decided, as a task that succeeded at once; returns its id. Raises HoldfastError."""
        at, run_id = self.now_ms, new_id(self.now_ms)
        process = identity(os.getpid())
        begun = started_event(run_id, f"{TASK} {what}", at_ms=at, agent=self.who, argv=(), cwd=".", process=process)
        ended = finished(run_id, "succeeded", 0, at_ms=at, duration_s=0.0)
        with Registry(self.registry, project=self.project.name) as registry:
            registry.append(begun, {**ended, "evidence": dict(evidence), **(git._asdict() if git else {})})
            for line in registry.notices:
                self.say(line)
        return run_id


TICK = "tick"


class Done(NamedTuple):
    """What a command did, a line each, and both files before and after."""

    lines: tuple[str, ...]
    state: tuple[bytes, bytes]
    config: tuple[str, str]
    refused: tuple[Refusal, ...] = ()
    """What was written by hand and put back."""
    ok: bool = True


class Change(NamedTuple):
    """What a command makes of the state file, and what it says about it."""

    document: Document
    lines: tuple[str, ...] = ()


def require_registry(env: Mapping[str, str]) -> None:
    """Raises HoldfastError where nothing is logged: evidence is what the registry says."""
    if is_off(env):
        raise HoldfastError(
            "HOLDFAST_NO_LOG is set, and evidence is what the registry holds", hint="run it without HOLDFAST_NO_LOG"
        )


def written(desk: Desk, function: Callable[[Document, Contract], Change], *, why: str) -> Done:
    """Applies a change to the state file, after what an interrupted tick left. Raises HoldfastError."""
    return _written(desk, lambda document, contract: _plain(function(document, contract), contract), why=why)


def _plain(change: Change, contract: Contract) -> Ticked:
    return Ticked(change.document, contract.config.text, change.lines)


def ticked(desk: Desk, task: str = "") -> Done:
    """One tick. Raises HoldfastError where a task is needed."""

    def function(document: Document, contract: Contract) -> Ticked:
        return tick(document, _given(desk, contract, task))

    return _written(desk, function, why=TICK)


def _given(desk: Desk, contract: Contract, task: str = "") -> Given:
    return Given(contract, lambda key: read_ledger(desk.registry, key), desk.now_ms, desk.improve, task)


def _written(desk: Desk, function: Callable[[Document, Contract], Ticked], *, why: str) -> Done:
    kept: list[Ticked] = []
    before = desk.file.read()
    config_before = desk.contract().config.text

    def change(document: Document) -> Document:
        contract = desk.contract()
        recovered, contract = _recovered(desk, document, contract)
        result = function(recovered.document, contract)
        kept[:] = [result._replace(done=(*recovered.done, *result.done))]
        if not desk.dry_run:
            _beside(desk, result, contract)
        return result.document

    done = desk.file.change(change, why=why, judge=_judge(desk, record=not desk.dry_run), dry_run=desk.dry_run)
    if not desk.dry_run and desk.intent.exists():
        pair.forget_intent(desk.intent)
    result = kept[-1]
    return Done(
        result.done if not result.refused else (*result.done, result.refused),
        (bytes(before), bytes(done.document)),
        (config_before, result.config),
        done.refused,
        not result.refused and not (why == TICK and done.refused),
    )


def judging(desk: Desk) -> Judge:
    """What hand edits are judged by where something else than a command of the rules writes the file.

    Raises HoldfastError where the rules cannot be read.
    """
    return _judge(desk, record=True)


def _judge(desk: Desk, *, record: bool = False) -> Judge:
    """Judges under the lock, by what is on disk then. With `record`, a move that evidence bears is written down."""
    judges: dict[bytes, Judge] = {}

    def verdict(claim: Claim) -> Verdict:
        content = bytes(desk.file.read())
        if content not in judges:
            judges[content] = judge(_base(desk, content), parse(content), court)
        found = judges[content](claim)
        if record and found.accepted and not claim.first and claim.kind == "state" and claim.name in PLACE:
            _record_claim(desk, _base(desk, content), parse(content))
        return found

    court = Court(desk.project, desk.contract(), desk.registry, desk.tree)
    return verdict


def _base(desk: Desk, content: bytes) -> Document | None:
    """The file as it was last written; None where that is not known."""
    versions = desk.file.versions
    last = versions.recovered(versions.load(), content).last
    base = versions.get(last.digest) if last is not None else None
    return None if base is None else parse(base)


def _record_claim(desk: Desk, before: Document | None, after: Document) -> None:
    """Writes down the move that a hand made and evidence bears, once."""
    contract = desk.contract()
    facts = desk.facts(after, contract, tree=True)
    if before is None or facts.ledger.reached(str(facts.now.place)) is not None:
        return
    was = place_of(before, contract.graph)
    move = contract.graph.move(was, facts.now.place)
    if move is not None and move.target == contract.graph.end:
        proofs = [(each.name, proof(facts, each)) for each in needed_commands(facts, move)]
        now = facts.now._replace(place=was)
        record_move(desk, facts._replace(now=now), move, [(name, run) for name, run in proofs if run is not None])


def record_move(desk: Desk, facts: Facts, move: Move, proven: Sequence[tuple[str, Run]] = ()) -> None:
    """Writes into the registry that a move was made, where that has to be known. Raises HoldfastError."""
    if not is_recorded(facts.contract.graph, move):
        return
    state = git_state(desk.project, apart_from=desk.own_files())
    evidence: dict[str, object] = {
        "kind": "move",
        "item": facts.ledger.item,
        "from": str(facts.now.place),
        "to": str(move.target),
        "plan": facts.now.plan,
        "commands": [name for name, _ in proven],
        "runs": [run.id for _, run in proven],
    }
    desk.record(f"{facts.now.place} to {move.target}", evidence, git=state if state.commit else None)


def _recovered(desk: Desk, document: Document, contract: Contract) -> tuple[Ticked, Contract]:
    """The files as the tick that was interrupted would have left them, and the rules with them."""
    intent = pair.read_intent(desk.intent)
    if intent is None:
        return Ticked(document, contract.config.text), contract
    if desk.dry_run:
        raise HoldfastError("a tick did not come to its end", hint="finish it: holdfast workflow state tick")
    if pair.bring_config_forward(intent, desk.config):
        contract = desk.contract()
    document = pair.bring_state_forward(intent, document)
    finished_tick = tick(document, _given(desk, contract))
    _beside(desk, finished_tick, contract)
    return finished_tick._replace(done=("an interrupted tick was finished", *finished_tick.done)), contract


def _beside(desk: Desk, result: Ticked, contract: Contract) -> None:
    """Everything else that a tick writes, in the order in which a kill may come; the state file comes last."""
    for text in result.kept:
        desk.file.keep_log(text)
    if result.begun:
        desk.record("begin", {"kind": "begin", "item": result.begun})
    if result.entry is None:
        return
    before = config_bytes(desk.config)
    after = result.config.encode("utf-8")
    state = bytes(desk.file.read()), bytes(result.document)
    digests = (pair.digest(before), pair.digest(after)), (pair.digest(state[0]), pair.digest(state[1]))
    intent = pair.Intent(result.entry, contract.config.entries(result.entry.line), *digests)
    pair.write_intent(desk.intent, intent)
    write_atomic(desk.config, after)


def with_entry(document: Document, desk: Desk, text: str) -> Document:
    """The document with a line in the Log: when, who, what."""
    return document.with_log(f"{iso(desk.now_ms)} {desk.who}: {text}")


def settled(desk: Desk) -> tuple[Document, Contract, Done]:
    """The file after what was written by hand was judged, and an interrupted tick finished. Raises HoldfastError."""
    done = written(desk, lambda document, _contract: Change(document), why="hand edits")
    return parse(done.state[1]), desk.contract(), done


def judged(desk: Desk) -> tuple[Document, tuple[Refusal, ...]]:
    """The file as the next write will leave it, and what of it is refused. Writes nothing. Raises HoldfastError."""
    desk.file.read()  # which says what to do where there is none
    found = desk.file.pending(_judge(desk))
    return found.document, found.refused
