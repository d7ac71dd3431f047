"""Whatever the files and the environment hold: a Config or a ConfigError, and reading writes nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from holdfast.core.config import Config, ConfigError, config_mistakes, load_config
from holdfast.core.config.table import all_settings
from holdfast.core.config.variables import variable_of

FILES = st.sampled_from(["pyproject.toml", "holdfast.yaml", "holdfast.json"])
GOOD = {
    "pyproject.toml": b'[tool.holdfast]\nlog = true\n[tool.holdfast.validate]\nonly = ["ruff"]\ntimeout = "1h"\n'
    b"[tool.holdfast.checks.api]\ncommand = ['''a''', \"\\u00e9\"]\nenabled = false\n"
    b"[[a.b]]\nc = {d = 1, e.f = [1,\n]}\n",
    "holdfast.yaml": b"log: true\nvalidate: {only: [ruff], timeout: 1h}\nchecks:\n  api:\n"
    b"    command: [a, \"\\u00e9\", 'x']\n"
    b"    summary: >-\n      folded\n      text\n    enabled: false\n",
    "holdfast.json": b'{"log": true, "validate": {"only": ["ruff"], "timeout": "1h"},\n "checks": {"api": {"command": '
    b'["a", "\\u00e9"], "enabled": false}}}\n',
}
MARKS = [
    *(
        "[",
        "]",
        "{",
        "}",
        '"',
        "'",
        "'''",
        '"""',
        "\\",
        ":",
        "-",
        "?",
        "&a",
        "*a",
        "!x",
        "#",
        "=",
        ",",
        ".",
        "|",
        ">",
        "%",
    ),
    *("@", "`", "~", "<<", "---", "...", "1", "0x", "1e999", "nan", "\\ud800", "\\U00110000"),
]
TOKENS = st.sampled_from(
    [
        *(mark.encode() + space for mark in MARKS for space in (b"", b" ", b"\n")),
        *(b"\r", b"\t", b"\0", b"\xff", b"\xc2\x85", b"\xef\xbb\xbf", b"2026-13-45", b"tool.holdfast"),
    ]
)


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A good file with a few pieces cut out or put in."""
    name = draw(FILES)
    content = GOOD[name]
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        content = content[:start] + draw(TOKENS | st.just(b"")) + content[start + draw(st.integers(0, 3)) :]
    return name, content


def load(project: Path, env: Mapping[str, str]) -> Config | ConfigError:
    """What loading comes to."""
    try:
        return load_config(project, env)
    except ConfigError as error:
        return error


def judge(files: Mapping[str, bytes], env: Mapping[str, str]) -> None:
    """Loads and checks the files in a project of their own."""
    with tempfile.TemporaryDirectory() as name:
        project = Path(name)
        for file, content in files.items():
            (project / file).write_bytes(content)
        loaded = load(project, env)
        if isinstance(loaded, Config):
            assert all(loaded.origin(key) for key, _, _ in loaded.effective())
        else:
            assert loaded.mistakes
            assert loaded.message.replace("\n", "").isprintable()
        assert all(str(mistake).isprintable() for mistake in config_mistakes(project, env))
        assert {path.name: path.read_bytes() for path in project.iterdir()} == dict(files)


@settings(max_examples=400, deadline=None)
@given(damaged())
def test_a_damaged_file_is_a_config_or_a_config_error(file: tuple[str, bytes]) -> None:
    judge(dict([file]), {})


@settings(max_examples=200, deadline=None)
@given(
    FILES, st.binary(max_size=60) | st.text(max_size=40).map(str.encode) | st.lists(TOKENS, max_size=12).map(b"".join)
)
@example("holdfast.yaml", b'"\\ud800": \xc2\x85')
@example("pyproject.toml", b"holdfast = 9999-99-99")
def test_any_bytes_are_a_config_or_a_config_error(name: str, content: bytes) -> None:
    judge({name: content}, {})


VARIABLES = st.sampled_from([variable_of(path) for path, _ in all_settings()]) | st.text(
    st.characters(exclude_characters="\0="), max_size=12
).map(lambda text: f"HOLDFAST_{text}")
CONTENTS = st.text(st.characters(exclude_characters="\0", exclude_categories=()), max_size=12)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(VARIABLES, CONTENTS | st.sampled_from(["1", "no", "10m", "a,b", ",", "9" * 5000]), max_size=4))
def test_any_environment_is_a_config_or_a_config_error(env: dict[str, str]) -> None:
    judge({}, env)
