from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.core.ids import ALPHABET, new_id
from holdfast.plugins import step_kinds
from holdfast.workflow.kinds.interface import Command, Kind, Setting
from holdfast.workflow.model import ASK, KINDS, RERUN

SETTING = Setting(Path("/shop"), "/venv/bin/python", new_id(1_763_000_000_000), "fan[3]", 2, ".holdfast/runs", 99)
OURS = ("/venv/bin/python", "-P", "-m")


def kind(name: str) -> Kind:
    return step_kinds([])[name]


def problems(name: str, body: Any) -> list[str]:
    return [": ".join((*map(str, way), message)) for way, message in kind(name).problems(body)]


def test_there_is_a_kind_for_each_name_of_the_model() -> None:
    assert tuple(step_kinds([])) == KINDS
    assert {name: kind(name).on_crash for name in KINDS if kind(name).on_crash != RERUN} == dict.fromkeys(
        ("run", "tool"), ASK
    )
    assert [name for name in KINDS if kind(name).waits] == ["approve", "guide"]
    assert all(kind(name).question({}) == {} for name in KINDS if not kind(name).waits)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("run", ["pytest", "-q", 4, "", "${item}"]),
        ("run", 'echo "$TARGET" $$'),
        ("check", "venv"),
        ("check", ["venv", "lock"]),
        ("check", ["${inputs.check}"]),
        ("gate", {"metric": "coverage.line", "from": "c.xml", "at_least": 85}),
        ("gate", {"metric": "coverage.branch", "from": "c.xml", "package": "shop", "above": "${inputs.least}"}),
        ("gate", {"metric": "json", "from": "r.json", "path": "$.a['b c'][0]", "equals": 0, "fresh": False}),
        ("gate", {"metric": "prometheus", "url": "http://p", "query": "up", "at_least": 1, "aggregate": "min"}),
        ("approve", "Publish?"),
        ("approve", {"question": "Publish ${inputs.version}?", "options": ["publish", "hold"], "expires": "24h"}),
        ("guide", {"instructions": "Write it", "commands": [["pytest", "-q"], "test -f done"]}),
        ("guide", {"instructions": "Write it", "criteria": ["it works"], "commands": [["true"]], "expires": "2h"}),
        ("tool", {"server": ["my-server", "--stdio"], "tool": "search"}),
        ("tool", {"server": "https://example.invalid/mcp", "tool": "search", "arguments": {"n": 1}}),
        ("workflow", "child.yaml"),
        ("workflow", {"file": "child.yaml", "inputs": {"target": "${item}"}}),
    ],
)
def test_what_is_right_has_no_problems(name: str, body: Any) -> None:
    assert problems(name, body) == []


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("run", None, ["must be a list of a program and its arguments, not null"]),
        ("run", [], ["must be a list of a program and its arguments, not an empty list"]),
        ("run", [["a"], True, {}], ["0: must be a text, not a list; put it in quotes"]),
        ("run", ["", "a\0"], ["0: must name a program", "1: must not hold a null character"]),
        ("run", "  ", ["must be a text, not '  '"]),
        ("run", "rm -rf ${item}", ["no escaping makes ${...} safe: put the value in env"]),
        ("check", "Venv!", ["must be a check's name, such as venv, not 'Venv!'"]),
        ("check", ["venv", "a b"], ["1: must be a check's name"]),
        ("check", [], ["must be a list of texts, not an empty list"]),
        ("gate", [], ["must be a map, such as {metric: coverage.line"]),
        ("gate", {}, ["metric is missing", "a bound is missing: one of at_least"]),
        (
            "gate",
            {"metric": "coverage.lines", "at_least": 1},
            ["metric: must be a metric", "did you mean coverage.line?"],
        ),
        ("gate", {"metric": 3, "at_least": 1}, ["known: coverage.line, coverage.branch, junit.tests"]),
        ("gate", {"metric": "coverage.line", "at_least": "a lot"}, ["at_least: must be a number", "needs from"]),
        ("gate", {"metric": "coverage.line", "from": "c", "equals": "nan"}, ["equals: must be a number, not 'nan'"]),
        ("gate", {"metric": "junit.tests", "from": "j", "rule": "x", "below": 1}, ["junit.tests does not take rule"]),
        (
            "gate",
            {"metric": "json", "from": "j", "path": "a..b", "below": 1},
            ["path: must be a path such as $.totals"],
        ),
        ("gate", {"metric": "json", "from": "j", "path": "$", "fresh": "maybe", "below": 1}, ["fresh: must be true"]),
        (
            "gate",
            {"metric": "json", "from": "j", "path": "$", "at_lest": 1},
            ["at_lest: unknown key; did you mean at_least?"],
        ),
        ("approve", {"options": ["yes", "yes"]}, ["options: holds an option twice: 'yes'", "question is missing"]),
        ("approve", {"question": "?", "options": ["yes"]}, ["options: must hold 2 to 20 options"]),
        ("approve", {"question": "?", "options": [True, 1]}, ["options: 0: must be a text, not true"]),
        ("approve", {"question": "?", "expires": "soon"}, ["expires: must be a time of more than 0"]),
        ("guide", {"instructions": "Write"}, ["commands is missing"]),
        ("guide", {"instructions": 1, "commands": []}, ["instructions: must be a text", "commands: must be a list of"]),
        ("guide", {"instructions": "a", "commands": ["a ${b}"] * 1001}, ["commands: 0: a text runs", "more than 1000"]),
        ("tool", {"server": "ftp://x", "tool": ""}, ["server: must be a list that starts the server", "tool: must be"]),
        ("tool", {"server": ["x"], "tool": "t", "arguments": []}, ["arguments: must be a map, not an empty list"]),
        ("tool", {"server": ["x"], "tool": "t", "arguments": {1: 2}}, ["arguments: 1: a key must be a text"]),
        ("workflow", "--help", ["must be a workflow file, not '--help'"]),
        (
            "workflow",
            {"file": "c", "inputs": {"a=b": 1}, "input": {}},
            ["inputs: a=b: a name cannot hold =", "unknown key"],
        ),
        ("workflow", 3, ["must be a map, such as {file: workflows/child.yaml"]),
    ],
)
def test_every_mistake_is_said_with_the_way_to_it(name: str, body: Any, said: list[str]) -> None:
    found = "\n".join(problems(name, body))
    assert [each for each in said if each not in found] == []


