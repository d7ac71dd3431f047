"""The checks that wrap tools beside pre-commit and prek running the same: on all files, and on one changed file."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import BIN, ROOT, Command, Row, at_most, medians

GUESSES = "KeywordDetector", "Base64HighEntropyString", "HexHighEntropyString", "IPPublicDetector"
"""What Holdfast leaves out of detect-secrets where there is no baseline; so the hook beside it does too."""
SURE = ("--no-verify", *(f"--disable-plugin={name}" for name in GUESSES))
PYTHON = "types_or: [python, pyi]"
HOOKS = {
    "ruff check --force-exclude": PYTHON,
    "black --check": PYTHON,
    "flake8": PYTHON,
    "mypy": f"{PYTHON}\n        pass_filenames: false",
    "rumdl check": "types: [markdown]",
    f"detect-secrets-hook {' '.join(SURE)} --baseline .git/known": "types: [text]",
    "zizmor --offline --no-progress": r"files: ^\.github/workflows/",
    "check-jsonschema --builtin-schema vendor.github-workflows": r"files: ^\.github/workflows/",
    "shellcheck": "types: [shell]",
    "poetry check --lock": r"files: ^(pyproject.toml|poetry.lock)$" + "\n        pass_filenames: false",
    "deptry . --ignore DEP002 -kf holdfast -kf tests -kf benchmarks": f"{PYTHON}\n        pass_filenames: false",
    "lint-imports --no-logo": f"{PYTHON}\n        pass_filenames: false",
}
"""The tools that `validate-env` runs here, as hooks of their own: the command, and which files it is given."""
LEFT_OUT = "pytest,venv,installed"
"""Tests are no hook's business; the environment is not the clone's own."""
FILE = "src/holdfast/core/ids.py"


def rows() -> Iterator[Row]:
    """Everything cold, then a hook on one changed file, in a clone of this repository."""
    with tempfile.TemporaryDirectory(dir=ROOT / ".holdfast") as name:
        clone = _cloned(Path(name) / "clone")
        with (clone / ".git" / "known").open(
            "wb"
        ) as known:  # the tests' own values, as far as that hook takes them for real
            subprocess.run([BIN / "detect-secrets", "scan", *SURE], cwd=clone, stdout=known, check=True)
        tools, own = clone / ".git" / "tools.yaml", clone / ".git" / "own.yaml"
        tools.write_text(_configuration({f".venv/bin/{command}": more for command, more in HOOKS.items()}), "utf-8")
        hook = f".venv/bin/holdfast validate-env --no-log --skip {LEFT_OUT} --"
        own.write_text(_configuration({hook: "require_serial: true"}), "utf-8")
        yield from _everything(clone, tools)
        yield _one_file(clone, tools, own)


def _everything(clone: Path, tools: Path) -> Iterator[Row]:
    ours: Command = (BIN / "holdfast", "validate-env", "--no-log", "--no-cache", "--skip", LEFT_OUT)
    others: dict[str, Command] = {
        "pre-commit": (BIN / "pre-commit", "run", "--all-files", "--config", tools),
        "prek": (BIN / "prek", "run", "--all-files", "--config", tools),
    }
    for command in (ours, *others.values()):
        _require_success(command, clone)
    mine, *theirs = medians([ours, *others.values()], cwd=clone, runs=1)
    for name, seconds in zip(others, theirs, strict=True):
        what = "`validate-env --no-cache` but the tests, with all its own checks"
        yield at_most(what, (mine, ""), (seconds, f"`{name} run --all-files`, the same tools"), 1.0)


def _one_file(clone: Path, tools: Path, own: Path) -> Row:
    """Every run finds the file changed: its first line counts."""
    _require_success((BIN / "holdfast", "validate-env", "--no-log", "--skip", LEFT_OUT), clone)  # all is remembered now
    hooks: list[Command] = [(BIN / "prek", "run", "--config", each, "--files", FILE) for each in (own, tools)]
    for command in hooks:
        _require_success(command, clone)
    ours, theirs = medians(hooks, cwd=clone, runs=4, before=(sys.executable, "-m", "benchmarks.hooks", FILE))
    what = "hook by prek on one changed file: `validate-env`, all its checks"
    return at_most(what, (ours, ""), (theirs, "the same tools as hooks of their own"), 2.0)


def _cloned(clone: Path) -> Path:
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, clone], check=True)
    (clone / ".venv").symlink_to(ROOT / ".venv")
    return clone


def _configuration(hooks: dict[str, str]) -> str:
    """A pre-commit configuration of local hooks: each command with the lines that say what it is given."""
    entries = [
        f"      - id: hook-{number}\n        name: {command.split()[0]}\n        language: system\n"
        f'        entry: "{command}"\n        {more}\n'
        for number, (command, more) in enumerate(hooks.items())
    ]
    return "repos:\n  - repo: local\n    hooks:\n" + "".join(entries)


def _require_success(command: Command, clone: Path) -> None:
    """Runs a command once, so that its caches are as warm as the others'. What fails may have done less."""
    home = {"PRE_COMMIT_HOME": str(clone.parent / "pre-commit"), "PREK_HOME": str(clone.parent / "prek")}
    done = subprocess.run(command, cwd=clone, env={**os.environ, **home}, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command[0]} failed, so it cannot be measured:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")


def count_up(file: Path) -> None:
    """Changes a Python file whose first line is a docstring, and nothing but that line."""
    first, rest = file.read_text("utf-8").split("\n", 1)
    told = re.fullmatch(r'"""(.*?)(?: \((\d+)\))?\.?"""', first)
    assert told, first
    file.write_text(f'"""{told[1]} ({int(told[2] or 0) + 1})."""\n{rest}', "utf-8")


if __name__ == "__main__":
    count_up(Path(sys.argv[1]))
