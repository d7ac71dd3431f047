from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.checks.memory import Memory, encode, recalled
from holdfast.core.findings import Checked, Finding, Location, Remembered, Result, Severity, Status

WARNING = Finding("X001", Severity.WARNING, "odd", Location("a.py", 3), "mend it")
PASSED = Result("ruff", Status.PASSED, (WARNING,), checked=Checked(2, 3, "files"), tool="ruff 1", duration_s=1.5)
INPUTS = encode({"file": {"a.py": "1", "b.py": "2"}, "option": {"args": []}})


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    found = Memory(tmp_path / "memory")
    found.store(PASSED, INPUTS, since="2026-11-20T05:00:00.000Z", run_id="RUN")
    return found


def test_inputs_are_one_line_that_does_not_depend_on_their_order() -> None:
    assert encode({"b": {"x": 1}, "a": {"line\n": 2}}) == encode({"a": {"line\n": 2}, "b": {"x": 1}})
    assert b"\n" not in encode({"a": {"line\n": 2}})


def test_a_success_is_recalled_whole_and_marked_with_its_run(memory: Memory) -> None:
    success = memory.last("ruff")
    assert success is not None
    assert success.inputs == INPUTS
    result = recalled(success)
    assert result.remembered == Remembered("2026-11-20T05:00:00.000Z", "RUN")
    assert (result.findings, result.checked, result.tool) == ((WARNING,), Checked(2, 3, "files"), "ruff 1")
    assert result.duration_s == 1.5


def test_another_check_has_its_own_memory(memory: Memory) -> None:
    assert memory.last("black") is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\n[]",
        b'\n{"format": 99}',
        b'\n{"format":2,"since":"s","run_id":"r","result":{"checked":null,"findings":[],"tool":null}}',
        b'\n{"format":2,"since":"s","run_id":"r","result":{"checked":{"done":0}}}',
        b"\n\xff\n",
    ],
)
def test_what_makes_no_sense_is_forgotten(memory: Memory, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "memory" / "ruff.json").write_bytes(content)
    assert memory.last("ruff") is None
    assert memory.explain("ruff", INPUTS) == ("ruff runs: no success is remembered", [])


def test_explain_names_each_input_that_changed(memory: Memory) -> None:
    now = encode({"file": {"a.py": "changed", "c.py": "3"}, "option": {"args": []}})
    headline, changes = memory.explain("ruff", now)
    assert headline == "ruff runs again: its inputs changed since it passed at 2026-11-20T05:00:00.000Z (RUN)"
    assert changes == ["changed file: a.py", "gone file: b.py", "new file: c.py"]


def test_explain_says_so_where_nothing_changed(memory: Memory) -> None:
    headline, changes = memory.explain("ruff", INPUTS)
    assert headline.startswith("ruff does not run again: nothing that it reads has changed since 2026-11-20")
    assert changes == []


@pytest.mark.parametrize("inputs", [b"{", b"3"])
def test_explain_says_so_where_the_old_inputs_cannot_be_read(memory: Memory, tmp_path: Path, inputs: bytes) -> None:
    path = tmp_path / "memory" / "ruff.json"
    path.write_bytes(inputs + b"\n" + path.read_bytes().split(b"\n", 1)[1])
    assert memory.explain("ruff", INPUTS)[1] == ["which ones is not known: those of the last success cannot be read"]


def test_a_run_that_changed_its_own_inputs_is_not_remembered_and_explained(memory: Memory) -> None:
    after = encode({"file": {"a.py": "1", "b.py": "2", "out.xml": "3"}, "option": {"args": []}})
    memory.store_unstable("ruff", INPUTS, after, [], run_id="NEXT")
    assert memory.last("ruff") is None
    assert memory.explain("ruff", INPUTS) == (
        "ruff runs: its inputs changed while it last ran and passed (NEXT)",
        ["new file: out.xml"],
    )


def test_inputs_that_were_written_and_hold_the_same_again_are_named(memory: Memory) -> None:
    memory.store_unstable("ruff", INPUTS, INPUTS, ["a.py"], run_id="NEXT")
    assert memory.last("ruff") is None
    assert memory.explain("ruff", INPUTS)[1] == ["written and the same again file: a.py"]


def test_a_memory_that_cannot_be_written_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "no").write_text("a file where the directory should be")
    nowhere = Memory(tmp_path / "no" / "where")
    nowhere.store(PASSED, INPUTS, since="s", run_id="r")
    nowhere.store_unstable("ruff", INPUTS, INPUTS, [], run_id="r")
    assert nowhere.last("ruff") is None
