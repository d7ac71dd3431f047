"""Reading the three files: which of them counts, and what is said of one that cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from holdfast.core.config import ConfigError, config_mistakes, load_config, read_pyproject
from holdfast.core.config.documents import Document
from holdfast.core.config.yaml_reading import plain_scalar


def said(project: Path) -> list[str]:
    """What the check says is wrong with the files."""
    return [str(mistake) for mistake in config_mistakes(project, {})]


def test_a_setting_whose_line_is_not_known_comes_from_its_file() -> None:
    assert Document("holdfast.json", "{}", {}, (), lambda _: {}).origin(("log",)) == "holdfast.json"


def test_two_files_with_settings_are_an_error_that_names_both(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\n\n[tool.holdfast]\n", "utf-8")
    (tmp_path / "holdfast.yaml").write_text("strict: 1\n", "utf-8")

    assert said(tmp_path) == [
        "holdfast.yaml:1: strict: must be true or false, not 1",
        "pyproject.toml: the configuration is in pyproject.toml:3 [tool.holdfast] and holdfast.yaml; keep one of them",
    ]


def test_a_broken_second_file_counts_as_a_second_file(tmp_path: Path) -> None:
    (tmp_path / "holdfast.yaml").write_text("", "utf-8")
    (tmp_path / "holdfast.json").write_text("{", "utf-8")

    assert len(said(tmp_path)) == 2
    assert any("in holdfast.yaml and holdfast.json; keep one of them" in message for message in said(tmp_path))


def test_a_pyproject_of_other_tools_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "holdfast-user"\ndescription = "a\\tb"\n', "utf-8")
    (tmp_path / "holdfast.json").write_text('{"strict": true}', "utf-8")

    assert load_config(tmp_path, {}).origin("strict") == "holdfast.json:1"


@pytest.mark.parametrize("name", ["holdfast.yml", "holdfast.toml"])
def test_a_name_that_is_not_read_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("", "utf-8")

    with pytest.raises(ConfigError, match=f"^{name}: a file of this name is not read; its place is "):
        load_config(tmp_path, {})


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("pyproject.toml", "[tool.holdfast]\nx = \n", "pyproject.toml:2:5: not TOML: Invalid value"),
        ("pyproject.toml", '[tool.holdfast]\nx = "', "pyproject.toml:2: not TOML: Unterminated string"),
        ("pyproject.toml", "[tool.holdfast]\nlog=true\nlog=true\n", "not TOML: Cannot overwrite a value"),
        ("pyproject.toml", f"[tool.holdfast]\nx = {'9' * 5000}\n", "not TOML: "),
        ("pyproject.toml", f"x = {'[' * 5000}", "pyproject.toml: nested too deep"),
        ("holdfast.json", '{"strict": true\n"log": true}', "holdfast.json:2:1: not JSON: "),
        ("holdfast.json", "", "holdfast.json:1:1: not JSON: Expecting value"),
        ("holdfast.json", '{"a": "NaN",\n "b": -Infinity}', "holdfast.json:2:7: not JSON: -Infinity is not a number"),
        ("holdfast.json", f'{{"a": {"9" * 5000}}}', "holdfast.json: not JSON: "),
        ("holdfast.json", "[" * 200_000, "holdfast.json: nested too deep"),
        ("holdfast.json", '{"a": 1,\n "a": 2}', "holdfast.json:2:2: a: given twice; the first is in line 1"),
        ("holdfast.yaml", "a: 1\nb: 2\na: 3", "holdfast.yaml:3:1: a: given twice; the first is in line 1"),
        ("holdfast.yaml", "a: [1\nb: 2", "holdfast.yaml:2:2: not YAML: "),
        ("holdfast.yaml", "a: b: c", "holdfast.yaml:1:5: not YAML: mapping values are not allowed here"),
        ("holdfast.yaml", "a: \x00", "holdfast.yaml:1:4: not YAML: special characters are not allowed"),
        ("holdfast.yaml", 'a: "\\UFFFFFFFF"', "holdfast.yaml:1:"),
        ("holdfast.yaml", "a: &b 1\nc: *b", "holdfast.yaml:1:4: anchors are not read; write the value out"),
        ("holdfast.yaml", "\na: *b", "holdfast.yaml:2:4: aliases are not read"),
        ("holdfast.yaml", "a: *b", "holdfast.yaml:1:4: aliases are not read; write the value out"),
        ("holdfast.yaml", "a:\n  !!python/name:os.system x", "holdfast.yaml:2:3: tags are not read"),
        ("holdfast.yaml", "a: !!map {}", "holdfast.yaml:1:4: tags are not read"),
        ("holdfast.yaml", "a: &b []", "holdfast.yaml:1:4: anchors are not read"),
        ("holdfast.yaml", "---\na: 1\n---\nb: 1", "holdfast.yaml:3:1: more than one document"),
        ("holdfast.yaml", "? [a, b]\n: 1", "holdfast.yaml:1:3: a key must be one word"),
        ("holdfast.yaml", "[" * 200_000, "holdfast.yaml:1:33: nested too deep"),
        ("holdfast.yaml", "%YAML 3.0\n---\na: 1", "holdfast.yaml:1:1: not YAML: "),
    ],
    ids=lambda text: text[:24],
)
def test_a_file_that_cannot_be_parsed_is_named_with_the_place(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    (tmp_path / name).write_text(text, "utf-8")

    (one,) = said(tmp_path)

    assert message in one
    assert one.startswith(name)
    assert "\n" not in one


@pytest.mark.parametrize("name", ["pyproject.toml", "holdfast.yaml", "holdfast.json"])
def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path, name: str) -> None:
    path = tmp_path / name

    path.write_bytes(b"holdfast: 1\n\xff\n")
    assert said(tmp_path) == [f"{name}:2: not UTF-8"]
    path.write_bytes(b"#" * (2**20 + 1))
    assert said(tmp_path) == [f"{name}: larger than 1 MiB, which no configuration is"]
    path.unlink()
    path.mkdir()
    assert said(tmp_path) == [f"{name}: not a file"]
    path.rmdir()
    path.symlink_to(name)
    assert said(tmp_path) == [f"{name}: cannot be read: Too many levels of symbolic links"]
    path.unlink()
    os.mkfifo(path)
    assert said(tmp_path) == [f"{name}: not a file"]


def test_a_file_of_just_the_limit_is_read(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"[tool.holdfast]\nstrict = true\n".ljust(2**20, b"\n"))

    assert load_config(tmp_path, {}).strict


def test_pyproject_is_given_to_the_checks_as_tomllib_reads_it(tmp_path: Path) -> None:
    assert read_pyproject(tmp_path) == {}

    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\n', "utf-8")
    first = read_pyproject(tmp_path)
    assert first == {"project": {"name": "shop"}}
    assert read_pyproject(tmp_path) is first

    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shap"\n', "utf-8")
    assert read_pyproject(tmp_path) == {"project": {"name": "shap"}}

    (tmp_path / "pyproject.toml").write_text("[project\n", "utf-8")
    with pytest.raises(ConfigError, match=r"^pyproject\.toml:1:9: not TOML"):
        read_pyproject(tmp_path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("True", True),
        ("false", False),
        ("~", None),
        ("", None),
        ("012", 12),
        ("0o17", 15),
        ("0x1F", 31),
        ("-3", -3),
        ("1_000", "1_000"),
        ("2026-01-01", "2026-01-01"),
        ("1e3", 1000.0),
        ("+.5", 0.5),
        ("-.inf", float("-inf")),
        ("9" * 5000, "9" * 5000),
        ("<<", "<<"),
    ],
)
def test_an_unquoted_scalar_means_what_yaml_1_2_says(text: str, value: object) -> None:
    assert plain_scalar(text) == value
    assert type(plain_scalar(text)) is type(value)


def test_a_number_that_is_none_is_read_as_such() -> None:
    assert str(plain_scalar(".NaN")) == "nan"
