"""Locks and projects that were made to take time or memory, or numbers that Python does not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.checks.dependencies import lockfile
from holdfast.checks.dependencies.model import Unreadable
from holdfast.checks.dependencies.poetry.reader import parsed
from holdfast.checks.dependencies.same import same_specifiers
from holdfast.checks.dependencies.target import target_of
from holdfast.checks.dependencies.versions import allows
from tests.checks.dependencies.projects import make_project

DIGITS = "1" * 5000
METADATA = f'[metadata]\nlock-version = "2.1"\npython-versions = ">=3.11"\ncontent-hash = "{"0" * 64}"\n'
PARTS = "".join(f"b{number}{'.a' * 20} = 1\n" for number in range(100))


def test_a_number_of_more_digits_than_python_reads_is_no_version() -> None:
    assert allows(">=1", DIGITS) is None
    assert allows(f">={DIGITS}", "1") is None
    assert target_of(None).holds(f"python_version > '{DIGITS}'") is True
    assert same_specifiers(f">={DIGITS}", ">=1") is False


def test_a_poetry_lock_of_dotted_keys_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(Unreadable, match=r"poetry\.lock:1: nested too deep"):
        parsed(PARTS + METADATA, "poetry.lock")
    assert parsed(f"a{'.a' * 20} = 1\n# {'-' * 400}\n{METADATA}", "poetry.lock").data["metadata"]


def test_another_lock_of_dotted_keys_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(Unreadable, match="a key has 12 parts and more"):
        lockfile.toml(PARTS, "uv.lock")
    assert lockfile.toml(f"a{'.a' * 20} = 1\n# {'-' * 400}\n", "uv.lock")


def test_a_long_word_in_a_lock_takes_time_in_proportion() -> None:
    lock = f'[[package]]\nname = "a"\nversion = "{"1" * 2_000_000}"\n{METADATA}'
    assert len(parsed(lock, "poetry.lock").data["package"]) == 1


def test_specifiers_by_the_thousand_are_compared_as_they_are_written() -> None:
    many = [f"!=1.{number}" for number in range(1500)]
    assert same_specifiers(",".join(many), ",".join(reversed(many)))
    assert not same_specifiers(",".join(many), ",".join(many[1:]))


def test_the_lines_of_too_many_requirements_are_not_looked_for(tmp_path: Path) -> None:
    listed = ",\n".join(f'"a{number}"' for number in range(3000))
    text = f'[project]\nname = "shop"\nversion = "1"\ndependencies = [\n{listed}\n]\n# {"-" * 100_000}\n'
    project = make_project(tmp_path / "shop", text, {"shop.py": "import a1\n"})
    project.install("a1")
    project.install("a2")
    (finding,) = [
        each for each in project.findings(only="imports") if each["id"] == "IMP002" and "a2 " in each["message"]
    ]
    assert "line" not in finding or finding["line"] is None
