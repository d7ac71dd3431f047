from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from cel_expr_python import cel
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import HoldfastError
from holdfast.workflow.expressions import check, condition, evaluate, names
from holdfast.workflow.expressions.plain_paths import is_path

RUN: dict[str, Any] = {
    "inputs": {"target": "src", "count": 3, "none": None, "flags": [True, False]},
    "steps": {"ship": {"answer": "publish", "exit_code": 0}, "two-words": {"status": "succeeded"}},
    "commit": "3f1c",
    "item": {"name": "a", "size": 2},
}


def mistake(text: str, variables: Any = None) -> str:
    with pytest.raises(HoldfastError) as refused:
        evaluate(text, RUN if variables is None else variables)
    return refused.value.message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("commit", "3f1c"),
        ("inputs.flags[0]", True),
        ("steps['two-words'].status", "succeeded"),
        ("inputs", RUN["inputs"]),
        ("steps.ship.answer == 'publish'", True),
        ("inputs.count + 1", 4),
        ("inputs.count > 2 && item.size == 2", True),
        ("has(steps.other)", False),
        ("inputs.none == null ? 'nothing' : 'something'", "nothing"),
        ("[1, 2, 3].filter(x, x > inputs.count - 2)", [2, 3]),
        ("{'a': [1.5, null]}", {"a": [1.5, None]}),
        ("duration('1h30m')", "5400s"),
        ("duration('1ms')", "0.001s"),
        ("timestamp('2026-01-01T00:00:00Z')", "2026-01-01T00:00:00Z"),
        ("'a}b' + \"{\"", "a}b{"),
        ("inputs.target // a comment", "src"),
        (" commit ", "3f1c"),
    ],
)
def test_expressions_have_the_values_that_cel_gives_them(text: str, value: object) -> None:
    assert evaluate(text, RUN) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("steps.shp.answer", "column 7: steps has no shp; did you mean ship?"),
        ("steps.shp.answer == 'x'", "column 7: steps has no shp; did you mean ship?"),
        ("imputs.target", "column 1: there is no imputs; did you mean inputs?"),
        ("1 + imputs.count", "column 5: there is no imputs; did you mean inputs?"),
        ("inputs.target.size", "column 14: inputs.target is a text, and has no size"),
        ("inputs.none.x", "inputs.none is null, and has no x"),
        ("inputs.flags[2]", "inputs.flags has 2 entries, and no [2]"),
        ("inputs.flags.first", "inputs.flags is a list, and has no first"),
        ("commit[0]", "commit is a text, and has no [0]"),
        ("steps.ship.zzzzz", "has no zzzzz; known: answer, exit_code"),
        ("commit ==", "column 10: Syntax error"),
        ("1 / 0", "divide by zero"),
        ("9223372036854775807 + 1", "integer overflow"),
        ("18446744073709551615u", "a whole number that does not fit 64 bits"),
        ("1.0 / 0.0", "the number inf, which JSON does not have"),
        ("b'abc'", "bytes; string(..) makes a text of them"),
        ("type(1)", "which is not a value"),
        ("{1: 2}", "a map with the key 1; keys are texts"),
        ("'a' + 1", "found no matching overload"),
        ("inputs.target + 1", "No matching overloads"),
        ("'a\nb'", "column 2: there is no a"),
        ("", "it is empty"),
        ("   ", "it is empty"),
        ("'\0'", "a null character"),
        ("x" * 4001, "it has 4,001 characters; 4,000 are the most"),
        ("1.no_such()", "undeclared reference to 'no_such'"),
    ],
)
def test_a_mistake_is_said_with_its_expression_and_place(text: str, said: str) -> None:
    message = mistake(text)
    assert message.startswith(f"expression {' '.join(text.split())[:50]}")
    assert said in message


def test_a_place_in_the_second_line_counts_from_the_beginning_of_the_expression() -> None:
    assert "column 9: there is no nope" in mistake("1 == 1\n&nope")
    assert "column 12: Syntax error" in mistake("1 == 1 &&\n &")


def test_a_condition_is_true_or_false_and_nothing_else() -> None:
    assert condition("inputs.count == 3", RUN) is True
    assert condition("steps.ship.answer == 'hold'", RUN) is False
    for text, value in (("inputs.count", "3"), ("commit", '"3f1c"'), ("inputs.none", "null")):
        with pytest.raises(HoldfastError, match="a condition is true or false; this is " + value):
            condition(text, RUN)


