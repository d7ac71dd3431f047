from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checks.workflow_files.document import LIMIT, Document, Part, read


def document(tmp_path: Path, content: bytes | str) -> Document:
    (tmp_path / "a.yml").write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(tmp_path, "a.yml")


def root(tmp_path: Path, text: str) -> Part:
    found = document(tmp_path, text).root
    assert found is not None
    return found


def test_values_know_their_lines(tmp_path: Path) -> None:
    part = root(tmp_path, "# c\non: push\njobs:\n  a:\n    steps:\n      - run: |\n          ls\n      - x\n")
    assert (part.get("on").text, part.get("on").line) == ("push", 2)
    assert (part.get("jobs", "a").line, part.get("jobs", "a", "steps").items[1].line) == (4, 8)
    run = part.get("jobs", "a", "steps").items[0].get("run")
    assert (run.text, run.line, run.block) == ("ls\n", 6, True)


def test_what_is_not_there_is_an_empty_text_on_the_line_of_its_owner(tmp_path: Path) -> None:
    assert root(tmp_path, "a: 1\nb:\n  c: 2\n").get("b", "x", "y") == Part("", 2)


def test_null_is_an_empty_text_and_other_scalars_are_as_written(tmp_path: Path) -> None:
    part = root(tmp_path, "a:\nb: null\nc: ~\nd: 3.10\ne: yes\n")
    assert [part.get(key).text for key in "abcde"] == ["", "", "", "3.10", "yes"]


def test_an_alias_stands_for_what_its_anchor_has_and_is_told_once(tmp_path: Path) -> None:
    part = root(tmp_path, "a: &x [1, 2]\nb: *x\n")
    assert [item.text for item in part.get("b").items] == ["1", "2"]
    assert sorted(text.text or "" for text in part.texts()) == ["1", "2"]


def test_aliases_of_aliases_take_no_time(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    assert len(list(root(tmp_path, "\n".join(lines)).texts())) == 2


@pytest.mark.parametrize(
    ("content", "reason", "line"),
    [
        ("a: [\n", "not YAML", 2),
        ("a: b: c\n", "not YAML", 1),
        ("a: *b\n", "not YAML", 1),
        ("a: &a [*a]\n", "contains itself", 1),
        ("a: 1\n---\nb: 2\n", "not YAML", None),
        ("", "empty", None),
        ("# nothing\n", "empty", None),
        ("[" * 5000, "nested too deep", None),
        (b"a: \xff\n", "not UTF-8", 1),
        ("a: \x00\n", "not YAML", None),
        (b"#" * (LIMIT + 1), "larger than", None),
    ],
)
def test_what_cannot_be_read_is_one_finding(
    tmp_path: Path, content: bytes | str, reason: str, line: int | None
) -> None:
    said = document(tmp_path, content)
    (finding,) = said.findings
    assert said.root is None
    assert (finding.id, reason in finding.message) == ("GHA001", True), finding
    assert finding.location
    assert line is None or finding.location.line == line


def test_a_file_that_is_gone_is_a_finding(tmp_path: Path) -> None:
    (finding,) = read(tmp_path, "gone.yml").findings
    assert "cannot be read" in finding.message


def test_a_key_twice_is_found_at_any_depth_and_the_last_counts(tmp_path: Path) -> None:
    said = document(tmp_path, "a: 1\nb:\n  - c: 1\n    d: 2\n    c: 3\na: 2\n")
    assert sorted((each.id, each.location.line) for each in said.findings if each.location) == [
        ("GHA002", 5),
        ("GHA002", 6),
    ]
    assert said.root
    assert said.root.get("a").text == "2"


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    part = root(tmp_path, "\ufeffa: 1\r\nb: 2\r\n")
    assert (part.get("a").text, part.get("b").line) == ("1", 2)


@given(st.text(alphabet="ab:-[]{}&*|>'\"#!% \n\t\x00\u2028?,", max_size=60))
def test_whatever_it_holds_it_is_read_or_found(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    said = document(tmp_path_factory.mktemp("d"), text)
    assert said.root is not None or said.findings
