"""Where keys stand in TOML and JSON documents: every key here is named after the line it is in."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.config.json_positions import json_positions
from holdfast.core.config.table import KeyPath
from holdfast.core.config.toml_positions import toml_positions

TRICKY_LINES = [
    "",
    'l2 = "a # no comment" # a comment',
    '"l3" = """',
    'l0 = 1 ""',
    '[l0] \\""" """""',
    "'l6'.l6 = '''",
    "l0 = 1 \\''''' # two quotes, then the end",
    "l8=[1, # ]",
    '  {l9 = "}", x.l9 = [ ]}, [',
    "  \"l0 = 1\", '\\', ],",
    "]",
    '[ table . "l12" ]',
    "l13 = {}",
    "l14 = 1979-05-27 07:32:00",
    "[[tables]]",
    "l16 = +inf",
    "[[tables]]",
    "l18 = {l18={l18=0x1F}}",
    "  [tables.l19]",
    "  l20 = true",
    "  [[tables.inner]]",
    "  l22 = 1",
    "[[tables]]",
    "l24 = 0",
    '"\\u006c25" = 0',
]
TRICKY = "\n".join(TRICKY_LINES)


def keys(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """The paths of every key and element of a parsed document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        yield (*path, name)
        yield from keys(item, (*path, name))


def agree(text: str, found: dict[KeyPath, int], value: object) -> None:
    """Everything that was parsed has a place, nothing else has, and keys stand where their names say."""
    assert set(found) == set(keys(value))
    for path, offset in found.items():
        if match := re.fullmatch(r"l(\d+)", str(path[-1])):
            assert text.count("\n", 0, offset) + 1 == int(match[1]), path


def test_every_way_to_write_toml_is_followed() -> None:
    for text in (TRICKY, TRICKY.replace("\n", "\r\n")):
        agree(text, toml_positions(text), tomllib.loads(text))


VALUES = st.sampled_from(
    [
        "1",
        '"a"',
        '"\\"#\\\\"',
        "'\\'",
        '"""\n"""',
        '"""a""b\\"""\n\n c""""',
        "'''\n'''''",
        "[]",
        "[\n]",
        "[ 1,\n 2, # ]\n]",
        "[[1, [\n]], {k = 1}]",
        "{}",
        "{ a.b = [\n], c = '}' }",
        "1e3",
        "true",
        "2026-01-01 00:00:00Z",
        '[{a = """\n"""}]',
    ]
)
NAMES = st.sampled_from(["l{}", '"l{}"', "'l{}'", "a.l{}", ' "b c" . l{} ', "l{}.'#'", '"\\u006c{}"'])
HEADERS = st.sampled_from(
    ["", "# [x]\n", "[t{}]\n", "[t{}.'[a]'.b] # ]\n", "[[ts]]\n", "[[ts]]\n[ts.u]\n", "[[ts]]\n[[ts.v]]\n"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(HEADERS, NAMES, VALUES), max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_generated_toml_is_followed(lines: list[tuple[str, str, str]], newline: str) -> None:
    text = ""
    for number, (header, name, value) in enumerate(lines):
        text += header.replace("{}", str(number))
        text += f"{name.format(text.count(chr(10)) + 1)} = {value}\n"
    text = text.replace("\n", newline)

    agree(text, toml_positions(text), tomllib.loads(text))


def test_each_table_of_an_array_has_its_place() -> None:
    text = "[[a]]\nX = 1\n'XX' = 2\n[[a]]\n[[a.c]]\n"

    assert toml_positions(text) == {
        ("a",): 2,
        ("a", 0): 2,
        ("a", 0, "X"): text.index("X"),
        ("a", 0, "XX"): text.index("'XX'"),
        ("a", 1): text.rindex("a]]"),
        ("a", 1, "c"): text.index("c"),
        ("a", 1, "c", 0): text.index("a.c"),
    }


def test_json_keys_are_found_past_braces_and_escapes_in_strings() -> None:
    text = '\n{"l2": "}\\"{",\n\t"l3" : [ ], "x": [{}, {\n"l4":null}, [[1, "]"]]]\n,"\\u006c5": -1e3}\n'
    found, repeated = json_positions(text)

    agree(text, found, json.loads(text))
    assert repeated == []


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(JSON_VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_generated_json_is_followed(value: object, indent: int | str | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    found, repeated = json_positions(text)

    assert set(found) == set(keys(value))
    assert repeated == []
    for path, offset in found.items():
        assert isinstance(path[-1], int) or json.JSONDecoder().raw_decode(text, offset)[0] == path[-1]


def test_json_below_the_depth_of_any_setting_is_skipped_whole() -> None:
    text = '{"a":' * 400 + "1" + "}" * 400

    assert len(json_positions(text)[0]) == 16
