"""Makes the locks in data/ anew with the tools that keep them: `python -m tests.checks.dependencies.cases.make_locks`.

The tools are found on PATH, or named: `--poetry`, `--poetry18`, `--poetry11`, `--uv`, `--pip`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.checks.dependencies.cases.wheels import INDEX, index, put_wheel

DATA = Path(__file__).parent / "data"
SAW = '[project]\nname = "saw"\nversion = "0.3"\nrequires-python = ">=3.9"\ndependencies = ["oak"]\n'


class Made(NamedTuple):
    """A lock: the directory of its pyproject.toml, the tool, its arguments, what it writes, and the name to keep."""

    shop: str
    tool: str
    arguments: tuple[str, ...]
    writes: str
    keep: str


EXPORT = ("export", "--all-groups", "--all-extras", "--format")
MADE = (
    Made("poetry2", "poetry", ("lock",), "poetry.lock", "poetry.lock"),
    Made("poetry1", "poetry", ("lock",), "poetry.lock", "poetry.lock"),
    Made("poetry1", "poetry18", ("lock",), "poetry.lock", "poetry18.lock"),
    Made("poetry1", "poetry11", ("lock",), "poetry.lock", "poetry11.lock"),
    Made("pep735", "poetry", ("lock",), "poetry.lock", "poetry.lock"),
    Made("multi", "poetry", ("lock",), "poetry.lock", "poetry.lock"),
    Made("paths", "poetry", ("lock",), "poetry.lock", "poetry.lock"),
    Made("platforms", "poetry", ("lock",), "poetry.lock", "poetry.lock"),
    Made("sources", "poetry", ("lock",), "poetry.lock", "poetry.lock"),
    Made("uv", "uv", ("lock",), "uv.lock", "uv.lock"),
    Made("uvspace", "uv", ("lock",), "uv.lock", "uv.lock"),
    Made("uvself", "uv", ("lock",), "uv.lock", "uv.lock"),
    Made("uvpaths", "uv", ("lock",), "uv.lock", "uv.lock"),
    Made("uv", "uv", (*EXPORT, "pylock.toml", "-o", "pylock.toml"), "pylock.toml", "pylock.toml"),
    Made("uv", "pip", ("lock", "oak>=1.1", "lamp[bright]", "Elm.Wood", "cord"), "pylock.toml", "pip.pylock.toml"),
    Made("uv", "uv", ("export", "--no-dev", "-o", "requirements.txt"), "requirements.txt", "requirements.txt"),
    Made("uv", "uv", ("export", "--only-dev", "-o", "dev.txt"), "dev.txt", "requirements-dev.txt"),
    Made("poetry2", "poetry", ("export", "-o", "exported.txt"), "exported.txt", "requirements.txt"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for tool in sorted({made.tool for made in MADE}):
        parser.add_argument(f"--{tool}", default=tool)
    tools = vars(parser.parse_args())
    with index() as variables, tempfile.TemporaryDirectory() as scratch:
        env = {
            **os.environ,
            **variables,
            **git_with_saw(Path(scratch)),
            "HOME": scratch,
            "POETRY_VIRTUALENVS_IN_PROJECT": "true",
        }
        for made in MADE:
            print(f"{made.shop}/{made.keep}")  # noqa: T201 - a program for people
            (DATA / made.shop / made.keep).write_text(_make(made, tools[made.tool], Path(scratch), env), "utf-8")


def _make(made: Made, tool: str, scratch: Path, env: Mapping[str, str]) -> str:
    directory = scratch / made.shop
    shutil.rmtree(directory, ignore_errors=True)
    shutil.copytree(DATA / made.shop, directory)
    put_wheel(directory)
    if "lock" in made.arguments:
        (directory / made.writes).unlink(missing_ok=True)
    if made.tool == "poetry11":
        _name_index(directory / "pyproject.toml")
    subprocess.run([tool, *made.arguments], cwd=directory, env=env, check=True, stdout=subprocess.DEVNULL)
    text = (directory / made.writes).read_text("utf-8").replace(str(directory), ".")
    return _forget_index(text, DATA / made.shop / "pyproject.toml") if made.tool == "poetry11" else text


def _name_index(pyproject: Path) -> None:
    """Poetry 1.1 has no plugins: it is told of the index in pyproject.toml."""
    with pyproject.open("a", encoding="utf-8") as file:
        file.write(f'\n[[tool.poetry.source]]\nname = "wood"\nurl = "{INDEX}"\ndefault = true\n')


def _forget_index(lock: str, pyproject: Path) -> str:
    """The lock as it is when the packages come from the usual index; its hash is made as Poetry 1.1 makes it."""
    tool = tomllib.loads(pyproject.read_text("utf-8"))["tool"]["poetry"]
    content = {key: tool.get(key) for key in ("dependencies", "dev-dependencies", "source", "extras")}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    lock = re.sub(r"\[package\.source\]\n(?:.+\n)+\n?", "", lock)
    return re.sub(r'content-hash = "\w+"', f'content-hash = "{digest}"', lock)


def git_with_saw(scratch: Path) -> dict[str, str]:
    """A repository that git takes for https://example.invalid/saw.git, with the same commit each time."""
    saw = scratch / "saw.git"
    saw.mkdir()
    (saw / "pyproject.toml").write_text(SAW, "utf-8")
    config = scratch / "gitconfig"
    config.write_text(f'[url "file://{saw}"]\n\tinsteadOf = https://example.invalid/saw.git\n', "utf-8")
    who = {
        f"GIT_{each}_{what}": "saw@example.invalid" for each in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    when = {f"GIT_{each}_DATE": "2024-01-01T00:00:00Z" for each in ("AUTHOR", "COMMITTER")}
    env = {"GIT_CONFIG_GLOBAL": str(config), "GIT_CONFIG_NOSYSTEM": "1", "POETRY_SYSTEM_GIT_CLIENT": "true"}
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "saw"]):
        subprocess.run(["git", *command], cwd=saw, env={**os.environ, **who, **when, **env}, check=True)
    return env


if __name__ == "__main__":
    main()
