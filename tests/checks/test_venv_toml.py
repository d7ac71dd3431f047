from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checks.venv_probe import Unusable
from holdfast.checks.venv_probe.toml import NotRead, line_of, tables, tables_by_line

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = '''\
title = 'literal \\ text'  # a comment with "quotes" and [brackets
[project]
name = "shop"
requires-python = ">=3.11,<4" # why
description = """
[not.a.table]
requires-python = "no"
"""
dependencies = [
    "a[b] >= 1", # ]
    'c',
]
"quoted.key" = 1
[tool.poetry.dependencies]
python = { version = "^3.11", optional = false }
[tool."odd.name"]
package-mode = false
virtualenvs.in-project = true
[[tool.poetry.source]]
name = "index"
'''


def simple(value: Any) -> Any:
    """A document as the line reader gives it: without arrays, and of inline tables their version alone."""
    if isinstance(value, dict):
        return {key: simple(inner) for key, inner in value.items() if not isinstance(inner, list)}
    return value


def without_unread(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_unread(inner) for key, inner in value.items() if not isinstance(inner, NotRead)}
    return value


def test_the_line_reader_reads_what_tomllib_reads() -> None:
    expected = simple(tomllib.loads(DOCUMENT))
    del expected["project"]["description"]
    del expected["tool"]["poetry"]["dependencies"]["python"]["optional"]
    assert without_unread(tables_by_line(DOCUMENT, "x.toml")) == expected


def test_the_line_reader_reads_this_projects_own_file() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    read, whole = tables_by_line(text, "pyproject.toml"), tomllib.loads(text)
    for keys in (("project", "name"), ("project", "requires-python"), ("build-system", "build-backend")):
        assert read[keys[0]][keys[1]] == whole[keys[0]][keys[1]]


def test_both_readers_give_the_same_with_windows_line_ends() -> None:
    text = DOCUMENT.replace("\n", "\r\n")
    assert tables_by_line(text, "x")["project"]["name"] == tables(text, "x")["project"]["name"] == "shop"


def test_a_keys_line_is_found_past_multi_line_values() -> None:
    assert line_of(DOCUMENT, ("project", "requires-python")) == 4
    assert line_of(DOCUMENT, ("tool", "poetry", "dependencies", "python")) == 15
    assert line_of(DOCUMENT, ("tool", "odd.name", "virtualenvs", "in-project")) == 18
    assert line_of(DOCUMENT, ("project", "absent")) is None


@pytest.mark.parametrize("reader", [tables, tables_by_line])
def test_broken_toml_is_refused_with_its_line(reader: Any) -> None:
    with pytest.raises(Unusable, match=r"^pyproject\.toml:3: not TOML"):
        reader('[project]\nname = "shop"\nrequires-python >= 3\n', "pyproject.toml")


@pytest.mark.parametrize("reader", [tables, tables_by_line])
def test_a_value_used_as_a_table_is_refused(reader: Any) -> None:
    with pytest.raises(Unusable, match="not TOML"):
        reader("a = 1\n[a.b]\nc = 2\n", "pyproject.toml")


def test_toml_nested_too_deep_is_refused() -> None:
    with pytest.raises(Unusable, match="not TOML"):
        tables("a = " + "[" * 100_000, "pyproject.toml")


@pytest.mark.parametrize("reader", [tables, tables_by_line])
@given(text=st.one_of(st.text(), st.lists(st.sampled_from([*"[]{}='\"#.\n\\ a1", '"""', "'''"])).map("".join)))
def test_any_text_is_read_or_refused(reader: Any, text: str) -> None:
    refused = None
    try:
        reader(text, "pyproject.toml")
    except Unusable as error:
        refused = error
    assert refused is None or (refused.message.startswith("pyproject.toml") and refused.hint)
