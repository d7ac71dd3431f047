"""What a project declares, in whatever file."""

from __future__ import annotations

from pathlib import Path

from tests.checks.dependencies.imports.cases import clouds, plain, said
from tests.checks.dependencies.projects import make_project


def test_the_settings_of_the_project_count(tmp_path: Path) -> None:
    settings = """\
[tool.deptry]
exclude = ["old"]
ignore = ["DEP004"]
known_first_party = ["given"]
[tool.deptry.per_rule_ignores]
DEP001 = ["plugin_of_users"]
DEP002 = ["kept", "google-cloud-storage"]
DEP003 = ["google"]
[tool.deptry.package_module_name_map]
strange-name = ["other_name"]
"""
    code = "import given, plugin_of_users, other_name, google.cloud.bigquery\n"
    files = {"shop.py": code, "old/a.py": "import gone\n"}
    declared = plain("kept", "google-cloud-storage", "strange-name", more=settings)
    project = make_project(tmp_path / "shop", declared, files)
    project.install("kept")
    clouds(project)
    assert said(project) == []


def test_names_that_differ_from_the_distributions_are_known_by_what_is_installed(tmp_path: Path) -> None:
    files = {"shop.py": "import jose, yaml, cv2\n"}
    project = make_project(tmp_path / "shop", plain("python-jose", "pyYAML", "opencv_python"), files)
    project.install("python-jose", files={"jose/__init__.py": ""})
    project.install("PyYAML", files={"yaml/__init__.py": "", "_yaml.cpython-311.so": ""})
    project.install("opencv-python", files={"cv2/cv2.abi3.so": "", "cv2/__init__.py": ""})
    assert said(project) == []


def test_what_is_declared_and_not_installed_is_not_judged_and_said_so(tmp_path: Path) -> None:
    declared = plain("PyYAML", "python-jose", "wincolor; sys_platform == 'win32'", "forgotten")
    project = make_project(tmp_path / "shop", declared, {"shop.py": "import yaml, jose\n"})
    assert said(project) == []
    (remark,) = project.findings(only="imports")
    assert remark["message"] == "not installed, so whether they are used is not known: forgotten"


def test_a_backport_for_older_pythons_is_no_module_of_the_standard_library(tmp_path: Path) -> None:
    declared = plain("dataclasses; python_version < '3.7'", "tomli; python_version < '3.11'")
    project = make_project(tmp_path / "shop", declared, {"shop.py": "import dataclasses\n"})
    assert project.findings(only="imports") == []


def test_what_setup_cfg_declares_counts(tmp_path: Path) -> None:
    setup = """\
[metadata]
name = shop
[options]
install_requires =
    requests[socks]>=2
    leftover
    win; sys_platform == "win32"
[options.extras_require]
test =
    pytest
"""
    files = {"setup.cfg": setup, "shop/__init__.py": "import requests, extra\n", "tests/test_a.py": "import pytest\n"}
    project = make_project(tmp_path / "shop", '[build-system]\nrequires = ["setuptools"]\n', files)
    for name in ("requests", "leftover", "pytest"):
        project.install(name)
    assert said(project) == [("IMP001", "shop/__init__.py", 1), ("IMP002", "setup.cfg", 6)]
    project.write(
        "pyproject.toml", '[tool.deptry]\nignore = ["DEP001"]\nper_rule_ignores = { DEP002 = ["leftover"] }\n'
    )
    assert said(project) == []


def test_what_setup_py_computes_is_read_from_the_installed_project(tmp_path: Path) -> None:
    files = {"setup.py": 'setup(name="shop", install_requires=f())\n', "shop.py": "import requests, other\n"}
    project = make_project(tmp_path / "shop", "", files)
    (result,) = project.check(only="imports")["results"]
    assert (result["status"], "only once the project is installed" in result["reason"]) == ("error", True)
    project.install("shop", requires=["requests>=2", "unused", 'pytest; extra == "test"'], files={})
    project.install("requests")
    project.install("unused")
    assert said(project) == [("IMP001", "shop.py", 1), ("IMP002", "setup.py", None)]


def test_requirements_files_count_where_nothing_else_declares(tmp_path: Path) -> None:
    files = {"requirements.txt": "# base\nrequests==2\nleftover\n", "dev-requirements.txt": "pytest\n"}
    code = {"shop.py": "import requests\n", "tests/test_a.py": "import pytest\n"}
    project = make_project(tmp_path / "shop", "", files | code)
    for name in ("requests", "leftover", "pytest"):
        project.install(name)
    assert said(project) == [("IMP002", "requirements.txt", 3)]


def test_dependencies_that_setuptools_reads_from_a_file_count(tmp_path: Path) -> None:
    pyproject = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "shop"
dynamic = ["dependencies"]
[tool.setuptools.dynamic]
dependencies = { file = ["needs.txt"] }
"""
    project = make_project(tmp_path / "shop", pyproject, {"needs.txt": "\nrequests\n", "shop.py": "import os\n"})
    project.install("requests")
    assert said(project) == [("IMP002", "needs.txt", 2)]


def test_a_project_that_declares_nothing_anywhere_is_skipped(tmp_path: Path) -> None:
    (result,) = make_project(tmp_path / "shop", "", {"a.py": "import yaml\n"}).check(only="imports")["results"]
    assert (result["status"], "nothing declares" in result["reason"]) == ("skipped", True)


def test_what_old_poetry_tables_declare_has_its_line_and_group(tmp_path: Path) -> None:
    pyproject = """\
[tool.poetry]
name = "shop"
version = "1"
[tool.poetry.dependencies]
python = "^3.11"
requests = { version = "^2", markers = "sys_platform == 'linux'" }
leftover = "^1"
[tool.poetry.dev-dependencies]
pytest = "*"
"""
    project = make_project(tmp_path / "shop", pyproject, {"shop/__init__.py": "import requests, pytest\n"})
    for name in ("requests", "leftover", "pytest"):
        project.install(name)
    assert said(project) == [("IMP002", "pyproject.toml", 7), ("IMP004", "shop/__init__.py", 1)]


def test_development_dependencies_of_uv_and_pdm_count(tmp_path: Path) -> None:
    for name, more in (
        ("uv", '[tool.uv]\ndev-dependencies = ["pytest"]\n'),
        ("pdm", '[tool.pdm.dev-dependencies]\ntest = ["pytest"]\n'),
    ):
        project = make_project(tmp_path / name, plain(more=more), {"shop.py": "import pytest\n"})
        project.install("pytest")
        (found,) = project.findings(only="imports")
        assert (found["id"], f"(group {'dev' if name == 'uv' else 'test'})" in found["message"]) == ("IMP004", True)
