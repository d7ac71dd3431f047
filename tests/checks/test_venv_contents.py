from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from holdfast.checks.venv_probe.installed import origins
from tests.checks.venvs import PYPROJECT, Shop, install, make_base, make_shop, make_venv

TRAMPOLINE = "#!/bin/sh\n'''exec' \"{}/python\" \"$0\" \"$@\"\n' '''\nimport sys\n"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return make_shop(tmp_path)


def script(shop: Shop, name: str, head: str) -> None:
    shop.write(f".venv/bin/{name}", f"{head}\nimport sys\n")


# VENV007


def test_a_moved_environment_says_how_many_scripts_run_another_python(shop: Shop, tmp_path: Path) -> None:
    for name in ("black", "ruff"):
        script(shop, name, f"#!{shop.venv}/bin/python")
    script(shop, "long", TRAMPOLINE.format(f"{shop.venv}/bin"))
    script(shop, "shell", "#!/bin/sh")
    script(shop, "env", "#!/usr/bin/env python3")
    assert shop.problems() == {}
    moved = tmp_path / "moved"
    shop.root.rename(moved)
    (moved / ".venv" / "bin" / "ruff").write_text(f"#!{moved}/.venv/bin/python\n", "utf-8")
    problem = Shop(moved, shop.env).problems()["VENV007"]
    assert problem.severity == "error"
    assert f"2 of its 3 scripts run another Python (black: {shop.venv}/bin/python, gone)" in problem.message
    assert f"activate sets VIRTUAL_ENV to {shop.venv}" in problem.message


def test_a_copy_says_that_the_original_is_still_there(shop: Shop, tmp_path: Path) -> None:
    script(shop, "black", f"#!{shop.venv}/bin/python")
    shutil.copytree(shop.root, tmp_path / "copy", symlinks=True)
    assert "bin/python, still there" in Shop(tmp_path / "copy", shop.env).problems()["VENV007"].message


def test_one_stray_script_of_many_is_a_warning(shop: Shop) -> None:
    for name in ("black", "ruff"):
        script(shop, name, f"#!{shop.venv}/bin/python3.11 -sE")
    script(shop, "old", "#!/opt/old/bin/python3")
    assert shop.problems()["VENV007"].severity == "warning"


def test_scripts_reached_through_a_link_are_in_their_place(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(shop.root)
    script(shop, "black", f"#!{tmp_path}/link/.venv/bin/python")
    assert shop.problems() == {}


def test_relocatable_scripts_are_in_any_place(shop: Shop) -> None:
    script(
        shop, "black", "#!/bin/sh\n'''exec' \"$(dirname -- \"$(realpath -- \"$0\")\")\"/'python' \"$0\" \"$@\"\n' '''"
    )
    assert shop.problems() == {}


@pytest.mark.parametrize("form", ["VIRTUAL_ENV='{}'", "    export VIRTUAL_ENV={}", 'VIRTUAL_ENV="{}"'])
def test_an_activate_script_of_any_maker_is_read(shop: Shop, form: str) -> None:
    shop.write(".venv/bin/activate", form.format("/old/place") + "\n")
    assert "/old/place" in shop.problems()["VENV007"].message
    shop.write(".venv/bin/activate", form.format(shop.venv) + "\n")
    assert shop.problems() == {}


def test_an_activate_script_that_names_its_place_once_is_in_it(shop: Shop) -> None:
    shop.write(".venv/bin/activate", f"VIRTUAL_ENV='/old/place'\nVIRTUAL_ENV='{shop.venv}'\n")
    assert shop.problems() == {}


# VENV010


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("Makefile", "install:\n\t$(VENV)/bin/pip install -e .\n", 2),
        ("Makefile", "install:\n\tpython -m pip install .\n", 2),
        ("justfile", "install:\n  pip3 install .\n", 2),
        (
            ".pre-commit-config.yaml",
            "- hooks:\n  - id: a\n    language: python\n  - id: b\n    entry: pip check\n    language: system\n",
            5,
        ),
    ],
)
def test_a_missing_pip_is_an_error_where_the_project_calls_it(shop: Shop, file: str, text: str, line: int) -> None:
    shop.write(file, text)
    problem = shop.problems()["VENV010"]
    assert (problem.severity, problem.file, problem.line) == ("error", file, line)
    assert problem.fix[0][1:] == ("-m", "ensurepip")
    (shop.site_packages / "pip").mkdir()
    assert shop.problems() == {}


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("Makefile", "# pip install .\ninstall:\n\tuv pip install .\n\tpip-compile\n"),
        (".pre-commit-config.yaml", "- repo: local\n  hooks:\n  - id: a\n    entry: pip check\n    language: python\n"),
        ("tox.ini", "[testenv]\ncommands = pip check\n"),
        ("README.md", "pip install shop\n"),
    ],
)
def test_a_missing_pip_is_fine_where_nothing_calls_it_in_this_environment(shop: Shop, file: str, text: str) -> None:
    shop.write(file, text)
    assert shop.problems() == {}


