from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.workflow.gates.gate import gate

from holdfast.workflow.gates.interface import NoData
from holdfast.workflow.gates.json_file import follow

RULES = [{"id": "E1", "defaultConfiguration": {"level": "error"}}, {"id": "N1"}]


def write(directory: Path, value: object) -> str:
    (directory / "r.json").write_text(value if isinstance(value, str) else json.dumps(value))
    return "r.json"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$.totals.percent", "87.5"),
        ("$['two words'][0].n", "3"),
        ("$.runs[-1]", "2"),
        ('$["runs"][0]', "1"),
        ("$.tiny", "1e-09"),
    ],
)
def test_a_number_is_found_by_its_path(tmp_path: Path, path: str, value: str) -> None:
    document = {"totals": {"percent": 87.5}, "two words": [{"n": 3}], "runs": [1, 2], "tiny": 1e-9}
    said = gate(tmp_path, "json", from_=write(tmp_path, document), path=path, above=0)
    assert said.line == f"json {value} > 0: passed (from r.json, {path})"
    assert said.outputs == f"value={value}\npassed=true\n"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"b": 1}, "r.json: $ has no a"),
        ({"a": None}, "r.json: $.a is null, not a number"),
        ({"a": "87"}, "r.json: $.a is a text, not a number"),
        ({"a": True}, "r.json: $.a is true or false, not a number"),
        ({"a": [1]}, "r.json: $.a is a list, not a number"),
        ([1], "r.json: $ has no a"),
        ('{"a": NaN}', "NaN is no JSON number"),
        ('{"a": 1e999}', "$.a is not a finite number"),
        ('{"a": ' + "9" * 400 + "}", "$.a is too large a number"),
        ('{"a": ' + "9" * 5000 + "}", "not JSON"),
        ('{"a": 1', "r.json:1: not JSON"),
        ("[" * 200_000, "nested too deep"),
        (" \n", "r.json is empty"),
        ("[" + " " * 2**25, "r.json has more than 33,554,432 bytes"),
        ('"\\ud800', "not JSON"),
    ],
)
def test_what_is_no_number_is_no_data(tmp_path: Path, document: Any, said: str) -> None:
    found = gate(tmp_path, "json", from_=write(tmp_path, document), path="$.a", at_least=0)
    assert found.code == 1
    assert said in found.line


JSON = st.recursive(
    st.integers(), lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text("ab'é ", max_size=3), inside)
)


@given(JSON, st.data())
def test_every_value_has_a_path_that_leads_to_it(value: Any, data: st.DataObject) -> None:
    path, here = "$", value
    while isinstance(here, dict | list) and here and data.draw(st.booleans()):
        key = data.draw(st.sampled_from(sorted(here) if isinstance(here, dict) else range(len(here))))
        quote = '"' if "'" in str(key) else "'"
        path += f"[{quote}{key}{quote}]" if isinstance(here, dict) else f"[{key}]"
        here = here[key]
    assert follow(value, path, "x") == here
    with pytest.raises(NoData):
        follow(value, path + ".nowhere", "x")


def sarif(*results: dict[str, Any], **run: Any) -> dict[str, Any]:
    return {"runs": [{"tool": {"driver": {"name": "zizmor", "rules": RULES}}, "results": list(results), **run}]}


@pytest.mark.parametrize(
    ("metric", "options", "value"),
    [
        ("sarif.results", {}, 5),
        ("sarif.error", {}, 2),
        ("sarif.warning", {}, 2),
        ("sarif.note", {}, 1),
        ("sarif.results", {"rule": "E1"}, 2),
        ("sarif.results", {"rule": "none such"}, 0),
    ],
)
def test_sarif_results_are_counted_by_level_and_rule(
    tmp_path: Path, metric: str, options: dict[str, Any], value: int
) -> None:
    document = sarif(
        {"ruleId": "E1"},
        {"rule": {"index": 0}, "ruleIndex": 0},
        {"ruleId": "N1"},
        {},
        {"ruleId": "N1", "level": "note"},
        {"ruleId": "E1", "kind": "pass"},
        {"ruleId": "E1", "baselineState": "absent"},
        {"ruleId": "E1", "suppressions": [{"kind": "inSource"}]},
    )
    said = gate(tmp_path, metric, from_=write(tmp_path, document), equals=value, **options)
    assert said.line.startswith(f"{metric} {value} == {value}: passed (from r.json, "), said


