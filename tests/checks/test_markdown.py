from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.checks.interface import Context
from holdfast.checks.markdown import CHECK
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Location, Severity, Status

Make = Callable[..., Context]
LONG = f"# A\n\n{'word ' * 30}end\n"


def test_documents_in_style_pass_and_are_counted(make_context: Make) -> None:
    result = CHECK.run(make_context({"README.md": "# A\n", "docs/b.md": "# B\n"}))
    assert (result.status, str(result.checked)) == (Status.PASSED, "2 of 2 Markdown files")
    assert result.tool is not None
    assert result.tool.startswith("rumdl 0.")


def test_findings_have_rule_place_and_the_command_that_mends_them(make_context: Make) -> None:
    result = CHECK.run(make_context({"docs/a b.md": "#A\n\n\n\nb\n"}))
    assert result.status is Status.FAILED
    by_id = {finding.id: finding for finding in result.findings}
    blanks = by_id["markdown:MD012"]
    assert (blanks.severity, blanks.location and blanks.location.file) == (Severity.ERROR, "docs/a b.md")
    assert by_id["markdown:MD018"].location == Location("docs/a b.md", 1, 2)
    assert blanks.fix is not None
    assert blanks.fix.endswith("rumdl check --fix 'docs/a b.md'")


@pytest.mark.parametrize(
    "files",
    [
        {".rumdl.toml": "[MD013]\nline-length = 200\n"},
        {"pyproject.toml": "[tool.rumdl]\nline-length = 200\n"},
        {".markdownlint.json": '{"MD013": {"line_length": 200}}'},
        {".markdownlint.yaml": "MD013: false\n"},
    ],
)
def test_the_projects_own_configuration_counts(make_context: Make, files: dict[str, str]) -> None:
    assert CHECK.run(make_context({"README.md": LONG, **files})).status is Status.PASSED


def test_it_never_writes(make_context: Make) -> None:
    context = make_context({"README.md": "#A\n"})
    CHECK.run(context)
    assert sorted(path.name for path in context.project.iterdir()) == ["README.md", "pyproject.toml"]


def test_a_limited_run_looks_at_what_changed(make_context: Make) -> None:
    context = make_context({"a.md": LONG, "b.md": LONG, "c.py": ""})
    result = CHECK.run(context._replace(scope=frozenset({"b.md", "c.py"})))
    assert [finding.location and finding.location.file for finding in result.findings] == ["b.md"]
    assert str(result.checked) == "1 of 1 Markdown files"
    with pytest.raises(CannotRun) as stopped:
        CHECK.run(context._replace(scope=frozenset({"c.py"})))
    assert stopped.value.result.unaffected


def test_where_everything_is_excluded_it_could_not_run(make_context: Make) -> None:
    context = make_context({"a.md": LONG, ".rumdl.toml": '[global]\nexclude = ["*.md"]\n'})
    with pytest.raises(CannotRun, match="found no Markdown file"):
        CHECK.run(context)
    with pytest.raises(CannotRun) as stopped:
        CHECK.run(context._replace(scope=frozenset({"a.md"})))
    assert stopped.value.result.unaffected


def test_configuration_that_is_not_understood_is_said_once(make_context: Make) -> None:
    result = CHECK.run(make_context({"a.md": "# A\n", ".rumdl.toml": "[MD999]\nx = 1\n"}))
    assert [(finding.id, finding.severity) for finding in result.findings] == [("markdown:config", Severity.WARNING)]


def test_a_broken_call_is_could_not_run(make_context: Make) -> None:
    with pytest.raises(CannotRun, match="exit code 2"):
        CHECK.run(make_context({"a.md": ""}, args=("--no-such-option",)))


def test_without_rumdl_it_is_skipped_with_the_command_that_installs_it(
    make_context: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    with pytest.raises(CannotRun) as caught:
        CHECK.run(make_context({"a.md": ""}, tools=False))
    assert (caught.value.result.status, caught.value.result.reason) == (Status.SKIPPED, "not installed: rumdl")
    assert "holdfast[docs]" in (caught.value.result.hint or "")


def test_the_rumdl_beside_holdfast_serves_where_the_project_has_none(make_context: Make) -> None:
    context = make_context({"a.md": "# A\n"}, tools=False)
    result = CHECK.run(context)
    assert result.status is Status.PASSED
    assert re.fullmatch(r"rumdl \d+\.\d+\.\d+", result.tool or "")
    assert str(Path(sys.prefix, "bin", "rumdl")) in CHECK.inputs(context).programs


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"README.md": ""}, False),
        ({".markdownlint.jsonc": "{}"}, True),
        ({".rumdl.toml": ""}, True),
        ({"pyproject.toml": "[tool.rumdl]\n"}, True),
        ({"pyproject.toml": '[dependency-groups]\ndev = ["rumdl"]\n'}, True),
        ({".pre-commit-config.yaml": "  - id: markdownlint-cli2\n"}, True),
        ({".pre-commit-config.yaml": "  - id: ruff\n"}, False),
    ],
)
def test_it_is_wanted_where_the_project_asks_for_it(make_context: Make, files: dict[str, str], wanted: bool) -> None:
    assert CHECK.wanted(make_context(files)) is wanted


def test_what_it_reads_is_narrow(make_context: Make) -> None:
    inputs = CHECK.inputs(make_context({}))
    assert inputs.by_file
    assert "**" not in inputs.files