def test_in_an_environment_made_by_uv_pip_comes_by_uv(shop: Shop) -> None:
    with (shop.venv / "pyvenv.cfg").open("a", encoding="utf-8") as config:
        config.write("uv = 0.13.8\n")
    shop.write("Makefile", "install:\n\tpip install .\n")
    assert shop.problems()["VENV010"].fix[0][:3] == ("uv", "pip", "install")


# VENV011


def test_pythonhome_is_an_error(shop: Shop) -> None:
    problem = shop.problems(PYTHONHOME="/opt/python")["VENV011"]
    assert problem.severity == "error"
    assert "/opt/python" in problem.message
    assert problem.fix == (("unset", "PYTHONHOME"),)


def test_pythonpath_is_a_warning_and_in_the_project_only_mentioned(shop: Shop, tmp_path: Path) -> None:
    assert shop.problems(PYTHONPATH=str(tmp_path / "elsewhere"))["VENV011"].severity == "warning"
    assert shop.problems(PYTHONPATH="src")["VENV011"].severity == "info"
    assert shop.problems(PYTHONPATH=f"{shop.root}/src:{tmp_path}")["VENV011"].severity == "warning"


@pytest.mark.parametrize(
    ("path", "hides"), [("requests/__init__.py", True), ("requests.py", True), ("requests/a.py", False)]
)
def test_a_pythonpath_that_hides_an_installed_package_is_an_error(
    shop: Shop, tmp_path: Path, path: str, hides: bool
) -> None:
    (shop.site_packages / "requests").mkdir()
    module = tmp_path / "elsewhere" / path
    module.parent.mkdir(parents=True)
    module.touch()
    problem = shop.problems(PYTHONPATH=str(tmp_path / "elsewhere"))["VENV011"]
    assert problem.severity == ("error" if hides else "warning")
    assert ("hides the installed requests" in problem.message) is hides


def test_every_package_that_is_hidden_counts(shop: Shop, tmp_path: Path) -> None:
    for name in ("requests", "six", "idna"):
        (shop.site_packages / f"{name}.py").touch()
        (tmp_path / f"{name}.py").touch()
    assert "hides the installed idna and 2 more" in shop.problems(PYTHONPATH=str(tmp_path))["VENV011"].message


def test_the_environments_own_packages_on_pythonpath_hide_nothing(shop: Shop) -> None:
    shop.write(str(shop.site_packages / "six.py"), "")
    assert shop.problems(PYTHONPATH=str(shop.site_packages))["VENV011"].severity == "info"


# VENV012


def uninstall(shop: Shop) -> None:
    shutil.rmtree(shop.site_packages / "shop-1.0.dist-info")
    (shop.site_packages / "shop.pth").unlink()


@pytest.mark.parametrize(
    ("pyproject", "line"),
    [
        (PYPROJECT, 6),
        ('[project]\nname = "shop"\n', 2),
        ('[tool.poetry]\nname = "shop"\n[build-system]\nrequires = []\n', 2),
    ],
)
def test_an_installable_project_that_is_not_installed_is_an_error(shop: Shop, pyproject: str, line: int) -> None:
    shop.write("pyproject.toml", pyproject)
    assert shop.problems() == {}
    uninstall(shop)
    problem = shop.problems()["VENV012"]
    assert (problem.severity, problem.file, problem.line) == ("error", "pyproject.toml", line)
    assert problem.fix == ((str(shop.venv / "bin" / "python"), "-m", "pip", "install", "-e", str(shop.root)),)


