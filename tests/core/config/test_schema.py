"""The JSON Schema, which must judge as the loader does, and the pages drawn from the table of settings."""

from __future__ import annotations

import importlib.util
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from holdfast.core.config import ConfigError, load_config
from holdfast.core.config.schema import json_schema
from holdfast.core.config.table import ANY_NAME, CheckConfig, Config, Section, all_settings, entries
from holdfast.core.config.variables import setting_of_variable, variable_of

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = Draft202012Validator(json_schema())

TEXTS = st.sampled_from(
    [
        *(
            "",
            "x",
            "ruff",
            "my-check",
            "-x",
            "A",
            "10m",
            "1h30m",
            "90",
            "0",
            "0s",
            "0.5",
            "90s\n",
            "m",
            "1m1h",
            "ruff\n",
        ),
        *(
            "/x",
            "..",
            "../x",
            "a/..",
            "a/../b",
            "..a",
            "a..",
            "a/..b",
            "./a",
            "a\n",
            "\n",
            "\0",
            "a\0\n",
            "\x1b",
            "\x85",
        ),
        *("a b", "9999999h", "999999h999999m999999s", "0h0m0s", "00001s", "**/*.py", "\u2028", "a/../", "\u0663s"),
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | st.sampled_from([0.0, 1.0, 1.5, -0.0, 1e300, 10**30, 1_000_000_000, 1_000_000_001, 1e-300])
    | TEXTS
    | st.text(max_size=5)
)
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(TEXTS, SCALARS, max_size=2)


def fitting(of: type[Any]) -> st.SearchStrategy[Any]:
    """Tables of a section's own keys, some unknown, with values of which many fit."""
    known = {
        name: (
            VALUES if not isinstance(entry, Section) else VALUES | named(entry.of) if entry.named else fitting(entry.of)
        )
        for name, entry in entries(of).items()
    }
    return st.none() | st.fixed_dictionaries({}, optional=known | {"nope": VALUES}) | VALUES


def named(of: type[Any]) -> st.SearchStrategy[Any]:
    """Tables of such sections under names of which many fit."""
    return st.dictionaries(TEXTS, fitting(of), max_size=2)


def loads(document: object) -> bool:
    """Whether the loader accepts a document."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "holdfast.json").write_text(json.dumps(document), "utf-8")
        try:
            load_config(Path(name), {})
        except ConfigError:
            return False
    return True


@settings(max_examples=400, deadline=None)
@given(fitting(Config))
@example({"$schema": 3})
@example({"venv": {"$schema": ""}})
def test_schema_and_loader_judge_alike(document: object) -> None:
    assert SCHEMA.is_valid(document) == loads(document)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(all_settings())), VALUES)
def test_schema_and_loader_judge_each_setting_alike(setting: tuple[tuple[str, ...], object], value: object) -> None:
    document = value
    for part in reversed(setting[0]):
        document = {"api" if part == ANY_NAME else part: document}

    assert SCHEMA.is_valid(document) == loads(document)


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("part", [setting for _, setting in all_settings() if setting.default not in (None, ())])
def test_a_default_fits_its_setting(part: Any) -> None:
    assert part.kind.accept(part.default) == part.default


def test_every_setting_has_a_variable_of_its_own() -> None:
    paths = [tuple("my-check" if part == ANY_NAME else part for part in path) for path, _ in all_settings()]
    found = {variable_of(path): setting_of_variable(variable_of(path)) for path in paths}

    assert len(found) == len(paths)
    assert [known and known[0] for known in found.values()] == paths


def test_the_generated_pages_are_fresh() -> None:
    spec = importlib.util.spec_from_file_location("generate_docs", ROOT / "scripts" / "generate_docs.py")
    assert spec
    assert spec.loader
    generate_docs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate_docs)

    assert generate_docs.stale_pages() == {}, "run: python scripts/generate_docs.py"
    assert generate_docs.with_part("<!-- generated: x -->\nold\n<!-- end: x -->", "x", "new") == (
        "<!-- generated: x -->\n\nnew\n\n<!-- end: x -->"
    )
    with pytest.raises(ValueError, match="0 parts named y"):
        generate_docs.with_part("<!-- generated: x -->\nold\n<!-- end: x -->", "y", "new")


def test_the_documented_example_is_a_valid_configuration(tmp_path: Path) -> None:
    page = (ROOT / "docs/specs/004-configuration.md").read_text("utf-8")
    (tmp_path / "pyproject.toml").write_text(page.split("```toml\n")[1].split("```")[0], "utf-8")

    assert load_config(tmp_path, {}).checks["api"].inputs == ("api/**/*.py",)


def test_no_variable_can_mean_two_settings_of_a_check() -> None:
    fields = list(entries(CheckConfig))

    assert not [(one, other) for one in fields for other in fields if one.endswith(f"_{other}")]