@pytest.mark.parametrize(
    ("name", "body", "argv"),
    [
        ("run", ["pytest", "-n", 4], ("pytest", "-n", "4")),
        (
            "check",
            ["venv", "lock"],
            (*OURS, "holdfast", "validate-env", "--only=venv,lock", "--no-log", "--format", "text"),
        ),
        (
            "gate",
            {"metric": "junit.tests", "from": "é.xml", "at_least": 1},
            (
                *OURS,
                "holdfast.workflow.gates",
                '{"metric": "junit.tests", "from": "é.xml", "at_least": 1, "since_ms": 99}',
            ),
        ),
        (
            "guide",
            {"instructions": "x", "commands": ["test -f x", ["ls", 1]]},
            (*OURS, "holdfast.workflow.kinds.guide_commands", '{"commands": ["test -f x", ["ls", "1"]]}'),
        ),
        (
            "tool",
            {"server": ["srv", 1], "tool": "t"},
            (*OURS, "holdfast.workflow.kinds.mcp_call", '{"server": ["srv", "1"], "tool": "t", "arguments": {}}'),
        ),
    ],
)
def test_a_kind_makes_a_command(name: str, body: Any, argv: tuple[str, ...]) -> None:
    assert kind(name).command(body, SETTING) == Command(argv)


def test_a_text_runs_in_the_shell() -> None:
    command = kind("run").command("a | b", SETTING)
    assert (command.argv, command.shell) == (("a | b",), True)


@pytest.mark.parametrize(("name", "body"), [("run", []), ("gate", {"metric": "x"}), ("tool", {}), ("check", "A")])
def test_what_an_expression_made_is_judged_again(name: str, body: Any) -> None:
    with pytest.raises(HoldfastError, match=f"^{name}: "):
        kind(name).command(body, SETTING)


def test_a_childs_run_id_follows_from_its_parents_run_and_step_and_from_how_often_that_is_done_again() -> None:
    def run_id(setting: Setting) -> str:
        argv = kind("workflow").command({"file": "c.yaml", "inputs": {"n": 3, "t": "a b", "l": [1]}}, setting).argv
        assert argv[:6] == (*OURS, "holdfast", "workflow", "run")
        assert argv[6:8] == ("c.yaml", "--run-id")
        assert argv[9:] == (
            *("--parent", f"{setting.run_id}/{setting.instance}", "--no-live"),
            *("--input", "n=3", "--input", "t=a b", "--input", "l=[1]"),
        )
        return argv[8]

    child = run_id(SETTING)
    assert child == run_id(SETTING) == run_id(SETTING._replace(attempt=3))
    assert (child[:10], len(child)) == (SETTING.run_id[:10], 26)
    assert set(child) <= set(ALPHABET)
    others = [SETTING._replace(agains=1), SETTING._replace(instance="fan[4]"), SETTING._replace(run_id="child of old")]
    assert len({child, *map(run_id, others)}) == 4
    with pytest.raises(HoldfastError, match="inputs: n is null"):
        kind("workflow").command({"file": "c.yaml", "inputs": {"n": None}}, SETTING)


def test_what_waits_says_what_it_asks() -> None:
    assert kind("approve").question("Publish?") == {"question": "Publish?", "options": ["approve", "reject"]}
    asked = kind("approve").question({"question": "Publish?", "options": ["publish", "hold"], "expires": "24h"})
    assert asked == {"question": "Publish?", "options": ["publish", "hold"], "expires_s": 86400.0}
    guide = {
        "instructions": "Write it",
        "criteria": ["it works"],
        "commands": [["pytest", 1], "true"],
        "expires": "90s",
    }
    assert kind("guide").question(guide) == {
        "question": "Is it done?",
        "options": ["done"],
        "instructions": "Write it",
        "criteria": ["it works"],
        "commands": [["pytest", "1"], "true"],
        "expires_s": 90.0,
    }
    with pytest.raises(HoldfastError, match="expires: must be a time"):
        kind("approve").question({"question": "?", "expires": "${left}"})
    with pytest.raises(HoldfastError, match="answered by a person"):
        kind("approve").command("Publish?", SETTING)


def test_deps_are_all_the_checks_of_check_deps() -> None:
    from holdfast.cli.dependencies import CHECKS
    from holdfast.workflow.kinds.check import DEPS

    assert DEPS["deps"] == ",".join(CHECKS)
    (only,) = [word for word in kind("check").command(["venv", "deps"], SETTING).argv if word.startswith("--only=")]
    assert only == f"--only=venv,{','.join(CHECKS)}"
