from __future__ import annotations

import pytest

from holdfast.checks.environment_files.declarations import declared_in
from holdfast.checks.environment_files.reading import parsed


def said(text: str, name: str = "A") -> tuple[str | None, bool | None]:
    found = declared_in(parsed(".env.example", text)).by_name[name]
    return (found.kind.name if found.kind else None, found.required)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1\n", (None, None)),
        ("# type: int\nA=1\n", ("int", None)),
        ("# type: url, required\nA=\n", ("url", True)),
        ("# Type = port, Optional\nA=\n", ("port", False)),
        ("A=  # type: bool, required\n", ("bool", True)),
        ("A='x' # type: string\n", ("string", None)),
        ("# what it is\n# type: int\n# and more\nA=1\n", ("int", None)),
        ("# type: int\n\nA=1\n", (None, None)),
        ("# type: int\nB=1\nA=1\n", (None, None)),
        ("# required\nA=\n", (None, True)),
        ("# (optional)\nA=\n", (None, False)),
        ("# Required: the address\nA=\n", (None, True)),
        ("# required by law in some places\nA=\n", (None, None)),
        ("# type: int\n# required\nA=\n", ("int", True)),
        ("# type: choice(a, b), required\nA=a\n", ("choice(a|b)", True)),
        ("# type: one of a, b, optional\nA=a\n", (None, False)),
        ("# type: int, required - how many\nA=1\n", ("int", True)),
        ("# type: int; how many\nA=1\n", ("int", None)),
        ("# type: int, between 1 and 5\nA=1\n", ("int", None)),
        ("# type: int, required\n# A=1\n", ("int", True)),
        ("# B=1\n# type: int\nA=1\n", ("int", None)),
        ("# type: int\n# B=1\nA=1\n", (None, None)),
    ],
)
def test_a_comment_declares_the_variable_below_it_or_before_it(text: str, expected: tuple[str | None, bool]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    ("text", "line", "meant"),
    [
        ("\n# type: urll\nA=\n", 2, "url"),
        ("A= # type: int, requred\n", 1, "required"),
        ("# type: xyzzy\nA=\n", 1, ""),
    ],
)
def test_a_declaration_that_says_nothing_known_is_told(text: str, line: int, meant: str) -> None:
    assert declared_in(parsed("x", text)).misread == ((line, meant),)


def test_prose_is_no_declaration() -> None:
    assert declared_in(parsed("x", "# the type of thing\n# typed: yes\nA=1\n")).misread == ()
