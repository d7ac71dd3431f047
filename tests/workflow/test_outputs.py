from __future__ import annotations

from pathlib import Path

from holdfast.workflow.outputs import write_outputs


def test_values_are_appended_and_those_of_several_lines_have_an_end_that_nobody_can_guess(tmp_path: Path) -> None:
    file = tmp_path / "out"
    write_outputs({"HOLDFAST_OUTPUT": str(file)}, {"a": "1", "b": "two\nlines", "no name": "x"})
    write_outputs({"HOLDFAST_OUTPUT": str(file)}, {"a": ""})
    first, second, *lines = file.read_text().split("\n")
    name, _, end = second.partition("<<")
    assert (first, name) == ("a=1", "b")
    assert lines == ["two", "lines", end, "a=", ""]
    write_outputs({"HOLDFAST_OUTPUT": str(file)}, {"b": "two\nlines"})
    assert file.read_text().count(end) == 2


def test_without_a_file_nothing_is_written() -> None:
    write_outputs({}, {"a": "1"})
