"""The environment itself is broken or unusual: what is installed in it is judged all the same, from outside."""

from __future__ import annotations

import shutil
import sys
import sysconfig
from pathlib import Path

from tests.checks.dependencies.cases import shops
from tests.checks.dependencies.cases.case import Says, case
from tests.checks.dependencies.cases.shops import edit, uninstall
from tests.checks.dependencies.projects import PYTHON, Project, install, make_project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   [site-packages: 0 -> 3 entries] Installing bulb, chalk, cord and 5 more
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             1:   ERROR: Could not locate Python interpreter .venv/bin/python
@case(exit_code=2, venv=("VENV001",))
def no_environment(at: Path) -> Project:
    project = shops.poetry(at)
    shutil.rmtree(at / ".venv")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   [site-packages: 0 -> 3 entries] Installing bulb, chalk, dust and 5 more; The virtual en...
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             1:   ERROR: Could not locate Python interpreter .venv/bin/python
@case(exit_code=2, venv=("VENV001",))
def environment_is_an_empty_directory(at: Path) -> Project:
    project = shops.poetry(at)
    shutil.rmtree(at / ".venv")
    (at / ".venv").mkdir()
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   [site-packages: 0 -> 3 entries] Installing bulb, chalk, cord and 5 more; /shop/.venv is...
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             1:   ERROR: Could not locate Python interpreter .venv/bin/python
@case(exit_code=2, venv=("VENV001",))
def environment_is_a_file(at: Path) -> Project:
    project = shops.poetry(at)
    shutil.rmtree(at / ".venv")
    (at / ".venv").write_text("3.11\n", "utf-8")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   [site-packages: 16 -> 3 entries] Installing bulb, chalk, cord and 5 more; The virtual e...
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             1:   ERROR: Could not locate Python interpreter .venv/bin/python
@case(venv=("VENV005",))
def interpreter_is_a_dangling_link(at: Path) -> Project:
    return _dangling(shops.poetry(at))


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   [site-packages: 14 -> 3 entries] Installing bulb, chalk, cord and 5 more; The virtual e...
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             1:   ERROR: Could not locate Python interpreter .venv/bin/python
@case(Says("INST001", "nail"), Says("CONF001", "nail"), venv=("VENV005",))
def interpreter_is_a_dangling_link_and_a_package_is_missing(at: Path) -> Project:
    return _dangling(uninstall(shops.poetry(at), "nail"))


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       1:   warning: Ignoring existing virtual environment linked to non-existent Python interprete...
# uv pip check          0:   all compatible
# pip check             1:   ERROR: Could not locate Python interpreter .venv/bin/python
@case(venv=("VENV005",))
def uv_interpreter_is_a_dangling_link(at: Path) -> Project:
    return _dangling(shops.uv(at))


def _dangling(project: Project) -> Project:
    python = project.root / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to(f"/opt/removed/bin/{PYTHON}")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Installing bulb, chalk, cord and 5 more
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   Checked 0 packages in 240ms; all compatible
# pip check             0:   No broken requirements found.
@case(exit_code=2, venv=("VENV006",))
def packages_lie_in_the_directory_of_another_minor(at: Path) -> Project:
    """The interpreter sees none of them, though what is there is what the lock says."""
    project = shops.poetry(at)
    (at / ".venv" / "lib" / PYTHON).rename(at / ".venv" / "lib" / "python3.10")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Removing annotated-types, antlr4-python3-runtime, asttokens and 99 more; Installing bul...
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(venv=("VENV014",))
def environment_without_pyvenv_cfg(at: Path) -> Project:
    project = shops.poetry(at)
    (at / ".venv" / "pyvenv.cfg").unlink()
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   [site-packages: 16 -> 3 entries] Installing bulb, chalk, cord and 5 more; The virtual e...
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(env={"VIRTUAL_ENV": "{root}/gone"}, venv=("VENV002",))
def active_environment_is_deleted(at: Path) -> Project:
    return shops.poetry(at)


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Installing bulb, chalk, cord and 5 more
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   Checked 0 packages in 78ms; all compatible
# pip check             0:   No broken requirements found.
@case(env={"VIRTUAL_ENV": "{root}/../other/.venv"}, venv=("VENV003",))
def active_environment_is_another_projects(at: Path) -> Project:
    make_project(at.parent / "other", '[project]\nname = "other"\nversion = "1.0"\n')
    return shops.poetry(at)


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(env={"PYTHONPATH": "{root}/vendor"}, venv=("VENV011",))
def pythonpath_shadows_a_package(at: Path) -> Project:
    project = shops.poetry(at)
    project.write("vendor/oak/__init__.py", "")
    return project


# poetry check --lock   0:   warns of old metadata
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST005", "shop"), venv=("VENV013",))
def environment_copied_with_the_project(at: Path) -> Project:
    return _copied(at)


# poetry check --lock   0:   warns of old metadata
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST005", "shop"))
def environment_moved_with_the_project(at: Path) -> Project:
    project = _copied(at)
    shutil.rmtree(at.parent / "old")
    return project


