from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.checks.environment_files.reading import LIMIT, Binding, EnvFile, parsed, read
from holdfast.checks.environment_files.spelling import slips, twice
from holdfast.core.errors import HoldfastError


def one(line: str) -> Binding:
    """The last binding of a text."""
    return parsed(".env", line).bindings[-1]


def slip(line: str) -> list[str]:
    return list(slips(one(line)))


def test_each_variable_has_its_line_and_its_comment() -> None:
    file = parsed(".env", "\n\n# top\nA=1\n\n  \nexport B='x' # behind\n  # own\nC\n")
    assert [(each.name, each.value, each.line) for each in file.bindings] == [
        ("A", "1", 4),
        ("B", "x", 7),
        ("C", None, 9),
    ]
    assert file.comments == ((3, "# top"), (8, "# own"))
    assert (one("B='x' # behind").comment, one("B='x'").comment) == ("# behind", "")
    assert one("export B=1").exported
    assert not one("B=1").exported


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_are_counted_with_every_line_ending(ending: str) -> None:
    file = parsed(".env", ending.join(["A=1", "", "B=2", "C='3", "4'", "D=5"]))
    assert [each.line for each in file.bindings] == [1, 3, 4, 6]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("A=1\nB='x\n", 2, "a quote is opened and not closed"),
        ('\n\nA="x" y\n', 3, "something stands behind the closing quote"),
        ("A B\n", 1, "not NAME=value"),
        ('A="x\nB="y"\n', 1, "a quote is opened and not closed on its line, so that what follows is lost too"),
    ],
)
def test_a_line_that_the_parser_refuses_is_told_with_its_reason(text: str, line: int, reason: str) -> None:
    assert parsed(".env", text).broken == ((line, reason),)


def test_the_names_in_a_line_that_cannot_be_read_are_kept_apart() -> None:
    assert parsed(".env", 'A="x\nB="y"\nC=1\n').hidden == {"A", "B"}


def test_the_last_of_two_counts_and_the_first_is_told() -> None:
    file = parsed(".env", "A=1\nB=2\nA=3\n")
    assert file.last()["A"].value == "3"
    assert [(again.line, before.line) for again, before in twice(file)] == [(3, 1)]


def test_variables_that_are_commented_out_are_known() -> None:
    assert parsed("x", "# A=1\n#B=\n# export C=x\n# D == 1\n# see E=f(x)\n").commented_out == {"A", "B", "C"}


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"A=1\nB=\xff\n", 2, "not UTF-8"),
        (b"A=1\n\nB=\0\n", 3, "a null character, which no variable can hold"),
        (b"A=" + b"x" * LIMIT, 1, "larger than 1 MiB, and not read"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_finding(tmp_path: Path, content: bytes, line: int, reason: str) -> None:
    (tmp_path / ".env").write_bytes(content)
    assert read(tmp_path, ".env") == EnvFile(".env", broken=((line, reason),))  # type: ignore[arg-type]  # a literal


def test_a_file_that_is_gone_is_an_error_of_the_user(tmp_path: Path) -> None:
    with pytest.raises(HoldfastError, match=r"cannot read .*No such file"):
        read(tmp_path, ".env")


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    file = parsed(".env", "\ufeffA=1\n")
    assert file.marked
    assert file.bindings[0].name == "A"


@pytest.mark.parametrize(
    "line",
    [
        "A=1",
        "A=",
        "A=''",
        'A="a b # c"',
        "A='it is \"so\"'",
        "A=x # what it is for",
        "A=x #what",
        "A= # nothing",
        'A={"a": "b c"}',
        "A=[1, 2]",
        "A=a=b",
        "A=https://x.invalid/a?b=c",
        "A='two\nlines'",
        "A='x' #1",
    ],
)
def test_what_all_readers_agree_on_is_no_slip(line: str) -> None:
    assert slip(line) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("A =1", "white space beside its ="),
        ("A= 1", "white space beside its ="),
        ("A=a b", "white space in its value"),
        ("A=a#b", "a # in its value"),
        ("A=#b", "a # in its value"),
        ("A=a #1b", "ends where a # follows"),
        ("A=it's", "a quote within its value"),
        ("A={'a': 1}", "a quote within its value"),
        ("A=\u201cx\u201d", "typographic quotes"),
        ("A", "has no ="),
        ("A='x\nBCD=1\n'", "looks like another variable"),
    ],
)
def test_what_readers_disagree_on_is_told(line: str, words: str) -> None:
    assert [words in each for each in slip(line)] == [True]


def test_a_value_that_refers_to_another_is_not_known() -> None:
    assert one("A=${B}/x").computed
    assert not one("A=$B").computed
