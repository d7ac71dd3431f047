from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.checks.venvs import Shop, bare_project, make_base, make_shop, make_venv, tree
from tests.conftest import Cli


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return make_shop(tmp_path)


def test_a_whole_environment_passes_and_says_how_much_was_asked(holdfast: Cli, shop: Shop) -> None:
    said = holdfast("venv-check", cwd=shop.root / "src")
    assert (said.exit_code, said.stderr) == (0, "")
    assert "13 of 13 questions" in said.stdout


def test_an_error_fails_and_a_warning_only_when_strict(holdfast: Cli, shop: Shop, tmp_path: Path) -> None:
    stale = {"VIRTUAL_ENV": str(tmp_path / "gone")}
    said = holdfast("venv-check", cwd=shop.root, env=stale)
    assert said.exit_code == 0
    assert "warning VENV002" in said.stdout
    assert holdfast("venv-check", "--strict", cwd=shop.root, env=stale).exit_code == 1
    (shop.venv / "pyvenv.cfg").unlink()
    assert holdfast("venv-check", cwd=shop.root).exit_code == 1


def test_json_holds_the_findings_and_what_was_not_answered(holdfast: Cli, tmp_path: Path) -> None:
    bare = bare_project(tmp_path / "shop")
    said = holdfast("venv-check", "--project", bare.root, "--format", "json", cwd=tmp_path)
    report = json.loads(said.stdout)
    (result,) = report["results"]
    assert (report["command"], report["exit_code"], said.exit_code) == ("venv-check", 1, 1)
    assert result["checked"] == {"done": 4, "total": 13, "unit": "questions"}
    assert "there is no environment" in result["reason"]
    assert [finding["id"] for finding in result["findings"]] == ["VENV001"]


def test_another_environment_can_be_named(holdfast: Cli, tmp_path: Path) -> None:
    bare = bare_project(tmp_path / "shop")
    made = make_venv(tmp_path / "other")
    said = holdfast("venv-check", "--python", made, "--format", "json", cwd=bare.root)
    (result,) = json.loads(said.stdout)["results"]
    assert str(made) in result["tool"]
    assert [finding["id"] for finding in result["findings"]] == ["VENV012"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--yes"], "--yes runs what --fix prints"),
        (["--python", "gone"], "--python gone: no such directory"),
        (["--project", "gone"], "gone: no such directory"),
    ],
)
def test_what_cannot_be_done_is_2_with_a_hint(holdfast: Cli, shop: Shop, args: list[str], message: str) -> None:
    said = holdfast("venv-check", *args, cwd=shop.root)
    assert (said.exit_code, said.stdout) == (2, "")
    assert message in said.stderr
    assert "\nhint: " in said.stderr


def test_a_form_that_there_is_not_is_2_with_those_that_there_are(holdfast: Cli, shop: Shop) -> None:
    said = holdfast("venv-check", "--format", "xml", cwd=shop.root)
    assert (said.exit_code, said.stdout) == (2, "")
    assert "'xml' is not one of 'text', 'json', 'junit', 'sarif', 'github'" in said.stderr


def test_a_broken_pyproject_is_2_with_its_line(holdfast: Cli, shop: Shop) -> None:
    shop.write("pyproject.toml", "[project]\nname = \n")
    said = holdfast("venv-check", cwd=shop.root)
    assert said.exit_code == 2
    assert said.stderr.startswith("holdfast: pyproject.toml:2: not TOML")


def test_fix_prints_the_commands_and_runs_none(holdfast: Cli, tmp_path: Path) -> None:
    bare = bare_project(tmp_path / "shop")
    said = holdfast("venv-check", "--fix", cwd=bare.root)
    assert said.exit_code == 1
    assert f"-m venv {bare.venv}\n" in said.stderr
    assert not bare.venv.exists()


def test_fix_of_a_whole_environment_has_nothing_to_do(holdfast: Cli, shop: Shop) -> None:
    said = holdfast("venv-check", "--fix", "--yes", cwd=shop.root)
    assert said.exit_code == 0
    assert "nothing to mend" in said.stderr


