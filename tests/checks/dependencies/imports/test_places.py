"""Where an import stands, and what it is of: package or tests, first party, shared namespaces, guards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.dependencies.imports.cases import POETRY, clouds, messages, plain, said
from tests.checks.dependencies.projects import make_project


def test_a_part_of_a_shared_namespace_is_told_from_another(tmp_path: Path) -> None:
    code = "from google.cloud import storage\nfrom google.cloud import bigquery as bq\nimport google.cloud.missing\n"
    project = make_project(tmp_path / "shop", plain("google-cloud-storage"), {"shop.py": code})
    clouds(project)
    assert said(project) == [("IMP001", "shop.py", 3), ("IMP003", "shop.py", 2)]
    assert "google.cloud.bigquery is imported and installed, but not declared" in messages(project)


def test_a_namespace_of_which_only_another_part_is_used_is_a_declared_part_unused(tmp_path: Path) -> None:
    declared = plain("google-cloud-storage", "google-cloud-bigquery")
    project = make_project(tmp_path / "shop", declared, {"shop.py": "import google.cloud.bigquery.client\n"})
    clouds(project)
    assert "google-cloud-storage is declared, but nothing imports" in messages(project)
    assert said(project) == [("IMP002", "pyproject.toml", 5)]


def test_a_guarded_or_silenced_import_from_a_namespace_is_none_to_declare(tmp_path: Path) -> None:
    code = "try:\n    import google.cloud.bigquery\nexcept ImportError:\n    pass\n"
    silenced = "import google.cloud.bigquery  # deptry: ignore[DEP003]\n"
    project = make_project(tmp_path / "shop", plain("google-cloud-storage"), {"a.py": code, "b.py": silenced})
    project.write("c.py", "import google.cloud.storage, google.cloud\n")
    project.write("d.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import google.cloud.bigquery\n")
    clouds(project)
    assert said(project) == []


@pytest.mark.parametrize("where", ["src/acme/core/", "acme/core/"])
def test_the_projects_own_namespace_package_is_first_party(tmp_path: Path, where: str) -> None:
    files = {f"{where}a.py": "from acme.core import b\nimport acme.other\n", f"{where}b.py": ""}
    project = make_project(tmp_path / "shop", plain("acme-other"), files)
    assert said(project) == []
    project.install("acme-other", files={"acme/other/__init__.py": ""})
    assert said(project) == []
    project.install("acme-third", files={"acme/third/__init__.py": ""})
    project.write(f"{where}c.py", "import acme.third\n")
    assert said(project) == [("IMP003", f"{where}c.py", 1)]


def test_modules_from_wherever_the_build_takes_them_are_first_party(tmp_path: Path) -> None:
    more = '[tool.poetry]\npackages = [{ include = "mart", from = "lib" }]\n'
    more += '[tool.pytest.ini_options]\npythonpath = ["aid"]\n'
    files = {"lib/mart/a.py": "import mart.a\n", "aid/crutch.py": "", "tests/test_a.py": "import crutch, mart\n"}
    assert said(make_project(tmp_path / "shop", plain(more=more), files)) == []


OPTIONAL = """\
try:
    import orjson
except ImportError:
    orjson = None
try:
    import ujson
except (ValueError, ModuleNotFoundError):
    import simplejson as ujson
try:
    import rapidjson
except:
    pass
import contextlib
import importlib.util
with contextlib.suppress(ImportError):
    import lz4.block
if importlib.util.find_spec("zstandard"):
    import zstandard
try:
    import brotli
except OSError:
    pass
if sys:
    import snappy
