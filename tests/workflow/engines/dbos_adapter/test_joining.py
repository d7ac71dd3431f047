"""Records of a run and the ends that DBOS has, in one order."""

from __future__ import annotations

from holdfast.workflow.engines.dbos.joining import in_order
from holdfast.workflow.records import Record


def test_an_end_comes_after_its_start_though_its_clock_counts_seconds() -> None:
    started = (5_400, Record("step/a/1/started", {}, 5_390))
    process = (5_420, Record("step/a/1/process", {}, 5_420))
    other = (5_600, Record("step/b/1/started", {}, 5_600))
    end = (5_000, Record("step/a/1/ended", {"status": "succeeded"}, 5_000))
    found = in_order([started, other, process], [end])
    assert [record.key for _, record in found] == [
        "step/a/1/started",
        "step/a/1/process",
        "step/a/1/ended",
        "step/b/1/started",
    ]
    assert found[2][1].at_ms == 5_390


def test_an_end_that_a_runner_wrote_stands_before_what_dbos_says() -> None:
    ours = (5_000, Record("step/a/1/ended", {"status": "unknown"}, 5_000))
    theirs = (6_000, Record("step/a/1/ended", {"status": "succeeded"}, 6_000))
    assert in_order([ours], [theirs]) == [ours]