def test_fix_with_yes_runs_the_commands_and_checks_again(holdfast: Cli, tmp_path: Path) -> None:
    bare = bare_project(tmp_path / "shop", "")
    python = make_base(tmp_path / "base", "python3.11", "")
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -m venv --without-pip "$3"\n', "utf-8")
    said = holdfast("venv-check", "--fix", "--yes", cwd=bare.root, env={"PATH": str(python.parent)})
    assert said.stderr == f"$ {python} -m venv {bare.venv}\n"
    assert (bare.venv / "pyvenv.cfg").is_file()
    assert said.exit_code == 0
    assert "VENV001" not in said.stdout


def test_fix_with_yes_stops_at_the_first_failure_and_tells_the_truth(holdfast: Cli, tmp_path: Path) -> None:
    bare = bare_project(tmp_path / "shop")
    python = make_base(tmp_path / "base", "python3.11", "")
    python.write_text("#!/bin/sh\necho trying\necho no room >&2\nexit 7\n", "utf-8")
    said = holdfast("venv-check", "--fix", "--yes", cwd=bare.root, env={"PATH": str(python.parent)})
    assert said.exit_code == 1
    assert "  trying\n" in said.stderr
    assert "  no room\nfailed with exit code 7; nothing after it was run\n" in said.stderr
    assert "pip install" not in said.stderr
    assert "VENV001" in said.stdout


def test_fix_with_yes_says_which_program_is_missing(holdfast: Cli, tmp_path: Path) -> None:
    bare = bare_project(tmp_path / "shop")
    said = holdfast("venv-check", "--fix", "--yes", cwd=bare.root, env={"PATH": str(tmp_path)})
    assert said.exit_code == 1
    assert "python3.11: not found; nothing after it was run" in said.stderr
    assert "VENV001" in said.stdout


def test_what_only_the_shell_can_run_is_left_to_it(holdfast: Cli, shop: Shop, tmp_path: Path) -> None:
    said = holdfast("venv-check", "--fix", "--yes", cwd=shop.root, env={"VIRTUAL_ENV": str(tmp_path / "gone")})
    assert said.stderr == "for your shell: unset VIRTUAL_ENV\n"
    assert "VENV002" in said.stdout


@pytest.mark.parametrize("break_it", [False, True])
def test_checking_changes_nothing(holdfast_process: Cli, shop: Shop, break_it: bool) -> None:
    if break_it:
        (shop.venv / "bin" / "python").unlink()
        (shop.venv / "bin" / "python").symlink_to("/gone/python3.11")
    before = tree(shop.root)
    for args in ((), ("--fix",), ("--format", "json")):
        assert holdfast_process("venv-check", *args, cwd=shop.root).exit_code == int(break_it)
    assert tree(shop.root) == before


def test_starting_it_loads_nothing_heavy(holdfast_process: Cli, shop: Shop) -> None:
    said = holdfast_process("venv-check", cwd=shop.root, env={"PYTHONPROFILEIMPORTTIME": "1"})
    loaded = {line.rpartition("|")[2].strip() for line in said.stderr.splitlines()}
    assert "holdfast.checks.venv_probe" in loaded
    assert not loaded & {"rich", "packaging", "ruamel.yaml", "yaml", "httpx", "pydantic", "asyncio", "poetry.core"}


def test_fix_with_yes_does_not_remove_holdfast_from_under_itself(holdfast: Cli, tmp_path: Path) -> None:
    bare = bare_project(tmp_path / "shop")
    made = make_venv(bare.root / ".venv")
    (made / "pyvenv.cfg").unlink()
    keep = tree(bare.root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "prefix", str(made))
        said = holdfast("venv-check", "--fix", "--yes", cwd=bare.root)
    assert said.exit_code == 2
    assert "nothing was run: " in said.stderr
    assert "holdfast itself runs in it" in said.stderr
    assert tree(bare.root) == keep