def _copied(at: Path) -> Project:
    old = shops.poetry_classic(at.parent / "old")
    (old.root / ".venv" / "bin" / "lamp").write_text(f"#!{old.root}/.venv/bin/python\nimport lamp\n", "utf-8")
    shutil.copytree(old.root, at, symlinks=True)
    return Project(at)


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def lib64_is_a_link_to_lib(at: Path) -> Project:
    project = shops.poetry(at)
    (at / ".venv" / "lib64").symlink_to("lib")
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       0:   nothing to do
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def made_by_uv_without_pip(at: Path) -> Project:
    project = shops.uv(at)
    config = f"home = {Path(sys.executable).resolve().parent}\nimplementation = CPython\nuv = 0.13.8\n"
    version = ".".join(map(str, sys.version_info[:3]))
    project.write(".venv/pyvenv.cfg", f"{config}version_info = {version}\ninclude-system-site-packages = false\n")
    for info in project.site_packages.glob("*.dist-info"):
        (info / "INSTALLER").write_text("uv", "utf-8")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(venv=("VENV008",))
def packages_of_the_base_python_count_where_they_are_seen(at: Path) -> Project:
    project = uninstall(shops.poetry(at), "chalk", "dust")
    base = _base(at.parent / "base")
    for name, requires in (("chalk", ("dust",)), ("dust", ()), ("twine", ())):
        install(base, name, "1.0", requires=requires)
    return _open(project, at.parent / "base")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   Updating dust (0.9 -> 1.0)
# uv sync --check       n/a: no uv.lock
# uv pip check          1:   Found 1 incompatibility; The package `chalk` requires `dust`, but it's not installed
# pip check             0:   No broken requirements found.
@case(Says("INST002", "dust"), venv=("VENV008",))
def package_of_the_base_python_is_at_another_version(at: Path) -> Project:
    project = uninstall(shops.poetry(at), "dust")
    install(_base(at.parent / "base"), "dust", "0.9")
    return _open(project, at.parent / "base")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(venv=("VENV008",))
def environment_hides_another_version_of_the_base_python(at: Path) -> Project:
    project = shops.poetry(at)
    install(_base(at.parent / "base"), "nail", "1.0")
    return _open(project, at.parent / "base")


def _base(prefix: Path) -> Path:
    """A Python of its own, with links to the standard library of this one; returns its site-packages.

    The program is a copy: a link would find its own packages, not these.
    """
    library = prefix / "lib" / PYTHON
    (library / "site-packages").mkdir(parents=True)
    for path in Path(sysconfig.get_path("stdlib")).iterdir():
        if path.name != "site-packages":
            (library / path.name).symlink_to(path)
    (prefix / "bin").mkdir()
    shutil.copy2(Path(sys.executable).resolve(), prefix / "bin" / PYTHON)
    for name in ("python", "python3"):
        (prefix / "bin" / name).symlink_to(PYTHON)
    return library / "site-packages"


def _open(project: Project, base: Path) -> Project:
    home = str(Path(sys.executable).resolve().parent)
    edit(project, ".venv/pyvenv.cfg", f"home = {home}", f"home = {base / 'bin'}")
    edit(project, ".venv/pyvenv.cfg", "packages = false", "packages = true")
    python = project.root / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to(base / "bin" / "python")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             1:   ERROR: Could not locate Python interpreter .venv/bin/python
@case(env={"CONDA_PREFIX": "{root}/../conda"})
def packages_are_in_an_environment_of_conda(at: Path) -> Project:
    project = shops.poetry(at)
    site_packages = _base(at.parent / "conda")
    shutil.copytree(project.site_packages, site_packages, dirs_exist_ok=True)
    for info in site_packages.glob("*.dist-info"):
        (info / "INSTALLER").write_text("conda", "utf-8")
    (at.parent / "conda" / "conda-meta").mkdir()
    (at.parent / "conda" / "conda-meta" / "history").touch()
    shutil.rmtree(at / ".venv")
    return project


# poetry check --lock   n/a: not Poetry's
# poetry sync --dry-run n/a: not Poetry's
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(venv=("VENV004",))
def python_is_not_one_that_the_project_asks_for(at: Path) -> Project:
    project = shops.shop(at, "uv", *shops.LAMP, "cord 2.0", lock="pip.pylock.toml", as_lock="pylock.toml")
    return edit(project, "pyproject.toml", ">=3.9", ">=3.9,<3.11")


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case(Says("INST001", "nail"), Says("CONF001", "nail"), options=("--python", "{root}/../other/.venv"))
def another_environment_is_named(at: Path) -> Project:
    uninstall(shops.poetry(at.parent / "other"), "nail")
    return shops.poetry(at)


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def pth_files_of_tools_are_there(at: Path) -> Project:
    """What setuptools, virtualenv and coverage leave beside the packages."""
    project = shops.poetry(at)
    for name, text in {
        "distutils-precedence.pth": "import os; var = 'SETUPTOOLS_USE_DISTUTILS'\n",
        "_virtualenv.pth": "import _virtualenv",
        "_virtualenv.py": "",
        "a1_coverage.pth": "# nothing\n",
    }.items():
        (project.site_packages / name).write_text(text, "utf-8")
    return project


# poetry check --lock   0:   All set!
# poetry sync --dry-run 0:   0 operations
# uv sync --check       n/a: no uv.lock
# uv pip check          0:   all compatible
# pip check             0:   No broken requirements found.
@case()
def links_in_site_packages_lead_in_a_circle(at: Path) -> Project:
    project = shops.poetry(at)
    (project.site_packages / "loop").symlink_to(project.site_packages)
    (project.site_packages / "loop.pth").write_text("loop/loop\nself.pth\n", "utf-8")
    return project
