"""Projects that real tools have locked, kept in data/uv: copies to break, and uv to ask what it says of them.

The locks were made by uv with a real index; its address was replaced by one that is none, in the locks and, as the
index to use, in pyproject.toml. uv needs no index to see that a lock is up to date, and fails without one where it is
not: so `uv lock --check --offline` judges each of them anywhere.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from holdfast.checks.dependencies.subject import Subject
from holdfast.checks.interface import Context
from holdfast.core.config import load_config
from tests.checks.dependencies.projects import Project, make_project

DATA = Path(__file__).parent / "data" / "uv"
UV = Path(sys.executable).with_name("uv")


def copy(tmp_path: Path, name: str) -> Project:
    """The project of that name, with an empty environment."""
    root = tmp_path / name
    files = {
        path.relative_to(DATA / name).as_posix(): path.read_text("utf-8")
        for path in (DATA / name).rglob("*")
        if path.is_file()
    }
    return make_project(root, files.pop("pyproject.toml"), files)


def edit(project: Project, file: str, old: str, new: str) -> None:
    """Replaces what stands in a file of the project."""
    text = (project.root / file).read_text("utf-8")
    assert old in text, f"{file} has no {old!r}"
    project.write(file, text.replace(old, new, 1))


def keep(project: Project, *locks: str) -> Project:
    """Leaves the project these locks alone."""
    for path in project.root.iterdir():
        is_lock = path.name.endswith((".lock", ".txt")) or path.name.startswith("pylock")
        if is_lock and path.name not in locks:
            path.unlink()
    return project


def uv(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What uv says without a network."""
    home = Path(os.environ["HOME"])
    cache = str(home.parent.parent / "uv-cache")  # one for all tests: asking the interpreter what it is takes long
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "UV_PYTHON_DOWNLOADS": "never", "UV_CACHE_DIR": cache}
    command = [str(UV), *arguments, "--offline", "--no-progress"]
    return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=False)


def subject(root: Path, **options: object) -> Subject:
    """The subject of a project, with settings such as `extras=("fast",)`."""
    import tomllib

    path = root / "pyproject.toml"
    pyproject = tomllib.loads(path.read_text("utf-8-sig")) if path.is_file() else {}
    config = load_config(root, {}, {f"dependencies.{name}": value for name, value in options.items()})
    return Subject(Context(root, pyproject, (), config, {}, {}, None, root, shared={}))


def required(root: Path, **options: object) -> list[tuple[str, str]]:
    """Names and versions of what the lock says has to be installed; a path's version is left out."""
    selection = subject(root, **options).selection
    assert selection is not None
    local = ("directory", "virtual")
    return sorted(
        (each.name, "" if each.source and each.source.kind in local else each.version) for each in selection.required
    )
