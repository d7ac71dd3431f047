"""The check as a whole: when it is wanted, what it depends on, and what it says."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from holdfast.checks.dotenv import CHECK
from holdfast.checks.interface import Context
from holdfast.checks.runner import Job, run_one
from holdfast.core.findings import Result, Severity, Status
from tests.checks.environment_files.projects import context_of
from tests.conftest import Cli
from tests.faults.dotenv import APP, EXAMPLE, GOOD
from tests.unprivileged import unprivileged

ROOT = Path(__file__).parents[2]
IDS = re.compile(r"DOTENV\d{3}")
FILES = {".gitignore": ".env\n.env.local\n.holdfast/\n", "shop/app.py": APP, ".env.example": EXAMPLE, ".env": GOOD}


def run(project: Path, files: Mapping[str, str], /, **settings: object) -> Result:
    return run_one(Job(CHECK, context_of(project, files, **settings)), strict=False)


def said(result: Result) -> list[str]:
    return [f"{each.location}: {each.severity} {each.id} {each.message}" for each in result.findings]


def test_a_project_in_which_all_is_well_passes(git_project: Path) -> None:
    result = run(git_project, FILES)
    assert (result.status, result.findings) == (Status.PASSED, ())
    assert str(result.checked) == "6 of 6 variables"
    assert re.fullmatch(r"python-dotenv \d+\.\d+.*", result.tool or "")


def test_it_is_wanted_where_there_is_a_file_on_the_disk(git_project: Path) -> None:
    assert not CHECK.wanted(context_of(git_project, {"shop/app.py": APP}))
    assert CHECK.wanted(context_of(git_project, {".gitignore": ".env\n", ".env": ""}))


def test_without_any_file_it_is_skipped(git_project: Path) -> None:
    result = run(git_project, {"shop/app.py": APP})
    assert (result.status, result.reason) == (Status.SKIPPED, "there is no .env and no .env.example")


def test_a_fresh_clone_is_told_and_is_no_error(git_project: Path) -> None:
    result = run(git_project, {name: text for name, text in FILES.items() if name != ".env"})
    assert result.status is Status.PASSED
    assert said(result) == [
        ".env.example: info DOTENV016 there is no .env here, so that .env.example is compared with the code alone"
    ]


def test_a_missing_example_is_told_with_the_command_that_makes_one(git_project: Path) -> None:
    result = run(git_project, {**FILES, ".gitignore": ".env*\n", ".env.example": ""} | {"x": ""})
    (git_project / ".env.example").unlink()
    result = run(git_project, {".env": GOOD})
    assert [(each.id, each.severity, each.fix) for each in result.findings] == [
        ("DOTENV016", Severity.INFO, "holdfast env example --write")
    ]


def test_what_env_local_adds_counts(git_project: Path) -> None:
    files = {**FILES, ".env": "PORT=80\n", ".env.local": "DATABASE_URL=x://y\n"}
    assert run(git_project, files).findings == ()


@pytest.mark.parametrize("line", ["# DATABASE_URL=\n", "# optional\nDATABASE_URL=x://y\n"])
def test_the_example_may_say_that_the_program_does_without(git_project: Path, line: str) -> None:
    assert run(git_project, {**FILES, ".env": "PORT=80\n", ".env.example": f"PORT=80\n{line}"}).findings == ()


def test_ignored_names_are_neither_asked_for_nor_unknown(git_project: Path) -> None:
    files = {**FILES, ".env": "PORT=80\nOLD_ONE=1\n", ".env.example": "PORT=80\n"}
    assert len(run(git_project, files).findings) == 3
    assert run(git_project, files, ignore=("DATABASE_*", "OLD_*")).findings == ()


def test_configured_files_are_compared(git_project: Path) -> None:
    files = {**FILES, "config/dev.env": "PORT=80\n", ".env": ""}
    result = run(git_project, files, files=("config/dev.env",))
    assert said(result) == [
        "config/dev.env: error DOTENV004 DATABASE_URL is not set, and shop/app.py requires it",
    ]


def test_a_configured_example_that_is_gone_is_no_pass(git_project: Path) -> None:
    result = run(git_project, FILES, example="gone.example")
    assert (result.status, result.reason) == (Status.ERROR, "there is no gone.example")


def test_a_name_that_another_file_uses_is_not_unknown(git_project: Path) -> None:
    files = {**FILES, ".env": GOOD + "IMAGE_TAG=1\n"}
    assert [each.id for each in run(git_project, files).findings] == ["DOTENV007"]
    assert run(git_project, {**files, "compose.yaml": "image: x:${IMAGE_TAG}\n"}).findings == ()


def test_an_example_beside_a_compose_file_is_for_code_elsewhere(git_project: Path) -> None:
    files = {"docker/.env.example": "DATABASE_URL=\nLEFT_OVER=\n", "docker/run.py": APP.replace("DATABASE", "X")}
    result = run(git_project, {**files, "shop/app.py": APP})
    unread = [each for each in said(result) if "DOTENV015" in each]
    message = "nothing in the project's code and configuration names LEFT_OVER"
    assert unread == [f"docker/.env.example:2: info DOTENV015 {message}"]


def test_the_names_in_a_broken_line_are_not_missing_too(git_project: Path) -> None:
    result = run(git_project, {**FILES, ".env": "PORT=80\nDATABASE_URL='x\n"})
    assert [each.id for each in result.findings] == ["DOTENV001"]


def test_findings_keep_their_fingerprint_when_lines_move(git_project: Path) -> None:
    broken = "DATABSE_URL=x\nPORT=x\nPORT=y\n1A=\nB =1\nC='\n"
    before = run(git_project, {**FILES, ".env": broken, ".env.example": "X=1\n# type: urll\nY=1\n"})
    after = run(
        git_project,
        {
            ".env": f"\n\n{broken}",
            "shop/app.py": APP.replace("import os", "import os\n\n"),
            ".env.example": "#\n\nX=1\n# type: urll\nY=1\n",
        },
    )
    assert len(before.findings) > 8
    assert [each.fingerprint for each in before.findings] == [each.fingerprint for each in after.findings]
    assert [each.location for each in before.findings] != [each.location for each in after.findings]


def test_a_name_is_told_only_where_it_looks_like_one_or_the_code_knows_it(git_project: Path) -> None:
    env = "shop_size=4\nQ7RZX19KPLW2M3N4=\nmIxEd=1\n"
    messages = [each.message for each in run(git_project, {".gitignore": ".env\n", ".env": env}).findings]
    assert messages == [
        "the code does not read shop_size",
        "the code does not read this variable",
        "the code does not read this variable",
    ]


def test_a_pipe_is_told_and_not_read(git_project: Path) -> None:
    context = context_of(git_project, {name: text for name, text in FILES.items() if name != ".env"})
    os.mkfifo(git_project / ".env")
    result = run_one(Job(CHECK, context), strict=False)
    assert ".env: info DOTENV017 not a regular file, and not read" in said(result)


def test_a_file_that_may_not_be_read_is_no_pass(git_project: Path) -> None:
    context = context_of(git_project, FILES)
    (git_project / ".env").chmod(0)
    with unprivileged(git_project):
        result = run_one(Job(CHECK, context), strict=False)
    assert result.status is Status.ERROR
    assert "cannot read" in (result.reason or "")


def test_outside_a_repository_nothing_is_tracked(tmp_path: Path) -> None:
    project = tmp_path / "plain"
    project.mkdir()
    assert run(project, FILES).findings == ()


# What it depends on


def inputs_of(context: Context) -> object:
    return CHECK.inputs(context._replace(shared={}))


def test_a_file_that_git_ignores_is_an_input_of_its_own(git_project: Path) -> None:
    context = context_of(git_project, FILES)
    found = CHECK.inputs(context)
    assert found is not None
    assert found.unlisted == (".env", ".env.local")  # the second may come


def test_an_exposed_file_makes_it_always_run(git_project: Path) -> None:
    assert inputs_of(context_of(git_project, {**FILES, ".gitignore": "x\n"})) is None


def edited(project: Path, name: str, text: str) -> None:
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("name", "text", "again"),
    [
        (".env", GOOD + "#\n", True),
        (".env.local", "PORT=81\n", True),
        (".env.example", EXAMPLE + "#\n", True),
        ("shop/more.py", "x = 1\n", True),
        ("compose.yaml", "services: {}\n", True),
        ("README.md", "words\n", False),
        ("notes.txt", "words\n", False),
    ],
)
def test_it_runs_again_where_something_that_it_reads_changed(
    holdfast: Cli, git_project: Path, name: str, text: str, again: bool
) -> None:
    for file, content in FILES.items():
        edited(git_project, file, content)
    command = ("validate-env", "--only", "dotenv")
    assert holdfast(*command, cwd=git_project).exit_code == 0
    assert "unchanged since" in holdfast(*command, cwd=git_project).stdout
    edited(git_project, name, text)
    assert ("unchanged since" not in holdfast(*command, cwd=git_project).stdout) is again
    if name == ".env":
        (git_project / ".env").unlink()
        assert (
            "gone file that git ignores: .env"
            in holdfast("validate-env", "--explain", "dotenv", cwd=git_project).stdout
        )


def test_a_file_that_comes_to_be_tracked_is_seen(holdfast: Cli, git_project: Path) -> None:
    for file, content in FILES.items():
        edited(git_project, file, content)
    command = ("validate-env", "--only", "dotenv")
    assert holdfast(*command, cwd=git_project).exit_code == 0
    subprocess.run(["git", "add", "-f", ".env"], cwd=git_project, check=True)
    assert "DOTENV009" in holdfast(*command, cwd=git_project).stdout
    subprocess.run(["git", "rm", "-q", "--cached", ".env"], cwd=git_project, check=True)
    edited(git_project, ".gitignore", ".holdfast/\n")
    assert "DOTENV010" in holdfast(*command, cwd=git_project).stdout
    subprocess.run(["git", "add", ".env"], cwd=git_project, check=True)
    assert "DOTENV009" in holdfast(*command, cwd=git_project).stdout
