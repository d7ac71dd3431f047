"""The check `imports` with real environments and the real deptry."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.checks.dependencies.imports import deptry
from holdfast.checks.imports import CHECK
from holdfast.checks.interface import Context, Environment
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Severity, Status
from tests.checks.dependencies.projects import Project, install, make_project

Make = Callable[..., Context]
POETRY = """\
[project]
name = "shop"
version = "1.0"
dependencies = [
    "requests>=2",
]

[tool.poetry.group.dev.dependencies]
pytest = "*"
"""


def plain(*requirements: str, more: str = "") -> str:
    listed = "".join(f'    "{each}",\n' for each in requirements)
    return f'[project]\nname = "shop"\nversion = "1.0"\ndependencies = [\n{listed}]\n{more}'


def said(project: Project) -> list[tuple[str, str, int | None]]:
    """Id, file and line of each finding that is more than a remark."""
    found = project.findings(only="imports")
    return [(each["id"], each["file"], each["line"]) for each in found if each["severity"] != "info"]


def messages(project: Project) -> str:
    return "\n".join(f"{each['severity']} {each['message']}" for each in project.findings(only="imports"))


def test_code_that_imports_what_is_declared_passes_with_the_files_counted(tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop", plain("requests"), {"src/shop/__init__.py": "import requests, os\n"})
    project.install("requests")
    project.write("src/shop/more.py", "from shop import sys\nfrom . import more\n")
    (result,) = project.check(only="imports")["results"]
    assert (result["status"], result["findings"]) == ("passed", [])
    assert result["checked"] == {"done": 2, "total": 2, "unit": "Python files"}
    assert result["tool"].startswith("deptry ")


def test_each_kind_of_finding_has_its_place_its_reason_and_the_command_of_the_projects_tool(tmp_path: Path) -> None:
    code = "import yaml\nimport urllib3\nimport pytest\n"
    pyproject = POETRY.replace('"requests>=2",', '"requests>=2",\n    "leftover",\n    "dataclasses",')
    project = make_project(tmp_path / "shop", pyproject, {"shop/__init__.py": "import requests\n", "shop/a.py": code})
    project.install("requests", requires=["urllib3<3"])
    for name in ("urllib3", "pytest", "leftover"):
        project.install(name)
    found = {each["id"]: each for each in project.findings(only="imports")}
    assert {key: (each["file"], each["line"], each["column"]) for key, each in found.items()} == {
        "IMP001": ("shop/a.py", 1, 8),
        "IMP002": ("pyproject.toml", 6, None),
        "IMP003": ("shop/a.py", 2, 8),
        "IMP004": ("shop/a.py", 3, 8),
        "IMP005": ("pyproject.toml", 7, None),
    }
    assert {key: (each["severity"], each["fix"]) for key, each in found.items()} == {
        "IMP001": ("error", "poetry add PyYAML"),
        "IMP002": ("warning", "poetry remove leftover"),
        "IMP003": ("error", "poetry add urllib3"),
        "IMP004": ("error", "poetry remove --group dev pytest && poetry add pytest"),
        "IMP005": ("warning", "poetry remove dataclasses"),
    }
    assert "is here only because requests needs it" in found["IMP003"]["message"]
    assert "nothing imports leftover" in found["IMP002"]["message"]
    assert "group dev" in found["IMP004"]["message"]


def test_a_module_that_nobody_is_known_to_bring_gets_no_command_that_would_install_a_guess(tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop", POETRY, {"shop/__init__.py": "import requests, internaltool\n"})
    project.install("requests")
    (found,) = project.findings(only="imports")
    assert (found["id"], found["fix"]) == ("IMP001", None)


def test_uv_gets_its_own_commands_and_a_plain_project_none(tmp_path: Path) -> None:
    files = {"shop/__init__.py": "import urllib3\n", "tests/test_a.py": "import attr\n"}
    for name, more, fixes in (
        ("uv", "[tool.uv]\n", ["uv add urllib3", "uv add --dev attrs"]),
        ("plain", "", [None, None]),
    ):
        project = make_project(tmp_path / name, plain(more=more), files)
        project.install("urllib3")
        project.install("attrs", files={"attr/__init__.py": ""})
        found = project.findings(only="imports")
        assert sorted((each["fix"] for each in found), key=str, reverse=True) == sorted(fixes, key=str, reverse=True)


def test_without_an_environment_it_cannot_look(make_context: Make) -> None:
    context = make_context({"a.py": "import yaml\n"})._replace(environment=None)
    with pytest.raises(CannotRun) as raised:
        CHECK.run(context)
    assert raised.value.result.status is Status.ERROR
    assert "environment" in str(raised.value)


def test_without_deptry_it_is_skipped_with_the_command_that_installs_it(
    make_context: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(deptry, "OWN", tmp_path / "nowhere")
    with pytest.raises(CannotRun) as raised:
        CHECK.run(make_context({"a.py": "import yaml\n"}, tools=False))
    result = raised.value.result
    assert (result.status, result.reason) == (Status.SKIPPED, "deptry is not installed")
    assert result.hint == "pip install 'holdfast[imports]'"


def test_a_deptry_on_path_is_run_by_the_interpreter_beside_it(
    make_context: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(deptry, "OWN", tmp_path / "nowhere")
    linked = tmp_path / "bin" / "deptry"
    linked.parent.mkdir()
    linked.symlink_to(Path(sys.prefix, "bin", "deptry"))
    context = make_context({"a.py": "import no_such_thing\n"}, tools=False)
    found = CHECK.run(context._replace(child_env={"PATH": str(linked.parent)})).findings
    assert [each.id for each in found] == ["IMP001"]


def test_a_deptry_that_ends_without_a_verdict_is_could_not_run(make_context: Make) -> None:
    context = make_context({"a.py": "", "pyproject.toml": plain() + '[tool.deptry]\nno_such_key = "x"\n'})
    with pytest.raises(CannotRun, match="could not check: exit code 2") as raised:
        CHECK.run(context)
    assert "no_such_key" in raised.value.result.output


def test_a_project_without_python_files_has_not_passed(tmp_path: Path) -> None:
    (result,) = make_project(tmp_path / "shop", plain()).check(only="imports")["results"]
    assert (result["status"], result["reason"]) == ("error", "deptry found no Python files to look at")


def test_what_cannot_be_read_is_said_and_not_counted_as_looked_at(tmp_path: Path) -> None:
    files = {"a.py": "import os\n", "bad.py": "import os\ndef (:\n", "bad.ipynb": "{no"}
    project = make_project(tmp_path / "shop", plain(), files)
    (project.root / "latin.py").write_bytes(b"# \xe9\nimport unheard_of\n")
    (result,) = project.check(only="imports")["results"]
    assert result["checked"] == {"done": 2, "total": 4, "unit": "Python files"}
    assert said(project) == [("IMP001", "latin.py", 2), ("IMP006", "bad.py", 2), ("IMP006", "bad.ipynb", None)]


def test_looking_changes_nothing_and_runs_nothing_of_the_environment(tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop", plain("requests"), {"shop/__init__.py": "import requests\n"})
    project.install("requests", files={"requests/__init__.py": "", "enum.py": "raise SystemExit('ran')\n"})
    project.write(
        f".venv/lib/{project.site_packages.parent.name}/site-packages/sitecustomize.py", "raise SystemExit(7)\n"
    )
    before = digests(project.root)
    assert said(project) == []
    assert digests(project.root) == before


def digests(root: Path) -> dict[str, str]:
    files = [Path(directory, name) for directory, _, names in os.walk(root) for name in names]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.is_file()}


def test_it_is_wanted_where_deptry_is_configured_or_depended_on(make_context: Make) -> None:
    assert not CHECK.wanted(make_context({}))
    assert CHECK.wanted(make_context({"pyproject.toml": plain(more="[tool.deptry]\n")}))
    assert CHECK.wanted(make_context({"pyproject.toml": plain("deptry>=0.23")}))


def test_its_inputs_name_the_files_that_show_use(make_context: Make) -> None:
    inputs = CHECK.inputs(make_context({}))
    assert {"*.py", "pyproject.toml", "Makefile", "*.yml"} <= set(inputs.files)
    assert "deptry" in inputs.programs


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


def clouds(project: Project) -> None:
    for name in ("storage", "bigquery"):
        project.install(f"google-cloud-{name}", files={f"google/cloud/{name}/__init__.py": ""})


def test_a_part_of_a_shared_namespace_is_told_from_another(tmp_path: Path) -> None:
    code = "from google.cloud import storage\nfrom google.cloud import bigquery as bq\nimport google.cloud.missing\n"
    project = make_project(tmp_path / "shop", plain("google-cloud-storage"), {"shop.py": code})
    clouds(project)
    assert said(project) == [("IMP001", "shop.py", 3), ("IMP003", "shop.py", 2)]
    assert "google.cloud.bigquery is imported, but it is installed and not declared" in messages(project)


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


def test_another_python_than_the_environments_is_said_and_its_standard_library_allowed_for(
    make_context: Make, tmp_path: Path
) -> None:
    root = tmp_path / "old"
    library = root / "lib" / "python3.9" / "site-packages"
    library.mkdir(parents=True)
    install(library, "requests")
    environment = Environment(root, root / "bin", root / "bin" / "python", (library,))
    code = "import requests, binhex, asyncore\n"
    context = make_context({"pyproject.toml": plain("requests"), "shop.py": code})
    found = CHECK.run(context._replace(environment=environment)).findings
    assert [(each.id, each.severity) for each in found] == [("IMP007", Severity.INFO)]
    assert "environment on 3.9" in found[0].message


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
