from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.config.yaml_reading import BadYaml, Plain, read_foreign


def test_scalars_are_texts_and_those_without_quotes_are_told_apart() -> None:
    value, offsets = read_foreign("a: 3.10\nb: ['3.10', yes]\n")
    assert value == {"a": "3.10", "b": ["3.10", "yes"]}
    assert isinstance(value, dict)
    assert [isinstance(each, Plain) for each in (value["a"], *value["b"])] == [True, False, True]
    assert offsets == {("a",): 0, ("b",): 8, ("b", 0): 12, ("b", 1): 20}


def test_an_alias_is_what_its_anchor_names_and_tags_are_passed_over() -> None:
    value, _ = read_foreign("a: &x !custom [1]\nb: *x\nc: {<<: &y {d: 2}, e: *y}\nf: *unknown\n")
    assert value == {"a": ["1"], "b": ["1"], "c": {"<<": {"d": "2"}, "e": {"d": "2"}}, "f": None}


def test_a_document_that_contains_itself_or_multiplies_is_read_in_no_time() -> None:
    value, _ = read_foreign("a: &a {b: *a}\n")
    assert isinstance(value, dict)
    assert value["a"]["b"] is value["a"]
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    assert isinstance(read_foreign(bomb)[0], dict)


@pytest.mark.parametrize("text", ["a: [", "a: b: c", "*x : 1", "? [1]\n: 2", "---\n---\n", "[" * 100, "\0"])
def test_what_cannot_be_read_says_where(text: str) -> None:
    with pytest.raises(BadYaml) as caught:
        read_foreign(text)
    assert 0 <= caught.value.offset <= len(text)


@given(st.text(st.sampled_from("ab:-[]{}&*!|>'\"#,? \n"), max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(BadYaml):
        read_foreign(text)
