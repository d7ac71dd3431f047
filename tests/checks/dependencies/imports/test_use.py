"""What is declared and not imported: what shows that it is used, and what does not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.checks.dependencies.projects import make_project

CODE = {"shop/__init__.py": "import flask\n"}
GUNICORN = {"gunicorn": {"entry_points": "[console_scripts]\ngunicorn = gunicorn.app.wsgiapp:run\n"}}


def unused(
    root: Path, installed: Mapping[str, Mapping[str, Any]], files: Mapping[str, str] | None = None, more: str = ""
) -> list[str]:
    """The messages on a project that declares flask, which it imports, and what is installed."""
    listed = "".join(f'    "{name}",\n' for name in ("flask", *installed))
    pyproject = f'[project]\nname = "shop"\nversion = "1"\ndependencies = [\n{listed}]\n{more}'
    project = make_project(root / "shop", pyproject, {**CODE, **(files or {})})
    project.install(
        "flask", extras=["async"], requires=["click>=8", 'asgiref; extra == "async"', 'tox; extra == "dev"']
    )
    for name, options in installed.items():
        project.install(name, **options)
    return [each["message"] for each in project.findings(only="imports") if each["id"] == "IMP002"]


def test_a_program_that_nothing_names_is_unused_and_the_message_says_why(tmp_path: Path) -> None:
    (message,) = unused(tmp_path, GUNICORN)
    assert message == "gunicorn is declared, but nothing imports gunicorn; no file names its program gunicorn"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("Makefile", "serve:\n\t.venv/bin/gunicorn shop:app\n"),
        ("Procfile", "web: gunicorn shop:app\n"),
        ("Dockerfile", 'FROM python\nCMD ["gunicorn", "shop:app"]\n'),
        (".github/workflows/ci.yml", "jobs:\n  a:\n    steps:\n      - run: gunicorn --check-config shop:app\n"),
        (".pre-commit-config.yaml", "repos:\n- repo: local\n  hooks:\n  - entry: gunicorn\n"),
        ("tox.ini", "[testenv]\ncommands = gunicorn --check\n"),
        ("scripts/serve", "#!/bin/sh\nexec gunicorn shop:app\n"),
        ("gunicorn.conf.py", "workers = 2\n"),
        ("shop/run.py", "import subprocess\nsubprocess.run(['gunicorn', 'shop:app'])\n"),
        ("shop/settings.py", 'WORKER = "gunicorn.workers.sync"\n'),
        ("setup.py", "import gunicorn\n"),
    ],
)
def test_a_program_that_one_of_the_projects_files_names_is_used(tmp_path: Path, file: str, text: str) -> None:
    assert unused(tmp_path, GUNICORN, {file: text}) == []


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("Makefile", "# gunicorn was here\nserve:\n\tflask run\n"),
        ("Makefile", "serve:\n\tmy-gunicorn-like\n"),
        ("README.md", "Run gunicorn\n"),
        ("poetry.lock", '[[package]]\nname = "gunicorn"\n'),
        ("shop/text.py", '"""\nimport gunicorn\n"""\nsays = "we like gunicorn"\n'),
    ],
)
def test_a_name_that_is_only_talked_about_is_no_use(tmp_path: Path, file: str, text: str) -> None:
    assert len(unused(tmp_path, GUNICORN, {file: text})) == 1


@pytest.mark.parametrize(
    "more", ["[tool.gunicorn]\nx = 1\n", '[tool.poe.tasks]\nserve = { cmd = "gunicorn shop:app" }\n']
)
def test_what_pyproject_configures_or_runs_is_used(tmp_path: Path, more: str) -> None:
    assert unused(tmp_path, GUNICORN, more=more) == []


def test_naming_it_in_the_settings_of_deptry_is_no_use(tmp_path: Path) -> None:
    more = '[tool.deptry.package_module_name_map]\ngunicorn = ["gunicorn"]\n'
    assert len(unused(tmp_path, GUNICORN, more=more)) == 1


def plugin(group: str) -> dict[str, dict[str, str]]:
    return {"shop-plugin": {"entry_points": f"[{group}]\nx = shop_plugin:x\n"}}


@pytest.mark.parametrize("group", ["flask.commands", "flask_extensions"])
def test_a_plugin_of_something_declared_is_used(tmp_path: Path, group: str) -> None:
    assert unused(tmp_path, plugin(group)) == []


def test_a_plugin_whose_host_is_not_there_is_unused_and_the_message_names_the_host(tmp_path: Path) -> None:
    (message,) = unused(tmp_path, plugin("mkdocs.plugins"))
    assert "mkdocs, which would load it as a plugin, is not here" in message


def test_a_plugin_of_a_development_tool_is_not_for_the_package_to_need(tmp_path: Path) -> None:
    more = '[dependency-groups]\ndev = ["pytest"]\n'
    (message,) = unused(tmp_path, plugin("pytest11"), more=more)
    assert message == "shop-plugin is declared for the package, but serves only as a plugin of pytest"


def test_a_plugin_beside_its_host_is_used(tmp_path: Path) -> None:
    assert unused(tmp_path, {**plugin("pytest11"), "pytest": {}}, {"shop/testing.py": "import pytest\n"}) == []


def test_an_entry_point_for_installers_is_no_plugin(tmp_path: Path) -> None:
    assert len(unused(tmp_path, plugin("distutils.commands"))) == 1


@pytest.mark.parametrize(
    ("driver", "file", "text", "used"),
    [
        ("asyncpg", "shop/db.py", 'URL = "postgresql+asyncpg://localhost/shop"\n', True),
        ("asyncpg", ".env.example", "DATABASE_URL=postgresql+asyncpg://localhost/shop\n", True),
        ("psycopg2-binary", "alembic.ini", "sqlalchemy.url = postgresql://localhost/shop\n", True),
        ("psycopg2-binary", "shop/settings.py", 'ENGINE = "django.db.backends.postgresql"\n', True),
        ("asyncpg", "shop/db.py", 'URL = "postgresql+psycopg://localhost/shop"\n', False),
        ("pymysql", "shop/db.py", 'URL = "postgresql://localhost/shop"\n', False),
    ],
)
def test_a_database_driver_is_used_by_the_scheme_of_a_url(
    tmp_path: Path, driver: str, file: str, text: str, used: bool
) -> None:
    assert (unused(tmp_path, {driver: {}}, {file: text}) == []) is used


def test_types_are_used_where_what_they_describe_is_imported(tmp_path: Path) -> None:
    stubs = {
        "types-flask": {"files": {"flask-stubs/__init__.pyi": ""}},
        "pandas-stubs": {"files": {"pandas-stubs/__init__.pyi": ""}},
    }
    (message,) = unused(tmp_path, stubs)
    assert message == "pandas-stubs is declared, but it brings nothing to import"


def test_what_another_declared_package_works_with_by_an_extra_is_used(tmp_path: Path) -> None:
    assert unused(tmp_path, {"asgiref": {}}) == []


def test_an_extra_for_development_of_another_package_is_no_use(tmp_path: Path) -> None:
    assert len(unused(tmp_path, {"tox": {}})) == 1


def test_what_another_package_brings_anyway_is_said_so(tmp_path: Path) -> None:
    (message,) = unused(tmp_path, {"click": {}})
    assert message == "click is declared, but nothing imports click; flask needs it, and brings it anyway"


def test_the_project_itself_is_no_other_package_that_brings_it(tmp_path: Path) -> None:
    (message,) = unused(tmp_path, {"numpy": {}, "shop": {"requires": ["numpy"], "files": {}}})
    assert message == "numpy is declared, but nothing imports numpy"


def test_the_projects_own_name_in_its_extras_is_not_unused(tmp_path: Path) -> None:
    more = '[project.optional-dependencies]\nall = ["shop[a]"]\na = []\n'
    assert unused(tmp_path, {}, more=more) == []


def test_each_tool_removes_from_where_the_requirement_stands(tmp_path: Path) -> None:
    more = '[project.optional-dependencies]\nfast = ["orjson"]\n'
    for tool, command in (("uv", "uv remove --optional fast orjson"), ("pdm", "pdm remove -G fast orjson")):
        pyproject = f'[project]\nname = "shop"\nversion = "1"\n{more}[tool.{tool}]\n'
        project = make_project(tmp_path / tool, pyproject, {"shop.py": ""})
        project.install("orjson")
        (found,) = project.findings(only="imports")
        assert (found["fix"], found["line"]) == (command, 5)
