"""check-deps looks and touches nothing: it starts no program and writes no file."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.checks.dependencies.poetry.content import content_hash
from tests.checks.dependencies.projects import Project, make_project

WATCHED = """
import os, sys

STARTS = {"subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system"}
CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.chown"}
CHANGES |= {"os.utime", "os.truncate", "os.setxattr", "sqlite3.connect", "socket.connect"}
seen = []

def watch(event, args):
    flags = args[2] if event == "open" else 0
    writing = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
    if watching and (event in STARTS or event in CHANGES or (writing and args[0] != os.devnull)):
        seen.append(f"{event} {args}")

watching = True
sys.addaudithook(watch)
if sys.argv[1] == "--write":
    open(sys.argv[2], "w").close()
    os.waitpid(os.posix_spawn(sys.executable, [sys.executable, "-c", ""], {}), 0)
else:
    import atexit
    from holdfast.cli.main import main
    atexit.register(print, end="")  # or the process ends at once
    try:
        main()
    except SystemExit:
        pass
watching = False
print(*seen, sep="\\n", file=sys.stderr)
"""


def _watched(*arguments: str | Path) -> tuple[str, list[str]]:
    """What a run of the command line printed, and all that it started or wrote."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *map(str, arguments)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr.split("\n")[:-1] if done.stderr.strip() else []


def _state(root: Path) -> dict[str, tuple[object, ...]]:
    """Names, modes, times and contents of all that is below a directory."""
    found: dict[str, tuple[object, ...]] = {}
    for path in [root, *sorted(root.rglob("*"))]:
        stat = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() and not path.is_symlink() else ""
        link = str(path.readlink()) if path.is_symlink() else ""
        found[str(path.relative_to(root))] = (stat.st_mode, stat.st_mtime_ns, stat.st_ctime_ns, content, link)
    return found


PYPROJECT = """\
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.8"
dependencies = ["aaa>=1.0"]

[tool.{tool}]
package{mode} = false
"""
DIGEST = hashlib.sha256(b"aaa").hexdigest()
POETRY_LOCK = f"""\
[[package]]
name = "aaa"
version = "1.0"
description = ""
optional = false
python-versions = "*"
groups = ["main"]
files = [
    {{file = "aaa-1.0-py3-none-any.whl", hash = "sha256:{DIGEST}"}},
]

[metadata]
lock-version = "2.1"
python-versions = ">=3.8"
content-hash = "%s"
"""
UV_LOCK = f"""\
version = 1
revision = 3
requires-python = ">=3.8"

[[package]]
name = "aaa"
version = "1.0"
source = {{ registry = "https://example.invalid/simple" }}
wheels = [
    {{ url = "https://example.invalid/aaa-1.0-py3-none-any.whl", hash = "sha256:{DIGEST}", size = 3 }},
]

[[package]]
name = "shop"
version = "1.0"
source = {{ virtual = "." }}
dependencies = [
    {{ name = "aaa" }},
]

[package.metadata]
requires-dist = [{{ name = "aaa", specifier = ">=1.0" }}]
"""
PYLOCK = f"""\
lock-version = "1.0"
created-by = "hand"

[[packages]]
name = "aaa"
version = "1.0"
wheels = [{{name = "aaa-1.0-py3-none-any.whl", url = "https://example.invalid/aaa-1.0-py3-none-any.whl", \
hashes = {{sha256 = "{DIGEST}"}}}}]
"""
REQUIREMENTS = f"aaa==1.0 \\\n    --hash=sha256:{DIGEST}\n"


def _poetry(root: Path) -> Project:
    text = PYPROJECT.format(tool="poetry", mode="-mode")
    return make_project(root, text, {"poetry.lock": POETRY_LOCK % content_hash(tomllib.loads(text))})


def _poetry_in_git(root: Path) -> Project:
    project = _poetry(root)
    for command in (["init", "-q"], ["add", "pyproject.toml", "poetry.lock"], ["commit", "-q", "-m", "Lock"]):
        subprocess.run(["git", *command], cwd=root, check=True)
    return project


def _uv(root: Path) -> Project:
    return make_project(root, PYPROJECT.format(tool="uv", mode=""), {"uv.lock": UV_LOCK})


def _pylock(root: Path) -> Project:
    return make_project(root, PYPROJECT.format(tool="uv", mode=""), {"pylock.toml": PYLOCK})


def _requirements(root: Path) -> Project:
    return make_project(root, PYPROJECT.format(tool="uv", mode=""), {"requirements.txt": REQUIREMENTS})


SHAPES = [_poetry, _poetry_in_git, _uv, _pylock, _requirements]


def _named(shape: Callable[[Path], Project]) -> str:
    return shape.__name__.strip("_")


@pytest.mark.parametrize("deep", [False, True], ids=["usual", "deep"])
@pytest.mark.parametrize("shape", SHAPES, ids=_named)
def test_a_whole_project_is_read_and_nothing_else(shape: Callable[[Path], Project], deep: bool, tmp_path: Path) -> None:
    project = shape(tmp_path / "shop")
    project.install("aaa")
    before = _state(project.root)
    statuses, touched = _looked_at(project, *(["--deep"] if deep else []))
    assert touched == []
    assert statuses == ["passed", "passed", "passed"]
    assert _state(project.root) == before


@pytest.mark.parametrize("shape", SHAPES, ids=_named)
def test_a_broken_environment_is_read_and_nothing_else(shape: Callable[[Path], Project], tmp_path: Path) -> None:
    project = shape(tmp_path / "shop")
    project.install("aaa", "0.5", requires=["bbb"])
    (project.site_packages / "~ccc-1.0.dist-info").mkdir()
    for python in (project.root / ".venv" / "bin").glob("python*"):
        python.unlink()
        python.symlink_to(tmp_path / "gone")
    before = _state(project.root)
    statuses, touched = _looked_at(project, "--deep")
    assert touched == []
    assert statuses[1:] == ["failed", "failed"]
    assert _state(project.root) == before


def test_a_lock_that_is_out_of_date_starts_git_alone_and_writes_nothing(tmp_path: Path) -> None:
    project = _poetry_in_git(tmp_path / "shop")
    project.install("aaa")
    text = (project.root / "pyproject.toml").read_text("utf-8")
    project.write("pyproject.toml", text.replace("aaa>=1.0", "aaa>=0.9"))
    before = _state(project.root)
    statuses, touched = _looked_at(project)
    assert {line.split()[0] for line in touched} == {"subprocess.Popen"}
    assert all("git" in line for line in touched)
    assert statuses == ["failed", "passed", "passed"]
    assert _state(project.root) == before


def test_what_is_started_and_written_would_be_seen(tmp_path: Path) -> None:
    _, touched = _watched("--write", tmp_path / "file")
    assert [line.split()[0] for line in touched] == ["open", "os.posix_spawn"]


def _looked_at(project: Project, *options: str) -> tuple[list[str], list[str]]:
    """What the checks came to, and all that was started or written."""
    command: list[str | Path] = ["check-deps", "-C", project.root, "--no-log", "--format", "json", *options]
    printed, touched = _watched(*command, "--only", "lock,installed,conflicts")
    return [result["status"] for result in json.loads(printed)["results"]], touched
