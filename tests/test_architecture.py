"""What holds for the code and the repository as a whole."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import holdfast

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "holdfast"
FILE_LINES, FUNCTION_LINES = 400, 50
EMOJI = re.compile(
    "[\U0001f1e6-\U0001faff\ufe0f\u231a\u231b\u23e9-\u23f3\u26a0\u2705\u2714\u2716"
    "\u2728\u274c\u274e\u2753-\u2757\u2b50]"
)


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    files = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    return [path for path in files if path.is_file() and not path.is_symlink()]


def text(path: Path) -> str:
    return path.read_text("utf-8", errors="replace")


def modules(*directories: str) -> list[Path]:
    return [path for name in directories for path in sorted((ROOT / name).rglob("*.py"))]


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(text(path), str(path)))


def called(node: ast.AST) -> str | None:
    """The name that a call calls: `print`, or `suppress` for `contextlib.suppress`."""
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else None


def is_broad(kind: ast.expr | None, *names: str) -> bool:
    parts = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(part is None or (isinstance(part, ast.Name) and part.id in names) for part in parts)


def swallows_everything(node: ast.AST) -> bool:
    if called(node) == "suppress":
        assert isinstance(node, ast.Call)
        return any(is_broad(argument, "Exception", "BaseException") for argument in node.args)
    if not isinstance(node, ast.ExceptHandler) or not is_broad(node.type, "Exception", "BaseException"):
        return False
    last = node.body[-1]
    return not (isinstance(last, ast.Raise) and last.exc is None)


def test_the_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 broken" in done.stdout


def test_no_file_is_too_long() -> None:
    files = modules("src", "tests", "scripts", "benchmarks")
    assert SOURCE / "cli" / "main.py" in files
    long = {str(path): count for path in files if (count := len(text(path).splitlines())) > FILE_LINES}
    assert not long


def test_no_function_is_too_long() -> None:
    long = [
        f"{path}:{node.lineno} {node.name}"
        for path in modules("src", "scripts", "benchmarks")
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES
    ]
    assert not long


def test_everything_is_caught_only_at_the_edge_of_the_command_line_and_around_a_plugins_check() -> None:
    found = [path for path in modules("src") for node in nodes(path) if swallows_everything(node)]
    assert sorted(found) == [SOURCE / "cli" / "main.py", SOURCE / "core" / "errors.py"]


def test_only_the_command_line_and_the_formats_print() -> None:
    allowed = (SOURCE / "cli", SOURCE / "render", SOURCE / "checks" / "venv_probe" / "script.py")
    found = [
        path
        for path in modules("src")
        if not any(path.is_relative_to(place) for place in allowed)
        for node in nodes(path)
        if called(node) == "print"
    ]
    assert not found


def test_the_version_is_the_same_in_both_places() -> None:
    project = tomllib.loads(text(ROOT / "pyproject.toml"))["project"]
    assert project["version"] == holdfast.__version__


def poetry(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "poetry", "--no-interaction", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("name", "options"), [("main.txt", []), ("dev.txt", ["--with", "dev"])])
def test_the_requirements_are_what_the_lock_exports(tmp_path: Path, name: str, options: list[str]) -> None:
    done = poetry("export", *options, "--output", str(tmp_path / name))
    assert done.returncode == 0, done.stdout + done.stderr
    assert text(tmp_path / name) == text(ROOT / "requirements" / name)
    assert "--hash=sha256:" in text(ROOT / "requirements" / name)


def test_the_lock_is_that_of_the_project() -> None:
    done = poetry("check", "--lock", "--strict")
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_names_a_package_registry() -> None:
    """Whoever installs from a mirror must not be sent elsewhere by a lock or a script."""
    index = importlib.import_module("pip._internal.models.index").PyPI
    hosts = (index.netloc.lower(), index.file_storage_domain.lower())
    assert all("." in host for host in hosts)
    assert ROOT / "poetry.lock" in tracked()
    named = [
        f"{path}:{number}"
        for path in tracked()
        for number, line in enumerate(text(path).lower().splitlines(), 1)
        if any(host in line for host in hosts)
    ]
    assert not named


def test_no_file_holds_an_emoji() -> None:
    assert EMOJI.search("\N{ROCKET}")
    assert not [path for path in tracked() if EMOJI.search(text(path))]
