"""Real repositories with real hooks of pre-commit and prek, committed to as on a machine with nothing set up."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
import venv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.checks.dependencies.real_tools import NETWORK
from tests.conftest import Said

ROOT = Path(__file__).parents[2]
BIN = Path(sysconfig.get_path("scripts"))
BARE_PATH = "/usr/bin:/bin"
RUNNERS = ("pre-commit", "prek")
TAG = "v1.0.0"
SHIPPED = ("pyproject.toml", "README.md", "LICENSE", "src", ".pre-commit-hooks.yaml")
PYPROJECT = """\
[tool.ruff]
line-length = 120

[tool.holdfast.validate]
only = ["venv", "ruff"]
"""
KEY = "AKIA" + "Z7QWERTYUIOPLKJ2"
"""What a secret looks like."""
FAULT, MENDED = "import os\n", "import os\n\nprint(os.name)\n"
OF_THE_PROJECT = """\
repos:
  - repo: local
    hooks:
      - id: holdfast-validate
        name: holdfast
        entry: .venv/bin/holdfast validate-env --no-log --
        language: system
        require_serial: true
"""


def run(command: list[str], cwd: Path, env: Mapping[str, str]) -> Said:
    done = subprocess.run(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return Said(done.returncode, done.stdout, done.stderr)


def environment(project: Path) -> Path:
    """An environment for a project, with the tools that it has of its own."""
    place = project / ".venv"
    venv.create(place, symlinks=True)
    for name in ("ruff", "holdfast"):
        (place / "bin" / name).symlink_to(BIN / name)
    return place


@dataclass
class Runner:
    """pre-commit or prek, and where it keeps what it installs."""

    name: str
    home: Path
    env: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.home.mkdir(exist_ok=True)
        who = {
            f"GIT_{who}_{what}": "t@example.invalid" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        self.env = {
            "PATH": BARE_PATH,
            "HOME": str(self.home),
            "PRE_COMMIT_HOME": str(self.home / "pre-commit"),
            "PREK_HOME": str(self.home / "prek"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "LANG": "C.UTF-8",
            **who,
        }

    def __call__(self, *arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> Said:
        return run([str(BIN / self.name), *arguments], cwd, {**self.env, **(env or {})})

    def fetch(self, hooks: Path) -> None:
        """Installs the hooks of a repository as its users do: the one thing that needs the package index."""
        there = Shop(self, self.home / "first", from_tag(hooks, "holdfast-validate", "holdfast-secrets"), tools=False)
        online = {**NETWORK, "UV_SYSTEM_CERTS": "1", "PATH": f"{BIN}:{os.environ['PATH']}"}
        said = self("install", "--install-hooks", cwd=there.root, env=online)
        assert said.exit_code == 0, said.stdout + said.stderr


@dataclass
class Shop:
    """A git repository with hooks; its name, and that of its only module, are not what a careless script takes."""

    runner: Runner
    root: Path
    config: str = OF_THE_PROJECT
    tools: bool = True
    pyproject: str = PYPROJECT

    def __post_init__(self) -> None:
        self.root.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")
        (self.root / ".gitignore").write_text(".venv/\n", "utf-8")
        (self.root / "pyproject.toml").write_text(self.pyproject, "utf-8")
        (self.root / ".pre-commit-config.yaml").write_text(self.config, "utf-8")
        self.write(MENDED)
        if self.tools:
            environment(self.root)
        self.must("add", "-A")
        self.must("commit", "-q", "-m", "first")
        said = self.runner("install", cwd=self.root)
        assert said.exit_code == 0, said.stdout + said.stderr

    @property
    def module(self) -> Path:
        return self.root / "käse laden.py"

    def write(self, text: str, *, root: Path | None = None) -> Path:
        path = (root or self.root) / self.module.name
        path.write_text(text, "utf-8")
        return path

    def git(self, *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Said:
        quoting = ["-c", "protocol.file.allow=always"]
        return run(["git", *quoting, *map(str, arguments)], cwd or self.root, {**self.runner.env, **(env or {})})

    def must(self, *arguments: str | Path, cwd: Path | None = None) -> str:
        said = self.git(*arguments, cwd=cwd)
        assert said.exit_code == 0, said.stdout + said.stderr
        return said.stdout

    def commit(self, *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Said:
        return self.git("commit", "-m", "change", *arguments, cwd=cwd, env=env)

    def refused(self, *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
        """Commits, which must not succeed, nor change anything; returns what was said."""
        before = self.state(cwd)
        said = self.commit(*arguments, cwd=cwd, env=env)
        text = said.stdout + said.stderr
        assert said.exit_code != 0, text
        assert self.state(cwd) == before, text
        return text

    def taken(self, *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
        """Commits, which must succeed after a hook has looked; returns what was said."""
        said = self.commit(*arguments, cwd=cwd, env=env)
        text = said.stdout + said.stderr
        assert said.exit_code == 0, text
        assert "Passed" in text
        return text

    def state(self, cwd: Path | None = None) -> list[str]:
        """The commit, the index and the work tree, with the contents of its files."""
        root = Path(self.must("rev-parse", "--show-toplevel", cwd=cwd).rstrip("\n"))
        names = self.must("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=root).split("\0")
        files = [f"{name}: {(root / name).read_bytes()!r}" for name in names if (root / name).is_file()]
        git = [("rev-parse", "HEAD"), ("ls-files", "-s"), ("status", "--porcelain", "--untracked-files=all")]
        return [self.must(*command, cwd=root) for command in git] + files


def from_tag(hooks: Path, *ids: str) -> str:
    """A configuration that takes hooks from a tag of a repository."""
    listed = "".join(f"      - id: {each}\n" for each in ids)
    return f"repos:\n  - repo: {hooks.as_uri()}\n    rev: {TAG}\n    hooks:\n{listed}"


def shipped(directory: Path) -> Path:
    """What this repository ships, as a repository with a tag."""
    names = subprocess.run(["git", "ls-files", "-z", *SHIPPED], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, names.stdout.split("\0")):
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, directory / name)
    who = ["-c", "user.name=T", "-c", "user.email=t@example.invalid"]
    for command in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "release"], ["tag", TAG]):
        subprocess.run(["git", *command], cwd=directory, check=True)
    return directory
