"""actionlint is on no package index: a program that answers as it does stands in its place."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from holdfast.checks.interface import Context
from holdfast.checks.tools import CannotRun
from holdfast.checks.workflows import CHECK
from holdfast.core.findings import Location, Status
from tests.checks.programs import with_program

Make = Callable[..., Context]
FILE = ".github/workflows/a.yml"
TEXT = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ matrix.x }}\n"


def problem(line: int, kind: str = "expression", file: str = FILE) -> dict[str, object]:
    return {"message": "is\n bad", "filepath": file, "line": line, "column": 3, "kind": kind, "snippet": "x"}


def with_actionlint(make: Make, said: object, code: int) -> Context:
    context = with_program(make({FILE: TEXT}), "actionlint", json.dumps(said), code=code)
    return with_program(context, "check-jsonschema", '{"status": "ok", "errors": []}')


def test_its_findings_join_ours_and_its_version_the_result(make_context: Make) -> None:
    result = CHECK.run(with_actionlint(make_context, [problem(2), problem(4, "shellcheck")], 1))
    assert result.tool == "check-jsonschema 1.2.3, actionlint 1.2.3"
    assert [(each.id, each.severity.value, each.location) for each in result.findings[1:]] == [
        ("actionlint:expression", "error", Location(FILE, 2, 3)),
        ("actionlint:shellcheck", "warning", Location(FILE, 4, 3)),
    ]
    assert result.findings[1].message == "is bad"


def test_a_line_of_which_something_was_said_is_not_told_twice(make_context: Make) -> None:
    result = CHECK.run(with_actionlint(make_context, [problem(6)], 1))
    assert [each.id for each in result.findings] == ["GHA008"]


@pytest.mark.parametrize("nothing", [None, []])
def test_nothing_found_is_nothing_added(make_context: Make, nothing: object) -> None:
    result = CHECK.run(with_actionlint(make_context, nothing, 0))
    assert (result.status, [each.id for each in result.findings]) == (Status.FAILED, ["GHA008"])


@pytest.mark.parametrize(
    ("said", "code"), [([], 1), ([], 2), ([], 3), ([5], 1), ("x", 0), ([problem(2, file="/etc/passwd")], 1)]
)
def test_an_answer_that_is_none_is_could_not_run(make_context: Make, said: object, code: int) -> None:
    with pytest.raises(CannotRun, match=r"actionlint 1\.2\.3 could not check") as stopped:
        CHECK.run(with_actionlint(make_context, said, code))
    assert stopped.value.result.status is Status.ERROR
