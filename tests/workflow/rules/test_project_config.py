"""project_config.md: its commands and its changelog."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import HoldfastError
from holdfast.workflow.rules.commands import chosen, digest
from holdfast.workflow.rules.contract import load_config_file
from holdfast.workflow.rules.moves import file_digest
from holdfast.workflow.rules.project_config import ProjectConfig, read_config

LINE = "- Completed it."


def config(text: str) -> ProjectConfig:
    return ProjectConfig(text, "project_config.md")


def test_commands_are_split_as_a_shell_would_and_keep_their_limits() -> None:
    text = (
        "## Commands\n\n- lint: `ruff check .`\n* test (20m): pytest -q 'a b'\n"
        "```text\nbuild (timeout 1.5s): make\n```\n"
        "<!--\n- no: x\n-->\n## Other\n- no: y\n"
    )
    found = [(each.name, each.argv, each.timeout_s) for each in config(text).commands()]
    assert found == [
        ("lint", ("ruff", "check", "."), 600.0),
        ("test", ("pytest", "-q", "a b"), 1200.0),
        ("build", ("make",), 1.5),
    ]


def test_everything_that_is_wrong_with_commands_is_told_at_once() -> None:
    with pytest.raises(HoldfastError) as caught:
        config("## Commands\n- a: x && y\n- b\n- c (soon): x\n- d: 'x\n- e: x\n- e: y\n- f: ``\n").commands()
    assert caught.value.message == (
        "project_config.md: section Commands: a: && is a shell's, and no shell reads this; "
        "'- b' is not `- name: command`; c: (soon) is no limit; write (90s), (20m) or (2h); d: No closing quotation; "
        "e is there twice; f: there is no command"
    )


def test_the_digest_of_commands_is_about_what_is_run() -> None:
    one, other = config("## Commands\n- a: x y\n").commands(), config("## Commands\n* a (2h): x   y\n").commands()
    assert digest(one) == digest(other) != digest(config("## Commands\n- a: x z\n").commands())


def test_a_name_that_is_not_there_is_told() -> None:
    commands = config("## Commands\n- a: x\n- b: y\n").commands()
    assert [each.name for each in chosen(commands, ("b",), "c.md")] == ["b"]
    with pytest.raises(HoldfastError, match=r"c\.md: there is no command lint, test"):
        chosen(commands, ("lint", "a", "test"), "c.md")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"## Changelog\n{LINE}\n"),
        ("# x", f"# x\n\n## Changelog\n{LINE}\n"),
        ("# x\n", f"# x\n\n## Changelog\n{LINE}\n"),
        ("# x\n\n", f"# x\n\n## Changelog\n{LINE}\n"),
        ("# x\r\n", f"# x\r\n\r\n## Changelog\r\n{LINE}\r\n"),
        ("\ufeff", f"\ufeff## Changelog\n{LINE}\n"),
        ("\ufeff## Changelog\n", f"\ufeff## Changelog\n{LINE}\n"),
        ("## Changelog", f"## Changelog\n{LINE}\n"),
        ("## Changelog\n", f"## Changelog\n{LINE}\n"),
        ("## Changelog\n- old\n", f"## Changelog\n{LINE}\n- old\n"),
        ("## Changelog\n\n- old\n\n## More\n", f"## Changelog\n{LINE}\n\n- old\n\n## More\n"),
        ("## changelog ##\n- old", f"## changelog ##\n{LINE}\n- old"),
        ("```\n## Changelog\n```\n", f"```\n## Changelog\n```\n\n## Changelog\n{LINE}\n"),
        ("<!--\n## Changelog\n-->\n", f"<!--\n## Changelog\n-->\n\n## Changelog\n{LINE}\n"),
        ("```\nopen", f"```\nopen\n```\n\n## Changelog\n{LINE}\n"),
        ("<!-- open\n", f"<!-- open\n-->\n\n## Changelog\n{LINE}\n"),
    ],
)
def test_the_line_is_the_first_below_the_heading(before: str, after: str) -> None:
    assert config(before).with_entry(LINE) == after
    assert config(after).entries(LINE) == 1


@given(st.text(alphabet=st.sampled_from("# Changelog\n\r-`<>!~x\t\ufeff"), max_size=80))
def test_no_byte_of_the_file_is_lost_and_the_line_is_in_its_section(text: str) -> None:
    after = config(text).with_entry(LINE)
    assert config(after).entries(LINE) == config(text).entries(LINE) + 1
    rest = iter(after)
    assert all(char in rest for char in text)


def test_rules_are_named_in_a_line_of_text_alone() -> None:
    assert config("- **rules**: `own.yaml`\n").rules() == "own.yaml"
    assert config("```\nrules: x.yaml\n```\n<!-- \nrules: y.yaml\n-->\nthe rules: are many\n").rules() is None


def test_what_is_not_utf8_is_refused_with_its_line() -> None:
    with pytest.raises(HoldfastError, match=r"c\.md:2: not UTF-8"):
        read_config(b"a\n\xff\n", "c.md")


def test_a_pipe_in_the_place_of_the_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "project_config.md")
    with pytest.raises(HoldfastError, match="not a regular file"):
        load_config_file(tmp_path / "project_config.md")
    with pytest.raises(HoldfastError, match="not a regular file"):
        file_digest(tmp_path / "project_config.md")
