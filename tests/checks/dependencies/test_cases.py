"""Every case of the table in cases/ gets exactly the findings that it is there for."""

from __future__ import annotations

import importlib
import inspect
import json
from pathlib import Path

import pytest

from tests.checks.dependencies.cases import MODULES
from tests.checks.dependencies.cases.case import TABLE, Case
from tests.checks.dependencies.cases.references import TOOLS
from tests.conftest import Cli

for module in MODULES:
    importlib.import_module(module)


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in TABLE.items()])
def test_a_case_gets_its_findings_and_no_others(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = case.build(tmp_path / "shop")
    for key, value in (case.env or {}).items():
        monkeypatch.setenv(key, value.format(root=project.root))
    report = project.check(*(option.format(root=project.root) for option in case.options), only=case.only)
    findings = [each for result in report["results"] for each in result["findings"]]
    assert sorted(each["id"] for each in findings) == [says.id for says in case.expected], json.dumps(report, indent=1)
    for says in case.expected:
        fitting = [each for each in findings if each["id"] == says.id and says.text in each["message"]]
        assert fitting, json.dumps(findings, indent=1)
        assert says.file in (None, fitting[0]["file"])
        assert says.line in (None, fitting[0]["line"])
    assert report["exit_code"] == case.exit_code, json.dumps(report, indent=1)


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in TABLE.items() if case.venv])
def test_venv_check_names_what_is_wrong_with_the_environment_itself(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holdfast: Cli
) -> None:
    project = case.build(tmp_path / "shop")
    for key, value in (case.env or {}).items():
        monkeypatch.setenv(key, value.format(root=project.root))
    said = holdfast("venv-check", "--format", "json", "--no-log", cwd=project.root)
    found = {each["id"] for result in json.loads(said.stdout)["results"] for each in result["findings"]}
    assert set(case.venv) <= found


def test_the_table_holds_what_it_promises() -> None:
    assert len(TABLE) >= 75
    assert sum(not case.expected for case in TABLE.values()) >= 15, "healthy projects show that nothing is cried out"


@pytest.mark.parametrize("module", MODULES)
def test_each_case_tells_what_todays_tools_say_of_it(module: str) -> None:
    source = inspect.getsource(importlib.import_module(module)).splitlines()
    for case in TABLE.values():
        if case.build.__module__ == module:
            decorator = inspect.getsource(case.build).splitlines()[0]
            start = case.build.__code__.co_firstlineno - 1
            assert source[start] == decorator
            said = source[start - len(TOOLS) : start]
            assert [line[2:24].strip() for line in said] == [tool.title for tool in TOOLS], case.name
