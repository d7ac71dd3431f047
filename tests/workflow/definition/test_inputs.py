"""The values that a caller gives a workflow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.workflow.definition import parse_inputs
from holdfast.workflow.definition.inputs import fits
from holdfast.workflow.model import Input, Workflow

WORKFLOW = Workflow(
    name="nightly",
    file="workflows/nightly.yaml",
    digest="",
    steps=(),
    inputs=(
        Input("target", default="."),
        Input("jobs", "integer", default=2),
        Input("ratio", "number"),
        Input("deep", "boolean", default=False),
        Input("files", "list", default=[]),
        Input("labels", "map", default={}),
        Input("level", default="low", choices=("low", "high")),
    ),
)
ASKING = WORKFLOW._replace(inputs=(Input("target", required=True, description="what to check"), Input("n", "integer")))


def test_what_is_not_given_has_its_default() -> None:
    assert parse_inputs(WORKFLOW, []) == {
        "target": ".",
        "jobs": 2,
        "ratio": None,
        "deep": False,
        "files": [],
        "labels": {},
        "level": "low",
    }


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("target=a=b", "a=b"),
        ("target=", ""),
        ("target=12", "12"),
        ("jobs=12", 12),
        ("jobs=-3", -3),
        ("ratio=12", 12),
        ("ratio=.5", 0.5),
        ("ratio=1e3", 1000.0),
        ("deep=true", True),
        ("deep=No", False),
        ("files=a, b,,c", ["a", "b", "c"]),
        ('files=["a,b", 1]', ["a,b", 1]),
        ("files=", []),
        ('labels={"a": 1}', {"a": 1}),
        ("level=high", "high"),
    ],
)
def test_a_word_becomes_a_value_of_its_type(word: str, value: object) -> None:
    name = word.partition("=")[0]
    given = parse_inputs(WORKFLOW, [word])[name]
    assert given == value
    assert type(given) is type(value)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("target", "target: not NAME=VALUE"),
        ("taget=x", "--input: no input `taget`; did you mean `target`?"),
        ("zzz=x", "--input: no input `zzz`; there are target, jobs, ratio, deep, files, labels, level"),
        ("jobs=many", "--input: jobs must be a whole number, not 'many'"),
        ("jobs=1.5", "--input: jobs must be a whole number, not '1.5'"),
        ("jobs=" + "9" * 400, "--input: jobs must be a whole number, not '999"),
        ("ratio=inf", "--input: ratio must be a number, not 'inf'"),
        ("ratio=nan", "--input: ratio must be a number, not 'nan'"),
        ("ratio=9e999", "--input: ratio must be a finite number"),
        ("deep=perhaps", "--input: deep must be true or false, not 'perhaps'"),
        ("files=[1", "--input: files must be a list, not '[1'"),
        ("files=" + "[" * 100_000, "--input: files must be a list, not '["),
        ("files=[NaN]", "--input: files must be a finite number"),
        ("files=" + "[" * 900 + "]" * 900, "--input: files is nested too deep"),
        ("labels=a=1", "--input: labels must be a table in JSON, such as '{\"a\": 1}', not 'a=1'"),
        ("labels=[]", "--input: labels must be a table in JSON, such as '{\"a\": 1}', not an empty list"),
        ("level=middle", "--input: level must be one of low, high, not 'middle'"),
        ("target=a\0b", "--input: target holds a null character"),
        ('files=["\\u0000"]', "--input: files holds a null character"),
        ('files=["\\ud800"]', "--input: files holds half of a surrogate pair, which is no character"),
    ],
)
def test_a_word_that_does_not_fit_is_refused(word: str, message: str) -> None:
    with pytest.raises(HoldfastError) as caught:
        parse_inputs(WORKFLOW, [word])
    assert caught.value.message.startswith(f"inputs of nightly: {message}")
    assert caught.value.hint == "holdfast workflow show workflows/nightly.yaml lists them"


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(HoldfastError) as caught:
        parse_inputs(ASKING, ["n=x", "m=1"])
    assert caught.value.message.splitlines() == [
        "inputs of nightly: 3 mistakes",
        "  --input: n must be a whole number, not 'x'",
        "  --input: no input `m`; there are target, n",
        "  target (what to check) is missing",
    ]


def test_a_required_input_that_is_given_badly_is_not_missing_too() -> None:
    asked = ASKING._replace(inputs=(Input("n", "integer", required=True),))
    with pytest.raises(HoldfastError, match=r"^inputs of nightly: --input: n must be"):
        parse_inputs(asked, ["n=x"])


def test_a_workflow_without_inputs_says_so() -> None:
    with pytest.raises(HoldfastError, match="nightly takes no inputs"):
        parse_inputs(WORKFLOW._replace(inputs=()), ["a=1"])


@pytest.mark.parametrize("text", ["target: src\njobs: 3\n", '{"target": "src", "jobs": 3}'])
def test_files_give_values_and_words_come_before_them(tmp_path: Path, text: str) -> None:
    (tmp_path / "in.yaml").write_text(text, "utf-8")
    values = parse_inputs(WORKFLOW, ["jobs=4"], [tmp_path / "in.yaml"])
    assert (values["target"], values["jobs"]) == ("src", 4)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1]", "in.yaml: must be a table of inputs, not a list"),
        ("a: &b 1", "in.yaml:1:4: anchors are not read; write the value out"),
        ("jobs: 1\njobs: 2", "in.yaml:2:1: jobs: given twice; the first is in line 1"),
        ("target: x\njobs: many", "inputs of nightly: {}in.yaml:2: jobs must be a whole number, not 'many'"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "in.yaml").write_text(text, "utf-8")
    with pytest.raises(HoldfastError) as caught:
        parse_inputs(WORKFLOW, [], [tmp_path / "in.yaml"])
    assert caught.value.message == (message.format(f"{tmp_path}/") if "{}" in message else f"{tmp_path}/{message}")


@pytest.mark.parametrize(
    ("value", "kind", "answer"),
    [
        (True, "integer", False),
        (1, "number", True),
        (1.5, "integer", False),
        (True, "boolean", True),
        ("x", "map", False),
    ],
)
def test_true_and_false_are_no_numbers(value: Any, kind: str, answer: bool) -> None:
    assert fits(value, kind) is answer
