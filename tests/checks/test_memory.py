from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.checks.memory import Memory
from holdfast.core.findings import Checked, Finding, Location, Remembered, Result, Severity, Status

WARNING = Finding("X001", Severity.WARNING, "odd", Location("a.py", 3), "mend it")
PASSED = Result("ruff", Status.PASSED, (WARNING,), checked=Checked(2, 3, "files"), tool="ruff 1", duration_s=1.5)
INPUTS = {"file": {"a.py": "1", "b.py": "2"}, "option": {"args": []}}


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    directory = tmp_path / "memory"
    directory.mkdir()
    found = Memory(directory)
    found.store(PASSED, INPUTS, "key", since="2026-11-20T05:00:00.000Z", run_id="RUN")
    return found


def test_a_success_is_recalled_whole_and_marked_with_its_run(memory: Memory) -> None:
    result = memory.recall("ruff", "key")
    assert result is not None
    assert result.remembered == Remembered("2026-11-20T05:00:00.000Z", "RUN")
    assert (result.findings, result.checked, result.tool) == ((WARNING,), Checked(2, 3, "files"), "ruff 1")
    assert memory.duration_s("ruff") == 1.5


def test_another_key_or_another_check_recalls_nothing(memory: Memory) -> None:
    assert memory.recall("ruff", "other") is None
    assert memory.recall("black", "key") is None
    assert memory.duration_s("black") is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"format": 99}',
        '{"format":1,"key":"key","since":"s","run_id":"r","result":{"checked":null,"findings":[],"tool":null}}',
        '{"format":1,"key":"key","since":"s","run_id":"r","result":{"checked":{"done":0}}}',
    ],
)
def test_what_makes_no_sense_is_forgotten(memory: Memory, tmp_path: Path, content: str) -> None:
    (tmp_path / "memory" / "ruff.json").write_text(content)
    assert memory.recall("ruff", "key") is None
    assert memory.explain("ruff", INPUTS, "key") == ("ruff runs: no success is remembered", [])


def test_explain_names_each_input_that_changed(memory: Memory) -> None:
    now = {"file": {"a.py": "changed", "c.py": "3"}, "option": {"args": []}}
    headline, changes = memory.explain("ruff", now, "other")
    assert headline == "ruff runs again: its inputs changed since it passed at 2026-11-20T05:00:00.000Z (RUN)"
    assert changes == ["changed file: a.py", "gone file: b.py", "new file: c.py"]


def test_explain_says_so_where_nothing_changed(memory: Memory) -> None:
    headline, changes = memory.explain("ruff", INPUTS, "key")
    assert headline.startswith("ruff does not run again: nothing that it reads has changed since 2026-11-20")
    assert changes == []


@pytest.mark.parametrize("content", ["", '{"key": "another", "inputs": {}}', '{"key": "key", "inputs": 3}'])
def test_explain_says_so_where_the_inputs_were_not_kept(memory: Memory, tmp_path: Path, content: str) -> None:
    (tmp_path / "memory" / "ruff.inputs.json").write_text(content)
    assert memory.explain("ruff", INPUTS, "other")[1] == [
        "which ones is not known: the inputs of the last success were not kept"
    ]


def test_a_run_that_changed_its_own_inputs_is_not_remembered_and_explained(memory: Memory) -> None:
    memory.store_unstable("ruff", INPUTS, {"file": {"a.py": "1", "b.py": "2", "out.xml": "3"}}, run_id="NEXT")
    assert memory.recall("ruff", "key") is None
    headline, changes = memory.explain("ruff", INPUTS, "key")
    assert headline == "ruff runs: its inputs changed while it last ran and passed (NEXT)"
    assert "new file: out.xml" in changes


def test_a_memory_that_cannot_be_written_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "no").write_text("a file where the directory should be")
    nowhere = Memory(tmp_path / "no" / "where")
    nowhere.store(PASSED, INPUTS, "key", since="s", run_id="r")
    nowhere.store_unstable("ruff", INPUTS, INPUTS, run_id="r")
    assert nowhere.recall("ruff", "key") is None
