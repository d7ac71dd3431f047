"""Limited to some files, a linter says of them what it says in a whole run, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from holdfast.checks import black, flake8, ruff, ruff_format
from holdfast.checks.interface import Check, Context
from holdfast.checks.linters import call
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Result, Status

Make = Callable[..., Context]
BAD = "import os\nx=1\n"
FILES = {
    "src/a.py": BAD,
    "src/old/b.py": BAD,
    "generated/c.py": BAD,
    "c_pb2.py": BAD,
    "-d.py": BAD,
    "src/e.pyi": "x=1\n",
    "README.md": "text\n",
}
CONFIGURED = {
    "pyproject.toml": """[tool.black]
extend-exclude = '''
/old/
| ^/generated  # all of it
'''
force-exclude = "_pb2\\\\.py$"
[tool.ruff]
extend-exclude = ["old", "generated", "*_pb2.py"]
[tool.ruff.format]
""",
    ".flake8": "[flake8]\nextend_exclude =\n    old,\n    generated/\n    *_pb2.py\n",
}
CHECKS: dict[str, Check] = {check.name: check for check in (ruff.CHECK, ruff_format.CHECK, black.CHECK, flake8.CHECK)}


def limited(context: Context, *files: str, args: tuple[str, ...] = ()) -> Context:
    return context._replace(scope=frozenset(files), args=args)


def files_of(result: Result) -> set[str]:
    return {each.location.file for each in result.findings if each.location and each.id != "FMT001"}


def whole(check: Check, context: Context) -> set[str]:
    return files_of(check.run(context))


@pytest.mark.parametrize("name", CHECKS)
def test_a_run_on_all_files_by_name_finds_what_a_run_on_the_project_finds(make_context: Make, name: str) -> None:
    context = make_context({**FILES, **CONFIGURED})
    expected = whole(CHECKS[name], context)
    assert expected - {"src/e.pyi"} == {"src/a.py", "-d.py"}
    result = CHECKS[name].run(limited(context, *context.files))
    assert files_of(result) == expected
    assert result.checked is not None
    assert result.checked.done <= len(context.files) - 2


@pytest.mark.parametrize("name", CHECKS)
def test_only_the_files_in_scope_are_looked_at(make_context: Make, name: str) -> None:
    context = make_context({**FILES, **CONFIGURED})
    result = CHECKS[name].run(limited(context, "src/a.py", "README.md"))
    assert files_of(result) == {"src/a.py"}
    assert result.status is Status.FAILED


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("changed", ["README.md", "src/old/b.py", "generated/c.py", "c_pb2.py"])
def test_a_change_of_nothing_that_it_looks_at_leaves_it_unaffected(make_context: Make, name: str, changed: str) -> None:
    context = limited(make_context({**FILES, **CONFIGURED}), changed)
    try:
        result = CHECKS[name].run(context)
    except CannotRun as stopped:
        result = stopped.result
        assert (result.status, result.unaffected) == (Status.SKIPPED, True)
    assert files_of(result) == set()
    assert result.status is not Status.FAILED or {each.id for each in result.findings} == {"FMT001"}


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("black", (".", "--extend-exclude", "e[.]pyi")),
        ("flake8", ("--extend-exclude", "x")),
        ("flake8", ("--isolated",)),
        ("ruff", ("--config", "line-length = 100")),
    ],
)
def test_with_options_of_the_user_only_the_files_in_scope_are_told_of(
    make_context: Make, name: str, args: tuple[str, ...]
) -> None:
    context = make_context(FILES)
    assert files_of(CHECKS[name].run(limited(context, "src/a.py", args=args))) == {"src/a.py"}
    assert len(whole(CHECKS[name], context._replace(args=args))) > 1


@pytest.mark.parametrize("name", CHECKS)
def test_paths_among_the_arguments_limit_it_further(make_context: Make, name: str) -> None:
    context = make_context({"src/a.py": BAD, "tests/b.py": BAD, "pyproject.toml": "[tool.ruff.format]\n"})
    result = CHECKS[name].run(limited(context, "src/a.py", "tests/b.py", args=("./src/",)))
    assert files_of(result) == {"src/a.py"}
    with pytest.raises(CannotRun) as stopped:
        CHECKS[name].run(limited(context, "tests/b.py", args=("src",)))
    assert stopped.value.result.unaffected


def test_very_many_files_are_not_named_one_by_one(make_context: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call, "MOST", 1)
    context = make_context({"a.py": BAD, "b.py": BAD, "c.py": BAD})
    assert files_of(ruff.CHECK.run(limited(context, "a.py", "b.py"))) == {"a.py", "b.py"}


def test_ruff_is_asked_where_its_configuration_selects_the_files(make_context: Make) -> None:
    files = {"src/a.py": BAD, "tool": BAD, "other.py": BAD, "ruff.toml": 'include = ["src/*.py", "tool"]\n'}
    context = make_context(files)
    expected = whole(ruff.CHECK, context)
    assert expected == {"src/a.py", "tool"}
    assert files_of(ruff.CHECK.run(limited(context, *context.files))) == expected


def test_a_broken_configuration_of_ruff_is_could_not_run_in_a_scope_too(make_context: Make) -> None:
    context = make_context({"a.py": BAD, "ruff.toml": "include = 3\n"})
    with pytest.raises(CannotRun, match="could not check"):
        ruff.CHECK.run(limited(context, "a.py"))


def test_black_with_a_pattern_that_is_none_says_so_itself(make_context: Make) -> None:
    context = make_context({"a.py": BAD, "pyproject.toml": "[tool.black]\nextend-exclude = '('\n"})
    with pytest.raises(CannotRun, match="could not check"):
        black.CHECK.run(limited(context, "a.py"))


def test_black_keeps_to_the_projects_configuration_though_a_directory_has_its_own(make_context: Make) -> None:
    files = {
        "pyproject.toml": "[tool.black]\nline-length = 100\n",
        "sub/pyproject.toml": "[tool.black]\nline-length=20\n",
    }
    line = f"value = {'x' * 80} + 1\n"
    context = make_context({**files, "sub/a.py": line})
    assert black.CHECK.run(limited(context, "sub/a.py")).status is Status.PASSED


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("[flake8]\nexclude = src/old\n", {"src/a.py", "generated/c.py", "c_pb2.py"}),
        ("[flake8]\nexclude = /elsewhere/src src/\n", {"generated/c.py", "c_pb2.py"}),
        ("[flake8]\nexclude = src\n", {"generated/c.py", "c_pb2.py"}),
        ("[flake8:local-plugins]\n", {"src/a.py", "src/old/b.py", "generated/c.py", "c_pb2.py"}),
        ("[flake8]\nfilename = ./src/*.py\n", {"src/a.py", "src/old/b.py"}),
    ],
)
def test_flake8_leaves_out_what_its_configuration_does(make_context: Make, text: str, kept: set[str]) -> None:
    context = make_context(
        {**{name: FILES[name] for name in FILES if name[-3:] == ".py" and name[0] != "-"}, "tox.ini": text}
    )
    assert whole(flake8.CHECK, context) == kept
    assert files_of(flake8.CHECK.run(limited(context, *context.files))) == kept
