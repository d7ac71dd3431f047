"""What settings accept, from a document and from an environment variable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from holdfast.core.config import ConfigError, load_config
from holdfast.core.config.kinds import (
    ADVISORY,
    ARGV,
    BOOL,
    COUNT,
    DATE,
    DURATION,
    GLOBS,
    LINE,
    NAMES,
    PATH,
    SIZE,
    WORDS,
    Kind,
    Unfit,
    shown,
    written,
)


@pytest.mark.parametrize(
    ("kind", "value", "meant"),
    [
        (BOOL, True, True),
        (COUNT, 0, 0),
        (COUNT, 3.0, 3),
        (DURATION, 90, 90.0),
        (DURATION, 0.5, 0.5),
        (DURATION, "0.5", 0.5),
        (DURATION, "90", 90.0),
        (DURATION, "90s", 90.0),
        (DURATION, "10m", 600.0),
        (DURATION, "1h30m", 5400.0),
        (DURATION, "2h0m5s", 7205.0),
        (SIZE, 0, 0),
        (SIZE, 3.0, 3),
        (SIZE, "500", 500),
        (SIZE, "500kB", 512_000),
        (SIZE, "2 MB", 2_097_152),
        (SIZE, "1GB", 1_073_741_824),
        (LINE, "", ""),
        (LINE, "été \U0001f4a1", "été \U0001f4a1"),
        (PATH, "logs/tasks.json", "logs/tasks.json"),
        (PATH, "..logs/a..b", "..logs/a..b"),
        (GLOBS, ["**/*.py"], ("**/*.py",)),
        (NAMES, ("ruff", "my-check-2"), ("ruff", "my-check-2")),
        (WORDS, [], ()),
        (ARGV, ["a b", "", "\n"], ("a b", "", "\n")),
    ],
)
def test_a_fitting_value_is_taken(kind: Kind, value: object, meant: object) -> None:
    assert kind.accept(value) == meant
    assert type(kind.accept(value)) is type(meant)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (BOOL, 1),
        (BOOL, "true"),
        (BOOL, None),
        (COUNT, True),
        (COUNT, -1),
        (COUNT, 1.5),
        (COUNT, "1"),
        (COUNT, float("inf")),
        (COUNT, float("nan")),
        (DURATION, 0),
        (DURATION, True),
        (DURATION, -1),
        (DURATION, float("inf")),
        (DURATION, float("nan")),
        (DURATION, 10**400),
        (DURATION, ""),
        (DURATION, "0m"),
        (DURATION, "0"),
        (DURATION, "m"),
        (DURATION, "10m\n"),
        (DURATION, "1m1h"),
        (DURATION, "1 m"),
        (DURATION, "-1s"),
        (DURATION, "1w"),
        (DURATION, "1h1d"),
        (DURATION, "\u0661s"),
        (DURATION, "9" * 400 + "h"),
        (SIZE, -1),
        (SIZE, True),
        (SIZE, None),
        (SIZE, 1.5),
        (SIZE, 2**61),
        (SIZE, ""),
        (SIZE, "kB"),
        (SIZE, "1KB"),
        (SIZE, "1.5MB"),
        (SIZE, "-1kB"),
        (SIZE, "1kB\n"),
        (SIZE, "9" * 10),
        (DATE, "2026-13-01"),
        (DATE, "2026-02-30"),
        (DATE, "tomorrow"),
        (DATE, 20261231),
        (ADVISORY, "GHSA 1"),
        (LINE, "a\nb"),
        (LINE, "\x1b[31m"),
        (LINE, "\x9b31m"),
        (LINE, "\ud800"),
        (LINE, 3),
        (PATH, ""),
        (PATH, "/etc/passwd"),
        (PATH, ".."),
        (PATH, "../x"),
        (PATH, "a/../../x"),
        (PATH, "a/.."),
        (GLOBS, "src"),
        (GLOBS, ["../**"]),
        (NAMES, ["Ruff"]),
        (NAMES, ["-x"]),
        (NAMES, ["a_b"]),
        (NAMES, ["a\n"]),
        (WORDS, {}),
        (ARGV, []),
        (ARGV, "ruff check"),
        (ARGV, ["a", "\0"]),
        (ARGV, ["a", ["b"]]),
    ],
)
def test_any_other_value_is_refused_with_what_it_must_be(kind: Kind, value: object) -> None:
    with pytest.raises(Unfit) as caught:
        kind.accept(value)

    wrong: Any = value
    for part in caught.value.at:
        wrong = wrong[part]
    assert str(caught.value) == f"must be {caught.value.must}, not {shown(wrong)}"
    assert caught.value.at or caught.value.must == kind.must


def test_a_wrong_element_is_pointed_at() -> None:
    with pytest.raises(Unfit) as caught:
        NAMES.accept(["ruff", "No"])

    assert caught.value.at == (1,)


@pytest.mark.parametrize(
    ("variable", "text", "key", "meant"),
    [
        *(("HOLDFAST_STRICT", word, "strict", True) for word in ("1", "true", "YES", "On")),
        *(("HOLDFAST_LOG", word, "log", False) for word in ("0", "False", "no", "off ")),
        ("HOLDFAST_LOG", "", "log", True),
        ("HOLDFAST_VALIDATE_JOBS", "12", "validate.jobs", 12),
        ("HOLDFAST_VALIDATE_TIMEOUT", "1.5", "validate.timeout", 1.5),
        ("HOLDFAST_VALIDATE_TIMEOUT", "2m", "validate.timeout", 120.0),
        ("HOLDFAST_VALIDATE_ONLY", "ruff, mypy ,", "validate.only", ("ruff", "mypy")),
        ("HOLDFAST_REGISTRY", "a,b", "registry", "a,b"),
        ("HOLDFAST_VENV_ALLOW_SYSTEM_SITE_PACKAGES", "1", "venv.allow_system_site_packages", True),
        ("HOLDFAST_CHECKS_MY_CHECK_COMMAND", "a,b c", "checks.my-check.command", ("a", "b c")),
        ("HOLDFAST_CHECKS_TIMEOUT_TIMEOUT", "9", "checks.timeout.timeout", 9.0),
    ],
)
def test_a_variable_is_read_as_its_setting_needs_it(
    tmp_path: Path, variable: str, text: str, key: str, meant: object
) -> None:
    config = load_config(tmp_path, {variable: text})

    assert {name: value for name, _, value in config.effective()}[key] == meant
    assert config.origin(key) == (variable if text else "default")


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("HOLDFAST_STRICT", "maybe"),
        ("HOLDFAST_VALIDATE_JOBS", "-1"),
        ("HOLDFAST_VALIDATE_JOBS", "9" * 5000),
        ("HOLDFAST_VALIDATE_JOBS", "1e3"),
        ("HOLDFAST_VALIDATE_ONLY", "Ruff"),
        ("HOLDFAST_REGISTRY", "../x"),
        ("HOLDFAST_REGISTRY", "\udcff"),
        ("HOLDFAST_CHECKS_API_COMMAND", ","),
    ],
)
def test_a_variable_that_does_not_fit_is_named(tmp_path: Path, variable: str, text: str) -> None:
    with pytest.raises(ConfigError, match=f"^{variable}: must be "):
        load_config(tmp_path, {variable: text})


@pytest.mark.parametrize("name", ["HOLDFAST_CHECKS_api_TIMEOUT", "HOLDFAST_CHECKS__TIMEOUT", "HOLDFAST_CHECKS_TIMEOUT"])
def test_a_variable_that_only_looks_like_a_checks_names_no_setting(tmp_path: Path, name: str) -> None:
    assert load_config(tmp_path, {name: "soon"}).checks == {}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        ({"a": 1}, "a table"),
        ([1], "a list"),
        ([], "an empty list"),
        ("a\x1b", r"'a\x1b'"),
        ("x" * 58, "'" + "x" * 58 + "'"),
        ("x" * 59, "'" + "x" * 55 + "...'"),
        pytest.param(10**5000, "a number too large to print", id="huge"),
    ],
)
def test_a_value_in_a_message_is_short_and_harmless(value: object, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (DURATION, 600.0, '"10m"'),
        (DURATION, 3661.0, '"1h1m1s"'),
        (DURATION, 0.25, "0.25"),
        (DURATION, None, "(unset)"),
        (BOOL, True, "true"),
        (WORDS, ("é", '"'), '["é", "\\""]'),
    ],
)
def test_a_value_is_written_as_a_file_would_hold_it(kind: Kind, value: object, text: str) -> None:
    assert written(kind, value) == text
