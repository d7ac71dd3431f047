from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.render import reports

from holdfast.core.findings import Checked, Finding, Location, Result, Severity, Status
from holdfast.render import render

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/specs/report.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def document(*results: Result, interrupted: bool = False) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(render(reports.report(*results, interrupted=interrupted), "json"))
    return loaded


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("results", [(), reports.ALL, *[(result,) for result in reports.ALL]])
def test_every_report_is_what_the_schema_describes(results: tuple[Result, ...]) -> None:
    VALIDATOR.validate(document(*results))
    VALIDATOR.validate(document(*results, interrupted=True))


def test_the_schema_knows_every_field_that_a_report_has() -> None:
    written = document(reports.FAILED)
    kinds = SCHEMA["$defs"]
    assert set(written) == set(SCHEMA["properties"]) == set(SCHEMA["required"])
    result = written["results"][0]
    assert set(result) == set(kinds["result"]["properties"]) == set(kinds["result"]["required"])
    finding = result["findings"][0]
    assert set(finding) == set(kinds["finding"]["properties"]) == set(kinds["finding"]["required"])


@pytest.mark.parametrize(
    ("field", "value"),
    [("status", "green"), ("reason", None), ("findings", None), ("duration_s", -1), ("unchanged_since", "yesterday")],
)
def test_the_schema_refuses_what_no_report_says(field: str, value: object) -> None:
    written = document(reports.BROKEN)
    written["results"][0][field] = value
    assert not VALIDATOR.is_valid(written)


def test_the_schema_refuses_a_pass_that_looked_at_nothing() -> None:
    written = document(reports.PASSED)
    written["results"][0]["checked"]["done"] = 0
    assert not VALIDATOR.is_valid(written)


def test_a_finding_comes_back_from_its_json() -> None:
    for finding in (reports.UNUSED, reports.LONG_LINE, reports.PLACELESS):
        written = document(reports.FAILED._replace(findings=(finding,)))["results"][0]["findings"][0]
        assert Finding.from_json(written) == finding


def test_the_document_is_ascii_and_holds_no_lone_surrogate() -> None:
    text = render(reports.report(*reports.ALL), "json")
    assert text.isascii()
    assert text.endswith("}\n")
    written = json.loads(text)["results"][2]["findings"]
    assert written[0]["file"] == "src/naïve café/日本.py"
    assert written[2]["file"] == "a\\xff,b:c%\n.py"
    assert written[2]["message"] == reports.HOSTILE


@given(message=st.text(st.characters()), file=st.text(st.characters(), min_size=1))
def test_no_text_breaks_the_document(message: str, file: str) -> None:
    finding = Finding("A1", Severity.ERROR, message, Location(file))
    result = Result("a", Status.FAILED, (finding,), checked=Checked(1, 1, "files"))
    json.dumps(document(result), ensure_ascii=False).encode()
