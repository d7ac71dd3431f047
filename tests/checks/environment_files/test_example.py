from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.checks.dotenv import CHECK
from holdfast.checks.environment_files.example import Merged, example_for, may_be_secret
from holdfast.checks.environment_files.reading import parsed
from holdfast.checks.runner import Job, run_one
from tests.checks.environment_files.projects import context_of
from tests.faults.dotenv import APP, DJANGO, SETTINGS, WORKER

WHOLE = """\
# The environment variables of this project. Copy this file to .env and fill it in there.

# Read in shop/app.py:3
# type: string, required
DATABASE_URL=

# Read in shop/app.py:4
# type: int, optional
PORT=8000
"""


def made(project: Path, code: str, old: str | None = None, /, **settings: object) -> Merged:
    return example_for(context_of(project, {"shop/app.py": code}, **settings), ".env.example", old)


def test_a_new_example_says_what_the_code_reads(tmp_path: Path) -> None:
    assert made(tmp_path, APP) == (WHOLE, ("DATABASE_URL", "PORT"))


@pytest.mark.parametrize(
    "old", [WHOLE, "# mine\n\n PORT = 1 # why\n#DATABASE_URL=x", "export PORT=\r\n\r\nDATABASE_URL="]
)
def test_an_example_that_names_everything_stays_as_it_is(tmp_path: Path, old: str) -> None:
    assert made(tmp_path, APP, old) == (old, ())


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "ending"])
def test_what_an_example_lacks_is_added_at_its_end(tmp_path: Path, ending: str, last: str) -> None:
    old = ending.join(["# mine", "", "OTHER='1' # kept", "PORT=1", "PORT=2"]) + (ending if last else "")
    text, added = made(tmp_path, APP, old)
    assert added == ("DATABASE_URL",)
    assert text.startswith(old)
    assert text.removeprefix(old).removeprefix("" if last else ending).split(ending) == [
        "",
        "# Read in shop/app.py:3",
        "# type: string, required",
        "DATABASE_URL=",
        "",
    ]
    assert made(tmp_path, APP, text) == (text, ())


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ('os.getenv("A", "x")', "A=x"),
        ('os.getenv("A", "two words")', "A='two words'"),
        ('os.getenv("A", "it\'s")', "# A="),
        ('os.getenv("A", "a\\nb")', "# A="),
        ('os.getenv("A", "")', "# A="),
        ('os.getenv("A")', "# A="),
        ('os.getenv("A", make())', "# A="),
        ('int(os.getenv("A", "none"))', "# A="),
        ('os.getenv("A", "https://x.invalid/a?b=c")', "A='https://x.invalid/a?b=c'"),
        ('os.getenv("A_PASSWORD", "x")', "# A_PASSWORD="),
        ('os.getenv("A_KEY", "x")', "# A_KEY="),
        ('os.getenv("A", "postgres://u:' + 'hunter2@h/d")', "# A="),  # in two, so that no file holds a password
        ('os.getenv("A", "AbCdEf0123456789AbCdEf")', "# A="),
        ('os.environ["A"]', "A="),
    ],
)
def test_a_default_is_copied_where_it_is_no_secret_and_can_be_written(tmp_path: Path, code: str, line: str) -> None:
    assert made(tmp_path, f"import os\nA = {code}\n").text.splitlines()[-1] == line


def test_of_many_places_some_are_named(tmp_path: Path) -> None:
    lines = "".join(f'x{number} = os.environ["A"]\n' for number in range(5))
    assert (
        "# Read in shop/app.py:2, shop/app.py:3, shop/app.py:4 and 2 more" in made(tmp_path, "import os\n" + lines).text
    )


def test_what_is_nobodys_to_name_is_left_out(tmp_path: Path) -> None:
    lines = ['["HOME"]', '["OLD"]', '["SET"] = "1"', '["SET"]', '["a-b"]']
    code = "import os\n" + "".join(f"os.environ{line}\n" for line in lines)
    assert made(tmp_path, code, ignore=("OLD",)).added == ()


@pytest.mark.parametrize("code", [APP, SETTINGS, WORKER, DJANGO], ids=["plain", "pydantic", "worker", "django"])
def test_the_check_has_nothing_to_say_of_what_is_made(tmp_path: Path, code: str) -> None:
    text = made(tmp_path, code).text
    assert not parsed("x", text).broken
    result = run_one(Job(CHECK, context_of(tmp_path, {".env.example": text})), strict=False)
    assert [each.id for each in result.findings] == ["DOTENV016"]


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("LOG_LEVEL", "info", False),
        ("URL", "https://host.invalid/a/b-c_d", False),
        ("PATTERN", "%(asctime)s %(message)s", False),
        ("MODEL", "gpt-4o-mini", False),
        ("REGION", "eu-central-1", False),
        ("TOKEN", "x", True),
        ("SECRET", "x", True),
        ("PASSWORD_SALT", "x", True),
        ("SENTRY_DSN", "x", True),
        ("URL", "https://u:secret1@host.invalid", True),
        ("X", "0123456789abcdef0123", True),
    ],
)
def test_a_secret_is_known_by_its_name_or_its_look(name: str, value: str, secret: bool) -> None:
    assert may_be_secret(name, value) is secret
