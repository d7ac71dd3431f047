from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import HoldfastError
from holdfast.workflow.expressions import filled, parts, references_of

RUN: dict[str, Any] = {
    "inputs": {
        "target": "src",
        "count": 3,
        "none": None,
        "rate": 1.5,
        "flags": [True, {"a": "é"}],
        "odd": "${secrets.X}",
    },
    "dollar": "$",
    "item": "x; rm -rf /",
}


def test_every_expression_in_lists_and_maps_is_worked_out() -> None:
    body = ["pytest", "${inputs.target}", {"n": "${inputs.count + 1}/${inputs.rate}", "left": 7, "t": ("${item}",)}]
    assert filled(body, RUN) == ["pytest", "src", {"n": "4/1.5", "left": 7, "t": ["x; rm -rf /"]}]


def test_values_become_text_as_arguments_have_it() -> None:
    assert filled("${inputs.flags[0]} ${inputs.flags} ${1.0} ${-2}", RUN) == 'true [true,{"a":"é"}] 1.0 -2'


def test_a_whole_expression_keeps_its_type_where_that_is_asked() -> None:
    assert filled("${inputs.flags}", RUN, typed=True) == RUN["inputs"]["flags"]
    assert filled({"a": ["${inputs.none}", "n${inputs.count}"]}, RUN, typed=True) == {"a": [None, "n3"]}


def test_an_escaped_dollar_is_a_literal_one() -> None:
    assert filled("$${item} costs $5 {x} $$ ${inputs.count}", RUN) == "${item} costs $5 {x} $$ 3"


def test_braces_and_quotes_inside_an_expression_do_not_close_it() -> None:
    assert filled("<${{'a}': inputs.count}['a}']}>${'}'}", RUN) == "<3>}"


@pytest.mark.parametrize("text", ["${", "a ${inputs.x", "${{}"])
def test_an_expression_that_is_not_closed_is_refused(text: str) -> None:
    with pytest.raises(HoldfastError, match=r"is not closed"):
        filled(text, RUN)


def test_references_to_secrets_stay_for_whoever_performs_the_step() -> None:
    assert filled("Bearer ${secrets.TOKEN} ${inputs.count}", RUN) == "Bearer ${secrets.TOKEN} 3"
    assert filled("${secrets.TOKEN}", RUN, typed=True) == "${secrets.TOKEN}"
    assert filled("${env.HOME} ${inputs.count}", RUN, keep=("secrets", "env")) == "${env.HOME} 3"


def test_nothing_can_be_computed_with_a_secret() -> None:
    with pytest.raises(HoldfastError, match="nothing can be computed with them"):
        filled("${secrets.TOKEN + 'x'}", RUN)


@pytest.mark.parametrize(
    "text", ["${inputs.odd}", "${dollar}{secrets.X}", "$${secrets.X}", "${dollar}{secrets.X} ${secrets.Y}"]
)
def test_a_value_that_looks_like_a_reference_to_a_secret_is_refused(text: str) -> None:
    with pytest.raises(HoldfastError, match="would be taken for a reference"):
        filled(text, RUN)
    with pytest.raises(HoldfastError, match="would be taken for a reference"):
        filled(["${[inputs.odd]}"], RUN, typed=True)


def test_null_and_null_characters_are_no_text() -> None:
    with pytest.raises(HoldfastError, match=r"expression inputs.none: it gives null, which is no text"):
        filled("a${inputs.none}", RUN)
    with pytest.raises(HoldfastError, match="null character"):
        filled("${x}", {"x": "a\0b"})


def test_texts_and_nesting_are_bounded() -> None:
    deep: Any = "${item}"
    for _ in range(80):
        deep = [deep]
    with pytest.raises(HoldfastError, match="nested more than 64 deep"):
        filled(deep, RUN)
    with pytest.raises(HoldfastError, match="1,048,576 are the most"):
        filled("${item}" + "a" * 2**20, RUN)


def test_references_of_a_value_are_those_of_all_its_texts() -> None:
    assert references_of({"a": ["${inputs.x} ${env.Y}", 3], "b": "$${run.id}"}) == {"inputs", "env"}


@given(st.text(st.sampled_from("${}'ab \\"), max_size=30))
def test_a_text_is_its_parts(text: str) -> None:
    try:
        found = list(parts(text))
    except HoldfastError:
        return
    made = "".join(f"${{{part.text}}}" if part.is_expression else part.text.replace("${", "$${") for part in found)
    assert made == text


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=9).filter(lambda text: "\0" not in text), max_size=3))
def test_values_come_out_as_they_are_whatever_they_hold(values: dict[str, str]) -> None:
    for value in values.values():
        if "${" not in value and value.isascii():
            assert filled("<${item}>", {"item": value}) == f"<{value}>"
