from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.checks.interface import Context, Environment
from holdfast.checks.tool_versions import CHECK
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Finding, Location, Status

Make = Callable[..., Context]
HOOKS = (
    "repos:\n  - repo: https://github.com/astral-sh/ruff-pre-commit\n    rev: v0.5.0\n    hooks:\n      - id: ruff\n"
)
PYPROJECT = '[project]\nname = "shop"\n[dependency-groups]\ndev = ["ruff"]\n'


def lock(**versions: str) -> str:
    source = 'source = { registry = "https://example.org/simple" }\n'
    blocks = [f'[[package]]\nname = "{name}"\nversion = "{version}"\n{source}' for name, version in versions.items()]
    return "\n".join(["version = 1\n", *blocks])


@pytest.fixture
def make(make_context: Make) -> Make:
    """A project with an environment of its own, in which what is named is installed, and nothing else on PATH."""

    def made(files: dict[str, str], *, path: Path | None = None, **installed: str) -> Context:
        context = make_context({"pyproject.toml": PYPROJECT, **files})
        root = context.project / ".venv"
        site = root / "lib" / "python3.11" / "site-packages"
        for name, version in installed.items():
            (site / f"{name}-{version}.dist-info").mkdir(parents=True)
        environment = Environment(root, root / "bin", root / "bin" / "python", (site,))
        env = {"PATH": str(path)} if path else {}
        return context._replace(environment=environment, env=env, shared={})

    return made


def found(context: Context) -> list[Finding]:
    return list(CHECK.run(context).findings)


def program(directory: Path, name: str, text: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / name).write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    (directory / name).chmod(0o755)
    return directory


def test_every_place_is_told_and_the_odd_one_has_the_line_to_write(make: Make) -> None:
    context = make({".pre-commit-config.yaml": HOOKS, "uv.lock": lock(ruff="0.6.1")}, ruff="0.6.1")
    (finding,) = found(context)
    assert finding.message == "ruff is 0.5.0 in .pre-commit-config.yaml:3; 0.6.1 in uv.lock:3 and the environment .venv"
    assert (finding.location, finding.fix) == (Location(".pre-commit-config.yaml", 3), "rev: v0.6.1")


def test_one_version_everywhere_passes_and_says_at_how_many_places_it_looked(make: Make) -> None:
    context = make({".pre-commit-config.yaml": HOOKS, "uv.lock": lock(ruff="0.5.0")}, ruff="0.5")
    result = CHECK.run(context)
    assert (result.status, result.findings, str(result.checked)) == (Status.PASSED, (), "3 of 3 places")


@pytest.mark.parametrize(
    ("files", "installed", "fix"),
    [
        ({"uv.lock": lock(ruff="0.5.0")}, "0.6.1", "uv sync --frozen"),
        ({"requirements.txt": "ruff==0.5.0\n"}, "0.6.1", r".*\.venv/bin/python -m pip install ruff==0\.5\.0"),
    ],
)
def test_what_is_installed_is_mended_by_a_command(make: Make, files: dict[str, str], installed: str, fix: str) -> None:
    (finding,) = found(make({".pre-commit-config.yaml": HOOKS, **files}, ruff=installed))
    assert finding.message.startswith("ruff is 0.6.1 in the environment .venv; 0.5.0 in ")
    assert re.fullmatch(fix, finding.fix or "")


def test_a_lock_that_no_other_place_agrees_with_is_mended_by_its_own_tool(make: Make) -> None:
    files = {
        ".pre-commit-config.yaml": HOOKS,
        "tox.ini": "[testenv]\ndeps = ruff==0.5.0\n",
        "uv.lock": lock(ruff="0.6"),
    }
    (finding,) = found(make(files))
    assert (finding.location, finding.fix) == (Location("uv.lock", 3), "uv add --dev ruff==0.5.0")


def test_of_several_locked_versions_the_one_that_others_have_counts(make: Make) -> None:
    several = lock(ruff="0.5.0") + lock(ruff="0.6.1").removeprefix("version = 1\n")
    context = make({".pre-commit-config.yaml": HOOKS, "uv.lock": several}, ruff="0.5.0")
    assert found(context) == []


def test_what_is_locked_for_another_package_is_a_warning_alone(make: Make) -> None:
    hooks = HOOKS.replace("astral-sh/ruff-pre-commit", "PyCQA/isort").replace("v0.5.0", "6.0.0")
    findings = found(make({".pre-commit-config.yaml": hooks, "uv.lock": lock(isort="5.13.2")}, isort="5.13.2"))
    assert {(each.id, each.severity) for each in findings} == {("TOOL003", "warning")}
    assert "for another package's sake" in findings[0].message


