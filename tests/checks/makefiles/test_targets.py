from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.checks.makefiles.targets import Targets, targets


def of(tmp_path: Path, text: str, **others: str) -> Targets:
    files = {"Makefile": text, **{name.replace("_", "."): content for name, content in others.items()}}
    for name, content in files.items():
        (tmp_path / name).write_text(content, "utf-8")
    return targets(tmp_path, frozenset(files), ["Makefile"])


@pytest.mark.parametrize(
    ("text", "has", "lacks"),
    [
        ("a b: c\n\t@echo d: e\n", "ab", "cde"),
        ("a:: b\na = b: c\nd := e\n", "a", "bcde"),
        ("X = a b\n$(X) ${Y:x=y}c: d\n", "ab", ""),
        ("X = a\nX += b\n$(X):\n", "ab", ""),
        (".PHONY: a \\\n  b\n", "ab", "c"),
        ("define x\na: b\nendef\nc:\n", "c", "ab"),
        ("# a: b\nc: ## d: e\n", "c", "abde"),
        ("$(D)/x.o $(B).py: c\na:\n", "a", "bc"),
        ("ifeq ($(A),b)\na:\nendif\nexport X = y: z\n", "a", "bXyz"),
        ("a&: b\n", "a", "b"),
    ],
)
def test_targets_are_those_that_make_sees(tmp_path: Path, text: str, has: str, lacks: str) -> None:
    found = of(tmp_path, text)
    assert [name for name in has if not found.has(name)] == []
    assert [name for name in lacks if found.has(name)] == []


@pytest.mark.parametrize(
    "text", ["$(X):\n", ".DEFAULT:\n", "$(eval $(call x,y))\n", "include $(X)\n", "include gone.mk\n"]
)
def test_where_it_cannot_be_told_anything_may_be_a_target(tmp_path: Path, text: str) -> None:
    assert of(tmp_path, text).has("anything")


def test_a_pattern_has_what_fits(tmp_path: Path) -> None:
    found = of(tmp_path, "build-%.x:\n")
    assert found.has("build-a.x")
    assert not found.has("build-a")
    assert not found.has("build.x")


def test_included_files_are_read_also_where_they_include_each_other(tmp_path: Path) -> None:
    found = of(tmp_path, "include a.mk\n-include gone.mk\nx:\n", a_mk="include Makefile\ny:\n")
    assert [found.has(name) for name in "xyz"] == [True, True, False]


def test_a_name_that_is_asked_for_with_wildcard_may_be_missing(tmp_path: Path) -> None:
    found = of(tmp_path, "include $(wildcard gone.mk a.mk)\nx:\n", a_mk="$(lastword $(MAKEFILE_LIST)): ;\ny:\n")
    assert [found.has(name) for name in "xyz"] == [True, True, False]
    assert of(tmp_path, "include $(wildcard *.mk)\n").has("anything")


def test_variables_that_double_each_other_end(tmp_path: Path) -> None:
    lines = [f"A{n} = $(A{n + 1}) $(A{n + 1})" for n in range(60)]
    assert of(tmp_path, "\n".join([*lines, "A60 = x", "$(A0):", "b:"])).has("b")
