"""Reading $HOLDFAST_OUTPUT, and keeping files."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.workflow.executors import results
from holdfast.workflow.executors.results import keep_artifacts, parse_outputs


@pytest.mark.parametrize(
    ("content", "values"),
    [
        (b"", {}),
        (b"a=1\n", {"a": "1"}),
        (b"a=1", {"a": "1"}),
        (b"a=1\na=2\n", {"a": "2"}),
        (b"a=\nb= x =y \n", {"a": "", "b": " x =y "}),
        (b"a.b-c_D9=1\r\n", {"a.b-c_D9": "1"}),
        (b"a<<END\none\ntwo=2\nEND\nb=3\n", {"a": "one\ntwo=2", "b": "3"}),
        (b"a<<E\r\none\r\nE\r\n", {"a": "one\r"}),
        (b"a<<E\nE\n", {"a": ""}),
        (b"a=x<<y\n", {"a": "x<<y"}),
        (b"a=\xff\n", {"a": "\ufffd"}),
    ],
)
def test_values_are_read(content: bytes, values: dict[str, str]) -> None:
    assert parse_outputs(content) == (values, [])


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (b"no value\n", "line 1 of $HOLDFAST_OUTPUT is not name=value"),
        (b"a=1\n9=2\n", "line 2 of $HOLDFAST_OUTPUT is not name=value"),
        (b"=2\n", "line 1 of $HOLDFAST_OUTPUT is not name=value"),
        (b"a<<END\none\n", "line 1 of $HOLDFAST_OUTPUT has no end: 'END' does not follow"),
    ],
)
def test_what_is_no_value_is_a_note(content: bytes, note: str) -> None:
    assert parse_outputs(content)[1] == [note]


def test_many_bad_lines_make_a_few_notes() -> None:
    values, notes = parse_outputs(b"x\n" * 1000 + b"a=1\n")
    assert values == {"a": "1"}
    assert len(notes) == results.NOTES_LIMIT + 1
    assert notes[-1] == "and 995 more lines of $HOLDFAST_OUTPUT like that"


def test_a_pattern_finds_files_in_directories_below_and_each_once(tmp_path: Path) -> None:
    project = tmp_path / "shop"
    (project / "a" / "b").mkdir(parents=True)
    for name in ("a/one.txt", "a/b/two.txt"):
        (project / name).write_text(name, "utf-8")
    (project / "a" / "three.txt").mkdir()
    found, missing, notes = keep_artifacts(["**/*.txt", "a/*.txt", "a", "x\0y"], project, tmp_path / "kept")
    assert [each.path for each in found] == ["a/b/two.txt", "a/one.txt"]
    assert missing == ["a", "x\0y"]
    assert not notes


def test_there_is_an_end_to_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "MOST_ARTIFACTS", 2)
    for name in "abc":
        (tmp_path / name).touch()
    found, _, notes = keep_artifacts(["*"], tmp_path, tmp_path / "kept")
    assert len(found) == 2
    assert notes == ["only the first 2 artifacts were kept"]


def test_a_link_to_nothing_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    with pytest.raises(HoldfastError, match="cannot read link"):
        keep_artifacts(["link"], tmp_path, tmp_path / "kept")


def test_a_file_that_cannot_be_kept_leaves_nothing_half(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x", "utf-8")
    (tmp_path / "kept").write_text("in the way", "utf-8")
    with pytest.raises(HoldfastError, match="cannot write to"):
        keep_artifacts(["a"], tmp_path, tmp_path / "kept")
