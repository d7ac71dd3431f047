"""SARIF as the standard demands it, and as GitHub takes it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.render import reports

from holdfast import __version__
from holdfast.core.findings import Finding, Location, Result, Severity, Status
from holdfast.render import render, sarif

TEXT = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string"}},
    "additionalProperties": False,
}


def strict(**properties: object) -> dict[str, object]:
    """An object with these properties, all required, and no others, as the standard's own schema is strict."""
    return {
        "type": "object",
        "required": [name for name in properties if not name.startswith("_")],
        "properties": {name.lstrip("_"): kind for name, kind in properties.items()},
        "additionalProperties": False,
    }


def many_of(kind: object, **limits: int) -> dict[str, object]:
    return {"type": "array", "items": kind, **limits}


POSITIVE = {"type": "integer", "minimum": 1}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
STRING = {"type": "string", "minLength": 1}
SCHEMA: dict[str, Any] = strict(
    version={"const": "2.1.0"},
    runs=many_of(
        strict(
            tool=strict(
                driver=strict(
                    name={"const": "holdfast"},
                    semanticVersion=STRING,
                    rules=many_of(strict(id=STRING, shortDescription=TEXT, fullDescription=TEXT, help=TEXT)),
                )
            ),
            automationDetails=strict(id={"pattern": "^holdfast/[a-z-]+/$"}),
            originalUriBaseIds={"type": "object"},
            invocations=many_of(
                strict(
                    executionSuccessful={"type": "boolean"},
                    exitCode={"type": "integer"},
                    startTimeUtc={"type": "string", "pattern": "Z$"},
                    toolExecutionNotifications=many_of(
                        strict(level=LEVEL, message=TEXT, _properties={"type": "object"})
                    ),
                ),
                minItems=1,
                maxItems=1,
            ),
            results=many_of(
                strict(
                    ruleId=STRING,
                    ruleIndex={"type": "integer", "minimum": 0},
                    level=LEVEL,
                    message=TEXT,
                    locations=many_of(
                        strict(
                            physicalLocation=strict(
                                artifactLocation=strict(
                                    uri={"type": "string", "pattern": r"^([A-Za-z0-9._~/-]|%[0-9A-F]{2}|^file:)+$"},
                                    _uriBaseId={"const": "%SRCROOT%"},
                                ),
                                region=strict(startLine=POSITIVE, _startColumn=POSITIVE),
                            )
                        ),
                        minItems=1,
                        maxItems=1,
                    ),
                    partialFingerprints=strict(primaryLocationLineHash={"pattern": "^[0-9a-f]{16}:[1-9][0-9]*$"}),
                    properties={"type": "object"},
                ),
                maxItems=25_000,
            ),
        ),
        minItems=1,
        maxItems=20,
    ),
)
SCHEMA["properties"]["$schema"] = {"type": "string"}
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def run(*results: Result, interrupted: bool = False, validated: bool = True) -> dict[str, Any]:
    log = json.loads(render(reports.report(*results, interrupted=interrupted), "sarif"))
    if validated:
        VALIDATOR.validate(log)
    only: dict[str, Any] = log["runs"][0]
    return only


def one(finding: Finding) -> dict[str, Any]:
    found: dict[str, Any] = run(reports.FAILED._replace(findings=(finding,)))["results"][0]
    return found


@pytest.mark.parametrize("results", [(), reports.ALL, *[(result,) for result in reports.ALL]])
def test_every_report_is_valid_sarif(results: tuple[Result, ...]) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    found = run(*results)
    assert found["tool"]["driver"]["semanticVersion"] == __version__
    assert found["automationDetails"] == {"id": "holdfast/validate-env/"}


def test_a_finding_is_a_result_with_level_place_and_fix() -> None:
    found = one(reports.UNUSED)
    assert found["level"] == "error"
    assert found["message"]["text"] == "`os` imported but unused\nfix: ruff check --fix"
    assert found["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "src/basket.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 8},
    }
    assert found["properties"] == {"check": "ruff", "fingerprint": reports.UNUSED.fingerprint, "located": True}


