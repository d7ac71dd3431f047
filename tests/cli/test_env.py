from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.environment_files.test_example import WHOLE
from tests.conftest import Cli
from tests.faults.dotenv import APP


@pytest.fixture
def shop(git_project: Path) -> Path:
    """A project that reads two variables."""
    (git_project / "shop").mkdir()
    (git_project / "shop" / "app.py").write_text(APP, "utf-8")
    return git_project


def test_the_example_is_printed_and_nothing_is_written(holdfast: Cli, shop: Path) -> None:
    before = sorted(shop.rglob("*"))
    said = holdfast("env", "example", cwd=shop)
    assert (said.exit_code, said.stdout, said.stderr) == (0, WHOLE, "")
    assert sorted(shop.rglob("*")) == before


def test_it_is_written_where_it_is_asked_for(holdfast: Cli, shop: Path) -> None:
    said = holdfast("env", "example", "--write", cwd=shop)
    assert (said.exit_code, said.stdout, said.stderr) == (0, "", ".env.example: 2 added\n")
    assert (shop / ".env.example").read_text("utf-8") == WHOLE
    again = holdfast("env", "example", "--write", cwd=shop)
    assert again.stderr == ".env.example: nothing to add\n"


@pytest.mark.parametrize("name", [".env.sample", "env.example"])
def test_the_example_that_is_there_is_added_to(holdfast: Cli, shop: Path, name: str) -> None:
    (shop / name).write_bytes(b"\xef\xbb\xbf# mine\r\nPORT=1\r\n")
    assert holdfast("env", "example", "--write", cwd=shop / "shop").exit_code == 0
    content = (shop / name).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf# mine\r\nPORT=1\r\n\r\n# Read in shop/app.py:3\r\n")
    assert content.endswith(b"DATABASE_URL=\r\n")


@pytest.mark.parametrize("name", ["config/.env.example", "shop/.env.example", ".env.dist"])
def test_another_file_of_the_project_is_written(holdfast: Cli, shop: Path, name: str) -> None:
    (shop / "config").mkdir()
    said = holdfast("env", "example", "--output", shop / name, cwd=shop)
    assert (said.exit_code, said.stderr) == (0, f"{name}: 2 added\n")
    assert (shop / name).read_text("utf-8") == WHOLE


def test_check_says_what_would_be_added(holdfast: Cli, shop: Path) -> None:
    said = holdfast("env", "example", "--check", cwd=shop)
    assert said.exit_code == 1
    assert said.stdout.splitlines() == [
        "there is no .env.example",
        ".env.example: DATABASE_URL is not in it",
        ".env.example: PORT is not in it",
    ]
    assert said.stderr == "hint: holdfast env example --write\n"
    assert not (shop / ".env.example").exists()
    (shop / ".env.example").write_text("PORT=\n# DATABASE_URL=\n", "utf-8")
    assert holdfast("env", "example", "--check", cwd=shop).stdout == ".env.example names all that the code reads\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--check", "--write"), "--check writes nothing"),
        (("--output", "/elsewhere/.env.example"), "is not in"),
        (("--output", "gone/.env.example"), "cannot write"),
        (("--output", "shop"), "not a regular file"),
    ],
)
def test_what_cannot_be_done_is_said(holdfast_process: Cli, shop: Path, arguments: tuple[str, ...], words: str) -> None:
    said = holdfast_process("env", "example", *arguments, cwd=shop)
    assert said.exit_code == 2
    assert words in said.stderr
    assert "Traceback" not in said.stderr


def test_an_example_that_is_no_text_is_left_alone(holdfast_process: Cli, shop: Path) -> None:
    (shop / ".env.example").write_bytes(b"A=\xff\n")
    said = holdfast_process("env", "example", "--write", cwd=shop)
    assert said.exit_code == 2
    assert ".env.example:1: not UTF-8" in said.stderr
    assert (shop / ".env.example").read_bytes() == b"A=\xff\n"
