from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.checks import black
from holdfast.checks.interface import Context
from holdfast.checks.ruff_format import CHECK
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Location, Status

Make = Callable[..., Context]
CONFIGURED = {"pyproject.toml": "[tool.ruff.format]\n"}
HOOK = "repos:\n- repo: x\n  hooks:\n  - id: ruff-format\n"
OLD = """#!/bin/sh
case "$*" in
*--output-format*) echo "error: unexpected argument '--output-format' found" >&2; exit 2;;
esac
printf -- '--- src/a.py\\n+++ src/a.py\\n@@ -3,2 +3,2 @@\\n-x=1\\n+x = 1\\n'
echo 'error: Failed to parse b.py:2:5: Expected an identifier' >&2
exit %d
"""


def test_code_as_ruff_writes_it_passes(make_context: Make) -> None:
    result = CHECK.run(make_context({**CONFIGURED, "a.py": "x = 1\n"}))
    assert (result.status, str(result.checked)) == (Status.PASSED, "1 of 1 Python files")


def test_other_code_is_found_with_the_command_that_mends_it_and_not_changed(make_context: Make) -> None:
    context = make_context({**CONFIGURED, "src/a.py": "y = 1\nx=1\n"})
    result = CHECK.run(context)
    (finding,) = result.findings
    assert (finding.id, finding.location) == ("ruff-format:reformat", Location("src/a.py", 2))
    assert (finding.fix or "").endswith("ruff format src/a.py")
    assert (result.status, (context.project / "src/a.py").read_text()) == (Status.FAILED, "y = 1\nx=1\n")


def test_exit_2_is_a_finding_in_the_file_that_does_not_parse(make_context: Make) -> None:
    (finding,) = CHECK.run(make_context({**CONFIGURED, "a.py": "x = 1\n", "b.py": "def (:\n"})).findings
    assert (finding.id, finding.location) == ("ruff-format:cannot-format", Location("b.py", 1, 5))


def test_a_broken_configuration_is_could_not_run(make_context: Make) -> None:
    with pytest.raises(CannotRun, match="exit code 2"):
        CHECK.run(make_context({"a.py": "", "ruff.toml": "[format]\nindent-style = 3\n"}))


def test_no_python_file_is_could_not_run(make_context: Make) -> None:
    with pytest.raises(CannotRun, match="found no Python file"):
        CHECK.run(make_context({**CONFIGURED, "a.txt": ""}))


def test_a_ruff_without_json_is_asked_for_a_patch(make_context: Make, tmp_path: Path) -> None:
    context = make_context({**CONFIGURED, "src/a.py": "", "b.py": ""})
    assert context.environment is not None
    (tmp_path / "ruff").write_text(OLD % 2, "utf-8")
    (tmp_path / "ruff").chmod(0o755)
    result = CHECK.run(context._replace(environment=context.environment._replace(bin=tmp_path)))
    places = [(each.id, str(each.location)) for each in result.findings]
    assert places == [("ruff-format:reformat", "src/a.py:3"), ("ruff-format:cannot-format", "b.py:2:5")]


def test_a_hook_alone_does_not_ask_for_ruff_in_the_environment(make_context: Make) -> None:
    files = {"a.py": "", ".pre-commit-config.yaml": HOOK}
    with pytest.raises(CannotRun, match="not installed: ruff") as stopped:
        CHECK.run(make_context(files, tools=False))
    assert stopped.value.result.status is Status.SKIPPED
    with pytest.raises(CannotRun, match="ruff is not installed") as stopped:
        CHECK.run(make_context({**files, **CONFIGURED}, tools=False))
    assert stopped.value.result.status is Status.ERROR


@pytest.mark.parametrize(
    ("files", "owner"),
    [
        ({}, None),
        ({"pyproject.toml": "[tool.ruff]\n[tool.ruff.lint]\n"}, None),
        (CONFIGURED, "ruff-format"),
        ({"ruff.toml": "line-length = 1\n[format]\n"}, "ruff-format"),
        ({".ruff.toml": "format.preview = true\n"}, "ruff-format"),
        ({".pre-commit-config.yaml": HOOK}, "ruff-format"),
        ({".pre-commit-config.yaml": "repos: [{hooks: [{id: ruff-format}]}]\n"}, "ruff-format"),
        ({".pre-commit-config.yaml": HOOK.replace("  - id", "  # - id")}, None),
        ({".pre-commit-config.yaml": HOOK.replace("format", "format-x")}, None),
        ({"pyproject.toml": "[tool.black]\n[tool.ruff.format]\n"}, "black"),
        ({"pyproject.toml": "[dependency-groups]\ndev = ['black']\n"}, "black"),
        ({"pyproject.toml": "[dependency-groups]\ndev = ['black']\n[tool.ruff.format]\n"}, "ruff-format"),
    ],
)
def test_one_of_the_two_formatters_is_wanted(make_context: Make, files: dict[str, str], owner: str | None) -> None:
    context = make_context(files)
    assert [check.name for check in (black.CHECK, CHECK) if check.wanted(context)] == ([owner] if owner else [])


def test_two_formatters_are_told_once_with_every_place_that_sets_one_up(make_context: Make) -> None:
    hooks = "repos:\n- hooks:\n  - id: black\n  - id: ruff-format\n"
    files = {
        "pyproject.toml": "[tool.ruff.format]\n[tool.black]\n",
        "a.py": "x = 1\n",
        ".pre-commit-config.yaml": hooks,
    }
    context = make_context(files)
    (finding,) = black.CHECK.run(context).findings
    assert (finding.id, finding.location) == ("FMT001", Location("pyproject.toml", 2))
    assert finding.message == (
        "two formatters own the code: black by [tool.black] (pyproject.toml:2) and the hook black"
        " (.pre-commit-config.yaml:3), ruff format by [tool.ruff.format] (pyproject.toml:1) and the hook ruff-format"
        " (.pre-commit-config.yaml:4); remove one"
    )
    assert CHECK.run(context).findings == ()


def test_a_file_that_is_no_text_is_a_finding_without_a_line(make_context: Make) -> None:
    context = make_context({**CONFIGURED, "a.py": "x = 1\n"})
    (context.project / "a.py").write_bytes(b"\xff\xfe = 1\n")
    (finding,) = CHECK.run(context).findings
    assert (finding.id, finding.location) == ("ruff-format:cannot-format", Location("a.py"))


def test_markdown_is_looked_at_in_a_scope_as_in_a_whole_run(make_context: Make) -> None:
    context = make_context({**CONFIGURED, "a.py": "x = 1\n", "b.md": "```python\nx=1\n```\n"})
    scoped = CHECK.run(context._replace(scope=frozenset(context.files)))
    assert scoped.findings == CHECK.run(context).findings
