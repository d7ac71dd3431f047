from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.checks.venvs import PYPROJECT, Shop, bare_project, by_hand, make_base, make_shop

WITH_POETRY = '[tool.poetry]\nname = "shop"\npackage-mode = false\n\n[tool.poetry.dependencies]\npython = "{}"\n'


def shop_on(tmp_path: Path, base: Path, *, library: str, config: str, pyproject: str = "") -> Shop:
    """A project whose environment was laid out by hand on a base of our own."""
    shop = bare_project(tmp_path / "shop", pyproject)
    by_hand(shop.venv, base, library=library, config=f"home = {base.parent}\n{config}")
    return shop


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A base whose path tells its version, as pyenv's does; run, it would say another."""
    return make_base(tmp_path / "versions" / "3.11.7", "python3.11", "9.9.9")


def with_pyproject(tmp_path: Path, base: Path, pyproject: str) -> Shop:
    return shop_on(tmp_path, base, library="python3.11", config="version = 3.11.7\n", pyproject=pyproject)


# VENV004


def test_a_python_outside_requires_python_is_an_error_with_both_sides(tmp_path: Path, base: Path) -> None:
    shop = with_pyproject(
        tmp_path, base, '[project]\nname = "shop"\nrequires-python = ">=3.12"\n[tool.uv]\npackage=false\n'
    )
    problem = shop.problems()["VENV004"]
    assert (problem.severity, problem.file, problem.line) == ("error", "pyproject.toml", 3)
    assert "3.11.7" in problem.message
    assert ">=3.12" in problem.message
    assert problem.fix


@pytest.mark.parametrize(
    ("constraint", "fits"), [("^3.11", True), ("^3.12", False), ("<3.10 || >=3.11.5", True), ("~3.10", False)]
)
def test_poetrys_own_constraint_is_held_to(tmp_path: Path, base: Path, constraint: str, fits: bool) -> None:
    problems = with_pyproject(tmp_path, base, WITH_POETRY.format(constraint)).problems()
    assert ("VENV004" not in problems) is fits
    assert fits or problems["VENV004"].line == 6


def test_poetrys_constraint_may_be_a_table(tmp_path: Path, base: Path) -> None:
    text = WITH_POETRY.replace('"{}"', '{ version = "^3.12" }')
    assert with_pyproject(tmp_path, base, text).problems()["VENV004"].line == 6


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("3.11\n", None),
        ("3.11.7\n", None),
        ("# ours\n3.12.1\n3.11.7  # also\n", None),
        ("system\nshop-env\n", None),
        ("3.11.9\n", "warning"),
        ("3.12\n", "error"),
        ("cpython-3.10.2\n", "error"),
    ],
)
def test_python_version_files_are_held_to(tmp_path: Path, base: Path, text: str, severity: str | None) -> None:
    shop = with_pyproject(tmp_path, base, "")
    shop.write(".python-version", text)
    problem = shop.problems().get("VENV004")
    assert (problem and problem.severity) == severity
    assert problem is None or (problem.file, problem.line) == (".python-version", 1)


def test_a_constraint_on_an_unknown_patch_level_is_not_answered(tmp_path: Path) -> None:
    base = make_base(tmp_path / "usr", "python3.11", "nothing")
    text = '[project]\nname = "shop"\nrequires-python = ">=3.11.4"\n'
    answer = shop_on(tmp_path, base, library="python3.11", config="", pyproject=text).ask()
    assert any(question == "Python allowed" and "patch level" in why for question, why in answer.unanswered)


def test_an_unknown_version_is_not_judged(tmp_path: Path) -> None:
    shop = bare_project(tmp_path / "shop", '[project]\nname = "shop"\nrequires-python = ">=3.11"\n')
    (shop.venv / "bin").mkdir(parents=True)
    (shop.venv / "bin" / "python").symlink_to("python3")
    (shop.venv / "pyvenv.cfg").touch()
    answer = shop.ask()
    assert {"Python allowed", "versions agree", "writable", "pip"} <= {question for question, _ in answer.unanswered}


# VENV005


@pytest.mark.parametrize("name", ["python", "python3"])
def test_a_base_that_is_gone_is_named_with_the_link_and_home(tmp_path: Path, name: str) -> None:
    shop = make_shop(tmp_path)
    python = shop.venv / "bin" / name
    python.unlink()
    python.symlink_to(tmp_path / "old" / "python3.11")
    problem = shop.problems()["VENV005"]
    assert problem.severity == "error"
    assert f"leads to {tmp_path}/old/python3.11, which is gone" in problem.message
    assert "home = " in problem.message
    assert problem.file == ".venv/pyvenv.cfg"
    assert ("-m", "venv", "--clear", str(shop.venv)) == problem.fix[0][1:]


