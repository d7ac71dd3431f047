"""Projects with real environments to break: one is made by `python -m venv`, copies of it are put in their places."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from holdfast.checks.venv_probe import Answer, Problem, inspect

PYPROJECT = """\
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"

[project]
name = "shop"
version = "1.0"
requires-python = ">=3.11"
"""


@functools.cache
def _template() -> Path:
    directory = Path(tempfile.mkdtemp(prefix="holdfast-venv-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", directory / "made"], check=True)
    return directory / "made"


@dataclass(frozen=True)
class Shop:
    """A project, and the environment variables that it is judged under."""

    root: Path
    env: Mapping[str, str]

    def ask(self, python: Path | None = None, **variables: str) -> Answer:
        return inspect(self.root, {**self.env, **variables}, python=python)

    def problems(self, **variables: str) -> dict[str, Problem]:
        """The problems by their ids."""
        return {problem.id: problem for problem in inspect(self.root, {**self.env, **variables}).problems}

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def site_packages(self) -> Path:
        return next((self.venv / "lib").glob("python*/site-packages"))

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path


def make_venv(root: Path) -> Path:
    """A whole environment at a path, as if it had been made there."""
    made = _template()
    shutil.copytree(made, root, symlinks=True)
    for path in [root / "pyvenv.cfg", *(root / "bin").glob("[aA]ctivate*")]:
        path.write_text(path.read_text("utf-8").replace(str(made), str(root)), "utf-8")
    return root


def bare_project(root: Path, pyproject: str = PYPROJECT) -> Shop:
    """A project without an environment."""
    (root / "src" / "shop").mkdir(parents=True)
    (root / "src" / "shop" / "__init__.py").touch()
    (root / "pyproject.toml").write_text(pyproject, "utf-8")
    home = root.parent / "home"
    home.mkdir(exist_ok=True)
    return Shop(root, {"PATH": os.environ["PATH"], "HOME": str(home)})


def make_shop(tmp_path: Path, pyproject: str = PYPROJECT) -> Shop:
    """A project whose `.venv` is whole, with the project installed in it."""
    shop = bare_project(tmp_path / "shop", pyproject)
    make_venv(shop.venv)
    install(shop.site_packages, "shop", "1.0", shop.root / "src")
    return shop


def install(site_packages: Path, name: str, version: str, source: Path) -> Path:
    """An editable installation, as poetry-core and uv make it; returns the dist-info directory."""
    metadata = site_packages / f"{name}-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", "utf-8")
    (metadata / "direct_url.json").write_text(
        f'{{"dir_info": {{"editable": true}}, "url": "{source.parent.as_uri()}"}}', "utf-8"
    )
    (metadata / "RECORD").write_text(f"{name}.pth,,\n{metadata.name}/METADATA,,\n", "utf-8")
    (site_packages / f"{name}.pth").write_text(f"{source}\n", "utf-8")
    return metadata


def make_base(root: Path, named: str, says: str) -> Path:
    """A program that answers like a Python of a version, at `root/bin/<named>`."""
    program = root / "bin" / named
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho {says}\n", "utf-8")
    program.chmod(0o755)
    return program


def by_hand(root: Path, python: Path, *, library: str, config: str) -> Path:
    """An environment laid out by hand: `bin/python` leads to a program, packages are in lib/<library>."""
    (root / "bin").mkdir(parents=True)
    (root / "bin" / "python").symlink_to(python)
    (root / "lib" / library / "site-packages").mkdir(parents=True)
    (root / "pyvenv.cfg").write_text(config, "utf-8")
    return root


def tree(*roots: Path) -> dict[str, tuple[int, int, bytes | str | None]]:
    """Names, modes, modification times and contents of everything below directories."""
    found: dict[str, tuple[int, int, bytes | str | None]] = {}
    for root in roots:
        for path in [root, *root.rglob("*")]:
            about = path.lstat()
            inner: bytes | str | None = None
            if path.is_symlink():
                inner = str(path.readlink())
            elif path.is_file():
                inner = path.read_bytes()
            found[str(path)] = (about.st_mode, about.st_mtime_ns, inner)
    return found
