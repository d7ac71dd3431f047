"""What the task registry says about an item: the only thing that counts as evidence.

Evidence is a field of a task's `finished` event, `{"evidence": {"kind": ..., "item": ..., ...}}`, which only the rules
write. What was found before the item was last begun is about an earlier item, and counts no more.

| kind | written | more fields |
| --- | --- | --- |
| `begin` | when the item becomes the current one | |
| `command` | after a command of project_config.md | `name`, `command` (its digest), `plan`, `tree` |
| `approval`, `rejection` | by a person | `plan`, `rules` (digests) |
| `move` | when a move that takes evidence was made | `from`, `to`, `plan`, `runs` |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from holdfast.core.digests import sha256
from holdfast.core.errors import HoldfastError
from holdfast.core.registry_format import Event

PREFIX = 8
"""The fewest characters of a run's id that name it."""
SHA256 = "sha256:"


class Run(NamedTuple):
    """A task that ended, by the registry."""

    id: str
    task: str
    finished: Mapping[str, Any]

    @property
    def evidence(self) -> Mapping[str, Any]:
        """What the rules wrote about it; empty for the tasks of others."""
        found = self.finished.get("evidence")
        return found if isinstance(found, dict) else {}

    @property
    def passed(self) -> bool:
        """Whether it was seen to succeed; what was typed in was not seen."""
        return self.finished.get("status") == "succeeded" and not self.finished.get("reported")


class Ledger(NamedTuple):
    """What ended since an item was begun, the last first."""

    item: str
    runs: tuple[Run, ...]

    def of(self, kind: str) -> Iterator[Run]:
        """The evidence of one kind about this item, the last first."""
        return (run for run in self.runs if run.passed and _is_about(run, kind, self.item))

    def verdict(self, plan: str) -> Run | None:
        """The last thing that a person said about a plan."""
        said = (
            run for run in self.runs if _is_about(run, "approval", self.item) or _is_about(run, "rejection", self.item)
        )
        return next((run for run in said if run.passed and run.evidence.get("plan") == plan), None)

    def approved(self) -> Run | None:
        """The last approval of any plan."""
        return next(self.of("approval"), None)

    def reached(self, place: str) -> Run | None:
        """The evidence that the item came to a place."""
        return next((run for run in self.of("move") if run.evidence.get("to") == place), None)

    def named(self, task: str) -> Run | None:
        """The last run of a task; None where that did not succeed."""
        last = next((run for run in self.runs if run.task == task), None)
        return last if last is not None and last.passed else None

    def find(self, name: str) -> Run | None:
        """The run that an id names, or the only one that begins with it."""
        found = [run for run in self.runs if len(name) >= PREFIX and run.id.startswith(name.upper())]
        return found[0] if len(found) == 1 else None

    def recorded(self, digest: str) -> Run | None:
        """The last run that succeeded and recorded a file of this sha256."""
        return next((run for run in self.runs if run.passed and digest in _digests(run.finished)), None)


def item_key(identity: str) -> str:
    """What an item is called in evidence: its id may hold anything, and a title may be mended."""
    return sha256(identity.encode("utf-8", "surrogatepass"))[:16]


def read_ledger(registry: Path, item: str) -> Ledger:
    """What the registry says since `item` was begun; nothing where there is no registry. Raises HoldfastError."""
    from holdfast.core.registry_reader import opened

    if not registry.exists():
        return Ledger(item, ())
    with opened(registry) as snapshot:
        return Ledger(item, tuple(_runs(snapshot.events_backward(), item)))


def _runs(backward: Iterable[Event], item: str) -> Iterator[Run]:
    """The tasks that ended since the item was begun: their ends come first, as the events are read from behind."""
    ends: dict[str, Event] = {}
    for event in backward:
        name = str(event.get("id"))
        if event.get("event") == "finished":
            before = ends.get(name)
            if before is None or before.get("reported"):
                ends[name] = event
        elif event.get("event") == "started" and name in ends:
            run = Run(name, str(event.get("task")), ends.pop(name))
            if run.passed and _is_about(run, "begin", item):
                return
            yield run


def _is_about(run: Run, kind: str, item: str) -> bool:
    return run.evidence.get("kind") == kind and run.evidence.get("item") == item


def _digests(value: object) -> Iterator[str]:
    """Every sha256 that an event holds under that name."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            found = each.get("sha256")
            if isinstance(found, str):
                yield found.removeprefix(SHA256)
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each


def confirmed(ledger: Ledger, given: str) -> Run:
    """The run that a piece of evidence names, `sha256:...` of a file or a run's id.

    Raises HoldfastError where the registry does not confirm it.
    """
    if given.startswith(SHA256):
        run = ledger.recorded(given.removeprefix(SHA256).lower())
        if run is None:
            raise HoldfastError(
                f"--evidence {given}: no run that succeeded since the item was begun recorded such a file",
                hint="what a run records is what counts; see: holdfast task-log list",
            )
        return run
    run = ledger.find(given)
    if run is None:
        raise HoldfastError(
            f"--evidence {given[:80]}: the registry knows no such run that ended since the item was begun",
            hint="give the id of a run, or sha256:... of a file that a run recorded; see: holdfast task-log list",
        )
    if not run.passed:
        how = "was typed in with task-log finish" if run.finished.get("reported") else str(run.finished.get("status"))
        raise HoldfastError(f"--evidence {given}: that run is no evidence: {how}")
    return run
