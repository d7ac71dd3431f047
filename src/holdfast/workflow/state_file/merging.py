"""What was changed by hand since the last write: text is kept, and claims about the work are judged.

A hand may write anything anywhere. Only some places say what the engine alone can know: the values that are its own in
section State, the status of an item, and the lines that it wrote into the Log. A change of those is a claim.
"""

from __future__ import annotations

from binascii import crc32
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from holdfast.workflow.state_file.document import Document, Item
from holdfast.workflow.state_file.table import column_name

FINISHED = frozenset(("completed", "complete", "done", "finished", "closed", "x", "[x]"))
"""What people write for an item that is done."""
REPORTED = 20
"""How many refused claims of one edit the Log names one by one."""


class Claim(NamedTuple):
    """A change by hand of what the engine answers for."""

    kind: str
    """`state`, `item` or `log`."""
    name: str
    """The key, or the id of the item; empty for the Log."""
    before: str | None
    """What the engine wrote; None where it wrote nothing. For the Log, the lines that were taken away."""
    after: str | None
    """What it says now; None where it is gone."""
    first: bool = False
    """Whether the file was never written by the engine here, as in a new clone: all of it is claimed then."""

    def __str__(self) -> str:
        if self.kind == "log":
            count = len((self.before or "").splitlines())
            return f"{count} line{'' if count == 1 else 's'} taken from the Log"
        what = self.name if self.kind == "state" else f"item {self.name}"
        return f"{what} removed" if self.after is None else f"{what}: {self.after}"


class Verdict(NamedTuple):
    """Whether evidence bears a claim, and why not."""

    accepted: bool
    reason: str = ""


class Refusal(NamedTuple):
    """A claim that was put back, and why."""

    claim: Claim
    reason: str


Judge = Callable[[Claim], Verdict]


class Settled(NamedTuple):
    """The file after its claims were judged."""

    document: Document
    accepted: tuple[Claim, ...] = ()
    refused: tuple[Refusal, ...] = ()


def is_owned(key: str) -> bool:
    """Whether a key of section State is the engine's."""
    return key in ("Phase", "Status", "CurrentItem", "Workflow") or key.startswith(("Run", "Approved"))


def without_evidence(claim: Claim) -> Verdict:
    """The judge where nobody knows better: refuses what only a run or an approval could make true."""
    if claim.first:
        return Verdict(accepted=True)
    if claim.kind == "log":
        return Verdict(accepted=False, reason="the Log keeps what the engine wrote")
    if claim.kind == "item":
        done = (claim.after or "").lower() in FINISHED
        return Verdict(not done, "no passing run finished it" if done else "")
    return _of_state(claim)


def _of_state(claim: Claim) -> Verdict:
    if claim.name == "Phase":
        return Verdict(accepted=False, reason="a phase is left by its evidence")
    if claim.name == "Status":
        if (claim.after or "").upper() == "COMPLETED":
            return Verdict(accepted=False, reason="no passing run bears it")
        if claim.before == "NEEDS_PLAN_APPROVAL":
            return Verdict(accepted=False, reason="a plan is approved by a person: holdfast workflow state approve")
    if claim.name.startswith(("Run", "Workflow", "Approved")):
        return Verdict(accepted=False, reason="it mirrors what the engine recorded")
    return Verdict(accepted=True)


def line_digest(line: str) -> str:
    """What a line of the Log is known by. Two that are alike by chance cost nothing but one put back too many."""
    content = line.strip().encode("utf-8", "surrogateescape")
    return f"{crc32(content):08x}{len(content):x}"


def log_lines(document: Document) -> list[str]:
    """The lines of section Log that are not empty."""
    section = document.section("Log")
    return [] if section is None else [line for line in document.lines[section.start : section.end] if line.strip()]


def written_lines(before: Document, after: Document, known: Collection[str]) -> tuple[str, ...]:
    """Digests of the lines in the Log that the engine wrote: those known before, and those that came with `after`."""
    there, ours = Counter(line.strip() for line in log_lines(before)), frozenset(known)
    found = []
    for line in log_lines(after):
        if there[line.strip()] > 0:
            there[line.strip()] -= 1
            if line_digest(line) not in ours:
                continue
        found.append(line_digest(line))
    return tuple(dict.fromkeys(found))


