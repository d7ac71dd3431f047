"""`holdfast config` as its user sees it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.core.config.table import all_settings
from tests.conftest import Cli

BAD = "[tool.holdfast]\nstrct = true\n[tool.holdfast.validate]\njobs = -1\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project that sets a few things."""
    project = tmp_path / "shop"
    project.mkdir()
    (project / "pyproject.toml").write_text(
        '[tool.holdfast.validate]\njobs = 4\n\n[tool.holdfast.checks.api]\ncommand = ["./api.sh", "-q"]\n', "utf-8"
    )
    return project


def test_show_prints_every_setting(holdfast: Cli, shop: Path) -> None:
    said = holdfast("config", "show", cwd=shop)

    assert said.exit_code == 0
    lines = said.stdout.splitlines()
    settings = {".".join(path).replace("checks.*", "checks.api") for path, _ in all_settings()}
    assert {line.split(" = ")[0] for line in lines} == {name for name in settings if "*" not in name}
    assert len(lines) == len(set(lines))
    assert {
        'registry = "task_registry.json"',
        "log = true",
        "validate.only = []",
        "validate.jobs = 4",
        'validate.timeout = "10m"',
        'venv.path = ""',
        'advisories.max_age = "7d"',
        "advisories.online = false",
        'advisories.service = "https://api.osv.dev"',
        "init.skip = []",
        'checks.api.command = ["./api.sh", "-q"]',
        "checks.api.timeout = (unset)",
    } <= set(lines)


def test_show_says_where_each_value_comes_from(holdfast: Cli, shop: Path) -> None:
    said = holdfast("config", "show", "--origin", cwd=shop, env={"HOLDFAST_LOG": "no"})
    origins = dict(line.split("  # ") for line in said.stdout.splitlines())

    assert {key.strip(): place for key, place in origins.items() if place != "default"} == {
        "log = false": "HOLDFAST_LOG",
        "validate.jobs = 4": "pyproject.toml:2",
        'checks.api.command = ["./api.sh", "-q"]': "pyproject.toml:5",
    }


def test_show_as_json_has_values_and_origins(holdfast: Cli, shop: Path) -> None:
    said = holdfast("config", "show", "--format", "json", "--project", shop, cwd=shop.parent)
    document = json.loads(said.stdout)

    assert (document["schema"], document["project"]) == ("holdfast/config/1", str(shop))
    assert {"key": "validate.jobs", "value": 4, "origin": "pyproject.toml:2"} in document["settings"]
    assert {"key": "validate.timeout", "value": 600.0, "origin": "default"} in document["settings"]
    assert {"key": "checks.api.enabled", "value": None, "origin": "default"} in document["settings"]


def test_show_of_a_bad_configuration_exits_2_with_every_mistake(holdfast: Cli, shop: Path) -> None:
    (shop / "pyproject.toml").write_text(BAD, "utf-8")

    said = holdfast("config", "show", cwd=shop)

    assert (said.exit_code, said.stdout) == (2, "")
    assert said.stderr.splitlines() == [
        "holdfast: 2 mistakes in the configuration",
        "  pyproject.toml:2: strct: unknown key; did you mean strict?",
        "  pyproject.toml:4: validate.jobs: must be a whole number of 0 or more, not -1",
        "hint: mend it, then ask again: holdfast config check",
    ]


def test_check_of_a_good_configuration_passes(holdfast: Cli, shop: Path) -> None:
    said = holdfast("config", "check", cwd=shop)

    assert said.exit_code == 0
    assert "4 of 4 places" in said.stdout


def test_check_of_a_bad_configuration_exits_1_with_findings(holdfast: Cli, shop: Path) -> None:
    (shop / "pyproject.toml").write_text(BAD, "utf-8")

    said = holdfast("config", "check", "--format", "json", cwd=shop, env={"HOLDFAST_VALIDATE_JOB": "3"})
    (result,) = json.loads(said.stdout)["results"]

    assert said.exit_code == 1
    assert [(one["id"], one["file"], one["line"]) for one in result["findings"]] == [
        ("CFG003", "pyproject.toml", 2),
        ("CFG004", "pyproject.toml", 4),
        ("CFG005", None, None),
    ]
    assert result["checked"] == {"done": 4, "total": 4, "unit": "places"}


def test_check_counts_a_file_that_it_could_not_read(holdfast: Cli, shop: Path) -> None:
    (shop / "holdfast.yaml").write_text("a: [", "utf-8")

    said = holdfast("config", "check", cwd=shop)

    assert said.exit_code == 1
    assert "holdfast.yaml:1:5: error CFG001: not YAML" in said.stdout
    assert "error CFG002: the configuration is in pyproject.toml:1 [tool.holdfast] and holdfast.yaml" in said.stdout
    assert "3 of 4 places" in said.stdout


def test_schema_prints_the_page_in_docs(holdfast: Cli, tmp_path: Path) -> None:
    said = holdfast("config", "schema", cwd=tmp_path)
    page = Path(__file__).resolve().parents[2] / "docs/config.schema.json"

    assert said.exit_code == 0
    assert said.stdout == page.read_text("utf-8")


def test_outside_a_project_show_and_check_say_so(holdfast: Cli, tmp_path: Path) -> None:
    for command in ("show", "check"):
        said = holdfast("config", command, "--project", tmp_path / "gone", cwd=tmp_path)
        assert said.exit_code == 2
        assert "no such directory" in said.stderr


def test_loading_without_configuration_imports_no_parser(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\n', "utf-8")
    program = (
        "import sys, pathlib; before = set(sys.modules);"
        "from holdfast.core.config import load_config; load_config(pathlib.Path.cwd(), {});"
        "heavy = {'tomllib', 'json', 'ruamel', 'difflib', 'pydantic', 'typing_extensions'};"
        "print(sorted(heavy & (set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ('[tool.holdfast.checks.mypi]\ntimeout = "1m"\n', "checks.mypi: no such check, and no command"),
        ('[tool.holdfast.checks.ruff]\ncommand = ["true"]\n', "two checks are called ruff"),
        ('[tool.holdfast.validate]\nonly = ["rough"]\n', "--only rough: no such check"),
    ],
)
def test_what_validate_env_would_refuse_is_a_mistake(holdfast: Cli, tmp_path: Path, setting: str, message: str) -> None:
    (tmp_path / "pyproject.toml").write_text(setting, "utf-8")
    said = holdfast("config", "check", cwd=tmp_path)
    assert said.exit_code == 1
    assert f"CFG003: {message}" in said.stdout
