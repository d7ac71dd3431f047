from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checks.makefiles.reading import is_for_gnu_make, parse


def problems(text: str) -> list[tuple[str, int]]:
    return [(each.id, each.line) for each in parse(text).problems]


def rules(text: str) -> list[tuple[str, str]]:
    return [(each.targets.strip(), each.needs.strip()) for each in parse(text).rules]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: b c\n", [("a", "b c")]),
        ("a b : c\n", [("a b", "c")]),
        ("a:: b\n", [("a", "b")]),
        ("a b &: c\n", [("a b", "c")]),
        ("a: b ; ls\n", [("a", "b")]),
        ("a: \\\n  b \\\n  c # d\n", [("a", "b    c")]),
        ("a: b # c: d\n", [("a", "b")]),
        ("$(A): $(B:.c=.o)\n", [("$(A)", "$(B:.c=.o)")]),
        ("%.o: %.c | dir\n", [("%.o", "%.c | dir")]),
        ("a: b\r\n\tls\r\n", [("a", "b")]),
        ("https\\://x: y\n", [("https\\", "//x: y")]),
    ],
)
def test_rules_are_read_as_they_are_written(text: str, found: list[tuple[str, str]]) -> None:
    assert rules(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "A = b: c\n",
        "A := $(shell ls: x)\n",
        "A ::= b\n",
        "A :::= b\n",
        "A ?= b\n",
        "A += b\n",
        "A != ls\n",
        "export A = b\n",
        "override A := b\n",
        "A=b\n",
        "a: B = c\n",
        "a: export B := c\n",
        "a b: private B += c\n",
        "$(A)_x = b\n",
        "define A\na: b\nendef\n",
        "define A =\n  define B\n  endef\n a\nendef\n",
        "override define A\nx\nendef # y\n",
        "include a.mk\n-include b\nsinclude c\n",
        "export\nexport A B\nunexport C\nvpath %.c src\nundefine A\n",
        "# a: b\n  # c\n\t# d\n\n\t\n",
        "$(info a: b)\n$(eval a: b)\n${call x}\n",
    ],
)
def test_what_is_no_rule_is_none_and_right(text: str) -> None:
    assert (rules(text), problems(text)) == ([], [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a:\n    ls\n", [("MAKE001", 2)]),
        ("a:\n        ls -l\n\tpwd\n", [("MAKE001", 2)]),
        ("a:\n\tls\n  pwd\n", [("MAKE001", 3)]),
        ("a:\n  echo x: y\n", [("MAKE001", 2)]),
        ("a:\n  A=1 b\n", []),
        ("a:\n  @x=1; y\n", [("MAKE001", 2)]),
        ("a:\n  -rm -f x=1\n", [("MAKE001", 2)]),
        ("a:\n  $(CC) x\n", []),
        ("a:\n\tls \\\n    pwd\n", []),
        ("a:\n  # a comment\n\tls\n", []),
        ("a:\nifdef B\n\tls\nelse ifeq (a,b)\n\tls\nelse\n  ls\nendif\n", [("MAKE001", 7)]),
        ("a: b\n  c: d\n  E = f\n", []),
        ("\tls\n", [("MAKE002", 1)]),
        ("A = 1\n\tB = 2\n", []),
        ("a:\n\tls\nA = 1\n\tls\n", [("MAKE002", 4)]),
        ("\t$(info x)\n", []),
        ("ifeq (a,b)\n", [("MAKE005", 1)]),
        ("ifeq (a,b)\nifdef C\nendif\n", [("MAKE005", 1)]),
        ("endif\n", [("MAKE005", 1)]),
        ("else\n", [("MAKE005", 1)]),
        ('ifeq "a" "b"\nelse ifneq (c,d)\nelse\nendif\n', []),
        ("ifeq(a,b)\nendif\n", []),
        ("define A\nendif\n", [("MAKE005", 1)]),
        ("  ifdef A\n  B = 1\n  endif\n", []),
        ("abc\n", [("MAKE008", 1)]),
        ("abc def\n", [("MAKE008", 1)]),
        ("a:\n\tls\nabc $(D)\n", [("MAKE008", 3)]),
        (".RECIPEPREFIX = >\na:\n>ls\n  b c\n", [("MAKE008", 4)]),
        (".RECIPEPREFIX := >\na:\n>ls\n.RECIPEPREFIX =\nb:\n\tls\n", []),
    ],
)
def test_what_make_stops_at_is_found_and_nothing_else(text: str, found: list[tuple[str, int]]) -> None:
    assert problems(text) == found


def test_a_recipe_is_kept_with_its_rule() -> None:
    (rule,) = parse("a: ; x\n\tls\n\n\t# c\nifdef A\n\tpwd \\\n\t  -P\nendif\n").rules
    assert [line.strip() for line in rule.recipe] == ["x", "ls", "# c", "pwd  \t  -P"]


def test_what_computes_rules_is_noted() -> None:
    assert parse("$(eval $(call x,y))\n").computed
    assert not parse("$(info x)\n$(warning y)\n").computed
    assert parse("vpath %.c src\n").searches


@pytest.mark.parametrize(
    ("text", "gnu"),
    [
        ('.include "x.mk"\n', False),
        (". if defined(A)\n", False),
        ("!include <x>\n", False),
        ("!IF 1\n", False),
        (".PHONY: a\n.include_me: b\n", True),
        ("\t.if\n", True),
    ],
)
def test_other_makes_have_their_own_language(text: str, gnu: bool) -> None:
    assert is_for_gnu_make(text) is gnu


@given(st.text(alphabet="ab:=$(){}#\\;|%+?! \t\n\r.defineifx", max_size=80))
def test_whatever_it_holds_it_is_read(text: str) -> None:
    parse(text)