def claims(base: Document | None, theirs: Document, written: Collection[str]) -> Iterator[Claim]:
    """What a hand changed of the engine's, between the file as it was last written and as it is."""
    before = {} if base is None else base.state
    for key in dict.fromkeys((*before, *theirs.state)):
        if is_owned(key) and before.get(key) != theirs.state.get(key):
            yield Claim("state", key, before.get(key), theirs.state.get(key), base is None)
    statuses = {} if base is None else {item.id: item.status for item in reversed(base.items)}
    firsts = {item.id: item for item in reversed(theirs.items)}
    for item in reversed(firsts.values()):
        if _has_status(item) and item.status != statuses.get(item.id, ""):
            yield Claim("item", item.id, statuses.get(item.id), item.status, base is None)
    gone = [] if base is None else [line for _, line in _missing(base, theirs, written)]
    if gone:
        yield Claim("log", "", "".join(gone), None)


def _has_status(item: Item) -> bool:
    return bool(item.id) and any(column_name(name) == "status" for name in item.cells)


def _missing(base: Document, theirs: Document, written: Collection[str]) -> Iterator[tuple[int, str]]:
    """The lines of the engine in the base's Log that are nowhere in the other file, with their places in that Log."""
    there, ours = Counter(line.strip() for line in theirs.lines), frozenset(written)
    for number, line in enumerate(log_lines(base)):
        if there[line.strip()] > 0:
            there[line.strip()] -= 1
        elif line_digest(line) in ours:
            yield number, line


def settle(base: Document | None, theirs: Document, written: Collection[str], judge: Judge, *, at: str) -> Settled:
    """The file with each refused claim put back and reported in the Log, with the reason and the moment `at`."""
    accepted, refused = [], []
    for claim in claims(base, theirs, written):
        verdict = judge(claim)
        if verdict.accepted:
            accepted.append(claim)
        else:
            refused.append(Refusal(claim, verdict.reason))
    document = _put_back(theirs, [refusal.claim for refusal in refused], base, written)
    for refusal in refused[:REPORTED]:
        document = document.with_log(f"{at} refused: {report(refusal)}")
    if len(refused) > REPORTED:
        document = document.with_log(f"{at} refused: {len(refused) - REPORTED} more claims, all put back")
    return Settled(document, tuple(accepted), tuple(refused))


def report(refusal: Refusal) -> str:
    """One line: what was claimed, what stands there now, and why."""
    claim = refusal.claim
    back = "put back" if claim.kind == "log" or not _old(claim) else f"put back to {_old(claim)}"
    return f"{claim} (by hand), {back}: {refusal.reason}"


def _old(claim: Claim) -> str:
    """What stands where a claim was refused: an item that a hand added is still to be done."""
    return claim.before if claim.before is not None else "pending" if claim.kind == "item" else ""


def _put_back(
    document: Document, refused: Sequence[Claim], base: Document | None, written: Collection[str]
) -> Document:
    for claim in refused:
        if claim.kind == "state":
            document = document.with_state(claim.name, _old(claim))
    statuses = {claim.name: _old(claim) for claim in refused if claim.kind == "item"}
    if statuses:
        document = document.with_cells("status", statuses)
    if base is not None and any(claim.kind == "log" for claim in refused):
        document = _with_lines_back(document, base, written)
    return document


def _with_lines_back(document: Document, base: Document, written: Collection[str]) -> Document:
    """The Log with the missing lines of the engine, each after the line that it came after."""
    missing = dict(_missing(base, document, written))
    section = document.section("Log")
    if section is None:
        return document.with_section_text("Log", "".join(missing.values()))
    places: dict[str, list[int]] = {}
    for at in range(section.end - 1, section.start - 1, -1):
        places.setdefault(document.lines[at].strip(), []).append(at)
    after: dict[int, list[str]] = {}
    last = _first_place(document, section.start, section.end)
    for number, line in enumerate(log_lines(base)):
        if number in missing:
            after.setdefault(last, []).append(line.rstrip("\r\n"))
        elif places.get(line.strip()):
            last = max(last, places[line.strip()].pop() + 1)
    for at in sorted(after, reverse=True):
        document = document.inserted(at, after[at])
    return document


def _first_place(document: Document, start: int, end: int) -> int:
    """Where the first entry of a section is, or would be."""
    at = start
    while at < end and not document.lines[at].strip():
        at += 1
    return at if at < end else min(start + 1, end)