def test_a_project_that_uv_is_told_to_install_is_installed_by_it(shop: Shop) -> None:
    uninstall(shop)
    shop.write("pyproject.toml", '[project]\nname = "shop"\n[tool.uv]\npackage = true\n')
    assert shop.problems()["VENV012"].fix == (("uv", "sync"),)


@pytest.mark.parametrize(
    "pyproject",
    [
        "[tool.ruff]\n",
        "[build-system]\nrequires = []\n",
        PYPROJECT + "[tool.poetry]\npackage-mode = false\n",
        PYPROJECT + "[tool.uv]\npackage = false\n",
        PYPROJECT + "[tool.pdm]\ndistribution = false\n",
        '[project]\nname = "shop"\n[tool.uv]\n',
    ],
)
def test_a_project_that_is_no_package_need_not_be_installed(shop: Shop, pyproject: str) -> None:
    uninstall(shop)
    shop.write("pyproject.toml", pyproject)
    assert shop.problems() == {}


def test_a_project_described_in_setup_cfg_is_known_by_its_name_there(shop: Shop) -> None:
    (shop.root / "pyproject.toml").unlink()
    shop.write("setup.py", "from setuptools import setup\nsetup()\n")
    shop.write("setup.cfg", "[options]\nname = wrong\n[metadata]\nversion = 1\nname = Shop\n")
    assert shop.problems() == {}
    uninstall(shop)
    assert shop.problems()["VENV012"].message.startswith("Shop has a setup.py")
    (shop.root / "setup.cfg").unlink()
    answer = shop.ask()
    assert answer.problems == ()
    assert any(question == "project installed" for question, _ in answer.unanswered)


# VENV013


def elsewhere(shop: Shop, tmp_path: Path) -> Path:
    source = tmp_path / "elsewhere" / "src"
    source.mkdir(parents=True)
    uninstall(shop)
    return source


def test_a_project_imported_from_another_checkout_is_an_error(shop: Shop, tmp_path: Path) -> None:
    source = elsewhere(shop, tmp_path)
    install(shop.site_packages, "shop", "1.0", source)
    problem = shop.problems()["VENV013"]
    assert (problem.severity, problem.file, problem.line) == ("error", "pyproject.toml", 6)
    assert f"shop 1.0 is imported from {source}, not from {shop.root}" in problem.message
    source.rmdir()
    assert "which is not there" in shop.problems()["VENV013"].message


def test_setuptools_finder_is_followed(shop: Shop, tmp_path: Path) -> None:
    source = elsewhere(shop, tmp_path)
    metadata = install(shop.site_packages, "shop", "1.0", source)
    (shop.site_packages / "shop.pth").write_text("import __editable___shop_1_0_finder\n", "utf-8")
    finder = "__editable___shop_1_0_finder.py"
    (metadata / "RECORD").write_text(f"shop.pth,,\n{finder},,\n", "utf-8")
    mapping = "MAPPING: dict[str, str] = {{'shop': '{}'}}\nNAMESPACES = {{}}\n"
    (shop.site_packages / finder).write_text(mapping.format(source / "shop"), "utf-8")
    assert f"{source}/shop" in shop.problems()["VENV013"].message
    (shop.site_packages / finder).write_text(mapping.format(shop.root / "src" / "shop"), "utf-8")
    assert shop.problems() == {}
    (shop.site_packages / finder).write_text("MAPPING = {not python}\n", "utf-8")
    assert f"{source.parent}" in shop.problems()["VENV013"].message


def test_setuptools_finder_names_a_module_that_is_no_package_without_its_suffix(shop: Shop) -> None:
    metadata = install(shop.site_packages, "till", "1.0", shop.root)
    (metadata / "RECORD").write_text("__editable___till_1_0_finder.py,,\n", "utf-8")
    mapping = f"MAPPING: dict[str, str] = {{'till': '{shop.root}/till', 'gone': '{shop.root}/gone'}}\n"
    (shop.site_packages / "__editable___till_1_0_finder.py").write_text(mapping, "utf-8")
    shop.write("till.py", "")
    shop.write("tillage.py", "")
    (found,) = origins(str(shop.site_packages), "till")
    assert found.paths == (f"{shop.root}/till.py", f"{shop.root}/gone")


