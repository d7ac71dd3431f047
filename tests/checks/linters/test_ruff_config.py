from __future__ import annotations

from collections.abc import Callable

import pytest

from holdfast.checks.interface import Context
from holdfast.checks.linters.ruff_config import EVERYTHING, files_read

Make = Callable[..., Context]


@pytest.mark.parametrize(
    ("files", "more"),
    [
        ({}, ()),
        ({"pyproject.toml": "[tool.black]\ninclude = 'x'\n[tool.poetry]\ninclude = ['a']\n"}, ()),
        ({"ruff.toml": "extend-select = ['E']\n# include = ['x']\n"}, ()),
        ({"ruff.toml": "extend = 'lint/[a].toml'\n", "lint/[a].toml": ""}, ("lint/[[]a].toml",)),
        (
            {"sub/ruff.toml": "extend = '../a.toml'\n", "a.toml": "extend = './b.toml'", "b.toml": ""},
            ("a.toml", "b.toml"),
        ),
        ({"pyproject.toml": "[tool.ruff]\nextend = 'a.toml'\n", "a.toml": ""}, ("a.toml",)),
    ],
)
def test_python_files_and_what_the_configuration_extends_count(
    make_context: Make, files: dict[str, str], more: tuple[str, ...]
) -> None:
    found = files_read(make_context(files))
    assert {"*.py", "pyproject.toml", ".gitignore"} <= set(found)
    assert tuple(name for name in found if name.endswith(("a.toml", "b.toml")) or "]" in name) == more


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": "[tool.ruff]\nextend-include = ['*.x']\n"},
        {"ruff.toml": "include = ['*.x']\n"},
        {"sub/pyproject.toml": "[tool.ruff]\ninclude = ['*.x']\n"},
        {"ruff.toml": "extend = '../elsewhere.toml'\n"},
        {"ruff.toml": "extend = '~/ruff.toml'\n"},
        {"ruff.toml": "extend = 'gone.toml'\n"},
        {"ruff.toml": "extend = 'a.toml'\n", "a.toml": '"extend-include" = ["*.x"]\n'},
        {"ruff.toml": "extend = 'ruff.toml'\n"},
        {"ruff.toml": "extend = 3\n"},
    ],
)
def test_any_file_counts_where_the_configuration_selects_others_or_cannot_be_followed(
    make_context: Make, files: dict[str, str]
) -> None:
    assert files_read(make_context(files)) == EVERYTHING


def test_a_configuration_above_the_project_counts_where_it_has_none_itself(make_context: Make) -> None:
    context = make_context({})
    (context.project.parent / "ruff.toml").write_text("include = ['*.x']\n", "utf-8")
    assert files_read(context) == EVERYTHING
    assert files_read(make_context({"ruff.toml": ""})) != EVERYTHING
