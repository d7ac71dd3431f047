"""Expressions that try to take all memory and all time, each in a process that the test could afford to lose."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from typing import Any

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.workflow.expressions import evaluate
from holdfast.workflow.expressions.library import BUDGET

PROGRAM = """
import json, resource, sys
from holdfast.core.errors import HoldfastError
from holdfast.workflow.expressions import evaluate
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    said = "value " + json.dumps(evaluate(eval(sys.argv[1]), eval(sys.argv[2])))[:40]
except HoldfastError as error:
    said = error.message
print(json.dumps([said, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before]))
"""
DEEP = "{'x': __import__('functools').reduce(lambda a, _: [a], range(100000), 1)}"
MEGABYTE = "{'x': 'a' * 2**20}"
MANY = "{'x': list(range(%d))}"
SHORT = "it takes more"


@pytest.mark.parametrize(
    ("text", "data", "said"),
    [
        ("'('*1900 + '1' + ')'*1900", "{}", SHORT),
        ("'['*1900 + '1' + ']'*1900", "{}", SHORT),
        ("'{1:'*990 + '1' + '}'*990", "{}", SHORT),
        ("'size('*660 + '1' + ')'*660", "{}", SHORT),
        ("'x' + '.a'*1900", "{'x': {}}", SHORT),
        ("'1' + '+1'*1900", "{}", SHORT),
        ("'true?1:'*500 + '1'", "{}", SHORT),
        ("'x' + '[0]'*1300", "{'x': []}", SHORT),
        ("'!'*3900 + 'true'", "{}", "value true"),
        ("'true' + '&&true'*600", "{}", "value true"),
        ("'x'", DEEP, "nested more than 64 deep"),
        ("'x == x'", DEEP, "nested more than 64 deep"),
        ("'[\"aaaaaaaa\"]' + '.map(a,a+a)'*26", "{}", SHORT),
        ("'[\"aaaaaaaa\"]' + '.map(a,a+a+a+a+a+a)'*20", "{}", SHORT),
        ("'[1]' + '.map(a,[a,a])'*26", "{}", SHORT),
        ("'x.map(a, a)'", MANY % 9000, SHORT),
        ("'x.map(a, a)'", MANY % 500, "value [0"),
        ("'x.filter(a, true)'", MANY % 90000, SHORT),
        ("'x.all(a, x.all(b, x.all(c, a + b + c >= 0)))'", MANY % 1000, SHORT),
        ("'x.exists(a, a == 1)'", MANY % 9000, "value true"),
        ("'x + x + x'", MEGABYTE, "a text of 3,145,728 characters; 1,048,576 are the most"),
        ("'size(x' + '+x'*25 + ')'", MEGABYTE, "value 27262976"),
        ("'x.matches(\"(((.{30}){30}){1})*b\")'", MEGABYTE, SHORT),
        ("'x.matches(\"(a*)*b\")'", "{'x': 'a' * 1000}", "value false"),
        ("'x'", MANY % 100001, "a list or map with 100,001 entries; 100,000 are the most"),
        ("'x'", "{'x': [list(range(90000))] * 12}", "more than 1,000,000 values in all"),
        ("'x'", "{'x': ['a' * 2**20] * 17}", "more than 16,777,216 characters in all"),
    ],
)
def test_nothing_takes_much_memory_or_ends_the_process(text: str, data: str, said: str) -> None:
    command = [sys.executable, "-c", PROGRAM, text, data]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    message, grown_kb = json.loads(done.stdout)
    assert said in message
    assert grown_kb < 150 * 2**10


def test_heavy_expressions_have_the_value_that_light_ones_have() -> None:
    items = [{"id": number, "name": f"n{number}", "ok": number % 2 == 0} for number in range(1500)]
    data: dict[str, Any] = {"items": items}
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt
    assert evaluate("items.filter(i, i.ok).map(i, i.name)", data) == [each["name"] for each in items if each["ok"]]
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt > before, "it was evaluated in a process of its own"


def test_a_mistake_in_a_heavy_expression_is_said_in_the_same_words() -> None:
    data: dict[str, Any] = {"items": list(range(5000))}
    with pytest.raises(HoldfastError, match=r"column 21: undeclared reference to 'nope'"):
        evaluate("items.map(i, i).nope()", data)
    with pytest.raises(HoldfastError, match=r"it gives bytes; string\(..\) makes a text of them"):
        evaluate("items.map(i, b'x').filter(i, true)", {"items": list(range(200))})


def test_the_words_by_which_the_librarys_bounds_are_known_are_those_that_it_says() -> None:
    assert BUDGET == ("Iteration budget exceeded", "recursion limit", "recursion depth")