def test_a_home_that_is_gone_is_an_error_where_the_interpreter_is_a_copy(tmp_path: Path, base: Path) -> None:
    shop = with_pyproject(tmp_path, base, "")
    (shop.venv / "pyvenv.cfg").write_text(f"version = 3.11.7\nhome = {tmp_path}/gone\n", "utf-8")
    problem = shop.problems()["VENV005"]
    assert f"home = {tmp_path}/gone, which is not there" in problem.message
    assert (problem.file, problem.line) == (".venv/pyvenv.cfg", 2)


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda _python: None, "is missing"),
        (lambda python: python.symlink_to("python"), "leads back to itself"),
        (lambda python: python.mkdir(), "is not a program"),
        (lambda python: python.touch(mode=0o644), "may not be run"),
    ],
)
def test_every_way_in_which_an_interpreter_is_not_there_is_said(tmp_path: Path, break_it: object, said: str) -> None:
    shop = make_shop(tmp_path)
    for name in ("python", "python3"):
        (shop.venv / "bin" / name).unlink()
    assert callable(break_it)
    break_it(shop.venv / "bin" / "python")
    assert said in shop.problems()["VENV005"].message


@pytest.mark.parametrize(
    ("script", "said"), [("exit 3", "exit code 3"), ("echo broken >&2; exit 1", "broken"), ("", "nothing")]
)
def test_an_interpreter_that_does_not_run_is_an_error(tmp_path: Path, script: str, said: str) -> None:
    base = make_base(tmp_path / "usr", "python3.11", "3.11.2")
    base.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    shop = shop_on(tmp_path, base, library="python3.11", config="")
    assert said in shop.problems()["VENV005"].message


def test_an_interpreter_that_is_no_program_is_an_error(tmp_path: Path) -> None:
    base = make_base(tmp_path / "usr", "python3.11", "")
    base.write_bytes(b"\x7fELF of another machine")
    shop = shop_on(tmp_path, base, library="python3.11", config="")
    assert "cannot be run" in shop.problems()["VENV005"].message


# VENV006


def test_the_patch_level_in_the_bases_path_needs_no_program(tmp_path: Path, base: Path) -> None:
    answer = with_pyproject(tmp_path, base, "").ask()
    assert answer.version == (3, 11, 7)
    assert answer.problems == ()


def test_packages_for_another_python_are_an_error(tmp_path: Path) -> None:
    base = make_base(tmp_path / "versions" / "3.12.1", "python3.12", "")
    shop = shop_on(tmp_path, base, library="python3.11", config="version = 3.11.7\n")
    problem = shop.problems()["VENV006"]
    assert problem.severity == "error"
    assert "python3.12 is Python 3.12.1" in problem.message
    assert "lib/python3.11" in problem.message


@pytest.mark.parametrize("key", ["version", "version_info"])
def test_another_patch_level_than_it_was_made_with_is_a_warning(tmp_path: Path, base: Path, key: str) -> None:
    shop = shop_on(tmp_path, base, library="python3.11", config=f"{key} = 3.11.2.final.0\n")
    problem = shop.problems()["VENV006"]
    assert (problem.severity, problem.file, problem.line) == ("warning", ".venv/pyvenv.cfg", 2)


def test_another_minor_version_than_pyvenv_cfg_says_is_an_error(tmp_path: Path, base: Path) -> None:
    shop = shop_on(tmp_path, base, library="python3.11", config="version = 3.10.4\n")
    assert shop.problems()["VENV006"].severity == "error"


def test_a_base_replaced_since_is_asked_for_its_version(tmp_path: Path) -> None:
    base = make_base(tmp_path / "usr", "python3.11", "3.11.9")
    shop = shop_on(tmp_path, base, library="python3.11", config="version = 3.11.2\n")
    os.utime(shop.venv / "pyvenv.cfg", (0, 0))
    problem = shop.problems()["VENV006"]
    assert problem.severity == "warning"
    assert "is Python 3.11.9" in problem.message


def test_a_base_older_than_the_environment_is_not_run(tmp_path: Path) -> None:
    base = make_base(tmp_path / "usr", "python3.11", "3.11.9")
    shop = shop_on(tmp_path, base, library="python3.11", config="version = 3.11.2\n")
    later = base.stat().st_ctime + 60
    os.utime(shop.venv / "pyvenv.cfg", (later, later))
    answer = shop.ask()
    assert answer.version == (3, 11, 2)
    assert answer.problems == ()


