"""Asks today's tools about every case, and writes what they say above it: `python -m ...cases.references [NAME ...]`.

Each tool gets a project of its own, as some of them change what they are asked about. They see the family of wheels.py
and no other index. The tools are those on PATH, or named: `--poetry`, `--uv`, `--pip`.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.checks.dependencies.cases import MODULES
from tests.checks.dependencies.cases.case import TABLE, Case
from tests.checks.dependencies.cases.make_locks import git_with_saw
from tests.checks.dependencies.cases.wheels import index
from tests.checks.dependencies.projects import Project

WIDTH = 119
NOISE = re.compile(
    r"(?i)(using (cpython|python|pypy|virtualenv)|resolved \d+|checked [1-9]|audited|would use project|"
    r"found up-to-date|installing dependencies from lock|finding the necessary|the currently activated python|"
    r"trying to find|would (make no changes|uninstall|install|download) ?\d*|note: this|creating virtualenv|"
    r".*(section is|is) deprecated|warning: \[(project|tool\.poetry)|if you want to|installing the current project|"
    r"would create|error: the environment is outdated|updat(ed|ing) https://)"
)
SHORTER = (
    (re.compile(r"Package operations: 0 installs, 0 updates, 0 removals(, \d+ skipped)?"), "0 operations"),
    (re.compile(r"Package operations: .*"), ""),
    (re.compile(r"(lock was last generated).*"), r"\1"),
    (re.compile(r"(Checked 0 packages) in .*"), r"\1"),
    (re.compile(r"All installed packages are compatible"), "all compatible"),
    (re.compile(r"(?:error|Error): "), ""),
)
OPERATION = re.compile(r"(Installing|Updating|Downgrading|Removing) (\S+) \(.*\)")
MANY = 3


class Tool(NamedTuple):
    """One of the tools: what it is called in the comments, its arguments, and when there is nothing to ask it."""

    title: str
    program: str
    arguments: tuple[str, ...]
    missing: Callable[[Project], str]
    choice: Mapping[str, str] = {}
    """What its options for groups and extras are called."""
    silence: str = "nothing to do"
    """What it means when it says nothing of the packages."""


def _needs(file: str) -> Callable[[Project], str]:
    return lambda project: "" if (project.root / file).exists() else f"no {file}"


def _poetrys(project: Project) -> str:
    text = (project.root / "pyproject.toml").read_bytes()
    return "" if (project.root / "poetry.lock").exists() or b"[tool.poetry" in text else "not Poetry's"


POETRYS = {name: name for name in ("--with", "--without", "--extras")}
UVS = {"--with": "--group", "--without": "--no-group", "--extras": "--extra"}
TOOLS = (
    Tool("poetry check --lock", "poetry", ("check", "--lock", "--no-ansi"), _poetrys, silence="warns of old metadata"),
    Tool("poetry sync --dry-run", "poetry", ("sync", "--dry-run", "--no-ansi"), _poetrys, POETRYS),
    Tool("uv sync --check", "uv", ("sync", "--check", "--color", "never"), _needs("uv.lock"), UVS),
    Tool("uv pip check", "uv", ("pip", "check", "--color", "never"), lambda _: ""),
    Tool("pip check", "pip", ("--python", ".venv/bin/python", "check"), lambda _: ""),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="cases; none: all of them")
    for program in ("poetry", "uv", "pip"):
        parser.add_argument(f"--{program}", default=shutil.which(program))
    given = parser.parse_args()
    programs = {name: str(getattr(given, name)) for name in ("poetry", "uv", "pip")}
    for module in MODULES:
        importlib.import_module(module)
    chosen = [TABLE[name] for name in given.names or TABLE]
    with index() as variables, tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch, "home")
        home.mkdir()
        env = {"PATH": os.environ["PATH"], "HOME": str(home), "POETRY_VIRTUALENVS_IN_PROJECT": "true", **variables}
        env |= git_with_saw(Path(scratch))
        env |= {"UV_PYTHON_DOWNLOADS": "never", "UV_CACHE_DIR": str(home / "uv"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        for each in chosen:
            lines = [_ask(each, tool, programs[tool.program], Path(scratch), env) for tool in TOOLS]
            print(each.name, *lines, "", sep="\n", flush=True)  # noqa: T201 - a program for people
            _write(each, lines)


def _ask(case: Case, tool: Tool, program: str, scratch: Path, env: Mapping[str, str]) -> str:
    """The comment line: the exit code and the decisive words, or why there is nothing to ask."""
    root = scratch / case.name / "shop"
    project = case.build(root)
    why_not = tool.missing(project)
    try:
        if why_not:
            return _line(tool, "n/a", why_not)
        before = _entries(project)
        own = {key: value.format(root=root) for key, value in (case.env or {}).items()}
        done = subprocess.run(
            [program, *tool.arguments, *_choice(case, tool)],
            cwd=root,
            env={**env, **own},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=120,
        )
        words = _decisive(done.stdout.splitlines() + done.stderr.splitlines(), scratch / case.name) or tool.silence
        after = _entries(project)
        changed = f"[site-packages: {before} -> {after} entries] " if before != after else ""
        return _line(tool, str(done.returncode), changed + words)
    finally:
        shutil.rmtree(scratch / case.name)


def _choice(case: Case, tool: Tool) -> list[str]:
    pairs = zip(case.options[::2], case.options[1::2], strict=False)
    return [part for option, value in pairs if option in tool.choice for part in (tool.choice[option], value)]


def _line(tool: Tool, code: str, words: str) -> str:
    line = f"# {tool.title:<21} {code + ':':<4} {words}"
    return line if len(line) <= WIDTH else line[: WIDTH - 3] + "..."


def _entries(project: Project) -> int:
    return sum(1 for path in (project.root / ".venv").glob("lib/*/site-packages/*") if path.name != "__pycache__")


def _decisive(lines: Iterable[str], scratch: Path) -> str:
    """What a tool says of the packages, less what it says of itself, in one line."""
    said = []
    for line in lines:
        text = " ".join(line.replace(str(scratch.resolve()), "").split())
        if not text or NOISE.match(text) or "already installed" in text.lower() or "Not required" in text:
            continue
        text = re.sub(r"^[-\N{BULLET}] (?=[A-Z])", "", text)
        for pattern, short in SHORTER:
            text = pattern.sub(short, text)
        said.append(text)
    return "; ".join(filter(None, dict.fromkeys(_together(said))))


def _together(said: list[str]) -> list[str]:
    """What Poetry would do, by kind, where it is more than a line holds."""
    kinds: dict[str, list[str]] = {}
    for text in said:
        if each := OPERATION.fullmatch(text):
            kinds.setdefault(each[1], []).append(each[2])
    if sum(map(len, kinds.values())) <= MANY:
        return said
    rest = [text for text in said if not OPERATION.fullmatch(text)]
    return [f"{kind} {_first(names)}" for kind, names in kinds.items()] + rest


def _first(names: list[str]) -> str:
    more = f" and {len(names) - MANY} more" if len(names) > MANY else ""
    return ", ".join(names[:MANY]) + more


def _write(case: Case, lines: list[str]) -> None:
    """Puts the lines above the case in its file, in place of those that were there."""
    path = Path(str(case.build.__code__.co_filename))
    source = path.read_text("utf-8").splitlines()
    node = next(
        node
        for node in ast.parse("\n".join(source)).body
        if isinstance(node, ast.FunctionDef) and node.name == case.name
    )
    end = start = node.decorator_list[0].lineno - 1
    titles = tuple(f"# {tool.title} " for tool in TOOLS)
    while source[start - 1].startswith(titles):
        start -= 1
    source[start:end] = lines
    path.write_text("\n".join(source) + "\n", "utf-8")


if __name__ == "__main__":
    main()
