from __future__ import annotations

from collections.abc import Sequence

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.workflow.engines.interface import NoSuchRun, Run
from holdfast.workflow.records import Record
from holdfast.workflow.runs import every_run, resolve

FIRST = "01AAAAAAAAAAAAAAAAAAAAB1CD"
SECOND = "01AAAAAAAAAAAAAAAAAAABB2CD"
THIRD = "01BAAAAAAAAAAAAAAAAAAAB3EF"


class Kept:
    """Runs as an engine gives them: the newest first, a page at a time."""

    def __init__(self, *ids: str, origins: Sequence[str | None] = ()) -> None:
        padded = [*origins, *[None] * (len(ids) - len(origins))]
        self._runs = [Run(id_, "w", {}, {}, 1, "ana", origin=origin) for id_, origin in zip(ids, padded, strict=True)]

    def load(self, run_id: str) -> tuple[Run, Sequence[Record]]:
        return next(run for run in self._runs if run.id == run_id), []

    def runs(self, *, limit: int = 100, before: str | None = None, workflow: str | None = None) -> Sequence[Run]:
        found = [run for run in self._runs if (before is None or run.id < before) and workflow in (None, run.workflow)]
        return sorted(found, key=lambda run: run.id, reverse=True)[:limit]


ALL = Kept(FIRST, SECOND, THIRD)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (FIRST, FIRST),
        (FIRST.lower(), FIRST),
        ("01B", THIRD),
        ("01b", THIRD),
        ("B1CD", FIRST),
        ("ab1cd", FIRST),
        ("last", THIRD),
        ("LAST", THIRD),
        (f" {SECOND} ", SECOND),
    ],
)
def test_a_run_is_found_by_its_id_its_beginning_its_end_or_as_the_last(text: str, meant: str) -> None:
    assert resolve(ALL, text) == meant


def test_the_last_run_is_none_that_a_step_of_another_began() -> None:
    assert resolve(Kept(FIRST, SECOND, THIRD, origins=(None, None, f"{SECOND}/sub")), "last") == SECOND


def test_an_id_is_meant_though_another_begins_with_it() -> None:
    assert resolve(Kept(FIRST, FIRST + "X"), FIRST) == FIRST


@pytest.mark.parametrize("text", ["01", "01A"])
def test_a_beginning_of_several_runs_is_refused_with_their_ids(text: str) -> None:
    with pytest.raises(HoldfastError, match="several runs") as caught:
        resolve(ALL, text)
    assert FIRST in str(caught.value.hint)


@pytest.mark.parametrize("text", ["1CD", "zzzz", "", "  ", "\udcff" * 4])
def test_what_is_no_run_says_where_to_look(text: str) -> None:
    with pytest.raises(NoSuchRun) as caught:
        resolve(ALL, text)
    assert caught.value.hint


def test_where_there_is_no_run_the_last_is_none() -> None:
    with pytest.raises(NoSuchRun, match="no run yet"):
        resolve(Kept(), "last")


def test_all_runs_are_read_page_by_page() -> None:
    ids = [f"01{number:024d}" for number in range(2500)]
    assert [run.id for run in every_run(Kept(*ids))] == ids[::-1]