def test_severities_have_their_levels() -> None:
    assert [item["level"] for item in run(reports.FAILED)["results"]] == ["warning", "error", "note"]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("src/naïve café/日本.py", "src/na%C3%AFve%20caf%C3%A9/%E6%97%A5%E6%9C%AC.py"),
        ("a:b#c?d%e.py", "a%3Ab%23c%3Fd%25e.py"),
        ("caf\udce9.py", "caf%E9.py"),
        ("\ud800.py", "%5Cud800.py"),
    ],
)
def test_places_are_relative_uris(file: str, uri: str) -> None:
    place = one(reports.UNUSED._replace(location=Location(file)))["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 1}}


def test_a_place_outside_the_project_is_a_file_uri() -> None:
    place = one(reports.UNUSED._replace(location=Location("/usr/lib/a b.py", 0, 0)))["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "file:///usr/lib/a%20b.py"}, "region": {"startLine": 1}}


def test_a_finding_about_the_project_is_put_at_its_description_and_says_so() -> None:
    found = one(reports.PLACELESS)
    assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "pyproject.toml"
    assert found["properties"]["located"] is False


def test_every_result_points_at_its_rule() -> None:
    found = run(*reports.ALL)
    rules = [rule["id"] for rule in found["tool"]["driver"]["rules"]]
    assert rules == ["E501", "F401", "VENV003", "X1", "own-tool"]
    assert all(rules[item["ruleIndex"]] == item["ruleId"] for item in found["results"])
    assert found["tool"]["driver"]["rules"][2] == {
        "id": "VENV003",
        "shortDescription": {"text": "VENV003, found by the check venv-check"},
        "fullDescription": {"text": "VENV003, found by the check venv-check"},
        "help": {"text": "To see it again: holdfast validate-env --only venv-check"},
    }


def test_the_same_words_in_the_same_file_have_fingerprints_of_their_own() -> None:
    twice = (reports.UNUSED, reports.UNUSED._replace(location=Location("src/basket.py", 9)), reports.LONG_LINE)
    prints = [
        item["partialFingerprints"]["primaryLocationLineHash"]
        for item in run(reports.FAILED._replace(findings=twice))["results"]
    ]
    same = reports.UNUSED.fingerprint
    assert prints == [f"{same}:1", f"{same}:2", f"{reports.LONG_LINE.fingerprint}:1"]


def test_a_check_that_could_not_run_makes_the_run_unsuccessful_and_says_why() -> None:
    found = run(reports.PASSED, reports.BROKEN)
    assert found["results"] == []
    (invocation,) = found["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["exitCode"] == 2
    assert invocation["toolExecutionNotifications"] == [
        {
            "level": "error",
            "message": {
                "text": "pytest: could not run: exit code 4\nhint: run it by hand\nusage:\n::error::injected\n"
            },
            "properties": {"check": "pytest"},
        }
    ]


@pytest.mark.parametrize("result", [reports.PASSED, reports.FAILED])
def test_what_a_check_that_ran_says_beside_its_findings_is_a_note(result: Result) -> None:
    (invocation,) = run(result._replace(reason="data of today"))["invocations"]
    (notice,) = invocation["toolExecutionNotifications"]
    assert (notice["level"], notice["message"]["text"].splitlines()[0]) == (
        "note",
        f"{result.check}: {result.status.value}: data of today",
    )


def test_findings_do_not_make_the_run_unsuccessful() -> None:
    (invocation,) = run(reports.FAILED, reports.PASSED)["invocations"]
    assert invocation == {
        "executionSuccessful": True,
        "exitCode": 1,
        "startTimeUtc": "2026-11-20T05:00:00.000Z",
        "toolExecutionNotifications": [],
    }


def test_a_skipped_check_is_a_note() -> None:
    (notice,) = run(reports.SKIPPED, reports.PASSED)["invocations"][0]["toolExecutionNotifications"]
    assert notice["level"] == "note"
    assert notice["message"]["text"] == "poetry-lock: skipped: no poetry.lock"


def test_a_run_of_nothing_and_an_interrupted_one_are_not_successful() -> None:
    assert run()["invocations"][0]["executionSuccessful"] is False
    (invocation,) = run(reports.PASSED, interrupted=True)["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [notice["level"] for notice in invocation["toolExecutionNotifications"]] == ["error"]


def test_a_failure_that_no_finding_explains_is_a_result() -> None:
    (found,) = run(reports.UNEXPLAINED)["results"]
    assert (found["ruleId"], found["message"]["text"]) == ("own-tool", "exit code 1\nfix: see its output")
    (found,) = run(reports.UNEXPLAINED._replace(reason=None, hint=None))["results"]
    assert found["message"]["text"] == "failed"


def test_more_findings_than_github_takes_are_cut_from_the_light_end_with_a_notification() -> None:
    found = run(reports.many(sarif.RESULT_LIMIT + 1, last=reports.UNUSED), validated=False)
    assert len(found["results"]) == sarif.RESULT_LIMIT
    assert found["results"][0]["ruleId"] == "F401"
    (notice,) = found["invocations"][0]["toolExecutionNotifications"]
    assert notice["message"]["text"].startswith("2 findings left out: a run holds at most 25000")


def test_the_last_finding_that_github_takes_is_not_cut() -> None:
    found = run(reports.many(sarif.RESULT_LIMIT - 1, last=reports.UNUSED), validated=False)
    assert len(found["results"]) == sarif.RESULT_LIMIT
    assert found["results"][-1]["ruleId"] == "F401"
    assert found["invocations"][0]["toolExecutionNotifications"] == []


@given(st.text(st.characters(), min_size=1))
def test_no_text_breaks_the_document(text: str) -> None:
    finding = Finding(text, Severity.ERROR, text, Location(text), text)
    results = (Result("a", Status.FAILED, (finding,), hint=text), Result("b", Status.ERROR, reason=text, output=text))
    assert len(run(*results)["results"]) == 1