def test_a_suppression_that_was_rejected_hides_nothing(tmp_path: Path) -> None:
    document = sarif({"suppressions": [{"status": "rejected"}]}, {"suppressions": []})
    assert gate(tmp_path, "sarif.results", from_=write(tmp_path, document), equals=2).code == 0


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "r.json is no SARIF: it has no runs"),
        ([], "r.json is no SARIF"),
        ({"runs": []}, "r.json holds no run of a tool"),
        ({"runs": [3]}, "r.json is no SARIF"),
        (sarif(3), "a result is not a map"),  # type: ignore[arg-type]
        (sarif(invocations=[{"executionSuccessful": False}]), "zizmor says that it did not succeed"),
        (sarif(results=None), "zizmor gave no results, not even none"),
        ({"runs": [{"tool": 3}]}, "a tool gave no results"),
    ],
)
def test_no_results_are_good_news_only_from_a_tool_that_looked(tmp_path: Path, document: Any, said: str) -> None:
    found = gate(tmp_path, "sarif.results", from_=write(tmp_path, document), at_most=0)
    assert found.code == 1
    assert said in found.line
    assert gate(tmp_path, "sarif.results", from_=write(tmp_path, sarif()), at_most=0).code == 0


PYTEST = {
    "benchmarks": [
        {
            "name": "a",
            "fullname": "t.py::a",
            "stats": {"min": 1, "mean": 2, "median": 2.5, "data": list(range(1, 101))},
        },
        {"name": "b", "fullname": "t.py::b", "stats": {"min": 1}},
    ]
}
HYPERFINE = {"results": [{"command": "make", "mean": 0.3, "median": 0.25, "times": [0.2, 0.3, 0.4]}]}


@pytest.mark.parametrize(
    ("document", "metric", "name", "line"),
    [
        (PYTEST, "benchmark.median", "a", "benchmark.median 2.5 <= 9: passed (from r.json, t.py::a, 100 runs)"),
        (PYTEST, "benchmark.p95", "t.py::a", "benchmark.p95 95 <= 9: failed (from r.json, t.py::a, 100 runs)"),
        (HYPERFINE, "benchmark.mean", None, "benchmark.mean 0.3 <= 9: passed (from r.json, make, 3 runs)"),
        (HYPERFINE, "benchmark.p95", "make", "benchmark.p95 0.4 <= 9: passed (from r.json, make, 3 runs)"),
        (PYTEST, "benchmark.p95", "b", "t.py::b has no durations of single runs"),
        (PYTEST, "benchmark.max", "b", "r.json: t.py::b has no max"),
        (PYTEST, "benchmark.mean", None, "holds 2 benchmarks; say which by name: t.py::a, t.py::b"),
        (PYTEST, "benchmark.mean", "c", "r.json holds no c; it holds t.py::a, t.py::b"),
        ({"benchmarks": []}, "benchmark.mean", "c", "r.json holds no benchmarks"),
        ({"benchmarks": [1], "x": 2}, "benchmark.mean", "c", "r.json holds no benchmarks"),
        ({"x": 2}, "benchmark.mean", "c", "neither pytest-benchmark's JSON nor hyperfine's"),
        ({"results": [{"command": "a", "mean": "x"}]}, "benchmark.mean", "a", "mean of a is a text, not a number"),
    ],
)
def test_durations_are_read_from_both_tools(
    tmp_path: Path, document: Any, metric: str, name: str | None, line: str
) -> None:
    named: dict[str, Any] = {} if name is None else {"name": name}
    said = gate(tmp_path, metric, from_=write(tmp_path, document), at_most=9, **named)
    assert line in said.line
    assert said.code == (0 if "passed" in line else 1)


def test_two_benchmarks_of_one_name_are_told_apart_by_their_full_names(tmp_path: Path) -> None:
    stats = {"mean": 1}
    document = {"benchmarks": [{"fullname": "x::a", "stats": stats}, {"fullname": "y::a", "stats": stats}]}
    assert (
        "more than one a" in gate(tmp_path, "benchmark.mean", from_=write(tmp_path, document), name="a", below=2).line
    )