"""


def test_an_import_that_may_fail_need_not_be_declared_and_any_other_has_to_be(tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop", plain(), {"shop.py": OPTIONAL})
    assert [line for _, _, line in said(project)] == [20, 24]


def test_tests_may_import_what_is_declared_for_development_and_the_package_may_not(tmp_path: Path) -> None:
    files = {
        "tests/test_a.py": "import pytest, helper\n",
        "tests/helper.py": "",
        "conftest.py": "import pytest\n",
        "scripts/run.py": "import pytest\n",
        "noxfile.py": "import nox\n",
        "docs/conf.py": "import sphinx_rtd_theme\n",
        "setup.py": "import setuptools\n",
        "shop/tests/test_b.py": "import pytest\n",
        "shop/__init__.py": "import requests\n",
        "shop/_vendor/six.py": "import something_old\n",
    }
    project = make_project(tmp_path / "shop", POETRY, files)
    project.install("pytest")
    project.install("requests")
    assert said(project) == []
    project.write("shop/a.py", "def f():\n    import pytest\n")
    assert said(project) == [("IMP004", "shop/a.py", 2)]


def test_a_pytest_plugin_may_import_pytest(tmp_path: Path) -> None:
    pyproject = POETRY + '[project.entry-points.pytest11]\nshop = "shop.plugin"\n'
    project = make_project(tmp_path / "shop", pyproject, {"shop/plugin.py": "import pytest, requests\n"})
    project.install("pytest")
    project.install("requests")
    assert said(project) == []


def test_an_extra_named_for_tests_is_for_development(tmp_path: Path) -> None:
    more = '[project.optional-dependencies]\ntest = ["pytest"]\nfast = ["orjson"]\n'
    files = {"shop/__init__.py": "import orjson\n", "tests/test_a.py": "import pytest\n"}
    project = make_project(tmp_path / "shop", plain(more=more), files)
    project.install("pytest")
    project.install("orjson")
    assert said(project) == []
    project.write("shop/a.py", "import pytest\n")
    assert "(extra test)" in messages(project)


def test_what_tests_alone_import_belongs_to_development(tmp_path: Path) -> None:
    pyproject = POETRY.replace('"requests>=2",', '"requests>=2",\n    "responses",')
    files = {"shop/__init__.py": "import requests\n", "tests/test_a.py": "import responses\n"}
    project = make_project(tmp_path / "shop", pyproject, files)
    project.install("requests")
    project.install("responses")
    (found,) = project.findings(only="imports")
    assert found["message"] == "responses is declared for the package, but tests alone import it (tests/test_a.py)"
    assert found["fix"] == "poetry remove responses && poetry add --group dev responses"


def test_what_is_missing_in_tests_is_a_warning(tmp_path: Path) -> None:
    files = {"shop/__init__.py": "", "tests/test_a.py": "import unheard_of\n"}
    (found,) = make_project(tmp_path / "shop", plain(), files).findings(only="imports")
    assert (found["id"], found["severity"]) == ("IMP001", "warning")


def test_a_directory_called_like_a_package_does_not_make_that_unused(tmp_path: Path) -> None:
    files = {"alembic/env.py": "from alembic import context\n", "shop.py": ""}
    project = make_project(tmp_path / "shop", plain("alembic"), files)
    project.install("alembic")
    assert said(project) == []


def test_files_that_git_ignores_are_not_looked_at(git_project: Path) -> None:
    project = make_project(git_project, plain(), {".gitignore": "build/\n.venv/\n", "shop.py": ""})
    project.write("build/lib/a.py", "import unheard_of\n")
    project.write("gen/a.py", "import unheard_of\n")
    assert said(project) == [("IMP001", "gen/a.py", 1)]


def test_a_module_at_many_lines_of_a_file_is_one_finding(tmp_path: Path) -> None:
    code = "import unheard_of\nimport unheard_of.more\n"
    assert said(make_project(tmp_path / "shop", plain(), {"a.py": code, "b.py": code})) == [
        ("IMP001", "a.py", 1),
        ("IMP001", "b.py", 1),
    ]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("tests/test_a.py", "import sys\nsys.modules['made'] = sys\nimport made\n"),
        ("tests/test_a.py", "def test(p):\n    (p / 'made.py').touch()\n    import made\n"),
        ("tests/test_a.py", "import pytest\npytest.importorskip('made')\nimport made\n"),
    ],
)
def test_a_module_that_a_test_makes_or_can_do_without_is_not_missing(tmp_path: Path, file: str, text: str) -> None:
    project = make_project(tmp_path / "shop", POETRY, {file: text, "shop.py": "import requests\n"})
    project.install("pytest")
    project.install("requests")
    assert said(project) == []


def test_what_tests_read_is_not_judged_and_one_remark_tells_of_what_cannot_be_parsed(tmp_path: Path) -> None:
    files = {"tests/data/a.py": "import unheard_of\n", "tests/fixtures/bad.py": "def (:\n", "shop.py": ""}
    (remark,) = make_project(tmp_path / "shop", plain(), files).findings(only="imports")
    assert (remark["id"], remark["severity"]) == ("IMP006", "info")
    assert remark["message"].endswith("1 files that tests read, such as tests/fixtures/bad.py")


def test_a_module_that_the_package_vendors_may_be_imported_by_its_own_name(tmp_path: Path) -> None:
    files = {"shop/__init__.py": "import lark, packaging\n", "shop/_vendor/lark/__init__.py": "import regex\n"}
    project = make_project(tmp_path / "shop", plain(), {**files, "shop/_vendor/packaging.py": ""})
    assert said(project) == []


def test_a_script_finds_what_lies_beside_it(tmp_path: Path) -> None:
    files = {"scripts/__init__.py": "", "scripts/run.py": "import steps\n", "scripts/steps.py": "", "shop.py": ""}
    assert said(make_project(tmp_path / "shop", plain(), files)) == []


def test_a_project_within_declares_for_itself(tmp_path: Path) -> None:
    files = {
        "shop.py": "",
        "members/mart/pyproject.toml": "",
        "members/mart/src/mart/__init__.py": "import unheard_of\n",
    }
    assert said(make_project(tmp_path / "shop", plain(), files)) == []
    files = {"shop/__init__.py": "import unheard_of\n", "shop/pyproject.toml": ""}
    assert said(make_project(tmp_path / "mall", plain(), files)) == [("IMP001", "shop/__init__.py", 1)]


def test_a_namespace_package_stays_the_projects_own_beside_one_that_is_no_namespace(tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop", plain("acme"), {"src/acme/core/a.py": "import acme.core.b\n"})
    project.install("acme", files={"acme/__init__.py": ""})
    assert [each for each in said(project) if each[0] != "IMP002"] == []


def test_tests_find_modules_anywhere_among_the_tests_and_the_package_does_not(tmp_path: Path) -> None:
    files = {"tests/apps/blueprint/__init__.py": "", "tests/test_a.py": "import blueprint\n", "shop/__init__.py": ""}
    project = make_project(tmp_path / "shop", plain(), files)
    assert said(project) == []
    project.write("shop/a.py", "import blueprint\n")
    assert said(project) == [("IMP001", "shop/a.py", 1)]


def test_a_namespace_counts_only_in_files_that_the_settings_leave_in(tmp_path: Path) -> None:
    more = '[tool.deptry]\nextend_exclude = ["old/", "(?<x>)never"]\n'
    files = dict.fromkeys(("old/a.py", "new/a.py"), "import google.cloud.bigquery\n")
    project = make_project(tmp_path / "shop", plain("google-cloud-storage", more=more), files)
    project.write("b.py", "import google.cloud.storage\n")
    clouds(project)
    assert said(project) == [("IMP003", "new/a.py", 1)]