def test_a_branch_cannot_be_compared_which_is_said_where_there_is_something_to_compare_with(make: Make) -> None:
    hooks = HOOKS.replace("v0.5.0", "main")
    with pytest.raises(CannotRun, match="no tool has its version in two places"):
        CHECK.run(make({".pre-commit-config.yaml": hooks}))
    (finding,) = found(make({".pre-commit-config.yaml": hooks, "uv.lock": lock(ruff="0.6.1")}))
    assert (finding.id, finding.severity) == ("TOOL004", "info")


def test_a_program_on_path_is_asked_for_its_version(make: Make, tmp_path: Path) -> None:
    path = program(tmp_path / "bin", "ruff", "echo ruff 0.4.2")
    (finding,) = found(make({".pre-commit-config.yaml": HOOKS}, path=path))
    assert (finding.id, finding.severity) == ("TOOL003", "warning")
    assert finding.message == f"ruff is 0.4.2 in {path}/ruff (first on PATH); 0.5.0 in .pre-commit-config.yaml:3"


def test_a_program_in_an_environment_is_not_run(make: Make, tmp_path: Path) -> None:
    path = program(tmp_path / "other" / "bin", "ruff", f"touch {tmp_path}/ran; echo ruff 0.5.0")
    (tmp_path / "other" / "pyvenv.cfg").write_text("home = /usr/bin\n", "utf-8")
    (tmp_path / "other/lib/python3.12/site-packages/ruff-0.3.0.dist-info").mkdir(parents=True)
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "ruff").symlink_to(path / "ruff")
    (finding,) = found(make({".pre-commit-config.yaml": HOOKS}, path=tmp_path / "links"))
    assert finding.message.startswith("ruff is 0.3.0 in ")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("says", ["exit 3", "echo none; exit 0", "echo 0.4.2; exit 1"])
def test_a_program_that_does_not_tell_its_version_says_nothing(make: Make, tmp_path: Path, says: str) -> None:
    path = program(tmp_path / "bin", "ruff", says)
    assert found(make({".pre-commit-config.yaml": HOOKS, "uv.lock": lock(ruff="0.5.0")}, path=path)) == []


def test_what_an_activated_environment_puts_on_path_is_not_what_a_bare_shell_finds(make: Make, tmp_path: Path) -> None:
    path = program(tmp_path / "active" / "bin", "ruff", "echo ruff 0.4.2")
    context = make({".pre-commit-config.yaml": HOOKS, "uv.lock": lock(ruff="0.5.0")}, path=path)
    assert [each.id for each in found(context)] == ["TOOL003"]
    activated = context._replace(env={**context.env, "VIRTUAL_ENV": str(tmp_path / "active")}, shared={})
    assert found(activated) == []


def test_the_programs_on_path_are_among_its_inputs(make: Make, tmp_path: Path) -> None:
    path = program(tmp_path / "bin", "mypy", "")
    (tmp_path / "bin" / "ruff").mkdir()
    inputs = CHECK.inputs(make({}, path=path))
    assert inputs.programs == (f"{path}/mypy",)


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        (".pre-commit-config.yaml", True),
        ("uv.lock", True),
        ("pylock.dev.toml", True),
        (".github/workflows/ci.yaml", True),
        (".github/actions/lint/action.yml", True),
        (".github/dependabot.yml", False),
        ("docs/uv.lock", False),
        ("tox.ini", False),
    ],
)
def test_it_is_wanted_where_two_places_could_disagree(make: Make, file: str, wanted: bool) -> None:
    assert CHECK.wanted(make({file: ""})) is wanted


def test_a_file_that_is_tracked_and_gone_or_no_text_is_no_crash(make: Make) -> None:
    context = make({".pre-commit-config.yaml": HOOKS, "uv.lock": lock(ruff="0.5.0"), "tox.ini": "", "Makefile": ""})
    (context.project / "tox.ini").unlink()
    (context.project / "Makefile").write_bytes(b"\xff\xfe")
    (finding,) = found(context)
    assert (finding.id, finding.location, finding.message) == (
        "TOOL005",
        Location("Makefile", 1),
        "not read: not UTF-8",
    )


def test_a_lock_that_cannot_be_read_is_said(make: Make) -> None:
    (finding,) = found(make({".pre-commit-config.yaml": HOOKS, "uv.lock": "version = [\n"}))
    assert (finding.id, str(finding.location)) == ("TOOL005", "uv.lock:2")


def test_reading_changes_nothing(make: Make) -> None:
    context = make({".pre-commit-config.yaml": HOOKS, "uv.lock": lock(ruff="0.5.1")}, ruff="0.5.0")
    before = sorted((path, path.stat().st_mtime_ns) for path in context.project.rglob("*"))
    CHECK.run(context)
    assert sorted((path, path.stat().st_mtime_ns) for path in context.project.rglob("*")) == before
