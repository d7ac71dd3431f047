"""No value of a secret comes out: not on a stream, not in a cache, the registry, a report or a log."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from holdfast.checks.snapshot import Digests
from tests.checks.secret_scan.planted import commit, git, parts_of, plant_all, written_below
from tests.conftest import ROOT, Cli

FORMATS = ("text", "json", "junit", "sarif", "github")
WITH_TOOLS = {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}


def leaked(said: str | bytes, values: list[str]) -> list[str]:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return [part for value in values for part in parts_of(value) if part in text]


@pytest.fixture
def planted(git_project: Path) -> tuple[Path, list[str]]:
    (git_project / ".gitignore").write_text(".holdfast/\ntask_registry.json\n")
    values = plant_all(git_project)
    commit(git_project)
    return git_project, values


def kept_by_holdfast(project: Path) -> bytes:
    registry = project / "task_registry.json"
    return written_below(project / ".holdfast") + (registry.read_bytes() if registry.exists() else b"")


@pytest.mark.parametrize("form", FORMATS)
def test_in_no_format_and_nothing_that_is_kept(
    holdfast: Cli, planted: tuple[Path, list[str]], tmp_path: Path, form: str
) -> None:
    project, values = planted
    report, summary = tmp_path / "report", tmp_path / "summary"
    env = {**WITH_TOOLS, "GITHUB_STEP_SUMMARY": str(summary)}
    summary.touch()
    command = ("validate-env", "--only", "secrets", "--format", form, "--output", report)
    for _ in range(2):
        said = holdfast(*command, cwd=project, env=env)
        assert said.exit_code == 1
        assert "SECRET001" in said.stdout
        everything: list[str | bytes] = [
            said.stdout,
            said.stderr,
            report.read_bytes(),
            summary.read_bytes(),
            kept_by_holdfast(project),
        ]
        assert [leaked(each, values) for each in everything] == [[]] * len(everything)


def test_in_no_report_of_the_history(holdfast: Cli, planted: tuple[Path, list[str]]) -> None:
    project, values = planted
    git(project, "rm", "-q", "-r", "--cached", ".")
    for path in project.glob("*.*"):
        if path.is_file() and path.name not in ("pyproject.toml", ".gitignore"):
            path.unlink()
    commit(project, "all gone")
    assert holdfast("secrets", cwd=project).exit_code == 0
    for form in FORMATS:
        said = holdfast("secrets", "--history", "--format", form, cwd=project)
        assert said.exit_code == 1
        assert leaked(said.stdout + said.stderr, values) == []
    assert leaked(kept_by_holdfast(project), values) == []


def test_a_name_that_holds_a_secret_is_in_no_cache_of_another_check(
    holdfast: Cli, planted: tuple[Path, list[str]]
) -> None:
    project, values = planted
    with (project / "pyproject.toml").open("a") as file:
        file.write(f'[tool.holdfast.checks.own]\ncommand = ["{sys.executable}", "-c", ""]\n')
    for _ in range(2):
        said = holdfast("validate-env", "--only", "own", cwd=project)
        assert said.exit_code == 0
    assert leaked(kept_by_holdfast(project), values) == []


def test_a_name_that_holds_a_secret_is_not_among_the_digests(planted: tuple[Path, list[str]], tmp_path: Path) -> None:
    project, values = planted
    digests = Digests(project, tmp_path / "files.json")
    digests.of(tuple(path.name for path in project.iterdir() if path.is_file()), now_ns=time.time_ns() + 10**12)
    digests.save()
    kept = (tmp_path / "files.json").read_text()
    assert "pyproject.toml" in kept
    assert leaked(kept, values) == []


@pytest.mark.parametrize(
    "code",
    [
        "import sys; print('x'); sys.exit(7)",
        "import sys; sys.stderr.write(open('github-token.py').read()); raise ValueError(open('jwt.py').read())",
        "print(open('github-token.py').read())",
        'import sys; print(\'{"looked_at": 1, "version": "1"}\')',
    ],
    ids=["unknown-exit-code", "crash-that-quotes", "no-json", "fewer-files"],
)
def test_when_detect_secrets_goes_wrong(
    holdfast: Cli, planted: tuple[Path, list[str]], tmp_path: Path, code: str
) -> None:
    project, values = planted
    tool = tmp_path / "bin" / "detect-secrets"
    tool.parent.mkdir()
    python = tmp_path / "bin" / "python-that-fails"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -c "$CODE"\n')
    tool.write_text(f"#!{python}\n")
    for each in (tool, python):
        each.chmod(0o755)
    env = {"PATH": f"{tool.parent}{os.pathsep}{os.environ['PATH']}", "CODE": code}
    said = holdfast("validate-env", "--only", "secrets", "--format", "json", cwd=project, env=env)
    assert said.exit_code == 2
    assert "SECRET001" in said.stdout, "what else was found is said all the same"
    assert leaked(said.stdout + said.stderr, values) == []
    assert leaked(kept_by_holdfast(project), values) == []


@pytest.mark.parametrize("option", [[], ["--staged"], ["--history"]], ids=str)
def test_the_shell_script(planted: tuple[Path, list[str]], option: list[str]) -> None:
    project, values = planted
    if option == ["--staged"]:
        git(project, "update-ref", "-d", "HEAD")
    script = ROOT / "scripts" / "scan_sensitive_files.sh"
    done = subprocess.run([str(script), *option], cwd=project, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"github-token" in done.stdout
    assert leaked(done.stdout + done.stderr, values) == []


def test_what_a_command_of_the_projects_own_prints(holdfast: Cli, planted: tuple[Path, list[str]]) -> None:
    project, values = planted
    code = (
        "print(*(open(p).read() for p in ('github-token.py', 'jwt.py', 'server.pem', 'url-password.txt')), sep=''); 1/0"
    )
    with (project / "pyproject.toml").open("a") as file:
        file.write(f'[tool.holdfast.checks.own]\ncommand = ["{sys.executable}", "-c", "{code}"]\n')
    for form in FORMATS:
        said = holdfast("validate-env", "--only", "own", "--format", form, cwd=project)
        assert said.exit_code == 1
        assert leaked(said.stdout + said.stderr, values) == []
    assert leaked(kept_by_holdfast(project), values) == []
