"""Which value counts, where it comes from, and what a command is told when it cannot be used."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from holdfast.core.config import CheckConfig, Config, ConfigError, Mistake, ValidateConfig, config_mistakes, load_config
from holdfast.core.config.checking import check_config
from holdfast.core.findings import Finding, Severity, Status

TOML = """\
[project]
name = "shop"

[tool.holdfast]
strict = true

[tool.holdfast.validate]
jobs = 4
timeout = "1h30m"
only = [
    "ruff",
    "mypy",
]

[tool.holdfast.checks.api]
command = ["./api.sh", "--quick"]
"""
YAML = """\
strict: true
validate:
  jobs: 4
  timeout: 1h30m
  only: [ruff, mypy]
venv:
checks:
  api:
    command:
      - ./api.sh
      - --quick
"""
JSON = """\
{
  "$schema": "docs/config.schema.json",
  "strict": true,
  "validate": {"jobs": 4.0, "timeout": 5400, "only": ["ruff", "mypy"]},
  "checks": {"api": {"command": ["./api.sh", "--quick"]}}
}
"""
MEANT = Config(
    strict=True,
    validate=ValidateConfig(only=("ruff", "mypy"), jobs=4, timeout=5400.0),
    checks={"api": CheckConfig(command=("./api.sh", "--quick"))},
)
NO_SHELL = 'a list of words such as ["ruff", "check"], for no shell reads it'


def mistakes(project: Path, env: dict[str, str] | None = None) -> list[str]:
    """What loading says is wrong, one text a mistake."""
    with pytest.raises(ConfigError) as caught:
        load_config(project, env or {})
    return [str(mistake) for mistake in caught.value.mistakes]


def test_a_project_without_configuration_has_the_defaults(tmp_path: Path) -> None:
    config = load_config(tmp_path, {})

    assert config == Config()
    assert config.registry == "task_registry.json"
    assert config.log
    assert config.validate.timeout == 600
    assert config.origin("validate.jobs") == "default"


@pytest.mark.parametrize(
    ("name", "text"),
    [("pyproject.toml", TOML), ("holdfast.yaml", YAML), ("holdfast.json", JSON)],
    ids=lambda text: text[:13],
)
def test_the_three_files_say_the_same_thing(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")

    assert load_config(tmp_path, {}) == MEANT


@pytest.mark.parametrize(
    ("name", "text", "line"), [("pyproject.toml", TOML, 8), ("holdfast.yaml", YAML, 3), ("holdfast.json", JSON, 4)]
)
def test_the_origin_of_a_value_is_its_line(tmp_path: Path, name: str, text: str, line: int) -> None:
    (tmp_path / name).write_text(text, "utf-8")

    assert load_config(tmp_path, {}).origin("validate.jobs") == f"{name}:{line}"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_endings_and_a_byte_order_mark_change_nothing(tmp_path: Path, newline: str, mark: str) -> None:
    for name, text in (("pyproject.toml", TOML), ("holdfast.yaml", YAML), ("holdfast.json", JSON)):
        project = tmp_path / name.replace(".", "-")
        project.mkdir()
        (project / name).write_text(mark + text, "utf-8", newline=newline)
        config = load_config(project, {})
        assert config == MEANT
        assert config.origin("strict").startswith(f"{name}:")


def test_a_variable_beats_the_file_and_an_option_beats_both(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(TOML, "utf-8")
    env = {"HOLDFAST_VALIDATE_JOBS": "3", "HOLDFAST_VALIDATE_FAIL_FAST": "on"}

    by_env = load_config(tmp_path, env, {"validate.jobs": None})
    by_option = load_config(tmp_path, env, {"validate.jobs": 2, "validate.cache": False, "validate.only": ["black"]})

    assert (by_env.validate.jobs, by_env.origin("validate.jobs")) == (3, "HOLDFAST_VALIDATE_JOBS")
    assert by_env.validate.fail_fast
    assert (by_option.validate.jobs, by_option.origin("validate.jobs")) == (2, "--jobs")
    assert by_option.origin("validate.cache") == "--no-cache"
    assert load_config(tmp_path, {}, {"validate.fail_fast": True}).origin("validate.fail_fast") == "--fail-fast"
    assert load_config(tmp_path, {}, {"log": False}).origin("log") == "--no-log"
    assert by_option.origin("validate.fail_fast") == "HOLDFAST_VALIDATE_FAIL_FAST"
    assert by_option.validate.only == ("black",)
    assert by_option.strict


def test_a_configuration_cannot_be_changed(tmp_path: Path) -> None:
    config = load_config(tmp_path, {"HOLDFAST_CHECKS_API_TIMEOUT": "1"})

    for section, name in (
        (config, "log"),
        (config.validate, "jobs"),
        (config.venv, "path"),
        (config.checks["api"], "args"),
    ):
        with pytest.raises(AttributeError):
            setattr(section, name, None)


def test_an_option_is_judged_as_a_document_is(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^--timeout: must be a time"):
        load_config(tmp_path, {}, {"validate.timeout": "soon"})


def test_a_mistake_in_a_variable_has_its_id_and_no_place(tmp_path: Path) -> None:
    env = {"HOLDFAST_VALIDATE_JOBS": "many"}
    before = time.monotonic()

    (mistake,) = config_mistakes(tmp_path, env)
    result = check_config(tmp_path, env)

    must = "must be a whole number of 0 or more, not 'many'"
    assert mistake == Mistake("CFG004", f"HOLDFAST_VALIDATE_JOBS: {must}")
    assert (result.check, result.status) == ("config", Status.FAILED)
    assert result.findings == (Finding("CFG004", Severity.ERROR, mistake.message),)
    assert 0 < result.duration_s <= time.monotonic() - before


def test_every_mistake_is_reported_at_once_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        "[tool.holdfast]\n"
        'strict = "yes"\n'
        "'validate.jobs' = 3\n"
        "[tool.holdfast.validate]\n"
        "job = 4\n"
        'only = ["ruff",\n'
        '  "My Check"]\n'
        "[tool.holdfast.checks.api]\n"
        'command = "make api"\n'
        "[tool.holdfast.checks.'Not A Name']\n"
        "[tool.holdfast.chekcs.api]\n",
        "utf-8",
    )

    assert mistakes(tmp_path, {"HOLDFAST_VALIDATE_JOBS": "many"}) == [
        "pyproject.toml:2: strict: must be true or false, not 'yes'",
        "pyproject.toml:3: 'validate.jobs': unknown key; write jobs in the section validate",
        "pyproject.toml:5: validate.job: unknown key; did you mean validate.jobs?",
        "pyproject.toml:7: validate.only[1]: must be a name of lower-case letters, digits and dashes, not 'My Check'",
        "pyproject.toml:9: checks.api.command: must be " + NO_SHELL + ", not 'make api'",
        "pyproject.toml:10: checks.'Not A Name': the name must be of lower-case letters, digits and dashes",
        "pyproject.toml:11: chekcs: unknown key; did you mean checks?",
        "HOLDFAST_VALIDATE_JOBS: must be a whole number of 0 or more, not 'many'",
    ]


def test_the_message_of_several_mistakes_counts_them_and_says_each_on_a_line(tmp_path: Path) -> None:
    (tmp_path / "holdfast.json").write_text('{"a": 1,\n"b": 2}', "utf-8")

    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path, {})

    assert caught.value.message.splitlines() == [
        "2 mistakes in the configuration",
        "  holdfast.json:1: a: unknown key",
        "  holdfast.json:2: b: unknown key",
    ]
    assert caught.value.hint


@pytest.mark.parametrize(("above", "key"), [("", "key"), ("checks:\n", "  Bad")])
def test_thousands_of_mistakes_are_cut_short_and_the_message_says_so(tmp_path: Path, above: str, key: str) -> None:
    (tmp_path / "holdfast.yaml").write_text(above + "".join(f"{key}{number}: 1\n" for number in range(3000)), "utf-8")

    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path, {})

    assert len(caught.value.mistakes) == 1000
    assert caught.value.message.endswith("  and 950 more; holdfast config check lists them")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("[tool.holdfast]\njobs = 1", "validate.jobs"),
        ("[tool.holdfast]\nskp = []", "validate.skip"),
        ("[tool.holdfast]\nregistery = 'x'", "registry"),
        ("[tool.holdfast.validate]\nfail-fast = true", "validate.fail_fast"),
        ("[tool.holdfast.checks.api]\ncomand = []", "checks.api.command"),
        ("[tool.holdfast.checks.api]\njobs = 1", "validate.jobs"),
        ("[tool.holdfast.checks.api]\ntimout = 1", "checks.api.timeout"),
        ("[tool.holdfast.venv]\ncommand = []", "checks.NAME.command"),
    ],
)
def test_an_unknown_key_brings_the_nearest_setting(tmp_path: Path, text: str, meant: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text, "utf-8")

    (mistake,) = mistakes(tmp_path)

    assert mistake.endswith(f": unknown key; did you mean {meant}?")


def test_a_key_like_no_other_brings_no_suggestion(tmp_path: Path) -> None:
    (tmp_path / "holdfast.yaml").write_text("validate:\n  xyzzy: 1\n", "utf-8")

    assert mistakes(tmp_path) == ["holdfast.yaml:2: validate.xyzzy: unknown key"]


def test_an_empty_section_of_yaml_is_a_section_and_an_empty_value_is_not_a_value(tmp_path: Path) -> None:
    (tmp_path / "holdfast.yaml").write_text("venv:\nchecks:\n  api:\n", "utf-8")
    assert load_config(tmp_path, {}) == Config()

    (tmp_path / "holdfast.yaml").write_text("strict:\n", "utf-8")
    assert mistakes(tmp_path) == ["holdfast.yaml:1: strict: must be true or false, not null"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("holdfast.yaml", "- a\n- b\n", "holdfast.yaml: must be a table of settings, not a list"),
        ("holdfast.json", '"x"', "holdfast.json: must be a table of settings, not 'x'"),
        ("pyproject.toml", "[tool]\nholdfast = 3\n", "pyproject.toml:2: must be a table of settings, not 3"),
        (
            "holdfast.json",
            '{\n"checks": []}',
            "holdfast.json:2: checks: must be a table of settings, not an empty list",
        ),
        ("holdfast.json", '{"$schema": 1, "venv": {"$schema": ""}}', "holdfast.json:1: venv.$schema: unknown key"),
        ("holdfast.json", '{"log": {}}', "holdfast.json:1: log: must be true or false, not a table"),
    ],
)
def test_a_value_of_another_shape_is_named(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")

    assert mistakes(tmp_path) == [message]


def test_a_hostile_key_cannot_write_on_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "holdfast.json").write_text('{"\\u001b[31m\\ud800\\nx": 1}', "utf-8")

    assert mistakes(tmp_path) == [r"holdfast.json:1: '\x1b[31m\ud800\nx': unknown key"]


def test_unknown_variables_are_left_to_the_check(tmp_path: Path) -> None:
    env = {"HOLDFAST_VALIDATE_JOB": "2", "HOLDFAST_AGENT": "ana", "HOLDFAST_NO_LOG": "1", "HOLDFAST_PROJECT": "x"}

    assert load_config(tmp_path, env) == Config()
    assert [str(mistake) for mistake in config_mistakes(tmp_path, env)] == [
        "HOLDFAST_VALIDATE_JOB: unknown variable; did you mean HOLDFAST_VALIDATE_JOBS?"
    ]


def test_the_check_reads_a_pyproject_that_does_not_name_us(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project\n", "utf-8")

    assert load_config(tmp_path, {}) == Config()
    assert [mistake.line for mistake in config_mistakes(tmp_path, {})] == [1]


def test_a_key_spelt_with_escapes_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool."hold\\u0066ast"]\nstrict = true\n', "utf-8")

    assert load_config(tmp_path, {}).origin("strict") == "pyproject.toml:2"
