"""What several threads want at the same time is done at once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from holdfast.workflow.engines.dbos.together import Together


def test_each_gets_its_own_answer_and_those_that_come_meanwhile_go_together() -> None:
    batches: list[list[int]] = []
    busy, go = threading.Event(), threading.Event()

    def double(items: Sequence[int]) -> list[int]:
        batches.append(list(items))
        busy.set()
        assert go.wait(60)
        return [2 * item for item in items]

    together = Together(double)
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(together, 0)
        assert busy.wait(60)
        others = [threads.submit(together, number) for number in range(1, 8)]
        while len(together._waiting) < 7:
            pass
        go.set()
        assert [each.result(60) for each in (first, *others)] == [0, 2, 4, 6, 8, 10, 12, 14]
    assert [len(batch) for batch in batches] == [1, 7]


def test_all_of_a_batch_are_told_of_its_error_and_the_next_one_is_done() -> None:
    def divide(items: Sequence[int]) -> list[int]:
        return [6 // item for item in items]

    together = Together(divide)
    with pytest.raises(ZeroDivisionError):
        together(0)
    assert together(2) == 3
