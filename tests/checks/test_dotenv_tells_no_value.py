"""No value of a file of environment variables is ever told or kept, whatever is wrong with it, wherever it stands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Cli

ROOT = Path(__file__).parents[2]
APP = """\
import os
from pydantic_settings import BaseSettings

URL = os.environ["DATABASE_URL"]
PORT = int(os.environ["PORT"])
TOKEN = os.getenv("API_TOKEN", "{}")


class Settings(BaseSettings):
    workers: int = 2
    admin_password: str = "{}"
    link: str = "https://u:{}@host.invalid"
"""
PIECES = (
    # right, wrong, twice, and in every way of writing
    "DATABASE_URL={}\n",
    "PORT={}\n",
    "PORT='{}'\n",
    'WORKERS="{}"\n',
    "CASHED={}\n",
    "export EXPORTED={}\n",
    "SPACED = {}\n",
    "SPACES=a {} b\n",
    "HASH=a#{}\n",
    "COMMENT=a #{}1\n",
    "BEHIND=a # {}\n",
    "# OLD={}\n",
    "# {}\n",
    "# type: {}\n",
    "# type: int, {}\n",
    "# type: choice({}|b)\n",
    "DATABASE_ULR={}\n",
    "DASHED-NAME={}\n",
    "1DIGIT={}\n",
    "CURLY=\u201c{}\u201d\n",
    'QUOTE={}"x\n',
    'JSON={{"a": "{}"}}\n',
    "REFERENCE=${{{}}}\n",
    "TRAILING='a' {}\n",
    'ESCAPED="\\{}\\n"\n',
    'LINES="{}\nPORT2=1\nA="\n',
    # values that stand where names do
    "{}\n",
    "{} {}\n",
    "{}=\n",
    "{}={}\n",
    "{}=a b\n",
    "KEY=-----BEGIN PRIVATE KEY-----\n{}\n{}==\n-----END PRIVATE KEY-----\n",
    "OPEN='{}\n{}={}\n",
    'NEVER_CLOSED="{}\n',
)
NULL = "NULL={}\0{}\n"


class Planted:
    """Unique values of the shapes that keys and passwords have."""

    SHAPES = ("Zq{:04d}xV7hRtKp9wLm", "QWZJ{:04d}XKVBPLM", "b64{:04d}deadbeefcafe0123", "zq_{:04d}_xvhrtkp9wlm")

    def __init__(self) -> None:
        self.values: list[str] = []

    def __call__(self, text: str) -> str:
        needed = text.replace("{{", "").count("{}")
        start = len(self.values)
        self.values += [self.SHAPES[number % 4].format(number) for number in range(start, start + needed)]
        return text.format(*self.values[start:])


def plant(project: Path, name: str, pieces: tuple[str, ...], planted: Planted) -> None:
    """Each piece in a file of its own kind first, so that an unclosed quote cannot hide what comes after it."""
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).write_text("".join(map(planted, pieces)), "utf-8")


def make(project: Path) -> Planted:
    planted = Planted()
    plant(project, ".env", PIECES, planted)
    plant(project, ".env.local", PIECES[::-1], planted)
    plant(project, ".env.example", PIECES, planted)
    plant(project, ".env.production", (*PIECES[:10], NULL), planted)
    plant(project, "tracked/.env", PIECES[4:12], planted)
    for number, piece in enumerate(PIECES):
        plant(project, f"part{number}/.env", (piece,), planted)
        plant(project, f"part{number}/.env.example", ("A=1\n", piece), planted)
        (project / f"part{number}" / "app.py").write_text("import os\nA = os.environ['A']\n", "utf-8")
    values = [planted("{}") for _ in range(3)]
    (project / "app.py").write_text(APP.format(*values), "utf-8")
    (project / ".gitignore").write_text(".env\n.env.local\n.holdfast\n", "utf-8")
    (project / "task_registry.json").write_text(
        '{"schema":"holdfast/task-registry/1","project":"shop","events":[\n]}\n', "utf-8"
    )
    subprocess.run(["git", "add", "-A"], cwd=project, check=True)
    subprocess.run(["git", "add", "-f", "tracked/.env"], cwd=project, check=True)
    return planted


def written(project: Path) -> bytes:
    """Every byte that a run wrote: the state directory and the registry."""
    files = [path for path in (project / ".holdfast").rglob("*") if path.is_file()]
    assert files
    return b"\n".join(path.read_bytes() for path in (*files, project / "task_registry.json"))


def told(planted: Planted, text: str) -> list[str]:
    return [value for value in planted.values if value in text or value.lower() in text.lower()]


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github"])
def test_no_format_and_no_file_tells_a_value(holdfast: Cli, git_project: Path, form: str) -> None:
    planted = make(git_project)
    command = ("validate-env", "--only", "dotenv", "--format", form)
    said = [holdfast(*command, cwd=git_project), holdfast(*command, "--output", "report.out", cwd=git_project)]
    assert [each.exit_code for each in said] == [1, 1]
    assert "DOTENV001" in said[0].stdout
    assert len(planted.values) > 100
    everything = "".join(each.stdout + each.stderr for each in said) + (git_project / "report.out").read_text("utf-8")
    assert told(planted, everything + written(git_project).decode("utf-8", "replace")) == []


def test_no_value_is_kept_of_a_run_that_passes(holdfast: Cli, git_project: Path) -> None:
    value = "Zq7xV7hRtKp9wLmcc"
    (git_project / ".gitignore").write_text(".env\n.holdfast\n", "utf-8")
    (git_project / ".env").write_text(f"SHOP_TOKEN={value}\n", "utf-8")
    (git_project / "app.py").write_text('import os\nTOKEN = os.environ["SHOP_TOKEN"]\n', "utf-8")
    for _ in range(2):
        assert holdfast("validate-env", "--only", "dotenv", cwd=git_project).exit_code == 0
    explained = holdfast("validate-env", "--explain", "dotenv", cwd=git_project)
    assert explained.stdout.startswith("dotenv does not run again")
    kept = b"\n".join(path.read_bytes() for path in (git_project / ".holdfast").rglob("*") if path.is_file())
    assert b".env" in kept
    assert value.encode() not in kept


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_the_script_tells_no_value(git_project: Path, arguments: tuple[str, ...]) -> None:
    planted = make(git_project)
    script = str(ROOT / "scripts" / "validate_env.py")
    done = subprocess.run([sys.executable, script, *arguments], cwd=git_project, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert told(planted, done.stdout + done.stderr) == []


def test_an_example_takes_no_default_that_may_be_a_secret(holdfast: Cli, git_project: Path) -> None:
    planted = make(git_project)
    own = set(told(planted, (git_project / ".env.example").read_text("utf-8")))
    said = holdfast("env", "example", cwd=git_project)
    assert "# API_TOKEN=" in said.stdout
    assert set(told(planted, said.stdout)) == own
