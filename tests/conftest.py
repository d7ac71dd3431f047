"""What every test shares: a scrubbed environment, no writing outside tmp_path, and the command line."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from typer.testing import CliRunner

# A machine that is busy with other things is no reason to fail.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

ROOT = Path(__file__).resolve().parent.parent
KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "CI", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG", "HYPOTHESIS_PROFILE")


class WritingGuard:
    """Raises where this process opens a file for writing outside the directories that a test may write in."""

    def __init__(self) -> None:
        self.allowed: tuple[str, ...] | None = None
        sys.addaudithook(self)

    def __call__(self, event: str, args: tuple[object, ...]) -> None:
        if event != "open" or self.allowed is None:
            return
        path, _, flags = args
        writing = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        if not writing or not isinstance(path, str | bytes | os.PathLike):
            return
        name = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - pathlib would resolve through the audit hook
        if not name.startswith(self.allowed) and "__pycache__" not in name:
            raise PermissionError(f"a test writes outside tmp_path: {name}")


GUARD = WritingGuard()


@pytest.fixture(autouse=True)
def scrubbed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same bare environment for every test, with an empty home, and no writing outside tmp_path."""
    for name in [name for name in os.environ if name not in KEPT]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Test")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "test@example.invalid")
    GUARD.allowed = (
        str(tmp_path),
        tempfile.gettempdir(),
        "/dev/",
        str(ROOT / ".hypothesis"),
        str(ROOT / ".coverage"),
        str(ROOT / ".pytest_cache"),
        str(ROOT / ".holdfast"),
    )
    yield
    GUARD.allowed = None


@dataclass(frozen=True)
class Said:
    """What one call of the command line said."""

    exit_code: int
    stdout: str
    stderr: str


Cli = Callable[..., Said]


@pytest.fixture
def holdfast(monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Calls `holdfast ARGS` in this process, in a directory, with extra environment variables."""

    def call(*args: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> Said:
        from holdfast.cli.main import app

        with monkeypatch.context() as patch:
            patch.chdir(cwd)
            said = CliRunner().invoke(app, [str(arg) for arg in args], env=dict(env or {}))
        if said.exception is not None and not isinstance(said.exception, SystemExit):
            raise said.exception
        return Said(said.exit_code, said.stdout, said.stderr)

    return call


@pytest.fixture
def holdfast_process() -> Cli:
    """Runs `holdfast ARGS` as a process of its own, as a user does."""

    def call(*args: str | Path, cwd: Path, env: Mapping[str, str] | None = None, timeout: float = 60) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "holdfast", *map(str, args)],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def git_project(tmp_path: Path) -> Path:
    """A git repository with one commit: a pyproject.toml and nothing else."""
    project = tmp_path / "shop"
    project.mkdir()
    (project / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1.0"\n', "utf-8")
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "first"]):
        subprocess.run(["git", *command], cwd=project, check=True)
    return project