def test_a_conda_environment_tells_its_version_by_its_records(tmp_path: Path) -> None:
    shop = bare_project(tmp_path / "shop", "")
    root = tmp_path / "conda" / "work"
    base = make_base(root, "python3.11", "9.9.9")
    (root / "bin" / "python").symlink_to(base)
    (root / "conda-meta").mkdir()
    (root / "conda-meta" / "python-3.11.4-h2755cc3_0_cpython.json").touch()
    (root / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    answer = shop.ask(CONDA_PREFIX=str(root), CONDA_DEFAULT_ENV="work")
    assert answer.version == (3, 11, 4)
    assert answer.problems == ()


# VENV008, VENV009, VENV014


def test_system_site_packages_are_a_warning_with_the_line(tmp_path: Path) -> None:
    shop = make_shop(tmp_path)
    config = shop.venv / "pyvenv.cfg"
    config.write_text(config.read_text("utf-8").replace("packages = false", "packages = TRUE"), "utf-8")
    problem = shop.problems()["VENV008"]
    assert (problem.severity, problem.file, problem.line) == ("warning", ".venv/pyvenv.cfg", 2)


def test_system_site_packages_are_shut_out_without_losing_what_is_installed(tmp_path: Path) -> None:
    shop = make_shop(tmp_path)
    config = shop.venv / "pyvenv.cfg"
    config.write_text(config.read_text("utf-8").replace("packages = false", "packages = true"), "utf-8")
    installed = sorted(path.name for path in shop.site_packages.iterdir())
    (command,) = shop.problems()["VENV008"].fix
    subprocess.run(command, check=True)
    assert "VENV008" not in shop.problems()
    assert sorted(path.name for path in shop.site_packages.iterdir()) == installed


def test_a_site_packages_that_nobody_may_write_is_a_warning(tmp_path: Path) -> None:
    shop = make_shop(tmp_path)
    mode = shop.site_packages.stat().st_mode
    shop.site_packages.chmod(stat.S_IRUSR | stat.S_IXUSR)
    problems = shop.problems()
    shop.site_packages.chmod(mode)
    assert problems["VENV009"].severity == "warning"
    assert str(shop.site_packages) in problems["VENV009"].message


def test_an_environment_without_pyvenv_cfg_is_an_error(tmp_path: Path) -> None:
    shop = make_shop(tmp_path)
    (shop.venv / "pyvenv.cfg").unlink()
    problem = shop.problems()["VENV014"]
    assert (problem.severity, problem.file) == ("error", ".venv/pyvenv.cfg")
    assert "is missing" in problem.message


def test_a_pyvenv_cfg_of_ten_megabytes_is_not_read(tmp_path: Path) -> None:
    shop = make_shop(tmp_path)
    (shop.venv / "pyvenv.cfg").write_bytes(b"home = /usr\n" * 10**6)
    assert "cannot be read: 12000000 bytes" in shop.problems()["VENV014"].message


# How it is mended


def test_an_environment_is_made_anew_by_the_tool_that_the_project_uses(tmp_path: Path) -> None:
    shop = make_shop(tmp_path)
    (shop.venv / "pyvenv.cfg").unlink()
    assert shop.problems()["VENV014"].fix[1][1:] == ("-m", "pip", "install", "-e", str(shop.root))
    shop.write("requirements.txt", "")
    assert shop.problems()["VENV014"].fix[1][-2:] == ("-r", str(shop.root / "requirements.txt"))
    shop.write("poetry.lock", "")
    assert shop.problems()["VENV014"].fix[1] == ("poetry", "install")
    gone = str(tmp_path / "gone")
    assert shop.problems(VIRTUAL_ENV=gone)["VENV014"].fix[1] == ("env", "-u", "VIRTUAL_ENV", "poetry", "install")
    shop.write("uv.lock", "")
    assert shop.problems()["VENV014"].fix == (("uv", "venv", "--clear", str(shop.venv)), ("uv", "sync"))


def test_a_project_without_an_environment_gets_one_by_its_own_tool(tmp_path: Path) -> None:
    shop = bare_project(tmp_path / "shop", PYPROJECT)
    python = str(shop.venv / "bin" / "python")
    assert shop.problems()["VENV001"].fix[1] == (python, "-m", "pip", "install", "-e", str(shop.root))
    shop.write("poetry.lock", "")
    assert shop.problems()["VENV001"].fix == (("poetry", "install"),)
    shop.write("uv.lock", "")
    assert shop.problems()["VENV001"].fix == (("uv", "sync"),)


def test_the_python_to_make_it_with_is_one_that_the_project_allows(tmp_path: Path) -> None:
    shop = bare_project(tmp_path / "shop", PYPROJECT)
    old = make_base(tmp_path / "old", "python3.9", "3.9.1")
    (old.parent / "python3").symlink_to(old)
    new = make_base(tmp_path / "new", "python3.12", "3.12.1")
    make_base(tmp_path / "shims-root", "python3.13", "").parent.rename(tmp_path / "shims")
    path = f"{tmp_path}/shims:{old.parent}:{new.parent}"
    assert shop.problems(PATH=path)["VENV001"].fix[0][0] == str(new)
    assert shop.problems(PATH=str(old.parent))["VENV001"].fix[0][0] == "python3.11"
    shop.write("pyproject.toml", "")
    assert shop.problems(PATH="")["VENV001"].fix[0][0] == "python3"


def test_a_linked_environment_is_not_emptied_but_unlinked(tmp_path: Path) -> None:
    shop = make_shop(tmp_path)
    shop.venv.rename(tmp_path / "shared")
    shop.venv.symlink_to(tmp_path / "shared")
    (shop.venv / "pyvenv.cfg").unlink()
    assert shop.problems()["VENV014"].fix[0] == ("rm", str(shop.venv))
