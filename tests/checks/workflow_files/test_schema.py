"""What becomes of an answer of check-jsonschema; the real one is asked in test_workflows.py."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

from holdfast.checks.interface import Context
from holdfast.checks.tools import CannotRun, Tool
from holdfast.checks.workflow_files.document import read
from holdfast.checks.workflow_files.schema import against
from holdfast.core.findings import Finding
from tests.checks.programs import with_program

Make = Callable[..., Context]
TEXT = """\
on:
  push:
    tags: x
jobs:
  a.b:
    steps:
      - run: ls
      - {run: ls, bogus: 1}
  c d:
    x: 1
"""
FILE = ".github/workflows/a.yml"


def found(make: Make, *errors: Mapping[str, object], schema: str = "github-workflows", **more: object) -> list[Finding]:
    said = json.dumps({"status": "fail", "errors": [{"filename": FILE, **error} for error in errors], **more})
    context = with_program(make({FILE: TEXT}), "check-jsonschema", said, code=1)
    assert context.environment
    tool = Tool("check-jsonschema", context.environment.bin / "check-jsonschema", "1", own=True)
    return against(context, "workflows", tool, schema, [read(context.project, FILE)])


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("$", 1),
        ("$.jobs", 4),
        ("$.jobs.a.b", 5),
        ("$.jobs['a.b'].steps[1]", 8),
        ("$.jobs.a.b.steps[1].bogus", 8),
        ('$.jobs["c d"].x', 10),
        ("$.jobs.nothing", 4),
        ("$.jobs.a.b.steps[9]", 6),
        ("$.on.push.tags", 3),
    ],
)
def test_a_path_leads_to_its_line(make_context: Make, path: str, line: int) -> None:
    (finding,) = found(make_context, {"path": path, "message": "is bad"})
    assert finding.location
    assert (finding.location.file, finding.location.line) == (FILE, line)


def test_the_best_match_is_told_and_not_the_whole_job(make_context: Make) -> None:
    best = {"path": "$.jobs.c d", "message": "'runs-on' is a required property"}
    (finding,) = found(make_context, {"path": "$.jobs", "message": "{'a': 1} is not valid", "best_deep_match": best})
    assert finding.message == "jobs.c d: 'runs-on' is a required property"


def test_what_stands_in_the_file_is_not_repeated_at_length(make_context: Make) -> None:
    values = {"path": "$.jobs", "message": "{'env': {'TOKEN': 'abc'}} is not of type 'array'"}
    long = {"path": "$.jobs", "message": "'a' is not one of " + "b" * 1000}
    first, second = found(make_context, values, long)
    assert first.message == "jobs: is not of type 'array'"
    assert len(second.message) < 350


@pytest.mark.parametrize(
    ("schema", "path", "message"),
    [
        ("github-workflows", "$.on.push.tags", "'x' is not of type 'array'"),
        ("github-actions", "$", "'description' is a required property"),
        ("github-actions", "$.inputs.x", "'description' is a required property"),
        ("github-actions", "$.inputs.x.default", "True is not of type 'string'"),
    ],
)
def test_what_github_takes_is_no_finding(make_context: Make, schema: str, path: str, message: str) -> None:
    assert found(make_context, {"path": path, "message": message}, schema=schema) == []


def test_a_file_that_only_the_tool_cannot_read_is_found(make_context: Make) -> None:
    (finding,) = found(make_context, parse_errors=[{"filename": FILE, "message": "Failed to parse"}])
    assert finding.message == "check-jsonschema cannot read it"


@pytest.mark.parametrize("status", ["ok", "other"])
def test_a_status_that_contradicts_the_exit_code_is_could_not_run(make_context: Make, status: str) -> None:
    with pytest.raises(CannotRun):
        found(make_context, status=status)