def test_an_egg_link_is_followed(shop: Shop, tmp_path: Path) -> None:
    source = elsewhere(shop, tmp_path)
    link = shop.site_packages / "shop.egg-link"
    link.write_text(f"{source}\n.\n", "utf-8")
    assert str(source) in shop.problems()["VENV013"].message
    link.write_text(f"{shop.root}/src\n../", "utf-8")
    assert shop.problems() == {}


def test_a_copy_of_the_checkout_is_a_warning(shop: Shop) -> None:
    uninstall(shop)
    metadata = install(shop.site_packages, "shop", "1.0", shop.root / "src")
    (shop.site_packages / "shop.pth").unlink()
    (metadata / "RECORD").write_text("shop/__init__.py,,\n", "utf-8")
    (metadata / "direct_url.json").write_text(f'{{"dir_info": {{}}, "url": "{shop.root.as_uri()}"}}', "utf-8")
    problem = shop.problems()["VENV013"]
    assert problem.severity == "warning"
    assert "edits since are not seen" in problem.message


@pytest.mark.parametrize(
    "direct_url", [None, "{", "[]", '{"url": 3}', '{"url": "https://example.invalid/a.whl"}', "[" * 9999]
)
def test_a_wheel_or_an_unreadable_origin_is_an_error(shop: Shop, direct_url: str | None) -> None:
    metadata = shop.site_packages / "shop-1.0.dist-info"
    (shop.site_packages / "shop.pth").unlink()
    (metadata / "direct_url.json").unlink()
    if direct_url is not None:
        (metadata / "direct_url.json").write_text(direct_url, "utf-8")
    problem = shop.problems()["VENV013"]
    assert problem.severity == "error"
    assert "from a wheel or an index" in problem.message


def test_a_worktree_that_shares_the_main_checkouts_environment_is_told(git_project: Path, tmp_path: Path) -> None:
    (git_project / "pyproject.toml").write_text(PYPROJECT, "utf-8")
    (git_project / "src").mkdir()
    make_venv(git_project / ".venv")
    site_packages = next((git_project / ".venv" / "lib").glob("python*/site-packages"))
    install(site_packages, "shop", "1.0", git_project / "src")
    env = {"HOME": str(tmp_path), "PATH": "/usr/bin"}
    assert Shop(git_project, env).problems() == {}
    for worktree in (tmp_path / "worktree", git_project / "worktrees" / "feature"):
        subprocess.run(["git", "worktree", "add", "-q", "--detach", worktree], cwd=git_project, check=True)
        (worktree / "pyproject.toml").write_text(PYPROJECT, "utf-8")
        (worktree / ".venv").symlink_to(git_project / ".venv")
        problem = Shop(worktree, env).problems()["VENV013"]
        assert f"imported from {git_project}/src, not from {worktree}" in problem.message
        assert problem.fix[0] == ("rm", str(worktree / ".venv"))


def test_the_main_checkout_is_told_when_a_worktree_below_it_took_its_environment(
    git_project: Path, tmp_path: Path
) -> None:
    (git_project / "pyproject.toml").write_text(PYPROJECT, "utf-8")
    (git_project / "src").mkdir()
    make_venv(git_project / ".venv")
    inner = git_project / "worktrees" / "feature"
    subprocess.run(["git", "worktree", "add", "-q", "--detach", inner], cwd=git_project, check=True)
    site_packages = next((git_project / ".venv" / "lib").glob("python*/site-packages"))
    install(site_packages, "shop", "1.0", inner / "src")
    problems = Shop(git_project, {"HOME": str(tmp_path), "PATH": "/usr/bin"}).problems()
    assert "worktrees/feature" in problems["VENV013"].message


def test_an_environment_of_another_python_is_read_as_its_own(shop: Shop, tmp_path: Path) -> None:
    base = make_base(tmp_path / "versions" / "3.13.0", "python3.13", "")
    library = shop.site_packages.parent
    library.rename(library.with_name("python3.13"))
    for name in ("python", "python3"):
        (shop.venv / "bin" / name).unlink()
        (shop.venv / "bin" / name).symlink_to(base)
    config = shop.venv / "pyvenv.cfg"
    config.write_text(f"home = {base.parent}\nversion = 3.13.0\n", "utf-8")
    assert shop.problems() == {}