def test_names_are_the_variables_and_not_what_macros_bind_nor_functions_nor_fields() -> None:
    assert names("inputs.targets") == {"inputs"}
    assert names("inputs.l.all(x, x.steps > y) && size(run.id) > 2 // env") == {"inputs", "y", "run"}
    assert names("item.exists(item, item > 1) || index == 1") == {"item", "index"}
    assert names("'steps.x' + \"${run}\" + r'\\' + commit") == {"commit"}
    assert names("{'a': branch}[project] == [1].map(i, [2].map(j, i + j + k))") == {"branch", "project", "k"}
    assert names("type(item) == string || true") == {"item"}
    assert names(".inputs.x") == {"inputs"}


def test_check_finds_what_is_wrong_before_there_are_values() -> None:
    known = {"inputs": ["target"], "steps": ["tests", "ship"], "commit": None, "env": None}
    assert check("steps.ship.answer == 'publish' && env.X == commit", known) is None
    assert check("steps.ship.answer", known) is None
    assert check("steps.shp.answer", known) == "column 7: steps has no shp; did you mean ship?"
    assert check("true || steps['shp'].answer == ''", known) == "column 15: steps has no shp; did you mean ship?"
    assert check("targets", ["inputs"]) == "column 1: there is no targets; known: inputs"
    assert check("commit = 'x'", known) == "column 8: Syntax error: token recognition error at: '= '"
    assert check("size(commit", known) is not None
    assert check("'a' == 1", known) is not None
    assert check("(" * 40 + "1" + ")" * 40, known) == "it takes more steps, or is nested deeper, than an expression may"
    assert check("a" * 5000, known) == "it has 5,000 characters; 4,000 are the most"


SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=4)
KEYS = st.sampled_from(["a", "b", "size", "in", "true", "for", "int", "map", "a-b", "as", "x1"])
VALUES = st.recursive(
    SCALARS | st.floats(allow_nan=False, allow_infinity=False),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(KEYS, inside, max_size=3),
    max_leaves=6,
)
PATHS = st.lists(
    st.sampled_from([".a", ".b", ".size", ".for", ".int", "[0]", "[1]", "['a-b']", "['in']", '["a"]', ".x1"])
)


@given(VALUES, PATHS)
def test_a_path_looked_up_here_has_the_result_that_the_library_gives(value: Any, path: list[str]) -> None:
    text = "item" + "".join(path[:6])
    if not is_path(text):
        return
    result = cel.NewEnv(variables={"item": cel.Type.DYN}).compile(text).eval(data={"item": value})
    if str(result.type()) == "ERROR":
        mistake(text, {"item": value})
    else:
        assert evaluate(text, {"item": value}) == result.plain_value()


@given(st.text(max_size=40) | st.text("()[]{}'\"\\.+-!?:,xab01 \n$`", max_size=40))
def test_any_text_gives_a_value_or_a_mistake(text: str) -> None:
    variables = {"a": 1, "b": [1, 2], "x": {"a": "b"}}
    names(text)
    with suppress(HoldfastError):
        json.dumps(evaluate(text, variables), allow_nan=False)


def test_values_from_outside_that_cel_does_not_have_are_refused_where_they_are_read() -> None:
    assert "what it reads holds a whole number that does not fit 64 bits" in mistake("x == 1", {"x": 2**64})
    assert "does not fit 64 bits" in mistake("x", {"x": 2**64})
    assert "half a surrogate pair" in mistake("x == 'a'", {"x": "\ud800"})
    assert "object, which is not a value" in mistake("x == 1", {"x": object()})
    assert evaluate("x.y[1] == 2", {"x": {"y": (1, 2)}, "unread": object()}) is True
    assert evaluate("x", {"x": datetime(2026, 1, 1, tzinfo=UTC)}) == "2026-01-01T00:00:00Z"


def test_only_the_parts_that_are_read_are_looked_at() -> None:
    steps = {"ship": {"answer": "publish"}, "large": {"outputs": ["x" * 2**20] * 40}}
    assert evaluate("steps.ship.answer == 'publish'", {"steps": steps}) is True
    assert "texts with more than 16,777,216 characters in all" in mistake("steps == 1", {"steps": steps})


def test_without_the_library_paths_are_looked_up_and_the_rest_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['cel_expr_python'] = None\n"
        "from holdfast.core.errors import HoldfastError\n"
        "from holdfast.workflow.expressions import check, evaluate, filled\n"
        "print(evaluate('steps.ship.answer', {'steps': {'ship': {'answer': 'publish'}}}))\n"
        "print(filled('a-${item}', {'item': 1}), check('steps.ship', {'steps': ['ship']}))\n"
        "for call in (lambda: evaluate('1 + 1', {}), lambda: check('1 + 1', [])):\n"
        "    try: call()\n"
        "    except HoldfastError as error: print(error.message, '|', error.hint)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    said = "expressions need the CEL library, which is not installed; paths such as steps.ship.answer do without"
    assert done.stdout.splitlines() == ["publish", "a-1 None"] + [f"{said} | pip install 'holdfast[workflow]'"] * 2
