"""What the registry says about an item."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.core.registry import Registry
from holdfast.workflow.rules.ledger import Ledger, confirmed, item_key, read_ledger

ITEM = item_key("1")


class Log:
    """A registry to which tasks are added in a line each."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0

    def add(self, task: str, status: str = "succeeded", **more: object) -> str:
        self.count += 1
        run = f"01HZZZZZ{self.count:018d}"
        with Registry(self.path) as registry:
            registry.append(
                {"event": "started", "id": run, "task": task},
                {"event": "finished", "id": run, "status": status, **more},
            )
        return run

    def evidence(self, kind: str, item: str = ITEM, **more: object) -> str:
        return self.add(kind, evidence={"kind": kind, "item": item, **more})

    def read(self) -> Ledger:
        return read_ledger(self.path, ITEM)


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "task_registry.json")


def test_without_a_registry_nothing_is_known(log: Log) -> None:
    assert log.read() == Ledger(ITEM, ())


def test_what_was_before_the_item_was_last_begun_counts_no_more(log: Log) -> None:
    log.evidence("move", to="VALIDATE/COMPLETED")
    assert log.read().reached("VALIDATE/COMPLETED") is not None
    log.evidence("begin", item="another")
    assert log.read().reached("VALIDATE/COMPLETED") is not None
    log.evidence("begin")
    assert log.read().runs == ()


def test_evidence_about_another_item_is_none(log: Log) -> None:
    log.evidence("move", item=item_key("11"), to="VALIDATE/COMPLETED")
    assert log.read().reached("VALIDATE/COMPLETED") is None


def test_the_last_word_of_a_person_about_a_plan_counts(log: Log) -> None:
    log.evidence("approval", plan="p")
    log.evidence("approval", plan="q")
    log.evidence("rejection", plan="p")
    ledger = log.read()
    verdict, other = ledger.verdict("p"), ledger.verdict("q")
    assert verdict is not None
    assert verdict.evidence["kind"] == "rejection"
    assert other is not None
    assert other.evidence["kind"] == "approval"
    assert ledger.verdict("none") is None


def test_an_end_that_was_typed_in_weighs_less_than_one_that_was_seen(log: Log) -> None:
    run = log.add("deploy", "failed")
    with Registry(log.path) as registry:
        registry.append({"event": "finished", "id": run, "status": "succeeded", "reported": True})
    assert log.read().named("deploy") is None
    with pytest.raises(HoldfastError, match="no evidence: failed"):
        confirmed(log.read(), run)


def test_an_approval_that_was_typed_in_is_none(log: Log) -> None:
    log.add("x", evidence={"kind": "approval", "item": ITEM, "plan": "p"}, reported=True)
    assert log.read().verdict("p") is None
    assert log.read().approved() is None


def test_a_run_is_found_by_a_prefix_that_is_its_own(log: Log) -> None:
    one = log.add("a")
    assert log.read().find("01HZZZZZ") is not None
    assert log.read().find(one.lower()) is not None
    assert log.read().find("01HZ") is None
    log.add("b")
    assert log.read().find("01HZZZZZ") is None


def test_a_digest_counts_where_a_run_that_succeeded_recorded_it(log: Log) -> None:
    digest = "ab" * 32
    log.add("build", "failed", artifacts=[{"path": "x", "sha256": digest}])
    log.add("note", text=f"sha256:{digest}")
    with pytest.raises(HoldfastError, match="recorded such a file"):
        confirmed(log.read(), f"sha256:{digest}")
    run = log.add("build", outcome={"artifacts": [{"path": "x", "sha256": f"sha256:{digest}"}]})
    assert confirmed(log.read(), f"sha256:{digest.upper()}").id == run


def test_strange_events_are_passed_over(log: Log) -> None:
    log.add("x", evidence="a text")
    with Registry(log.path) as registry:
        registry.append({"event": "finished", "id": "alone", "status": "succeeded"}, {"event": "other"})
    assert [run.evidence for run in log.read().runs] == [{}]
